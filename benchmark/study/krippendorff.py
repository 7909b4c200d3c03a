"""Agreement of people: the α of Krippendorff (2011), "Computing Krippendorff's alpha-reliability"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from benchmark.analysis.interval import Interval

_ROUNDS: Final = 1000
Numbers = NDArray[np.float64]


class Scale(StrEnum):
    """What differences of values mean."""

    NOMINAL = "nominal"
    """Values are equal, or not."""
    ORDINAL = "ordinal"
    """Values have an order."""
    INTERVAL = "interval"
    """Differences count."""
    RATIO = "ratio"
    """Ratios count; values are not negative."""


@dataclass(frozen=True)
class Alpha:
    """An α.

    Attributes:
        value: 1 where all agree, 0 where they agree as often as by chance.
        interval: Its 95 % interval, or ``None`` where there is none.
        units: Number of units that have two values or more; others say nothing.
    """

    value: float
    interval: Interval | None
    units: int


def krippendorff_alpha(
    ratings: Sequence[ArrayLike], scale: Scale = Scale.NOMINAL, generator: np.random.Generator | None = None
) -> Alpha | None:
    """Computes α = 1 − D_observed / D_expected from what people said of units; not all need to have seen each.

    With the coincidences o_ck = Σ_units (pairs of a value c with a value k in the unit) / (values in the unit − 1),
    their margins n_c and their sum n, D_observed = Σ o_ck δ²_ck / n and D_expected = Σ n_c n_k δ²_ck / (n (n − 1)),
    where δ is the difference of the scale. The interval is of the bootstrap over units (1,000 rounds, percentiles).

    Args:
        ratings: The values of each unit, one per person who rated it.
        scale: What differences of values mean.
        generator: Source of the resampling; without one there is no interval.

    Returns:
        α, or ``None`` where no unit has two values, or all values are equal, from which it cannot be told.
    """
    several = [values for unit in ratings if len(values := np.asarray(unit, dtype=np.float64)) >= 2]
    if not several:
        return None
    values, codes = np.unique(np.concatenate(several), return_inverse=True)
    unit_of = np.repeat(np.arange(len(several)), [len(unit) for unit in several])
    counts = np.zeros((len(several), len(values)))
    np.add.at(counts, (unit_of, codes), 1)
    pairs = counts[:, :, None] * counts[:, None, :]
    pairs[:, np.arange(len(values)), np.arange(len(values))] -= counts
    coincidences = pairs / (counts.sum(axis=1) - 1)[:, None, None]
    value = _alpha(coincidences.sum(axis=0)[None], values, scale)[0]
    if np.isnan(value):
        return None
    return Alpha(float(value), _interval(coincidences, values, scale, generator), len(several))


def _interval(
    coincidences: Numbers, values: Numbers, scale: Scale, generator: np.random.Generator | None
) -> Interval | None:
    units = len(coincidences)
    if generator is None or units < 2:
        return None
    flat = coincidences.reshape(units, -1)
    drawn = generator.multinomial(units, np.full(units, 1 / units), _ROUNDS) @ flat
    found = _alpha(drawn.reshape(_ROUNDS, len(values), len(values)), values, scale)
    found = found[~np.isnan(found)]
    if len(found) < _ROUNDS / 2:
        return None
    low, high = np.quantile(found, [0.025, 0.975])
    return Interval(float(low), float(high))


def _alpha(coincidences: Numbers, values: Numbers, scale: Scale) -> Numbers:
    """α of N matrices of coincidences, N×V×V; NaN where all values are equal."""
    margins = coincidences.sum(axis=2)
    total = margins.sum(axis=1)
    distances = _squared_differences(margins, values, scale)
    observed = (coincidences * distances).sum(axis=(1, 2))
    expected = (margins[:, :, None] * margins[:, None, :] * distances).sum(axis=(1, 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        alpha: Numbers = np.where(expected > 0, 1 - (total - 1) * observed / expected, np.nan)
    return alpha


def _squared_differences(margins: Numbers, values: Numbers, scale: Scale) -> Numbers:
    """δ² of every two values, 1×V×V or, where it depends on how often they occur, N×V×V."""
    first, second = values[:, None], values[None, :]
    match scale:
        case Scale.NOMINAL:
            return np.asarray((first != second).astype(np.float64)[None])
        case Scale.INTERVAL:
            return np.asarray(((first - second) ** 2)[None])
        case Scale.RATIO:
            sums = np.where(first + second == 0, 1, first + second)
            return np.asarray((((first - second) / sums) ** 2)[None])
    # Values between two, both halves of the ends included.
    upto = np.cumsum(margins, axis=1) - margins / 2
    return np.asarray((upto[:, :, None] - upto[:, None, :]) ** 2)
