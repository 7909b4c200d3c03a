"""Tidy tables of a run's means and comparisons: a row a number, a column a fact about it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from benchmark.analysis.column_order import questions_of_columns
from benchmark.store.records import RunRecords

if TYPE_CHECKING:
    import pandas as pd

    from benchmark.analysis.comparison import MethodComparison

UNTOLD: Final = "cannot be told"
"""In place of the better method where no difference is shown."""
_MEANS: Final = {
    "metric": "str",
    "method": "str",
    "mean": "float64",
    "low": "float64",
    "high": "float64",
    "cases": "int64",
    "contents": "int64",
    "styles": "int64",
    "question": "str",
    "direction": "str",
    "control": "bool",
    "circular": "bool",
    "warning": "str",
}
_COMPARISONS: Final = {
    "metric": "str",
    "first": "str",
    "second": "str",
    "difference": "float64",
    "low": "float64",
    "high": "float64",
    "p": "float64",
    "p_holm": "float64",
    "effect": "float64",
    "first_wins": "int64",
    "second_wins": "int64",
    "cases": "int64",
    "better": "str",
    "detectable": "float64",
    "circular": "str",
    "note": "str",
}


def tabulate_means(run: RunRecords) -> pd.DataFrame:
    """Makes the table of a run's means, in the order of its report.

    Args:
        run: The run.

    Returns:
        One row per metric or cost and method.
    """
    questions = questions_of_columns(run)
    methods = [method.name for method in sorted(run.methods, key=lambda method: method.control)]
    found = {(row.metric, row.method): row for row in run.summary}
    rows = [found[metric, method] for metric in questions for method in methods if (metric, method) in found]
    return _table(
        (
            (
                row.metric,
                row.method,
                row.mean,
                row.low,
                row.high,
                row.n,
                row.contents,
                row.styles,
                questions[row.metric],
                str(row.direction),
                row.control,
                row.circular,
                row.warning,
            )
            for row in rows
        ),
        _MEANS,
    )


def tabulate_comparisons(run: RunRecords, comparisons: Iterable[MethodComparison]) -> pd.DataFrame:
    """Makes a table of paired comparisons.

    Args:
        run: The run, which tells circular scores.
        comparisons: Comparisons of its methods.

    Returns:
        One row per comparison. What cannot be told from one content or one style is missing.
    """
    circular = {(row.metric, row.method) for row in run.summary if row.circular}
    return _table(
        (
            (
                one.metric,
                one.first,
                one.second,
                one.difference.mean,
                one.corrected.low if one.corrected else None,
                one.corrected.high if one.corrected else None,
                None if one.difference.standard_error is None else one.p_value,
                None if one.difference.standard_error is None else one.p_holm,
                one.effect,
                one.first_wins,
                one.second_wins,
                one.difference.cases,
                one.better or UNTOLD,
                one.detectable,
                ", ".join(name for name in (one.first, one.second) if (one.metric, name) in circular),
                one.disagreement,
            )
            for one in comparisons
        ),
        _COMPARISONS,
    )


def _table(rows: Iterable[tuple[object, ...]], types: dict[str, str]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame.from_records(list(rows), columns=list(types)).astype(types)
