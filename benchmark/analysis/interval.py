"""Confidence intervals that respect that every content meets every style."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from benchmark.analysis.level import LEVEL

RESAMPLES = 2000


@dataclass(frozen=True)
class Interval:
    """An interval from ``low`` to ``high``."""

    low: float
    high: float

    @property
    def excludes_zero(self) -> bool:
        """Whether zero lies outside."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Estimate:
    """A mean over cases and how well it is known.

    Attributes:
        mean: The mean.
        interval: Its interval, or ``None`` where nothing can be said.
        standard_error: Its standard error, or ``None`` where nothing can be said.
        cases: Number of cases.
        contents: Number of different contents among them.
        styles: Number of different styles (or mixes) among them.
    """

    mean: float
    interval: Interval | None
    standard_error: float | None
    cases: int
    contents: int
    styles: int


def crossed_bootstrap(
    values: ArrayLike,
    contents: ArrayLike,
    styles: ArrayLike,
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
) -> Interval | None:
    """Interval of a mean over cases that cross contents with styles.

    Cases of one content, or of one style, are not independent. Contents and styles are therefore resampled, each with
    replacement and independently of the other, and a case counts as often as its content times its style was drawn:
    the pigeonhole bootstrap of Owen (2007), "The pigeonhole bootstrap", Annals of Applied Statistics 1(2). A mix of
    styles counts as a style of its own.

    The quantiles are those of the expanded percentile interval of Hesterberg (2015), "What Teachers Should Know About
    the Bootstrap", The American Statistician 69(4), because plain percentiles are too narrow for few contents or
    styles. Deviation: his sample size is here the smaller of the numbers of contents and of styles.

    Args:
        values: N scores.
        contents: Name of the content of each.
        styles: Name of the style of each.
        seed: Seed of the resampling.
        resamples: Number of resamples.
        level: Share of such intervals that should contain the truth.

    Returns:
        The interval, or ``None`` where there are fewer than two contents or fewer than two styles, from which nothing
        can be said about others.
    """
    means = resampled_means(values, contents, styles, seed=seed, resamples=resamples)
    return None if means is None else expanded_interval(means, _fewest(contents, styles), level)


def crossed_estimate(values: ArrayLike, contents: ArrayLike, styles: ArrayLike, *, level: float = LEVEL) -> Estimate:
    """A mean over cases with its interval and standard error, both from the two-way bootstrap.

    The standard error is the standard deviation of the resampled means times √(m / (m − 1)), m the smaller of the
    numbers of contents and of styles.

    Args:
        values: N scores, N ≥ 1.
        contents: Name of the content of each.
        styles: Name of the style of each.
        level: Share of such intervals that should contain the truth.
    """
    scores = np.asarray(values, dtype=np.float64)
    means = resampled_means(scores, contents, styles)
    fewest = _fewest(contents, styles)
    return Estimate(
        mean=float(scores.mean()),
        interval=None if means is None else expanded_interval(means, fewest, level),
        standard_error=None if means is None else float(means.std()) * math.sqrt(fewest / (fewest - 1)),
        cases=len(scores),
        contents=len(np.unique(np.asarray(contents, dtype=str))),
        styles=len(np.unique(np.asarray(styles, dtype=str))),
    )


def resampled_means(
    values: ArrayLike, contents: ArrayLike, styles: ArrayLike, *, seed: int = 0, resamples: int = RESAMPLES
) -> NDArray[np.float64] | None:
    """Means over cases after resampling contents and styles; see ``crossed_bootstrap``.

    Args:
        values: N scores, or N×K: K scores of each case, which are then resampled together.
        contents: Name of the content of each case.
        styles: Name of the style of each case.
        seed: Seed of the resampling.
        resamples: Number of resamples.

    Returns:
        One mean (or K means) per resample that drew a case at all, or ``None`` where there are fewer than two contents
        or fewer than two styles.
    """
    scores = np.asarray(values, dtype=np.float64)
    content_names, content_of = np.unique(np.asarray(contents, dtype=str), return_inverse=True)
    style_names, style_of = np.unique(np.asarray(styles, dtype=str), return_inverse=True)
    if len(content_names) < 2 or len(style_names) < 2:
        return None
    means: NDArray[np.float64] = _weights(content_of.tobytes(), style_of.tobytes(), seed, resamples) @ scores
    return means


def expanded_interval(resampled: NDArray[np.float64], number: int, level: float = LEVEL) -> Interval:
    """The expanded percentile interval of Hesterberg (2015).

    Its tails are Φ(−√(m / (m − 1)) · t), t the Student quantile of the level for m − 1 degrees of freedom.

    Args:
        resampled: The resampled statistic.
        number: m, how many things were resampled.
        level: Share of such intervals that should contain the truth.
    """
    from scipy.special import ndtr, stdtrit

    quantile = float(stdtrit(number - 1, (1 + level) / 2))
    tail = float(ndtr(-math.sqrt(number / (number - 1)) * quantile))
    low, high = np.quantile(resampled, [tail, 1 - tail])
    return Interval(float(low), float(high))


# Methods and metrics of a run share their cases, and so their resamples; of 10,000 cases these take 160 MB.
@functools.lru_cache(maxsize=2)
def _weights(contents: bytes, styles: bytes, seed: int, resamples: int) -> NDArray[np.float64]:
    """Weight of each case in each resample that drew a case at all, from the numbers of its content and its style."""
    content_of, style_of = (np.frombuffer(numbers, dtype=np.intp) for numbers in (contents, styles))
    generator = np.random.default_rng(seed)
    content_counts = _resample(generator, int(content_of.max()) + 1, resamples)
    style_counts = _resample(generator, int(style_of.max()) + 1, resamples)
    counts = content_counts[:, content_of] * style_counts[:, style_of]
    totals = counts.sum(axis=1)
    drawn = totals > 0
    weights: NDArray[np.float64] = counts[drawn] / totals[drawn, None]
    return weights


def _fewest(contents: ArrayLike, styles: ArrayLike) -> int:
    return min(len(np.unique(np.asarray(names, dtype=str))) for names in (contents, styles))


def _resample(generator: np.random.Generator, number: int, resamples: int) -> NDArray[np.float64]:
    return generator.multinomial(number, np.full(number, 1 / number), size=resamples).astype(np.float64)
