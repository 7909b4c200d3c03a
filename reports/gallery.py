"""The gallery: for every case its content, its styles and what each method made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from benchmark.store.records import UnitStatus
from reports.formatting import field_of, format_seconds, number_format, number_of
from reports.units import methods_before_controls

if TYPE_CHECKING:
    from benchmark.store.records import CaseRecord, MethodRecord, RunRecords
    from reports.images import Picture, PictureSource
    from reports.units import Unit

SIDES: Final = (512, 384, 256)
PICTURE_BYTES_PER_PIXEL: Final = 0.45
"""Size of an inlined picture of a painting, base64 included."""

BUDGET_BYTES: Final = 12_000_000
"""The pictures of a run shall not make the page much larger than this: mail servers refuse larger ones."""


@dataclass(frozen=True)
class Tile:
    """One cell of a case's row: a content, a style, or a method's result.

    Attributes:
        role: ``content``, ``style``, ``method`` or ``control``.
        heading: What it is.
        note: A few words below the heading.
        pictures: None for a unit that made no picture; several for a case with several styles.
        status: ``ok``, ``failed``, ``skipped`` or ``missing``.
        reason: Why there is no picture.
        scores: Titles and values of the unit's scores.
    """

    role: str
    heading: str
    note: str = ""
    pictures: tuple[Picture, ...] = ()
    status: str = "ok"
    reason: str = ""
    scores: tuple[tuple[str, str], ...] = ()
    method: str = ""


@dataclass(frozen=True)
class CaseRow:
    """A case with its tiles; ``styles`` describes the styles, one line each."""

    id: str
    content: str
    creator: str
    styles: tuple[str, ...]
    prompt: str
    tiles: tuple[Tile, ...]


@dataclass(frozen=True)
class Gallery:
    """The cases shown, out of ``total``."""

    rows: tuple[CaseRow, ...]
    total: int


def build_gallery(run: RunRecords, units: Mapping[tuple[str, str], Unit], pictures: PictureSource) -> Gallery:
    """Arranges the pictures of a run; of a large run it shows cases spread evenly over all of them."""
    cases, side = choose_cases(run.cases, len(run.methods) + 2)
    builder = _GalleryBuilder(run, units, pictures, side)
    return Gallery(rows=tuple(builder.row(case) for case in cases), total=len(run.cases))


def choose_cases(cases: Sequence[CaseRecord], pictures_per_case: int) -> tuple[tuple[CaseRecord, ...], int]:
    """Chooses how many cases are shown, and how large, so that the page can still be mailed.

    Returns:
        The cases, and the longer side of their pictures in pixels.
    """
    for side in SIDES:
        fitting = int(BUDGET_BYTES / (side * side * PICTURE_BYTES_PER_PIXEL * pictures_per_case))
        if fitting >= len(cases):
            return tuple(cases), side
    count = max(fitting, 1)
    step = len(cases) / count
    return tuple(cases[int(index * step)] for index in range(count)), SIDES[-1]


class _GalleryBuilder:
    def __init__(
        self, run: RunRecords, units: Mapping[tuple[str, str], Unit], pictures: PictureSource, side: int
    ) -> None:
        self._run, self._units, self._pictures, self._side = run, units, pictures, side
        self._contents = {field_of(content, "id"): content for content in run.contents}
        self._styles = {field_of(style, "id"): style for style in run.styles}
        self._formats = {
            metric.name: number_format(
                [unit.scores[metric.name] for unit in units.values() if metric.name in unit.scores]
            )
            for metric in run.metrics
        }

    def row(self, case: CaseRecord) -> CaseRow:
        content = self._contents.get(case.content, {})
        title = field_of(content, "title", "subject") or case.content
        styles = [self._styles.get(field_of(style, "id"), {}) | dict(style) for style in case.styles]
        names = tuple(describe_style(style) for style in styles) or (case.style,)
        shown = self._pictures.load(field_of(content, "thumbnail"), f"Content: {title}", self._side)
        tiles = [
            Tile("content", "Content", pictures=(shown,)),
            self._style_tile(styles, names),
            *(self._method_tile(method, case, title, names) for method in methods_before_controls(self._run)),
        ]
        return CaseRow(case.id, title, field_of(content, "creator"), names, case.prompt, tuple(tiles))

    def _style_tile(self, styles: Sequence[Mapping[str, Any]], names: Sequence[str]) -> Tile:
        pictures = tuple(
            self._pictures.load(field_of(style, "thumbnail"), f"Style: {name}", self._side)
            for style, name in zip(styles, names, strict=False)
            if field_of(style, "thumbnail") or field_of(style, "image")
        )
        heading = "Style" if len(styles) < 2 else f"{len(styles)} styles"
        if not pictures:
            return Tile("style", heading, status="missing", reason="The style is a prompt without an image.")
        return Tile("style", heading, pictures=pictures)

    def _method_tile(self, method: MethodRecord, case: CaseRecord, content: str, styles: Sequence[str]) -> Tile:
        role, heading = "control" if method.control else "method", method.title or method.name
        unit = self._units.get((method.name, case.id))
        if unit is None:
            return Tile(role, heading, status="missing", reason="Not run yet.", method=method.name)
        if unit.status != UnitStatus.OK:
            return Tile(
                role, heading, status=unit.status, reason=unit.error or "No reason was recorded.", method=method.name
            )
        alt = f"{heading}: {content}, stylized towards {' + '.join(styles)}"
        scores = tuple(
            (metric.title or metric.name, self._formats[metric.name](unit.scores[metric.name]))
            for metric in self._run.metrics
            if metric.name in unit.scores
        )
        return Tile(
            role,
            heading,
            note=format_seconds(unit.seconds) if unit.seconds is not None else "",
            pictures=(self._pictures.load(unit.image, alt, self._side),),
            scores=scores,
            method=method.name,
        )


def describe_style(style: Mapping[str, Any]) -> str:
    """Returns title, artist and year of a style; its share where it is one of several, and whether it is masked."""
    name = field_of(style, "title", "id") or "unnamed style"
    artist, year = field_of(style, "artist"), field_of(style, "year")
    details = ", ".join(part for part in (artist, year) if part)
    weight = number_of(style.get("weight"))
    share = f"{weight * 100:.0f}\N{NO-BREAK SPACE}% " if weight is not None and weight < 1 else ""
    region = ", masked" if field_of(style, "mask") else ""
    return f"{share}{name}{f' ({details})' if details else ''}{region}"
