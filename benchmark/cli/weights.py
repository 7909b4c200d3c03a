"""``benchmark weights``."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from benchmark.cli.help import CommandWithExamples
from benchmark.cli.options import networks_option
from benchmark.cli.streams import print_json
from benchmark.cli.targets import try_output_folder
from benchmark.errors import ExitCode, InputError
from benchmark.escaping import one_line, printable

if TYPE_CHECKING:
    from benchmark.models.asset import Asset
    from benchmark.models.specification import ModelSpecification
    from benchmark.protocol.networks import NetworkChoice

MIRROR_VARIABLE = "STYLE_TRANSFER_BENCHMARK_MIRROR"
"""Environment variable with the address of a folder that is tried before the published addresses."""

protocol_option = click.option("--protocol", help="Everything that this protocol names.")
mirror_option = click.option(
    "--mirror", help=f"Address of a folder with the files, tried first.  [default: what {MIRROR_VARIABLE} says]"
)


@click.group()
def weights() -> None:
    """List, fetch and verify the weights of the published networks. Nothing else downloads them."""


@weights.command(name="list", cls=CommandWithExamples, examples=("benchmark weights list",))
@click.argument("names", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_weights(names: tuple[str, ...], as_json: bool) -> None:
    """List files of weights: all that are known, or those of NAMES. Sizes are compared, hashes are not."""
    from benchmark.cli.known_weights import chosen_assets, describe_asset, known_uses
    from benchmark.models.weights_folders import weights_folders

    folders = weights_folders()
    uses = known_uses()
    chosen = chosen_assets(names, None) if names else [asset for use in uses for asset in use.model.assets]
    rows = [describe_asset(asset, folders, uses) for asset in dict.fromkeys(chosen)]
    if as_json:
        print_json(rows)
        return
    from rich.markup import escape
    from rich.table import Table

    from benchmark.cli.tables import results_console
    from benchmark.models.asset import format_size

    table = Table()
    for heading in ("name", "size", "state"):
        table.add_column(heading, no_wrap=True)
    for heading in ("licence", "models", "protocols"):
        table.add_column(heading)
    for row in rows:
        cells = [row["name"], format_size(row["bytes"]), row["state"], row["licence"]]
        table.add_row(*map(escape, [*cells, ", ".join(row["models"]), ", ".join(row["protocols"])]))
    results_console(160).print(table)
    if folders.folders:
        click.echo(f"looked for in {', then '.join(map(printable, folders.folders))}; fetched into the last")
    else:
        click.echo(f"not looked for in {folders.words}")


@weights.command(cls=CommandWithExamples, examples=("benchmark weights fetch --protocol wikiart",))
@click.argument("names", nargs=-1)
@protocol_option
@networks_option
@mirror_option
def fetch(names: tuple[str, ...], protocol: str | None, networks: NetworkChoice, mirror: str | None) -> None:
    """Fetch weights: NAMES of models or files, `--protocol NAME`, or `all`.

    What is there and sound is not fetched again; a download that was stopped goes on where it was.
    """
    if not names and protocol is None:
        raise InputError("say what to fetch: names (benchmark weights list shows them), --protocol NAME, or all")
    from benchmark.cli.known_weights import ALL_WEIGHTS, chosen_assets

    fetch_assets(chosen_assets(names, protocol, networks), mirror, pass_over_by_hand=ALL_WEIGHTS in names)


@weights.command(cls=CommandWithExamples, examples=("benchmark weights verify --protocol wikiart",))
@click.argument("names", nargs=-1)
@protocol_option
@networks_option
def verify(names: tuple[str, ...], protocol: str | None, networks: NetworkChoice) -> ExitCode:
    """Hash the weights that are here: all of them, or NAMES, or what a protocol names.

    Exits with 2 if a file is damaged, or its hash is not known, or one that was asked for is missing.
    """
    from benchmark.cli.known_weights import ALL_WEIGHTS, chosen_assets
    from benchmark.models.weights_check import WeightsState, check_weights
    from benchmark.models.weights_folders import weights_folders

    folders = weights_folders()
    asked = bool(names) or protocol is not None
    problems = 0
    for asset in chosen_assets(names or (() if asked else (ALL_WEIGHTS,)), protocol, networks):
        check = check_weights(asset, folders)
        is_problem = not check.state.is_sound and (asked or check.state is not WeightsState.MISSING)
        problems += is_problem
        what = f"{check.path}, sha256 {check.sha256}" if check.state.is_sound else check.reason
        click.echo(f"{check.state:<10}  {asset.name}: {one_line(what)}")
    click.echo(f"{problems} problem{'s' * (problems != 1)} found" if problems else "all is well")
    return ExitCode.BAD_INPUT if problems else ExitCode.DONE


def fetch_assets(assets: Iterable[Asset], mirror: str | None = None, *, pass_over_by_hand: bool = False) -> None:
    """Fetches files one after the other and prints the result of each.

    Args:
        assets: The files.
        mirror: Address of a folder with the files, tried first; ``None`` takes the one of the environment.
        pass_over_by_hand: Whether a missing file that only a person can get, from a page or by installing an extra,
            is said to be missing, and the others go on.

    Raises:
        MissingModelError: One cannot be fetched; those before it are there.
        InputError: The folder cannot be written, or the mirror is no web address.
    """
    from benchmark.cli.fetch_display import FetchDisplay
    from benchmark.models.fetching import Fetcher, FetchResult
    from benchmark.models.weights_check import WeightsState, check_weights
    from benchmark.models.weights_folders import WEIGHTS_VARIABLE, weights_folders

    mirror = os.environ.get(MIRROR_VARIABLE, "") if mirror is None else mirror
    if mirror and not mirror.startswith(("http://", "https://")):
        raise InputError(f"mirror {mirror}: give an address that begins with http:// or https://")
    folders = weights_folders()
    wanted = tuple(assets)
    if any(not asset.package and not check_weights(asset, folders).state.is_sound for asset in wanted):
        try_output_folder(folders.own, variable=WEIGHTS_VARIABLE)
    with FetchDisplay() as display:
        fetcher = Fetcher(folders, display, mirror)
        for asset in wanted:
            check = check_weights(asset, folders)
            is_by_hand = bool(asset.extra or (asset.page and not mirror))
            if pass_over_by_hand and is_by_hand and check.state is WeightsState.MISSING:
                display.note(f"{asset.name}: left out: {check.reason}")
                continue
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
