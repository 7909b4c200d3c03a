"""What a figure of pictures shows: cases in rows, content and style, then a picture of each method and control."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from benchmark.analysis.distinguishing_cases import distinguishing_cases
from benchmark.store.records import UnitStatus
from benchmark.store.run_files import UnreadablePictureError, read_picture
from reports.figures.detail_window import DetailWindow, find_detail_window
from reports.tables.formatting import field_of
from reports.tables.titles import method_titles
from reports.tables.units import Unit, methods_before_controls, read_units

if TYPE_CHECKING:
    from PIL import Image

    from benchmark.store.records import CaseRecord, MethodRecord, RunRecords

CASES: Final = 4
"""Number of cases that the rule chooses: as many as leave room for a caption on a page."""
WINDOW_ASPECT: Final = 0.5
"""Height of an enlarged window by its width."""


@dataclass(frozen=True)
class PictureColumn:
    """A method or control that a figure shows."""

    name: str
    title: str
    control: bool
    reads_prompt: bool


@dataclass(frozen=True)
class PictureCell:
    """Pictures of a case, or what stands in their place.

    Attributes:
        pictures: One, several for a case with several styles, or none.
        words: What stands there without a picture: a prompt, or a few words on what happened.
        problem: Why there is no picture where there should be one.
        is_prompt: Whether the words are a prompt.
    """

    pictures: tuple[Image.Image, ...] = ()
    words: str = ""
    problem: str = ""
    is_prompt: bool = False


@dataclass(frozen=True)
class PictureRow:
    """A case of a figure of pictures.

    Attributes:
        case: The case.
        title: Title of its content.
        styles: Its styles with all their fields and their weights.
        content: Its content.
        style: Its styles' pictures, or its prompt.
        cells: A picture by the name of each method and control.
        window: The part of the pictures that is enlarged, the same in all of them, if any.
        is_alone: Whether there is one picture of a method only, so that the window shows what it changed.
    """

    case: CaseRecord
    title: str
    styles: tuple[Mapping[str, Any], ...]
    content: PictureCell
    style: PictureCell
    cells: Mapping[str, PictureCell]
    window: DetailWindow | None
    is_alone: bool = False


def picture_columns(run: RunRecords, names: Sequence[str] = ()) -> tuple[PictureColumn, ...]:
    """Returns the methods that a figure shows, then the controls.

    Args:
        run: The run.
        names: Names of those that are shown, in this order; by default all.
    """
    titles = method_titles(run)
    known = {method.name: method for method in methods_before_controls(run)}
    chosen: list[MethodRecord] = [known[name] for name in (names or known) if name in known]
    return tuple(
        PictureColumn(method.name, titles[method.name], method.control, method.condition == "text")
        for method in sorted(chosen, key=lambda method: method.control)
    )


def picture_cases(run: RunRecords, columns: Sequence[PictureColumn], names: Sequence[str] = ()) -> list[CaseRecord]:
    """Returns the cases that a figure shows: those that tell its methods apart best, or those that are named.

    Args:
        run: The run.
        columns: The methods and controls that it shows.
        names: Names of the cases, in this order.
    """
    if names:
        known = {case.id: case for case in run.cases}
        return [known[name] for name in names if name in known]
    shown = {column.name for column in columns}
    compared = replace(run, methods=tuple(method for method in run.methods if method.name in shown))
    return list(distinguishing_cases(compared, CASES))


def read_rows(run: RunRecords, cases: Sequence[CaseRecord], columns: Sequence[PictureColumn]) -> tuple[PictureRow, ...]:
    """Reads the pictures of cases, and finds the window of each that is enlarged.

    Args:
        run: The run.
        cases: The cases.
        columns: The methods and controls.
    """
    units = read_units(run)
    contents = {field_of(content, "id"): content for content in run.contents}
    styles = {field_of(style, "id"): style for style in run.styles}
    rows = []
    for case in cases:
        content = contents.get(case.content, {})
        shown = tuple(styles.get(field_of(style, "id"), {}) | dict(style) for style in case.styles)
        first = _read(run, [field_of(content, "thumbnail")])
        cells = {column.name: _method_cell(run, units.get((column.name, case.id))) for column in columns}
        made = [picture for column in columns if not column.control for picture in cells[column.name].pictures]
        is_alone = len(made) == 1
        row = PictureRow(
            case=case,
            title=field_of(content, "title", "subject") or case.content,
            styles=shown,
            content=first,
            style=_style_cell(run, case, shown),
            cells=cells,
            window=find_detail_window([*made, *first.pictures] if is_alone else made, WINDOW_ASPECT),
            is_alone=is_alone,
        )
        rows.append(row)
    return tuple(rows)


def _style_cell(run: RunRecords, case: CaseRecord, styles: Sequence[Mapping[str, Any]]) -> PictureCell:
    paths = [
        field_of(style, "thumbnail") for style in styles if field_of(style, "thumbnail") or field_of(style, "image")
    ]
    if not paths:
        return PictureCell(words=case.prompt or "no picture", is_prompt=bool(case.prompt))
    return _read(run, paths)


def _method_cell(run: RunRecords, unit: Unit | None) -> PictureCell:
    if unit is None:
        return PictureCell(words="not run", problem="not run yet")
    if unit.status != UnitStatus.OK:
        return PictureCell(words=unit.status, problem=f"{unit.status}: {unit.error or 'no reason was recorded'}")
    return _read(run, [unit.image])


def _read(run: RunRecords, paths: Sequence[str]) -> PictureCell:
    try:
        return PictureCell(tuple(read_picture(path, run.directory, run.folders) for path in paths))
    except UnreadablePictureError as error:
        return PictureCell(words="no picture", problem=f"{error}: {', '.join(filter(None, paths)) or 'no path'}")
