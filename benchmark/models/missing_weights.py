"""Check that all weights are there, which names all missing ones at once before anything starts."""

from __future__ import annotations

from collections.abc import Iterable

from benchmark.errors import MissingModelError
from benchmark.models.asset import format_size
from benchmark.models.specification import ModelSpecification
from benchmark.models.weights_check import WeightsCheck, WeightsState, check_weights
from benchmark.models.weights_folders import WeightsFolders, weights_folders


def require_weights(models: Iterable[ModelSpecification]) -> None:
    """Makes sure that the weights of all models are on this machine and sound.

    Args:
        models: The models that are needed.

    Raises:
        MissingModelError: Some are not; one line names each file, its size, and the command that gets them.
        InputError: A lock cannot be read.
    """
    folders = weights_folders()
    lacking: dict[str, WeightsCheck] = {}
    names: dict[str, None] = {}
    for model in models:
        for asset in model.assets:
            check = check_weights(asset, folders)
            if check.state.is_sound:
                continue
            if asset.package:
                raise MissingModelError(f"model {model.name}: {check.reason}")
            lacking[asset.file] = check
            names[model.name] = None
    if lacking:
        files = ", ".join(f"{file} ({_facts(check, folders)})" for file, check in lacking.items())
        total = format_size(sum(check.asset.bytes or 0 for check in lacking.values()))
        raise MissingModelError(
            f"weights are needed that are not here: {files}; get them ({total} in all, as far as sizes are known) with:"
            f" benchmark weights fetch {' '.join(names)}"
        )


def _facts(check: WeightsCheck, folders: WeightsFolders) -> str:
    by_hand = bool(check.asset.page) and check.state is WeightsState.MISSING
    place = f": put it into {folders.words}, from {check.asset.page}" if by_hand else ""
    return f"{check.asset.size}, {check.state}{place}"
