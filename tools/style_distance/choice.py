"""The criterion by which a measure of style is chosen; `tools/choose_style_distance.py` says it in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tools.style_distance.candidates import CANDIDATES
from tools.style_distance.measures import Measures

LEAST_ORDER: Final = 0.9
MOST_KEPT: Final = 0.25
MOST_FOOLED: Final = 0.5
SAME_AREA: Final = 0.01


def missed(measures: Measures) -> list[str]:
    """Returns the conditions that a candidate does not meet, by their letters."""
    conditions = {
        "b": measures.order.mean >= LEAST_ORDER,
        "c": measures.worst_kept <= MOST_KEPT,
        "d": measures.worst_fooled <= MOST_FOOLED,
    }
    return [letter for letter, met in conditions.items() if not met]


def choose(measures: Mapping[str, Measures]) -> str:
    """Chooses among the candidates by what they do on the half for choosing.

    Args:
        measures: The measures of each candidate, by name.
    """
    fewest = min(len(missed(measures[candidate.name])) for candidate in CANDIDATES)
    eligible = [candidate.name for candidate in CANDIDATES if len(missed(measures[candidate.name])) == fewest]
    best = max(measures[name].area for name in eligible)
    # CANDIDATES has the cheapest kind first, and of each kind the most layers.
    return next(name for name in eligible if measures[name].area >= best - SAME_AREA)
