"""The tables of scores, one for each question: methods × metrics, means with intervals, and the best of each column."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from benchmark.analysis.best import Best, best_methods
from benchmark.analysis.column_order import OTHER, questions_of_columns
from benchmark.analysis.networks import networks_of_run
from benchmark.contracts.metric import Axis, Direction
from benchmark.store.cost_columns import DISTURBED, PROCESSOR_TIME, TIME, UNMEASURED
from benchmark.wording import format_count
from reports.tables.formatting import (
    NOTHING,
    NumberFormat,
    format_bytes,
    format_seconds,
    number_format,
    number_of,
)
from reports.tables.interval_bar import IntervalBar, IntervalScale
from reports.tables.origins import describe_origins
from reports.tables.verdicts import Mark, Verdicts

if TYPE_CHECKING:
    from benchmark.analysis.comparison import MethodComparison
    from benchmark.analysis.networks import Networks
    from benchmark.store.records import RunRecords, SummaryRow

QUESTIONS: Final = {
    Axis.CONTENT.value: ("Content", "Is the content still there?"),
    Axis.STYLE.value: ("Style", "Is the manner of the style image there?"),
    Axis.TEXT.value: ("Text", "Does the picture say what the prompt says?"),
    OTHER: ("Other", "Further scores"),
    Axis.COST.value: ("Cost", "What did it cost?"),
}
COSTS: Final[dict[str, tuple[str, NumberFormat]]] = {
    TIME: ("Time per picture", format_seconds),
    PROCESSOR_TIME: ("Processor time per picture", format_seconds),
    "peak_memory_bytes": ("Peak memory", format_bytes),
}
DIRECTIONS: Final = {
    Direction.HIGHER: ("↑", "higher is better"),
    Direction.LOWER: ("↓", "lower is better"),
    Direction.NEITHER: ("", "describes, does not rank"),
}


@dataclass(frozen=True)
class Column:
    """A metric as a column. ``is_set_metric`` says that its numbers are each of all images of a method.

    ``network`` names the networks that it is computed with; ``mark`` marks those that stand in for published ones.
    """

    name: str
    title: str
    unit: str
    summary: str
    axis: str
    arrow: str
    direction: Direction
    direction_words: str
    is_set_metric: bool = False
    network: str = ""
    mark: str = ""


@dataclass(frozen=True)
class Cell:
    """One mean. ``n`` is given only where fewer cases were scored than there are.

    ``warning`` is the reason why the number is not reliable; it is then never the best. ``note`` explains the mark.
    Where methods of the column have scores for different cases, ``shared`` is the mean over the shared cases, or a dash
    where there are none, and ``order`` is its number, by which rows are sorted.
    """

    column: Column
    value: float | None
    text: str
    interval: str
    n: int | None
    circular: bool
    mark: Mark
    bar: IntervalBar | None
    warning: str = ""
    note: str = ""
    shared: str = ""
    shared_bar: IntervalBar | None = None
    order: float | None = None


@dataclass(frozen=True)
class Row:
    """A method or control with its cells, one per column. ``n`` is given where all its cells share it.

    ``stand_ins`` names its networks that stand in for published ones; ``mark`` is their mark.
    """

    method: str
    title: str
    cells: tuple[Cell, ...]
    n: int | None = None
    stand_ins: str = ""
    mark: str = ""


@dataclass(frozen=True)
class Ranking:
    """The table of one question: controls stay apart from the methods and are never the best.

    ``notes`` explain the marks of the networks that its columns and rows name.
    """

    axis: str
    title: str
    question: str
    columns: tuple[Column, ...]
    methods: tuple[Row, ...]
    controls: tuple[Row, ...]
    notes: tuple[str, ...] = ()

    @property
    def rows(self) -> tuple[Row, ...]:
        """Methods, then controls."""
        return (*self.methods, *self.controls)


@dataclass(frozen=True)
class Scores:
    """All tables of a run, over ``cases`` cases. ``notes`` explain the marks of networks.

    ``uneven`` explains how the best were found where methods have scores for different cases; ``origins`` says where
    pictures come from that no plugin made; ``costs_apart`` why no costs are compared, where they are not.
    """

    rankings: tuple[Ranking, ...]
    cases: int
    uneven: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    costs_apart: str = ""

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The cells of all tables."""
        return tuple(cell for ranking in self.rankings for row in ranking.rows for cell in row.cells)

    @property
    def has_circular(self) -> bool:
        """Whether a circular score is shown."""
        return any(cell.circular for cell in self.cells)

    @property
    def has_set_metrics(self) -> bool:
        """Whether a set metric is shown."""
        return any(cell.column.is_set_metric for cell in self.cells)

    @property
    def has_controls(self) -> bool:
        """Whether there are controls."""
        return any(ranking.controls for ranking in self.rankings)

    @property
    def has_few_images(self) -> bool:
        """Whether a number is shown that is from too few images to be reliable."""
        return any(cell.warning and cell.column.name not in COSTS for cell in self.cells)

    @property
    def has_disturbed(self) -> bool:
        """Whether a duration is shown that other processes disturbed."""
        return any(cell.warning == DISTURBED for cell in self.cells)

    @property
    def warnings(self) -> tuple[str, ...]:
        """The reasons why some numbers are not reliable, each once, with its metric."""
        warned = (cell for cell in self.cells if cell.warning)
        return tuple(dict.fromkeys(f"{cell.column.title}, {cell.warning}" for cell in warned))


