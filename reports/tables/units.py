"""The units of a run, read from its table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reports.tables.formatting import number_of, text_of

if TYPE_CHECKING:
    from benchmark.store.records import MethodRecord, RunRecords


def methods_before_controls(run: RunRecords) -> list[MethodRecord]:
    """Returns the methods in the order they ran, then the controls."""
    return sorted(run.methods, key=lambda method: method.control)


@dataclass(frozen=True)
class Unit:
    """One method on one case, as recorded in the run's table; fields missing from a damaged table are empty.

    Attributes:
        method: Name of the method.
        case: Name of the case.
        status: ``ok``, ``failed`` or ``skipped``.
        error: Reason of a failure or a skip.
        image: Path of the stylized image, relative to the run's folder.
        seconds: Time of the stylization.
        disturbed: Whether other processes are known to have disturbed it.
        scores: Finite scores by the name of the metric or component.
    """

    method: str
    case: str
    status: str
    error: str
    image: str
    seconds: float | None
    disturbed: bool
    scores: Mapping[str, float]


def read_units(run: RunRecords) -> dict[tuple[str, str], Unit]:
    """Returns the units by method and case; of several rows of one unit the last counts."""
    columns = [
        column
        for metric in run.metrics
        for column in (metric.name, *(f"{metric.name}.{component}" for component in metric.components))
    ]
    table = run.units.astype(object)
    rows: list[dict[Any, Any]] = table.where(table.notna(), None).to_dict("records")
    units = (_read_unit(row, columns) for row in rows)
    return {(unit.method, unit.case): unit for unit in units}


def _read_unit(row: Mapping[Any, Any], columns: list[str]) -> Unit:
    scores = {column: number_of(row.get(column)) for column in columns}
    return Unit(
        method=text_of(row.get("method")),
        case=text_of(row.get("case")),
        status=text_of(row.get("status")),
        error=text_of(row.get("error")),
        image=text_of(row.get("image")),
        seconds=number_of(row.get("seconds")),
        disturbed=row.get("disturbed") is True,
        scores={column: score for column, score in scores.items() if score is not None},
    )
