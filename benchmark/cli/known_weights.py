"""Known files of weights, the models that they belong to, and the files that a user names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmark.errors import BenchmarkError, InputError
from benchmark.models.asset import Asset
from benchmark.models.specification import ModelSpecification, find_assets, find_model, model_names
from benchmark.models.weights_folders import WeightsFolders
from benchmark.plan.selection import find_protocol
from benchmark.protocol.networks import NetworkChoice, with_networks
from benchmark.registry import PluginKind, installed_plugins

ALL_WEIGHTS: Final = "all"
"""Stands for every file that ``benchmark weights list`` shows."""


@dataclass(frozen=True)
class Use:
    """A model and the protocols that name it.

    Attributes:
        model: The model.
        protocols: Names of the protocols that name it.
    """

    model: ModelSpecification
    protocols: tuple[str, ...]


def known_uses() -> list[Use]:
    """Returns the models that are known without asking open_clip, and those that installed protocols name."""
    by_model: dict[str, list[str]] = {name: [] for name in model_names()}
    for plugin in installed_plugins(PluginKind.PROTOCOLS).values():
        try:
            named = find_protocol(plugin.name).models.values()
        except BenchmarkError:
            # `benchmark doctor` says what is wrong with it.
            continue
        for name in dict.fromkeys(named):
            by_model.setdefault(name, []).append(plugin.name)
    return [Use(find_model(name), tuple(protocols)) for name, protocols in by_model.items()]


def chosen_assets(
    names: Iterable[str], protocol: str | None, networks: NetworkChoice = NetworkChoice.OWN
) -> list[Asset]:
    """Returns the files that a user asks for.

    Args:
        names: Names of models or files, or ``all``.
        protocol: Name or path of a protocol whose files are meant too, or ``None``.
        networks: The networks of that protocol.

    Raises:
        InputError: A name is unknown, or networks are chosen of no protocol.
    """
    if protocol is None and networks is not NetworkChoice.OWN:
        raise InputError(f"--networks {networks} is for those of a protocol: add --protocol NAME")
    chosen: list[Asset] = []
    for name in names:
        if name == ALL_WEIGHTS:
            chosen += [asset for use in known_uses() for asset in use.model.assets]
        else:
            chosen += find_assets(name)
    if protocol is not None:
        models = with_networks(find_protocol(protocol), networks).models
        chosen += [asset for name in models.values() for asset in find_model(name).assets]
    return list(dict.fromkeys(chosen))


def describe_asset(asset: Asset, folders: WeightsFolders, uses: Iterable[Use]) -> dict[str, Any]:
    """Describes a file of weights, and says whether it is on this machine; it is not hashed.

    Args:
        asset: The file.
        folders: The folders to search.
        uses: Models, of which those with this file are listed.
    """
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
        "page": asset.page,
        "models": [use.model.name for use in users],
        "protocols": sorted({protocol for use in users for protocol in use.protocols}),
    }


def _state(asset: Asset, path: Path | None) -> str:
    if path is None:
        return "missing"
    return "present" if asset.bytes in {None, path.stat().st_size} else "another size"