def build_scores(run: RunRecords, comparisons: Sequence[MethodComparison]) -> Scores:
    """Arranges the summary of a run; nothing is computed anew.

    Args:
        run: The run.
        comparisons: The paired comparisons of its methods, which decide what is marked as not worse than the best.
    """
    by_unit = {(row.method, row.metric): row for row in run.summary}
    names = {method.name: (method.title or method.name, method.control) for method in run.methods}
    for row in run.summary:
        names.setdefault(row.method, (row.method, row.control))
    verdicts = Verdicts(comparisons)
    networks = networks_of_run(run)
    columns = _columns(run, networks)
    rows_of = {column.name: {name: by_unit.get((name, column.name)) for name in names} for column in columns}
    best = {
        name: Best() if run.costs_apart and name in COSTS else best_methods(run, _competing(rows.values()))
        for name, rows in rows_of.items()
    }
    cells = {
        column.name: _cells(column, rows_of[column.name], len(run.cases), best[column.name], verdicts)
        for column in columns
    }
    rankings = []
    for axis in dict.fromkeys(column.axis for column in columns):
        shown = tuple(column for column in columns if column.axis == axis)
        rows = [
            (_row(name, title, tuple(cells[column.name][name] for column in shown), networks), control)
            for name, (title, control) in names.items()
        ]
        rankings.append(
            Ranking(
                axis,
                *QUESTIONS[axis],
                columns=shown,
                methods=tuple(row for row, control in rows if not control),
                controls=tuple(row for row, control in rows if control),
                notes=networks.notes([column.name for column in shown], names),
            )
        )
    titles = {name: title for name, (title, _) in names.items()}
    return Scores(
        tuple(rankings),
        len(run.cases),
        _uneven({column.title: best[column.name] for column in columns}, titles),
        networks.notes([column.name for column in columns], names),
        describe_origins(run.methods),
        run.costs_apart,
    )


def _uneven(best: dict[str, Best], titles: dict[str, str]) -> tuple[str, ...]:
    """Explains in sentences how the best were found where methods have scores for different cases."""
    counts = {found.shared_cases for found in best.values() if found.shared_cases}
    without = [title for title, found in best.items() if found.shared_cases == 0]
    sentences = []
    if counts:
        number = format_count(max(counts), "case") if len(counts) == 1 else f"{min(counts):,} to {max(counts):,} cases"
        sentences.append(
            f"Means are over the cases that each method answered. Where these differ, the best is decided on the"
            f" {number} that all compared methods answered; means over these stand behind a slash, and these alone"
            " compare."
        )
    left_out: dict[str, list[str]] = {}
    for title, found in best.items():
        for name in found.left_out:
            left_out.setdefault(titles.get(name, name), []).append(title)
    sentences += [
        f"{method} answered too few cases to be compared by {', '.join(columns)}."
        for method, columns in left_out.items()
    ]
    if without:
        sentences.append(f"None is called best where methods answered different cases only: {', '.join(without)}.")
    return tuple(sentences)


