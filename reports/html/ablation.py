"""The part on ablations: variants against their methods, sweeps as curves, and pictures along them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports.html.strips import Strip, sweep_strips
from reports.tables.ablations import AblationTable, build_ablations

if TYPE_CHECKING:
    from benchmark.analysis.statistics import RunStatistics
    from benchmark.store.records import RunRecords
    from reports.html.picture_source import PictureSource
    from reports.tables.units import Unit


@dataclass(frozen=True)
class AblationPart:
    """What a page says of variants."""

    tables: tuple[AblationTable, ...]
    strips: tuple[Strip, ...]


def build_ablation_part(
    run: RunRecords, statistics: RunStatistics, units: Mapping[tuple[str, str], Unit], pictures: PictureSource
) -> AblationPart | None:
    """Arranges the ablations of a run, or returns ``None`` where it has no variants.

    Args:
        run: The run.
        statistics: Its statistics.
        units: Its units.
        pictures: Its pictures.
    """
    if not statistics.ablations:
        return None
    return AblationPart(build_ablations(run, statistics), sweep_strips(run, statistics, units, pictures))
