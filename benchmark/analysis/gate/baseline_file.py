"""Baseline files: snapshots of runs as JSON to commit, one line per case.

Version 2 adds the scores of set metrics, ``set_scores``; a file of version 1 has none.
Version 3 adds ``seeds``, one for each run that the scores are the mean of; how far those runs differ, in ``spreads``,
``mean_spreads`` and, of a number for all images, ``spread``; why metrics were ``unavailable``; and which durations were
``disturbed``. Of methods that computed in another precision than float32 it has that ``precision``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmark.analysis.gate.snapshot import CaseResult, SetResult, Snapshot
from benchmark.contracts.precision import Precision
from benchmark.errors import InputError
from benchmark.store.atomic import write_text
from benchmark.text_files import read_text
from benchmark.validation import describe_problem

SCHEMA_VERSION = 3
_SINCE_VERSION_3 = ("seeds", "unavailable")
_DIGITS = 6
_RUNTIME_DIGITS = 4
_SPREAD_DIGITS = 3
_LEVELS_OF_LINES = {"metrics": 1, "cases": 1, "methods": 3}


def write_baseline(snapshot: Snapshot, path: Path) -> None:
    """Writes a baseline file. Scores are rounded to six significant digits, runtimes to four.

    Args:
        snapshot: The scores of a run, or of repeated runs.
        path: The file; one that is there is replaced.

    Raises:
        InputError: The file cannot be written, or the run has no score to compare with.
    """
    if not any(method.has_scores for method in snapshot.methods.values()):
        raise InputError(
            "the run has no scores to compare a later run with; "
            "finish it with the command that started it, without --fresh"
        )
    methods = {
        name: {
            "version": method.version,
            "settings": method.settings,
            **_describe_sets(method.set_scores),
            **({"mean_spreads": _spreads(method.mean_spreads)} if method.mean_spreads else {}),
            "cases": {case: _describe(result) for case, result in method.cases.items()},
        }
        for name, method in snapshot.methods.items()
    }
    value: dict[str, Any] = {"schema_version": SCHEMA_VERSION, **asdict(snapshot), "methods": methods}
    for metric in value["metrics"].values():
        if metric["settings"] is None:
            del metric["settings"]
    if not snapshot.calibration_disturbed:
        del value["calibration_disturbed"]
    if snapshot.precision == Precision.FLOAT32:
        del value["precision"]
    entries = [f"  {json.dumps(key)}: {_lines(item, _LEVELS_OF_LINES.get(key, 0), 1)}" for key, item in value.items()]
    write_text(path, "{\n" + ",\n".join(entries) + "\n}\n")


def read_baseline(path: Path) -> Snapshot:
    """Reads a baseline file of any schema version up to this one.

    Args:
        path: The file.

    Raises:
        InputError: It cannot be read, is damaged, or is of a later schema version.
    """
    from pydantic import TypeAdapter, ValidationError
    from pydantic_core import from_json

    text = read_text(path, "baseline")
    try:
        value: Any = from_json(text, allow_inf_nan=False)
    except ValueError as error:
        raise InputError(f"baseline {path} is damaged: it is not JSON: {error}; write it again") from error
    version = value.get("schema_version") if isinstance(value, dict) else None
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise InputError(f"{path} is not a baseline: it has no schema_version; `benchmark baseline` writes one")
    if version > SCHEMA_VERSION:
        raise InputError(
            f"baseline {path} has schema_version {version}, this version reads up to {SCHEMA_VERSION}; "
            "install a newer style-transfer-benchmark"
        )
    missing = [key for key in _SINCE_VERSION_3 if key not in value] if version >= 3 else []
    if missing:
        raise InputError(f"baseline {path} is damaged: {', '.join(missing)} missing; write it again")
    try:
        return TypeAdapter(Snapshot).validate_python(value)
    except ValidationError as error:
        reason = describe_problem(error, Snapshot, value)
        raise InputError(f"baseline {path} is damaged: {reason}; write it again") from error


def _describe(result: CaseResult) -> dict[str, Any]:
    row: dict[str, Any] = {
        **asdict(result),
        "runtime": None if result.runtime is None else _rounded(result.runtime, _RUNTIME_DIGITS),
        "scores": {metric: _rounded(score, _DIGITS) for metric, score in result.scores.items()},
        "spreads": _spreads(result.spreads),
    }
    # A runtime of zero is a runtime, although it equals False.
    return {key: value for key, value in row.items() if value is not False and value not in (None, "", {})}


def _describe_sets(results: Mapping[str, SetResult]) -> dict[str, Any]:
    rows = {metric: _describe_set(result) for metric, result in results.items()}
    return {"set_scores": rows} if rows else {}


def _describe_set(result: SetResult) -> dict[str, Any]:
    row = asdict(result)
    spread = row.pop("spread")
    if result.value is not None:
        row["value"] = _rounded(result.value, _DIGITS)
    return {**row, "spread": _rounded(spread, _SPREAD_DIGITS)} if spread else row


def _spreads(spreads: Mapping[str, float]) -> dict[str, float]:
    return {metric: _rounded(spread, _SPREAD_DIGITS) for metric, spread in spreads.items()}


def _rounded(number: float, digits: int) -> float:
    return float(f"{number:.{digits}g}")


def _lines(value: Any, levels: int, depth: int) -> str:
    if levels == 0 or not isinstance(value, Mapping) or not value:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    indent = "  " * (depth + 1)
    entries = [
        f"{indent}{json.dumps(key, ensure_ascii=False)}: {_lines(item, levels - 1, depth + 1)}"
        for key, item in value.items()
    ]
    return "{\n" + ",\n".join(entries) + "\n" + "  " * depth + "}"
