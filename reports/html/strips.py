"""Strips of pictures: the same case along the values of a setting, or a path of mixes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from benchmark.store.records import UnitStatus
from reports.tables.titles import method_titles, shorten

if TYPE_CHECKING:
    from benchmark.analysis.ablation import Ablation, Sweep
    from benchmark.analysis.statistics import RunStatistics
    from benchmark.store.records import CaseRecord, RunRecords
    from reports.html.picture_source import Picture, PictureSource
    from reports.tables.units import Unit

CASES: Final = 3
"""The most cases of a sweep that are shown; those of the beginning, the middle and the end."""
SIDE: Final = 192


@dataclass(frozen=True)
class StripTile:
    """A picture of a strip, or the reason why there is none. ``marked`` says that it stands out, as the method does."""

    caption: str
    picture: Picture | None
    reason: str = ""
    marked: bool = False


@dataclass(frozen=True)
class Strip:
    """Pictures in a row, all of one case."""

    title: str
    tiles: tuple[StripTile, ...]


def sweep_strips(
    run: RunRecords, statistics: RunStatistics, units: Mapping[tuple[str, str], Unit], pictures: PictureSource
) -> tuple[Strip, ...]:
    """Returns strips along the sweeps of a run, of a few cases each.

    Args:
        run: The run.
        statistics: Its statistics.
        units: Its units.
        pictures: Its pictures.
    """
    titles = method_titles(run)
    return tuple(
        Strip(
            f"{titles[ablation.base]}, {shorten(sweep.setting)}: {case.content}, {case.style}",
            tuple(
                unit_tile(units.get((point.method, case.id)), f"{point.value:g}", pictures, marked=point.is_base)
                for point in sweep.points
            ),
        )
        for ablation in statistics.ablations
        for sweep in ablation.sweeps
        for case in _chosen(run.cases, ablation, sweep, units)
    )


def _chosen(
    cases: Sequence[CaseRecord], ablation: Ablation, sweep: Sweep, units: Mapping[tuple[str, str], Unit]
) -> list[CaseRecord]:
    """Chooses cases that every row of a sweep has a picture of, or else its method."""

    def has(row: str, case: CaseRecord) -> bool:
        unit = units.get((row, case.id))
        return unit is not None and unit.status == UnitStatus.OK

    whole = [case for case in cases if all(has(point.method, case) for point in sweep.points)]
    found = whole or [case for case in cases if has(ablation.base, case)]
    places = sorted({round(step * (len(found) - 1) / max(CASES - 1, 1)) for step in range(CASES)}) if found else []
    return [found[place] for place in places]


def unit_tile(unit: Unit | None, caption: str, pictures: PictureSource, *, marked: bool = False) -> StripTile:
    """Returns the tile of a unit.

    Args:
        unit: The unit, or ``None`` where it was not run.
        caption: Words below it.
        pictures: The pictures of the run.
        marked: Whether it stands out.
    """
    if unit is None or unit.status != UnitStatus.OK:
        reason = "not run yet" if unit is None else unit.error or unit.status
        return StripTile(caption, None, reason, marked)
    return StripTile(caption, pictures.load(unit.image, f"{unit.method}: {unit.case}", SIDE), marked=marked)
