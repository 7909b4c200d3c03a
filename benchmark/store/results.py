"""The results of a run as a table: one row per unit, one column per metric."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.store.atomic import write_bytes
from benchmark.store.journal import UnitRecord

if TYPE_CHECKING:
    import pandas as pd

UNIT_COLUMNS = (
    "method",
    "case",
    "content",
    "style",
    "prompt",
    "seed",
    "status",
    "error",
    "seconds",
    "peak_memory_bytes",
    "image",
)


def score_columns(metrics: Iterable[Mapping[str, Any]]) -> list[str]:
    """Names of the columns of the per-case metrics of a manifest: each metric's, then its components'.

    Args:
        metrics: The metrics as ``run.json`` describes them.
    """
    return [
        column
        for metric in metrics
        if not metric["unavailable"] and metric.get("sample_size") is None
        for column in (metric["name"], *(f"{metric['name']}.{component}" for component in metric["components"]))
    ]


def make_table(manifest: Mapping[str, Any], records: Mapping[tuple[str, str], UnitRecord]) -> pd.DataFrame:
    """Makes the table of results.

    Args:
        manifest: What was run.
        records: The finished units by method and case; those that the run did not ask for are left out.

    Returns:
        One row per finished unit, in the order of the plan: ``UNIT_COLUMNS``, then one column per score.
    """
    import pandas as pd

    columns = score_columns(manifest["metrics"])
    rows = [
        _row(case, records[method["name"], case["id"]], columns)
        for method in manifest["methods"]
        for case in manifest["cases"]
        if (method["name"], case["id"]) in records
    ]
    table = pd.DataFrame(rows, columns=[*UNIT_COLUMNS, *columns])
    numbers = ["seconds", *columns]
    table[numbers] = table[numbers].astype("float64")
    table["seed"] = table["seed"].astype("int64")
    table["peak_memory_bytes"] = table["peak_memory_bytes"].astype("Int64")
    return table


def _row(case: Mapping[str, Any], record: UnitRecord, columns: Sequence[str]) -> tuple[Any, ...]:
    return (
        record.method,
        record.case,
        case["content"],
        case["style"],
        case["prompt"],
        record.seed,
        str(record.status),
        record.error,
        record.seconds,
        record.peak_memory_bytes,
        record.image,
        *(record.scores.get(column) for column in columns),
    )


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Writes the table of results as Parquet, whole or not at all.

    Raises:
        InputError: The file cannot be written.
    """
    buffer = io.BytesIO()
    table.to_parquet(buffer, index=False)
    write_bytes(path, buffer.getvalue())
