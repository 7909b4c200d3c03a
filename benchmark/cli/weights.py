"""``benchmark weights``."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from benchmark.errors import BenchmarkError, ExitCode, InputError
from benchmark.models.asset import Asset, format_size
from benchmark.models.open_clip_weights import openai_names
from benchmark.models.specification import MODELS, ModelSpecification, find_assets, find_model
from benchmark.models.weights_check import WeightsState, check_weights
from benchmark.models.weights_folders import WeightsFolders, weights_folders
from benchmark.plan.selection import find_protocol
from benchmark.registry import PluginKind, installed_plugins

MIRROR_VARIABLE = "STYLE_TRANSFER_BENCHMARK_MIRROR"
"""Environment variable with the address of a folder that is tried before the published addresses."""

_ALL = "all"
protocol_option = click.option("--protocol", help="Everything that this protocol names.")
mirror_option = click.option(
    "--mirror", help=f"Address of a folder with the files, tried first.  [default: what {MIRROR_VARIABLE} says]"
)


@click.group()
def weights() -> None:
    """List, fetch and verify the weights of the published networks. Nothing else downloads them."""


@weights.command(name="list")
@click.argument("names", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_weights(names: tuple[str, ...], as_json: bool) -> None:
    """List files of weights: all that are known, or those of NAMES. Sizes are compared, hashes are not."""
    folders = weights_folders()
    uses = _uses()
    chosen = _chosen(names, None) if names else [asset for use in uses for asset in use.model.assets]
    rows = [_describe(asset, folders, uses) for asset in dict.fromkeys(chosen)]
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    from rich.markup import escape
    from rich.table import Table

    from benchmark.cli.tables import results_console

    table = Table()
    for heading in ("name", "size", "state"):
        table.add_column(heading, no_wrap=True)
    for heading in ("licence", "models", "protocols"):
        table.add_column(heading)
    for row in rows:
        cells = [row["name"], format_size(row["bytes"]), row["state"], row["licence"]]
        table.add_row(*map(escape, [*cells, ", ".join(row["models"]), ", ".join(row["protocols"])]))
    results_console(160).print(table)
    click.echo(f"looked for in {', then '.join(map(str, folders.folders))}; fetched into the last")


@weights.command()
@click.argument("names", nargs=-1)
@protocol_option
@mirror_option
def fetch(names: tuple[str, ...], protocol: str | None, mirror: str | None) -> None:
    """Fetch weights: NAMES of models or files, `--protocol NAME`, or `all`.

    What is there and sound is not fetched again; a download that was stopped goes on where it was.
    """
    if not names and protocol is None:
        raise InputError("say what to fetch: names (benchmark weights list shows them), --protocol NAME, or all")
    fetch_assets(_chosen(names, protocol), mirror)


@weights.command()
@click.argument("names", nargs=-1)
@protocol_option
def verify(names: tuple[str, ...], protocol: str | None) -> ExitCode:
    """Hash the weights that are here: all of them, or NAMES, or what a protocol names.

    Exits with 2 if a file is damaged, or its hash is not known, or one that was asked for is missing.
    """
    folders = weights_folders()
    asked = bool(names) or protocol is not None
    problems = 0
    for asset in _chosen(names or (() if asked else (_ALL,)), protocol):
        check = check_weights(asset, folders)
        is_problem = not check.state.is_sound and (asked or check.state is not WeightsState.MISSING)
        problems += is_problem
        what = f"{check.path}, sha256 {check.sha256}" if check.state.is_sound else check.reason
        click.echo(f"{check.state:<10}  {asset.name}: {what}")
    click.echo(f"{problems} problem{'s' * (problems != 1)} found" if problems else "all is well")
    return ExitCode.BAD_INPUT if problems else ExitCode.DONE


def fetch_assets(assets: Iterable[Asset], mirror: str | None = None) -> None:
    """Fetches files one after the other and says so.

    Args:
        assets: The files.
        mirror: Address of a folder with the files, tried first; ``None`` takes the one of the environment.

    Raises:
        MissingModelError: One cannot be fetched; those before it are there.
        InputError: The folder cannot be written, or the mirror is no web address.
    """
    from benchmark.cli.fetch_display import FetchDisplay
    from benchmark.models.fetching import Fetcher, FetchResult

    mirror = os.environ.get(MIRROR_VARIABLE, "") if mirror is None else mirror
    if mirror and not mirror.startswith(("http://", "https://")):
        raise InputError(f"mirror {mirror}: give an address that begins with http:// or https://")
    with FetchDisplay() as display:
        fetcher = Fetcher(weights_folders(), display, mirror)
        for asset in assets:
            display.next_file(asset)
            fetched = fetcher.fetch(asset)
            words = {
                FetchResult.PRESENT: "is there already, its hash is right",
                FetchResult.FETCHED: f"fetched from {fetched.source}, its hash is the published one",
                FetchResult.TRUSTED: f"is trusted as it is, because nobody publishes its hash: sha256 {fetched.sha256},"
                f" from {fetched.source or 'the disk'}; from now on another file is refused",
            }
            display.note(f"{asset.name}: {fetched.path} {words[fetched.result]}")


def fetch_models(models: Iterable[ModelSpecification]) -> None:
    """Fetches the weights of models; see ``fetch_assets``."""
    fetch_assets(dict.fromkeys(asset for model in models for asset in model.assets))


@dataclass(frozen=True)
class _Use:
    """A model and the protocols that name it."""

    model: ModelSpecification
    protocols: tuple[str, ...]


def _uses() -> list[_Use]:
    by_model: dict[str, list[str]] = {name: [] for name in (*(model.name for model in MODELS), *openai_names())}
    for plugin in installed_plugins(PluginKind.PROTOCOLS).values():
        try:
            named = find_protocol(plugin.name).models.values()
        except BenchmarkError:
            # `benchmark doctor` says what is wrong with it.
            continue
        for name in dict.fromkeys(named):
            by_model.setdefault(name, []).append(plugin.name)
    return [_Use(find_model(name), tuple(protocols)) for name, protocols in by_model.items()]


def _chosen(names: Iterable[str], protocol: str | None) -> list[Asset]:
    chosen: list[Asset] = []
    for name in names:
        chosen += [asset for use in _uses() for asset in use.model.assets] if name == _ALL else find_assets(name)
    if protocol is not None:
        chosen += [asset for name in find_protocol(protocol).models.values() for asset in find_model(name).assets]
    return list(dict.fromkeys(chosen))


def _describe(asset: Asset, folders: WeightsFolders, uses: Iterable[_Use]) -> dict[str, Any]:
    users = [use for use in uses if asset in use.model.assets]
    path = next(folders.copies(asset), None)
    return {
        "name": asset.name,
        "file": asset.file,
        "package": asset.distribution,
        "bytes": asset.bytes,
        "sha256": asset.sha256,
        "hash": "published" if asset.is_pinned else "of first use",
        "state": _state(asset, path),
        "path": str(path) if path else None,
        "licence": asset.licence,
        "citation": asset.citation,
        "addresses": list(asset.addresses),
        "models": [use.model.name for use in users],
        "protocols": sorted({protocol for use in users for protocol in use.protocols}),
    }


def _state(asset: Asset, path: Path | None) -> str:
    if path is None:
        return "missing"
    return "present" if asset.bytes in {None, path.stat().st_size} else "another size"
