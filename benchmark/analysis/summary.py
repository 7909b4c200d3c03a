"""Means and intervals per method and metric."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pydantic import BaseModel, ValidationError

from benchmark.analysis.interval import crossed_estimate
from benchmark.analysis.level import LEVEL
from benchmark.contracts.metric import Direction
from benchmark.method_source import Timing
from benchmark.store.cost_columns import COST_COLUMNS, DISTURBED, PROCESSOR_TIME, SHARED, STATED, TIME
from benchmark.store.records import (
    TOO_FEW,
    MethodRecord,
    MetricRecord,
    ModelRecord,
    RunRecords,
    SetScore,
    SummaryRow,
)
from benchmark.validation import first_problem

if TYPE_CHECKING:
    import pandas as pd

SCHEMA_VERSION = 1
_UNMEASURED: Final[Mapping[str, str]] = {Timing.STATED: STATED, Timing.SHARED: SHARED}
INTERVAL_METHOD = (
    "t interval with the two-way standard error over contents and styles, or, where each style is used with one "
    "content only, clustered by content (and the other way round), or of independent pairs, where nothing is used "
    "twice; one degree of freedom fewer than the scarcer of the two has levels, cut to the range of the metric; none "
    "from one content or one style"
)


def summarize(
    methods: Sequence[MethodRecord],
    metrics: Sequence[MetricRecord],
    models: Sequence[ModelRecord],
    scores_of: Callable[[str, str], pd.DataFrame],
    set_scores: Sequence[SetScore] = (),
) -> list[SummaryRow]:
    """Summarizes the scores and the costs of a run.

    Args:
        methods: The methods of the run.
        metrics: Its metrics.
        models: Its pretrained networks.
        scores_of: Gives the ``content``, the ``style`` and the score of the units of a method that ended well, by the
            names of the method and of the column of scores. They are asked for one after another.
        set_scores: Scores of set metrics.

    Returns:
        One row per method and column, methods in the order of the run; then one per method and set metric.
    """
    names = {model.role: model.name for model in models}
    columns = [
        *(
            _Column(name, metric.direction, metric.backbones, _bounds(metric) if name == metric.name else (None, None))
            for metric in metrics
            for name in metric.columns
        ),
        *(_Column(name, Direction.LOWER, (), (0.0, None)) for name in COST_COLUMNS),
    ]
    by_name = {method.name: method for method in methods}, {metric.name: metric for metric in metrics}
    return [
        *(
            _with_warning(_row(method, column, scores_of(method.name, column.name), names), method, scores_of)
            for method in methods
            for column in columns
        ),
        *(_set_row(score, by_name[0][score.method], by_name[1][score.metric], names) for score in set_scores),
    ]


class _Column(NamedTuple):
    """A column of the table of results that is summarized."""

    name: str
    direction: Direction
    backbones: tuple[str, ...]
    bounds: tuple[float | None, float | None]


def _bounds(metric: MetricRecord) -> tuple[float | None, float | None]:
    return metric.minimum, metric.maximum


def _row(method: MethodRecord, column: _Column, scores: pd.DataFrame, models: Mapping[str, str]) -> SummaryRow:
    scored = scores[scores[column.name].notna()]
    values = scored[column.name].astype("float64")
    interval = crossed_estimate(values, scored["content"], scored["style"]).interval if len(scored) else None
    if interval:
        interval = interval.within(*column.bounds)
    return SummaryRow(
        method=method.name,
        metric=column.name,
        mean=float(values.mean()) if len(scored) else None,
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        n=len(scored),
        contents=int(scored["content"].nunique()),
        styles=int(scored["style"].nunique()),
        direction=column.direction,
        circular=is_circular(column.backbones, method.optimises, models),
        control=method.control,
    )


def _with_warning(row: SummaryRow, method: MethodRecord, scores_of: Callable[[str, str], pd.DataFrame]) -> SummaryRow:
    if row.metric == TIME and row.n and (words := _UNMEASURED.get(method.timing)):
        return replace(row, warning=words)
    if row.metric != TIME or not scores_of(row.method, "disturbed")["disturbed"].astype("boolean").any():
        return row
    return replace(row, warning=DISTURBED)


def time_to_rank_by(run: RunRecords) -> str:
    """Returns the column of the time that methods of a run are ranked by.

    It is elapsed time, or processor time, if measured, where the elapsed time of some method was disturbed. On CUDA,
    where a unit hardly takes processor time, it is always elapsed time.

    Args:
        run: The run.
    """
    is_disturbed = any(row.warning == DISTURBED for row in run.summary if row.metric == TIME)
    has_other = any(row.mean is not None for row in run.summary if row.metric == PROCESSOR_TIME)
    return PROCESSOR_TIME if is_disturbed and has_other and run.provenance.get("device") == "cpu" else TIME


def _set_row(score: SetScore, method: MethodRecord, metric: MetricRecord, models: Mapping[str, str]) -> SummaryRow:
    return SummaryRow(
        method=score.method,
        metric=score.metric,
        mean=score.value,
        low=None,
        high=None,
        n=score.n,
        contents=score.contents,
        styles=score.styles,
        direction=metric.direction,
        circular=is_circular(metric.backbones, method.optimises, models),
        control=method.control,
        images_sha256=score.images_sha256,
        warning=score.warning,
    )


def is_circular(backbones: Iterable[str], optimises: Iterable[str], models: Mapping[str, str]) -> bool:
    """Returns whether a metric's network, or one of several, is one that the method optimised.

    Args:
        backbones: Names of the metric's models.
        optimises: Roles that the method optimises.
        models: Name of the model that plays each role.
    """
    return not {models.get(role) for role in optimises}.isdisjoint(backbones)


class _SummaryFile(BaseModel):
    rows: list[SummaryRow]


def known_set_scores(rows: Sequence[SummaryRow], kept: Container[str] = ()) -> list[SetScore]:
    """The scores of set metrics that a summary holds.

    Args:
        rows: The rows of the summary.
        kept: Metrics that are not tried again where they could not be made, so that this is known of them too.
    """
    return [
        SetScore(
            row.method,
            row.metric,
            row.mean,
            row.n,
            row.contents,
            row.styles,
            row.images_sha256,
            row.warning,
            failed=row.mean is None and bool(row.warning) and not row.warning.endswith(TOO_FEW),
        )
        for row in rows
        if row.images_sha256 and (row.mean is not None or row.metric in kept)
    ]


def summary_to_json(rows: Sequence[SummaryRow]) -> dict[str, Any]:
    """The contents of ``summary.json``."""
    return {
        "schema_version": SCHEMA_VERSION,
        "interval": {"level": LEVEL, "method": INTERVAL_METHOD},
        "rows": [asdict(row) for row in rows],
    }


def summary_from_json(text: str | bytes) -> list[SummaryRow]:
    """Reads ``summary.json``.

    Raises:
        ValueError: It is damaged; the message says how.
    """
    try:
        return _SummaryFile.model_validate_json(text).rows
    except ValidationError as error:
        raise ValueError(first_problem(error)) from error
