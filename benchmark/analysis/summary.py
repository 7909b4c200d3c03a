"""Means and intervals per method and metric."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from pydantic import BaseModel, ValidationError

from benchmark.analysis.design import Factors, factors_of
from benchmark.analysis.interval import estimate_with
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

ScoresOf: TypeAlias = Callable[[str, Sequence[str]], "Iterable[pd.DataFrame]"]
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
    scores_of: ScoresOf,
    set_scores: Sequence[SetScore] = (),
) -> list[SummaryRow]:
    """Summarizes the scores and the costs of a run.

    Args:
        methods: The methods of the run.
        metrics: Its metrics.
        models: Its pretrained networks.
        scores_of: Gives the ``content``, the ``style`` and scores of the units of a method that ended well, by the
            names of the method and of the columns, some columns at a time.
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
        *(row for method in methods for row in _rows(method, columns, scores_of, names)),
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


def _rows(
    method: MethodRecord, columns: Sequence[_Column], scores_of: ScoresOf, models: Mapping[str, str]
) -> Iterator[SummaryRow]:
    by_name = {column.name: column for column in columns}
    for scores in scores_of(method.name, list(by_name)):
        # Most columns have a score of every unit, and so the same contents and styles.
        factors = factors_of(scores["content"], scores["style"])
        for name in scores.columns[2:]:
            values, is_scored = scores[name], scores[name].notna().to_numpy()
            scored = factors
            if not is_scored.all():
                values = values[is_scored]
                scored = factors_of(scores["content"][is_scored], scores["style"][is_scored])
            row = _row(method, by_name[name], values.astype("float64"), scored, models)
            yield _with_warning(row, method, scores_of)


def _row(
    method: MethodRecord, column: _Column, values: pd.Series, factors: Factors, models: Mapping[str, str]
) -> SummaryRow:
    interval = estimate_with(values, factors).interval if len(values) else None
    if interval:
        interval = interval.within(*column.bounds)
    return SummaryRow(
        method=method.name,
        metric=column.name,
        mean=float(values.mean()) if len(values) else None,
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        n=len(values),
        contents=factors.contents,
        styles=factors.styles,
        direction=column.direction,
        circular=is_circular(column.backbones, method.optimises, models),
        control=method.control,
    )


def _with_warning(row: SummaryRow, method: MethodRecord, scores_of: ScoresOf) -> SummaryRow:
    if row.metric == TIME and row.n and (words := _UNMEASURED.get(method.timing)):
        return replace(row, warning=words)
    if row.metric != TIME:
        return row
    (scores,) = scores_of(row.method, ["disturbed"])
    return replace(row, warning=DISTURBED) if scores["disturbed"].astype("boolean").any() else row


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
