"""The first screen: a few cases that tell the methods apart, a column a method, and what the numbers carry in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from benchmark.analysis.distinguishing_cases import distinguishing_cases
from reports.html.gallery import CaseRow, build_rows
from reports.tables.findings import HeadlineMetric, build_findings, headline_metrics
from reports.tables.formatting import MINUS
from reports.tables.ranking import QUESTIONS
from reports.tables.units import methods_before_controls

if TYPE_CHECKING:
    from benchmark.analysis.anchoring import AnchoredScore
    from benchmark.analysis.statistics import RunStatistics
    from benchmark.store.records import CaseRecord, RunRecords
    from reports.html.picture_source import PictureSource
    from reports.tables.ranking import Scores
    from reports.tables.units import Unit

SIDE: Final = 256
"""The longer side of its pictures in pixels."""
MANY_METHODS: Final = 7
"""With so many rows, fewer cases leave the tables on the first screen."""


@dataclass(frozen=True)
class Number:
    """A score between the controls: its axis, its text, and the metric that it is by."""

    axis: str
    text: str
    metric: str


@dataclass(frozen=True)
class OverviewColumn:
    """A method or control with its scores between the controls."""

    name: str
    title: str
    control: bool
    numbers: tuple[Number, ...]


@dataclass(frozen=True)
class Overview:
    """The figure of pictures.

    Attributes:
        columns: The methods, then the controls.
        rows: The cases that are shown; the tiles of each are its content, its style, and one a column.
        total: Number of cases of the run.
        headlines: The metrics of the numbers.
        findings: What the numbers carry, in sentences.
    """

    columns: tuple[OverviewColumn, ...]
    rows: tuple[CaseRow, ...]
    total: int
    headlines: tuple[HeadlineMetric, ...]
    findings: tuple[str, ...]


def overview_cases(run: RunRecords) -> tuple[CaseRecord, ...]:
    """Chooses the cases of the figure: six, or four where there are many methods.

    Args:
        run: The run.
    """
    return distinguishing_cases(run, most=4 if len(run.methods) >= MANY_METHODS else 6)


def build_overview(
    run: RunRecords,
    units: Mapping[tuple[str, str], Unit],
    pictures: PictureSource,
    scores: Scores,
    statistics: RunStatistics,
    cases: Sequence[CaseRecord],
) -> Overview | None:
    """Arranges the figure.

    Args:
        run: The run.
        units: Its units.
        pictures: Its pictures.
        scores: Its tables of scores.
        statistics: Its statistics.
        cases: The cases that are shown.

    Returns:
        The figure, or ``None`` where there is no picture of a method yet.
    """
    if not cases:
        return None
    headlines = headline_metrics(run, statistics.anchored)
    anchored = {(entry.metric, entry.method): entry for entry in statistics.anchored}
    columns = tuple(
        OverviewColumn(
            method.name,
            method.title or method.name,
            method.control,
            tuple(
                Number(QUESTIONS[headline.axis][0], _digits(entry), headline.title)
                for headline in headlines
                if (entry := anchored.get((headline.name, method.name))) is not None
            ),
        )
        for method in methods_before_controls(run)
    )
    return Overview(
        columns=columns,
        rows=build_rows(run, units, pictures, cases, SIDE),
        total=len(run.cases),
        headlines=headlines,
        findings=build_findings(run, scores, statistics, headlines),
    )


def _digits(entry: AnchoredScore) -> str:
    return f"{entry.score:.2f}".replace("-", MINUS)
