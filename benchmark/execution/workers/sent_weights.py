"""Weights of published networks that are sent from the machine that runs the command to the nodes of a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock

from benchmark.errors import InputError
from benchmark.models.asset import Asset
from benchmark.models.weights_check import check_weights
from benchmark.models.weights_folders import weights_folders
from benchmark.models.weights_lock import read_lock, record
from benchmark.plan.configuration import RunConfiguration, scoring_roles
from benchmark.store.atomic import write_bytes


@dataclass(frozen=True)
class SentWeights:
    """A file of weights that a node may lack.

    Attributes:
        asset: The asset.
        sha256: Its hash on the sending machine.
        content: Its bytes, as a reference into the object store.
    """

    asset: Asset
    sha256: str
    content: Any


def weights_to_send(configuration: RunConfiguration, share: Callable[[Path], Any]) -> tuple[SentWeights, ...]:
    """Returns the files of weights that the methods and metrics of a run load and no package carries.

    Missing or damaged files are not sent: plugins that need them fail in a worker as they would here.

    Args:
        configuration: The configuration of the run.
        share: Puts a file into the object store and returns the reference.
    """
    folders = weights_folders()
    checks = [check_weights(asset, folders) for asset in _fetched_assets(configuration)]
    return tuple(
        SentWeights(check.asset, check.sha256, share(check.path))
        for check in checks
        if check.path is not None and check.state.is_sound
    )


def keep_weights(sent: Iterable[SentWeights], get: Callable[[Any], bytes]) -> None:
    """Writes weights that this machine lacks into its weights folder, as if they had been fetched here.

    Args:
        sent: The weights of the machine that runs the command.
        get: Reads the bytes behind a reference from the object store.

    Raises:
        InputError: The folder cannot be written, or this machine has another file on record.
    """
    folders = weights_folders()
    for weights in sent:
        if check_weights(weights.asset, folders).state.is_sound:
            continue
        path = folders.own / weights.asset.file
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # All workers of a node write into one folder.
            with FileLock(path.parent / f".{path.name}.lock"):
                if not check_weights(weights.asset, folders).state.is_sound:
                    _keep(weights, path, get)
        except OSError as error:
            raise InputError(f"cannot write weights {path}: {error.strerror}") from error


def _keep(weights: SentWeights, path: Path, get: Callable[[Any], bytes]) -> None:
    known = read_lock(path.parent).get(path.name)
    if known is not None and known.sha256 != weights.sha256:
        raise InputError(
            f"{path} was recorded on {known.date} with the sha256 {known.sha256}; that of the machine that runs the"
            f" command is {weights.sha256}"
        )
    write_bytes(path, get(weights.content))
    if not weights.asset.is_pinned:
        record(path, weights.sha256, "sent by the machine that runs the command")


def _fetched_assets(configuration: RunConfiguration) -> Sequence[Asset]:
    roles = [role for method in configuration.methods if method.info for role in method.info.uses]
    roles += scoring_roles(configuration.metrics)
    models = [configuration.models[role] for role in dict.fromkeys(roles) if role in configuration.models]
    return [
        asset
        for asset in dict.fromkeys(asset for model in models for asset in model.assets)
        if not (asset.package or asset.is_own)
    ]
