"""The gallery: for every case its content, its styles and each method's result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

from benchmark.analysis.networks import networks_of_run
from benchmark.contracts.metric import Direction
from benchmark.store.records import UnitStatus
from reports.tables.formatting import NOTHING, field_of, format_seconds, number_format
from reports.tables.ranking import DIRECTIONS
from reports.tables.style_titles import describe_style
from reports.tables.units import methods_before_controls

if TYPE_CHECKING:
    from benchmark.store.records import CaseRecord, MethodRecord, RunRecords
    from reports.html.picture_source import Picture, PictureSource
    from reports.tables.units import Unit

ItemT = TypeVar("ItemT")

FILTERS: Final = {
    "content": "Content",
    "style": "Style",
    "artist": "Artist",
    "movement": "Movement",
    "genre": "Genre",
    "prompt": "Prompt",
}
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
        heading: Title of the tile.
        note: A few words below the heading.
        pictures: Empty for a unit that made no picture; several for a case with several styles.
        status: ``ok``, ``failed``, ``skipped`` or ``missing``.
        reason: Why there is no picture.
        scores: The unit's scores, in the order of the gallery's metrics.
        method: Name of the method, empty for a content or a style.
    """

    role: str
    heading: str
    note: str = ""
    pictures: tuple[Picture, ...] = ()
    status: str = "ok"
    reason: str = ""
    scores: tuple[str, ...] = ()
    method: str = ""


@dataclass(frozen=True)
class Filter:
    """A property by which cases can be filtered, with all its values: the key of each is its index among them."""

    name: str
    label: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class GalleryMetric:
    """A metric whose scores the tiles carry. ``lower`` says that less is better; ``network`` made the scores."""

    title: str
    arrow: str
    lower: bool
    network: str = ""


@dataclass(frozen=True)
class CaseRow:
    """A case with its tiles; ``styles`` describes the styles, one line each.

    ``keys`` holds, for every filter, the keys of the values that the case has.
    """

    id: str
    content: str
    creator: str
    styles: tuple[str, ...]
    prompt: str
    tiles: tuple[Tile, ...]
    keys: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Gallery:
    """The cases shown, out of ``total``, with the filters for them, and the metrics of the tiles' scores."""

    rows: tuple[CaseRow, ...]
    total: int
    filters: tuple[Filter, ...]
    metrics: tuple[GalleryMetric, ...]


def build_gallery(
    run: RunRecords,
    units: Mapping[tuple[str, str], Unit],
    pictures: PictureSource,
    *,
    whole: bool,
    required: Sequence[CaseRecord] = (),
) -> Gallery:
    """Arranges the pictures of a run.

    Args:
        run: The run.
        units: Its units.
        pictures: Its pictures.
        whole: Whether all cases are shown; otherwise a large run shows an evenly spread part of them.
        required: Cases that are shown in any case.
    """
    cases, side = (run.cases, SIDES[0]) if whole else choose_cases(run.cases, len(run.methods) + 2, required)
    shown = {case.id for case in cases}
    pictures.preload((unit.image for unit in units.values() if unit.case in shown and unit.image), side)
    builder = _GalleryBuilder(run, units, pictures, side)
    return Gallery(tuple(builder.row(case) for case in cases), len(run.cases), builder.filters(), builder.metrics())


def build_rows(
    run: RunRecords,
    units: Mapping[tuple[str, str], Unit],
    pictures: PictureSource,
    cases: Sequence[CaseRecord],
    side: int,
) -> tuple[CaseRow, ...]:
    """Arranges the pictures of some cases.

    Args:
        run: The run.
        units: Its units.
        pictures: Its pictures.
        cases: The cases.
        side: The longer side of their pictures in pixels.
    """
    builder = _GalleryBuilder(run, units, pictures, side)
    return tuple(builder.row(case) for case in cases)


def choose_cases(
    cases: Sequence[CaseRecord], pictures_per_case: int, required: Sequence[CaseRecord] = ()
) -> tuple[tuple[CaseRecord, ...], int]:
    """Chooses the cases to show and the size of their pictures, so that the page can still be mailed.

    Args:
        cases: All cases.
        pictures_per_case: Number of pictures of a case.
        required: Cases that are shown in any case; the others are spread evenly over all.

    Returns:
        The cases, and the longer side of their pictures in pixels.
    """
    for side in SIDES:
        fitting = int(BUDGET_BYTES / (side * side * PICTURE_BYTES_PER_PIXEL * pictures_per_case))
        if fitting >= len(cases):
            return tuple(cases), side
    wanted = {case.id for case in required}
    count = max(fitting - len(wanted), 0 if wanted else 1)
    if count:
        wanted |= {case.id for case in evenly_spread(cases, count)}
    return tuple(case for case in cases if case.id in wanted), SIDES[-1]


def evenly_spread(items: Sequence[ItemT], count: int) -> tuple[ItemT, ...]:
    """Chooses some of the items, from the first on at even distances; all where there are no more than ``count``."""
    step = max(1, len(items) / count)
    return tuple(items[int(index * step)] for index in range(min(count, len(items))))


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
        self._networks = networks_of_run(run)
        scored = {name for unit in units.values() for name in unit.scores}
        self._scored = [metric for metric in run.metrics if metric.name in scored]
        self._known = {
            name: tuple(dict.fromkeys(value for case in run.cases for value in self._values(case, name)))
            for name in FILTERS
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
        keys = tuple(
            (name, " ".join(str(place) for place, value in enumerate(known) if value in self._values(case, name)))
            for name, known in self._known.items()
        )
        return CaseRow(case.id, title, field_of(content, "creator"), names, case.prompt, tuple(tiles), keys)

    def filters(self) -> tuple[Filter, ...]:
        """Returns the properties in which the cases differ."""
        return tuple(Filter(name, FILTERS[name], known) for name, known in self._known.items() if len(known) > 1)

    def metrics(self) -> tuple[GalleryMetric, ...]:
        """Returns the metrics whose scores the tiles carry, in their order."""
        return tuple(
            GalleryMetric(
                metric.title or metric.name,
                DIRECTIONS[Direction(metric.direction)][0],
                Direction(metric.direction) is Direction.LOWER,
                self._networks.metric(metric.name),
            )
            for metric in self._scored
        )

    def _values(self, case: CaseRecord, name: str) -> list[str]:
        """Returns the values of a case for a filter."""
        if name == "content":
            content = self._contents.get(case.content, {})
            return [field_of(content, "title", "subject") or case.content]
        styles = [self._styles.get(field_of(style, "id"), {}) | dict(style) for style in case.styles]
        keys = ("title", "id") if name == "style" else (name,)
        return [value for value in (field_of(style, *keys) for style in styles) if value]

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
        role = "control" if method.control else "method"
        heading = f"{method.title or method.name} {self._networks.method_mark(method.name)}".rstrip()
        unit = self._units.get((method.name, case.id))
        if unit is None:
            return Tile(role, heading, status="missing", reason="Not run yet.", method=method.name)
        if unit.status != UnitStatus.OK:
            return Tile(
                role, heading, status=unit.status, reason=unit.error or "No reason was recorded.", method=method.name
            )
        alt = f"{heading}: {content}, stylized towards {' + '.join(styles)}"
        scores = tuple(
            self._formats[metric.name](unit.scores[metric.name]) if metric.name in unit.scores else NOTHING
            for metric in self._scored
        )
        return Tile(
            role,
            heading,
            note="" if unit.seconds is None else format_seconds(unit.seconds) + " (disturbed)" * unit.disturbed,
            pictures=(self._pictures.load(unit.image, alt, self._side),),
            scores=scores,
            method=method.name,
        )
