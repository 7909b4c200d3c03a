"""The figure of pictures for a paper: cases × methods, with what is to be said below it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from benchmark.analysis.distinguishing_cases import deciding_metrics
from benchmark.wording import format_count
from reports.figures.detail_window import WIDTH_SHARE
from reports.figures.lettering import clean
from reports.figures.picture_grid import WIDTH, draw_grid
from reports.figures.picture_rows import picture_cases, picture_columns, read_rows
from reports.tables.style_titles import describe_style
from reports.tables.titles import metric_titles, network_notes, shorten

if TYPE_CHECKING:
    from benchmark.store.records import RunRecords
    from reports.figures.picture_rows import PictureColumn, PictureRow

NAME: Final = "qualitative"
TITLE: Final = "Qualitative comparison"
MOST_METHODS: Final = 8
MOST_CASES: Final = 6
"""More of either make several figures: smaller pictures show nothing on paper."""
_LONGEST_REASON: Final = 160
_WHOLE_HEAD: Final = 24
"""Letters up to which a column's head shows a title whole."""

ItemT = TypeVar("ItemT")


@dataclass(frozen=True)
class PictureFigure:
    """A figure of pictures, or the reason why there is none.

    Attributes:
        name: Name in snake_case, unique within a run.
        title: Heading.
        svg: The figure; empty where it could not be drawn.
        width: Its width, as a share of the text of a page.
        caption: What is to be said of it, in sentences of plain text.
        problem: Why it could not be drawn, in one line, or empty.
    """

    name: str
    title: str
    svg: str = ""
    width: float = 1.0
    caption: tuple[str, ...] = ()
    problem: str = ""


def draw_pictures(run: RunRecords, cases: Sequence[str] = (), methods: Sequence[str] = ()) -> tuple[PictureFigure, ...]:
    """Draws the pictures of a run: content and style at the left, a column a method, controls last.

    Args:
        run: The run.
        cases: Names of the cases; by default those that tell the methods apart best.
        methods: Names of the methods and controls; by default all.

    Returns:
        One figure; several where there are too many methods or cases for one; none where the run has made no picture.
    """
    columns = picture_columns(run, methods)
    chosen = picture_cases(run, columns, cases)
    if not columns or not chosen:
        return ()
    rows = read_rows(run, chosen, columns)
    if not any(row.cells[column.name].pictures for row in rows for column in columns):
        cell = next(row.cells[column.name] for row in rows for column in columns)
        return (PictureFigure(NAME, TITLE, problem=clean(f"no picture of a method can be shown ({cell.problem})")),)
    controls = [column for column in columns if column.control]
    groups = _evenly([column for column in columns if not column.control], MOST_METHODS) or [[]]
    parts = [
        (part, group + (controls if group is groups[-1] else []))
        for part in _evenly(rows, MOST_CASES)
        for group in groups
    ]
    figures = []
    for number, (part, group) in enumerate(parts, start=1):
        drawing = draw_grid(part, group)
        name, title = (NAME, TITLE) if len(parts) == 1 else (f"{NAME}_{number}", f"{TITLE} ({number} of {len(parts)})")
        caption = tuple(map(clean, _caption(run, part, group, named=bool(cases))))
        figures.append(PictureFigure(name, title, drawing.svg, min(1.0, drawing.width / WIDTH), caption))
    return tuple(figures)


def _evenly(items: Sequence[ItemT], most: int) -> list[list[ItemT]]:
    """Divides items into as few groups of at most ``most`` as possible, which differ by one at most."""
    count = math.ceil(len(items) / most)
    ends = [round(len(items) * part / count) for part in range(count + 1)] if count else []
    return [list(items[start:end]) for start, end in itertools.pairwise(ends)]


def _caption(
    run: RunRecords, rows: Sequence[PictureRow], columns: Sequence[PictureColumn], *, named: bool
) -> Iterator[str]:
    """Yields sentences with a full stop."""
    methods = [column.title for column in columns if not column.control]
    controls = [column.title for column in columns if column.control]
    noun = "control" if len(controls) == 1 else "controls"
    shown = [format_count(len(methods), "method")] * bool(methods) + [noun] * bool(controls)
    yield f"{format_count(len(rows), 'case')} of {len(run.cases)} by {' and '.join(shown)}."
    yield _rule(run, named=named)
    yield f"Rows, content and style: {'; '.join(map(_describe, rows))}."
    if controls:
        yield f"Right column{', from above' * (len(controls) > 1)}: the {noun} {', '.join(controls)}."
    if readers := [column.title for column in columns if column.reads_prompt]:
        prompts = "; ".join(f"“{shorten(row.case.prompt, _LONGEST_REASON)}”" for row in rows)
        yield f"{', '.join(readers)} did not see the style's picture but read its prompt, by row: {prompts}."
    if any(len(title) > _WHOLE_HEAD for title in methods):
        yield f"Columns, from left: {', '.join(methods)}."
    found = {row.is_alone for row in rows if row.window}
    if found:
        yield _enlargement(found)
    missing = _missing(rows, columns)
    if missing:
        yield f"Without a picture: {missing}."
    for note in network_notes(run, (), [column.name for column in columns]):
        yield f"{note}."


def _enlargement(alone: Collection[bool]) -> str:
    """Says how windows were found: between methods, or from the content in rows with a single picture, or both."""
    between = "in which details (colours less their blurred surroundings) vary most between the methods"
    changed = "in which the method changed details (colours less their blurred surroundings) most"
    found = changed if False not in alone else between
    both = "; in rows with one method's picture, that which it changed most" if len(alone) == 2 else ""
    return (
        f"Framed: the window that is enlarged {1 / WIDTH_SHARE:.1f} times below each picture, the same for all of a "
        f"case, chosen by rule: that {found}{both}."
    )


def _rule(run: RunRecords, *, named: bool) -> str:
    if named:
        return "The cases were named, not chosen by a rule."
    titles = metric_titles(run)
    metrics = ", ".join(titles[metric.name] for metric in deciding_metrics(run))
    if not metrics:
        return "The cases are the first of different contents and styles; there are no scores to choose them by."
    return (
        "The cases are chosen by rule: those whose scores differ most between the methods (variance in units of each "
        f"metric's, averaged over {metrics}), first of contents and styles that no chosen case shows."
    )


def _describe(row: PictureRow) -> str:
    styles = " + ".join(shorten(describe_style(style)) for style in row.styles) or shorten(row.case.style)
    return f"{shorten(row.title)}, {styles}"


def _missing(rows: Sequence[PictureRow], columns: Sequence[PictureColumn]) -> str:
    """Says what has no picture and why, each reason once."""
    places: dict[str, list[str]] = {}
    for number, row in enumerate(rows, start=1):
        cells = [("content", row.content), ("style", row.style)]
        cells += [(column.title, row.cells[column.name]) for column in columns]
        for title, cell in cells:
            if cell.problem:
                places.setdefault(shorten(cell.problem, _LONGEST_REASON), []).append(f"{title} in row {number}")
    return "; ".join(f"{', '.join(found)} ({reason})" for reason, found in places.items())