def _row(name: str, title: str, cells: tuple[Cell, ...], networks: Networks) -> Row:
    counts = {cell.n for cell in cells if cell.value is not None}
    row = Row(name, title, cells, stand_ins=networks.stand_ins(name), mark=networks.method_mark(name))
    if len(counts) != 1:
        return row
    return replace(row, cells=tuple(replace(cell, n=None) for cell in cells), n=counts.pop())


def _columns(run: RunRecords, networks: Networks) -> tuple[Column, ...]:
    records = {metric.name: metric for metric in run.metrics}
    directions = {row.metric: row.direction for row in run.summary}
    columns: list[Column] = []
    for name, axis in questions_of_columns(run).items():
        record, direction = records.get(name), Direction(directions[name])
        arrow, words = DIRECTIONS[direction]
        columns.append(
            Column(
                name=name,
                title=record.title or name if record else COSTS.get(name, (name,))[0],
                unit=record.unit if record else "",
                summary=record.summary if record else "",
                axis=axis,
                arrow=arrow,
                direction=direction,
                direction_words=words,
                is_set_metric=record is not None and record.sample_size is not None,
                network=networks.metric(name),
                mark=networks.metric_mark(name),
            )
        )
    return tuple(columns)


def _cells(
    column: Column, rows: dict[str, SummaryRow | None], cases: int, best: Best, verdicts: Verdicts
) -> dict[str, Cell]:
    present = [row for row in rows.values() if row is not None]
    ends = [*(end for row in present for end in _ends(row)), *best.means.values()]
    show = COSTS[column.name][1] if column.name in COSTS else number_format(ends)
    if column.name in COSTS:
        # An interval of a cost may reach zero, which a logarithmic scale can only show at its end.
        ends = [end for end in ends if end > 0 or any(row.mean == end for row in present)]
    scale = IntervalScale.over(ends, logarithmic=column.name in COSTS)
    return {name: _cell(column, row, cases, show, scale, best, verdicts) for name, row in rows.items()}


def _cell(
    column: Column,
    row: SummaryRow | None,
    cases: int,
    show: NumberFormat,
    scale: IntervalScale,
    best: Best,
    verdicts: Verdicts,
) -> Cell:
    mean = number_of(row.mean) if row else None
    if row is None or mean is None:
        return Cell(column, None, NOTHING, "", None, bool(row and row.circular), Mark.NONE, None)
    low, high = number_of(row.low), number_of(row.high)
    mark, note = (Mark.BEST, _best_note(best)) if row.method in best.methods else (Mark.NONE, "")
    if mark is Mark.NONE and _eligible(row):
        mark, note = verdicts.beside(row.method, row.metric, best.methods, show)
    ends = (show(low), show(high)) if low is not None and high is not None else ("", "")
    shared = best.means.get(row.method)
    return Cell(
        column=column,
        value=mean,
        text=show(mean),
        interval=f" {NOTHING} ".join(ends) if ends[0] != ends[1] else "",
        n=row.n if row.n != cases else None,
        circular=row.circular,
        mark=mark,
        bar=scale.bar(mean, low, high),
        warning=row.warning,
        note=note,
        shared=(NOTHING if shared is None else show(shared)) if best.shared_cases is not None else "",
        shared_bar=None if shared is None else scale.bar(shared, None, None),
        order=mean if best.shared_cases is None else shared,
    )


def _ends(row: SummaryRow) -> list[float]:
    numbers = (number_of(value) for value in (row.mean, row.low, row.high))
    return [number for number in numbers if number is not None]


def _competing(rows: Iterable[SummaryRow | None]) -> list[SummaryRow]:
    present = [row for row in rows if row is not None]
    # A duration cannot be called fast by comparison with disturbed ones.
    if any(row.warning == DISTURBED for row in present):
        return []
    # What an author states about another machine competes with nothing, and neither does a share of a duration.
    return [row for row in present if row.warning not in UNMEASURED]


def _eligible(row: SummaryRow) -> bool:
    return not (row.control or row.circular or row.warning) and number_of(row.mean) is not None


def _best_note(best: Best) -> str:
    if not best.shared_cases:
        return ""
    return f"best on the {format_count(best.shared_cases, 'case')} that all compared methods answered"
