"""The part on mixes: pictures and scores along paths of shares, and regions with their masks."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from benchmark.analysis.mix_paths import Course, MixPath, course, mix_paths
from benchmark.analysis.scores import ranking_metrics
from benchmark.plan.unit import mask_path
from benchmark.protocol.mix_path import path_of
from benchmark.store.records import UnitStatus
from reports.html.gallery import BUDGET_BYTES, PICTURE_BYTES_PER_PIXEL, evenly_spread
from reports.html.strips import SIDE, Strip, StripTile, unit_tile
from reports.tables.formatting import NOTHING, field_of, number_format
from reports.tables.titles import method_titles, metric_titles
from reports.tables.units import methods_before_controls

if TYPE_CHECKING:
    from benchmark.store.records import CaseRecord, RunRecords
    from reports.html.picture_source import PictureSource
    from reports.tables.units import Unit

JUMP: Final = 0.5
"""Share of all change along a path from which a single step is called a jump."""
SHARE: Final = 1 / 8
"""Of the pictures that a page may hold, those of paths, and as many of regions, beside the gallery."""

ItemT = TypeVar("ItemT")


@dataclass(frozen=True)
class CourseRow:
    """The scores of a metric along a path, and in words whether they turn back, and where they jump."""

    metric: str
    scores: tuple[str, ...]
    words: str


@dataclass(frozen=True)
class PathOfMethod:
    """A path as a method goes it."""

    strip: Strip
    steps: tuple[str, ...]
    courses: tuple[CourseRow, ...]


@dataclass(frozen=True)
class Part:
    """How many of the paths or regions of a run are shown."""

    shown: int
    total: int


@dataclass(frozen=True)
class MixesPart:
    """What a page says of mixes: paths, each as every method goes it, and regions, and of how many they are."""

    paths: tuple[PathOfMethod, ...]
    regions: tuple[Strip, ...]
    part_of_paths: Part
    part_of_regions: Part


def build_mixes(
    run: RunRecords, units: Mapping[tuple[str, str], Unit], pictures: PictureSource, *, whole: bool
) -> MixesPart | None:
    """Arranges the paths and the regions of a run, or returns ``None`` where it has neither.

    Args:
        run: The run.
        units: Its units.
        pictures: Its pictures.
        whole: Whether all are shown; otherwise a large run shows an evenly spread part of them.
    """
    methods = [method.name for method in methods_before_controls(run) if not method.control]
    going = [
        (path, names)
        for path in mix_paths(run)
        if (names := [name for name in methods if any(_is_ok(units.get((name, case.id))) for case in path.cases)])
    ]
    masked = [
        case for case in run.cases if any(field_of(style, "mask") for style in case.styles) and not path_of(case.style)
    ]
    shown_paths, shown_cases = going, masked
    if not whole:
        shown_paths = _spread(going, max((len(path.cases) * len(names) for path, names in going), default=0))
        shown_cases = _spread(masked, max((1 + 2 * len(case.styles) + len(run.methods) for case in masked), default=0))
    paths = tuple(_path(run, path, name, units, pictures) for path, names in shown_paths for name in names)
    regions = tuple(_regions(run, case, units, pictures) for case in shown_cases)
    if not paths and not regions:
        return None
    return MixesPart(paths, regions, Part(len(shown_paths), len(going)), Part(len(shown_cases), len(masked)))


def _spread(items: Sequence[ItemT], pictures_each: int) -> list[ItemT]:
    """Chooses as many as their share of the page allows, evenly spread; at least one."""
    fitting = int(SHARE * BUDGET_BYTES / (SIDE * SIDE * PICTURE_BYTES_PER_PIXEL * max(pictures_each, 1)))
    return list(evenly_spread(items, max(fitting, 1)))


def _is_ok(unit: Unit | None) -> bool:
    return unit is not None and unit.status == UnitStatus.OK


def _path(
    run: RunRecords, path: MixPath, method: str, units: Mapping[tuple[str, str], Unit], pictures: PictureSource
) -> PathOfMethod:
    steps = tuple("+".join(f"{100 * weight:.3g}" for weight in weights) for weights in path.weights)
    repetition = f", seed {path.seed}" if path.seed else ""
    tiles = tuple(
        unit_tile(units.get((method, case.id)), f"{step} %", pictures)
        for case, step in zip(path.cases, steps, strict=True)
    )
    title = f"{method_titles(run)[method]}: {path.content}, {' + '.join(path.styles)}{repetition}"
    metrics = metric_titles(run)
    found = ((metric.name, course(run, path, method, metric.name)) for metric in ranking_metrics(run))
    rows = tuple(_row(metrics[name], one, steps) for name, one in found if one is not None)
    return PathOfMethod(Strip(title, tiles), steps, rows)


def _row(metric: str, found: Course, steps: tuple[str, ...]) -> CourseRow:
    show = number_format(found.scores)
    if found.jump is None:
        words = "does not change"
    else:
        words = "monotone" if found.is_monotone else "turns back"
        if found.jump_share >= JUMP:
            words += (
                f"; jumps from {steps[found.jump]} to {steps[found.jump + 1]} ({found.jump_share:.0%} of all change)"
            )
    return CourseRow(metric, tuple(map(show, found.scores)), words)


def _kept_mask(run: RunRecords, case: CaseRecord, number: int) -> str:
    """Returns the path of a mask, of the first of several runs that has it; earlier versions kept none."""
    path = mask_path(case.content, case.style, number)
    found = (folder / path for folder in run.folders if (folder / path).is_file())
    return next((os.path.relpath(file, run.directory) for file in found), path)


def _regions(
    run: RunRecords, case: CaseRecord, units: Mapping[tuple[str, str], Unit], pictures: PictureSource
) -> Strip:
    contents = {field_of(content, "id"): content for content in run.contents}
    known = {field_of(style, "id"): style for style in run.styles}
    content = field_of(contents.get(case.content, {}), "thumbnail")
    tiles = [StripTile("content", pictures.load(content, f"Content: {case.content}", SIDE))]
    for number, style in enumerate(case.styles, start=1):
        name = field_of(style, "id") or NOTHING
        thumbnail = field_of(known.get(name, {}), "thumbnail")
        if thumbnail:
            tiles.append(StripTile(f"style {name}", pictures.load(thumbnail, f"Style: {name}", SIDE)))
        if field_of(style, "mask"):
            mask = pictures.load(_kept_mask(run, case, number), f"Mask of {name}", SIDE)
            tiles.append(StripTile(f"mask of {name}", mask, mask.problem))
    titles = method_titles(run)
    tiles += [
        unit_tile(units[name, case.id], title, pictures) for name, title in titles.items() if (name, case.id) in units
    ]
    repetition = f", seed {case.seed}" if case.seed else ""
    return Strip(f"{case.content}: {case.style}{repetition}", tuple(tiles))
