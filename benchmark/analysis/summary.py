"""Means and intervals per method and metric."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from benchmark.analysis.interval import crossed_estimate
from benchmark.analysis.level import LEVEL
from benchmark.contracts.metric import Direction
from benchmark.store.costs import COST_COLUMNS, DISTURBED, PROCESSOR_TIME, TIME
from benchmark.store.records import RunRecords, SetScore, SummaryRow, UnitStatus, backbone_names
from benchmark.store.results import score_columns

if TYPE_CHECKING:
    import pandas as pd

SCHEMA_VERSION = 1
INTERVAL_METHOD = (
    "t interval with the two-way standard error over contents and styles, one degree of freedom fewer than the scarcer "
    "of the two has levels, cut to the range of the metric; none from one content or one style"
)


def summarize(
    manifest: Mapping[str, Any], scores_of: Callable[[str, str], pd.DataFrame], set_scores: Sequence[SetScore] = ()
) -> list[SummaryRow]:
    """Summarizes the scores and the costs of a run.

    Args:
        manifest: What was run.
        scores_of: Returns ``content``, ``style`` and score of the successful units of a method, given the names of the
            method and of the column of scores. It is called once for each, one after another.
        set_scores: Scores of all images of a method at once.

    Returns:
        One row per method and column, methods in the order of the run; then one per method and set metric.
    """
    models = {model["role"]: model["name"] for model in manifest["models"]}
    metrics = {metric["name"]: metric for metric in manifest["metrics"]}
    columns: list[tuple[str, Direction, tuple[str, ...]]] = [
        (column, Direction(metric["direction"]), backbone_names(metric["backbone"]))
        for metric in manifest["metrics"]
        for column in score_columns([metric])
    ]
    columns += [(column, Direction.LOWER, ()) for column in COST_COLUMNS]
    bounds = {name: (metric.get("minimum"), metric.get("maximum")) for name, metric in metrics.items()}
    bounds |= dict.fromkeys(COST_COLUMNS, (0.0, None))
    methods = {method["name"]: method for method in manifest["methods"]}
    return [
        *(
            _with_warning(
                _row(
                    method,
                    column,
                    direction,
                    backbones,
                    scores_of(name, column),
                    models,
                    bounds.get(column, (None, None)),
                ),
                scores_of,
            )
            for name, method in methods.items()
            for column, direction, backbones in columns
        ),
        *(_set_row(score, methods[score.method], metrics[score.metric], models) for score in set_scores),
    ]


def _row(
    method: Mapping[str, Any],
    column: str,
    direction: Direction,
    backbones: Sequence[str],
    scores: pd.DataFrame,
    models: Mapping[str, str],
    bounds: tuple[float | None, float | None] | None,
) -> SummaryRow:
    scored = scores[scores[column].notna()]
    values = scored[column].astype("float64")
    interval = crossed_estimate(values, scored["content"], scored["style"]).interval if len(scored) else None
    if interval and bounds:
        interval = interval.within(*bounds)
    return SummaryRow(
        method=method["name"],
        metric=column,
        mean=float(values.mean()) if len(scored) else None,
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        n=len(scored),
        contents=int(scored["content"].nunique()),
        styles=int(scored["style"].nunique()),
        direction=direction,
        circular=is_circular(backbones, method["optimises"], models),
        control=method["control"],
    )


def _with_warning(row: SummaryRow, scores_of: Callable[[str, str], pd.DataFrame]) -> SummaryRow:
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
    is_disturbed = any(row.warning for row in run.summary if row.metric == TIME)
    has_other = any(row.mean is not None for row in run.summary if row.metric == PROCESSOR_TIME)
    return PROCESSOR_TIME if is_disturbed and has_other and run.provenance.get("device") == "cpu" else TIME


def scores_in(units: pd.DataFrame) -> Callable[[str, str], pd.DataFrame]:
    """Returns a function that reads the scores for ``summarize`` from a whole table of results."""
    done = dict(iter(units[units["status"] == UnitStatus.OK].groupby("method")))
    return lambda method, column: done.get(method, units[:0])[["content", "style", column]]


def _set_row(
    score: SetScore, method: Mapping[str, Any], metric: Mapping[str, Any], models: Mapping[str, str]
) -> SummaryRow:
    return SummaryRow(
        method=score.method,
        metric=score.metric,
        mean=score.value,
        low=None,
        high=None,
        n=score.n,
        contents=score.contents,
        styles=score.styles,
        direction=Direction(metric["direction"]),
        circular=is_circular(backbone_names(metric["backbone"]), method["optimises"], models),
        control=method["control"],
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


def known_set_scores(rows: Sequence[SummaryRow]) -> list[SetScore]:
    """The scores of all images of a method at once that a summary holds, without those that could not be made."""
    return [
        SetScore(row.method, row.metric, row.mean, row.n, row.contents, row.styles, row.images_sha256, row.warning)
        for row in rows
        if row.images_sha256 and row.mean is not None
    ]


def summary_to_json(rows: Sequence[SummaryRow]) -> dict[str, Any]:
    """The contents of ``summary.json``."""
    return {
        "schema_version": SCHEMA_VERSION,
        "interval": {"level": LEVEL, "method": INTERVAL_METHOD},
        "rows": [asdict(row) for row in rows],
    }


def summary_from_json(value: Mapping[str, Any]) -> list[SummaryRow]:
    """Reads the contents of ``summary.json``.

    Raises:
        KeyError: Something is missing.
        TypeError: Something is of the wrong type.
    """
    return [SummaryRow(**{**row, "direction": Direction(row["direction"])}) for row in value["rows"]]
