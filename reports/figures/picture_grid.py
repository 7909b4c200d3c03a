"""The drawing of a figure of pictures, as SVG. Lengths are points, as in the document that it is for."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree

from reports.figures.detail_window import cut_out
from reports.figures.figure import INK, QUIET
from reports.figures.lettering import FAMILY, break_lines
from reports.figures.picture_rows import WINDOW_ASPECT
from reports.tables.formatting import field_of, number_of

if TYPE_CHECKING:
    from PIL import Image

    from reports.figures.picture_rows import PictureCell, PictureColumn, PictureRow

WIDTH: Final = 496.0
"""Width of the text of a page with two columns."""
_TALLEST: Final = 590.0
_WIDEST_TILE: Final = 110.0
_GAP: Final = 2.5
_GROUP_GAP: Final = 6.0
_ROW_GAP: Final = 5.0
_CONTROL_SHARE: Final = 0.5
"""Width of a control by that of a method: controls stand one above the other beside a row."""
_TALLEST_ASPECT: Final = 1.5
_HEAD_SIZE: Final = 7.0
_NOTE_SIZE: Final = 5.6
_LEADING: Final = 1.18
_HEAD_LINES: Final = 3
_NOTE_LINES: Final = 3
_FRAME: Final = "#e6321e"
_FRAME_WIDTH: Final = 0.7
_EMPTY: Final = "#f1f2f4"
_LONGEST_SIDE: Final = 512
_PIXELS_PER_POINT: Final = 400 / 72
"""Of an enlarged window: finer than print shows."""
_QUALITY: Final = 93


@dataclass(frozen=True)
class _Box:
    left: float
    top: float
    width: float
    height: float

    def fitted(self, aspect: float) -> _Box:
        """Returns the largest box of an aspect (height by width) inside this one, in its middle."""
        width = min(self.width, self.height / aspect)
        return _Box(self.left + (self.width - width) / 2, self.top + (self.height - width * aspect) / 2, width,
                    width * aspect)  # fmt: skip


@dataclass(frozen=True)
class PictureDrawing:
    """A figure as SVG, and its width in points."""

    svg: str
    width: float


def draw_grid(rows: Sequence[PictureRow], columns: Sequence[PictureColumn]) -> PictureDrawing:
    """Draws cases in rows: content and style at the left, then a column a method, then the controls, small.

    Under each picture is its window, enlarged; under the style its title and artist.

    Args:
        rows: The cases, at least one.
        columns: The methods and controls that are shown.
    """
    return _Grid(rows, columns).draw()


class _Grid:
    def __init__(self, rows: Sequence[PictureRow], columns: Sequence[PictureColumn]) -> None:
        self._rows = rows
        self._methods = [column for column in columns if not column.control]
        self._controls = [column for column in columns if column.control]
        self._aspects = [_aspect(row) for row in rows]
        self._tile = self._tile_width()
        self._svg = ElementTree.Element("svg")

    def draw(self) -> PictureDrawing:
        lefts, control_left, width = self._lefts()
        head = _HEAD_SIZE * _LEADING * self._head_lines() + 2
        top = head
        for number, (row, aspect) in enumerate(zip(self._rows, self._aspects, strict=True)):
            if number:
                top += _ROW_GAP
            self._row(row, aspect, top, lefts, control_left)
            top += self._row_height(row, aspect)
        self._heads(lefts, control_left, head)
        height = top + 1
        for name, value in {
            "xmlns": "http://www.w3.org/2000/svg", "width": _digits(width), "height": _digits(height),
            "viewBox": f"0 0 {_digits(width)} {_digits(height)}", "font-family": FAMILY,
        }.items():  # fmt: skip
            self._svg.set(name, value)
        ground = ElementTree.Element("rect", {"width": "100%", "height": "100%", "fill": "white"})
        self._svg.insert(0, ground)
        return PictureDrawing(ElementTree.tostring(self._svg, encoding="unicode"), width)

    def _tile_width(self) -> float:
        """Returns the width of a method's pictures: as wide as the page allows, and no taller."""
        count = 2 + len(self._methods)
        tile = min(_WIDEST_TILE, (WIDTH - self._gaps()) / (count + _CONTROL_SHARE * bool(self._controls)))
        enlarged = sum(row.window is not None for row in self._rows)
        fixed = (
            _HEAD_SIZE * _LEADING * _HEAD_LINES
            + (len(self._rows) - 1) * _ROW_GAP
            + len(self._rows) * _GAP
            + (len(self._rows) - enlarged) * _NOTE_LINES * _NOTE_SIZE * _LEADING
        )
        return min(tile, (_TALLEST - fixed) / (sum(self._aspects) + WINDOW_ASPECT * enlarged))

    def _gaps(self) -> float:
        between = _GAP + (_GROUP_GAP + _GAP * (len(self._methods) - 1) if self._methods else 0)
        return between + _GROUP_GAP * bool(self._controls)

    def _lefts(self) -> tuple[list[float], float, float]:
        """Returns the left edges of content, style and methods, that of the controls, and the width of it all."""
        lefts = [0.0, self._tile + _GAP]
        for number in range(len(self._methods)):
            lefts.append(lefts[-1] + self._tile + (_GAP if number else _GROUP_GAP))
        end = lefts[-1] + self._tile
        if not self._controls:
            return lefts, end, end
        return lefts, end + _GROUP_GAP, end + _GROUP_GAP + _CONTROL_SHARE * self._tile

    def _strip_height(self, row: PictureRow) -> float:
        return WINDOW_ASPECT * self._tile if row.window else _NOTE_LINES * _NOTE_SIZE * _LEADING

    def _row_height(self, row: PictureRow, aspect: float) -> float:
        return self._tile * aspect + _GAP + self._strip_height(row)

    def _head_lines(self) -> int:
        titles = ["Content", *(column.title for column in self._methods)]
        return max(len(break_lines(title, self._tile, _HEAD_SIZE, _HEAD_LINES)) for title in titles)

    def _heads(self, lefts: Sequence[float], control_left: float, bottom: float) -> None:
        titles = ["Content", "Style", *(column.title for column in self._methods)]
        for left, title in zip(lefts, titles, strict=True):
            lines = break_lines(title, self._tile, _HEAD_SIZE, _HEAD_LINES)
            self._text(lines, left + self._tile / 2, bottom - 3 - (len(lines) - 1) * _HEAD_SIZE * _LEADING, _HEAD_SIZE)
        if self._controls:
            middle = control_left + _CONTROL_SHARE * self._tile / 2
            title = "Control" if len(self._controls) == 1 else "Controls"
            self._text([title], middle, bottom - 3, min(_HEAD_SIZE, self._tile / 8), **{"font-style": "italic"})

    def _row(self, row: PictureRow, aspect: float, top: float, lefts: Sequence[float], control_left: float) -> None:
        cells = [row.content, row.style, *(row.cells[column.name] for column in self._methods)]
        below = top + self._tile * aspect + _GAP
        for number, (left, cell) in enumerate(zip(lefts, cells, strict=True)):
            box = _Box(left, top, self._tile, self._tile * aspect)
            strip = _Box(left, below, self._tile, self._strip_height(row))
            self._cell(cell, box)
            if number == 1:
                self._style_note(row, strip)
            elif row.window is not None and cell.pictures:
                self._enlarged(row, cell.pictures[0], box, strip)
        count = len(self._controls)
        if not count:
            return
        height = (self._row_height(row, aspect) - (count - 1) * _GAP) / count
        width = _CONTROL_SHARE * self._tile
        height = min(height, width * aspect)
        for number, column in enumerate(self._controls):
            self._cell(row.cells[column.name], _Box(control_left, top + number * (height + _GAP), width, height))

    def _cell(self, cell: PictureCell, box: _Box) -> None:
        if not cell.pictures:
            self._words(cell, box)
        elif len(cell.pictures) == 1:
            (picture,) = cell.pictures
            self._picture(picture, box.fitted(picture.height / picture.width))
        else:
            self._several(cell.pictures, box)

    def _several(self, pictures: Sequence[Image.Image], box: _Box) -> None:
        """Draws several styles side by side, each cut to its share of the box."""
        from PIL import Image, ImageOps

        across = math.ceil(math.sqrt(len(pictures)))
        down = math.ceil(len(pictures) / across)
        width, height = (box.width - (across - 1) * _GAP / 2) / across, (box.height - (down - 1) * _GAP / 2) / down
        for number, picture in enumerate(pictures):
            row, column = divmod(number, across)
            tall = max(1, min(picture.height, round(picture.width * height / width)))
            cut = ImageOps.fit(picture, (max(1, round(tall * width / height)), tall), Image.Resampling.LANCZOS)
            left, top = box.left + column * (width + _GAP / 2), box.top + row * (height + _GAP / 2)
            self._picture(cut, _Box(left, top, width, height))

    def _words(self, cell: PictureCell, box: _Box) -> None:
        self._rectangle(box, fill=_EMPTY)
        text = f"“{cell.words}”" if cell.is_prompt else cell.words
        size = min(_NOTE_SIZE + 0.4, box.width / 7)
        lines = break_lines(text, box.width - 4, size, max(1, int(box.height / (size * _LEADING)) - 1))
        first = box.top + (box.height - len(lines) * size * _LEADING) / 2 + size
        style = {"font-style": "italic"} if cell.is_prompt else {"fill": QUIET}
        self._text(lines, box.left + box.width / 2, first, size, **style)

    def _style_note(self, row: PictureRow, box: _Box) -> None:
        """Writes the titles of the styles and their artists below them."""
        most = int((box.height + 1) / (_NOTE_SIZE * _LEADING))
        top, number = box.top + _NOTE_SIZE, len(row.styles)
        for style in row.styles:
            share = _share(style)
            title = f"{share}{field_of(style, 'title', 'id') or row.case.style}"
            details = ", ".join(filter(None, (field_of(style, "artist"), field_of(style, "year"))))
            titles = break_lines(title, box.width, _NOTE_SIZE, max(1, min(2, most - (number == 1 and bool(details)))))
            lines = break_lines(details, box.width, _NOTE_SIZE, max(0, most - len(titles))) if number == 1 else ()
            self._text(titles, box.left, top, _NOTE_SIZE, **{"font-style": "italic", "text-anchor": "start"})
            top += len(titles) * _NOTE_SIZE * _LEADING
            self._text(lines, box.left, top, _NOTE_SIZE, **{"fill": QUIET, "text-anchor": "start"})
            most -= len(titles)
            if most <= 0:
                return

    def _enlarged(self, row: PictureRow, picture: Image.Image, box: _Box, strip: _Box) -> None:
        window = row.window
        assert window is not None
        inside = box.fitted(picture.height / picture.width)
        half = _FRAME_WIDTH / 2
        framed = _Box(strip.left + half, strip.top + half, strip.width - 2 * half, strip.height - 2 * half)
        source = _Box(
            inside.left + window.left * inside.width,
            inside.top + window.top * inside.height,
            window.width * inside.width,
            window.height * inside.height,
        )
        self._picture(cut_out(picture, window, round(strip.width * _PIXELS_PER_POINT)), framed)
        for each in (source, framed):
            self._rectangle(each, **{"fill": "none", "stroke": _FRAME, "stroke-width": str(_FRAME_WIDTH)})

    def _picture(self, picture: Image.Image, box: _Box) -> None:
        shown = picture.copy()
        shown.thumbnail((max(_LONGEST_SIDE, round(box.width * _PIXELS_PER_POINT)),) * 2)
        buffer = io.BytesIO()
        shown.save(buffer, "JPEG", quality=_QUALITY, subsampling=0, optimize=True)
        data = base64.b64encode(buffer.getvalue()).decode("ascii")
        self._add("image", box, preserveAspectRatio="none", href=f"data:image/jpeg;base64,{data}")

    def _rectangle(self, box: _Box, **attributes: str) -> None:
        self._add("rect", box, **attributes)

    def _add(self, tag: str, box: _Box, **attributes: str) -> None:
        place = {"x": box.left, "y": box.top, "width": box.width, "height": box.height}
        ElementTree.SubElement(self._svg, tag, {name: _digits(value) for name, value in place.items()} | attributes)

    def _text(self, lines: Sequence[str], x: float, y: float, size: float, **attributes: str) -> None:
        for number, line in enumerate(lines):
            place = {"x": _digits(x), "y": _digits(y + number * size * _LEADING), "font-size": _digits(size)}
            text = ElementTree.SubElement(
                self._svg, "text", place | {"fill": INK, "text-anchor": "middle"} | attributes
            )
            text.text = line


def _aspect(row: PictureRow) -> float:
    """Returns height by width of a row's pictures: those of its content, or else of the first there is."""
    cells = [row.content, *row.cells.values(), row.style]
    picture = next((cell.pictures[0] for cell in cells if cell.pictures), None)
    return min(picture.height / picture.width, _TALLEST_ASPECT) if picture else 1.0


def _share(style: Mapping[str, Any]) -> str:
    weight = number_of(style.get("weight"))
    return f"{weight * 100:.0f} % " if weight is not None and weight < 1 else ""


def _digits(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")
