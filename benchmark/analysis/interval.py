"""Confidence intervals that respect that every content meets every style."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from benchmark.analysis.level import LEVEL

RESAMPLES = 2000
_CELLS_PER_CASE = 8
_NUMBERS_AT_ONCE = 1_000_000
"""Bounds the memory that resampling takes beside the draws."""


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
        contents=numbered(contents)[0],
        styles=numbered(styles)[0],
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
    from scipy import sparse

    scores = np.asarray(values, dtype=np.float64)
    number_of_contents, content_of = numbered(contents)
    number_of_styles, style_of = numbered(styles)
    if number_of_contents < 2 or number_of_styles < 2:
        return None
    draws = _draws(number_of_contents, number_of_styles, seed, resamples)

    shape = (number_of_contents, number_of_styles)

    def drawn(per_case: NDArray[np.float64]) -> NDArray[np.float64]:
        # A table with a case in most of its cells is faster as an array, and not larger.
        if len(per_case) * _CELLS_PER_CASE > math.prod(shape):
            cells = np.bincount(content_of * shape[1] + style_of, per_case, minlength=math.prod(shape))
            return draws.sums(cells.reshape(shape))
        return draws.sums(sparse.coo_array((per_case, (content_of, style_of)), shape=shape).tocsr())

    counts = drawn(np.ones(len(scores)))
    some = counts > 0
    if scores.ndim == 1:
        return drawn(scores)[some] / counts[some]
    return np.stack([drawn(column)[some] / counts[some] for column in scores.T], axis=1)


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


def numbered(names: ArrayLike) -> tuple[int, NDArray[np.intp]]:
    """How many different names there are, and of each name its number among them in alphabetical order.

    Args:
        names: The names.
    """
    import pandas as pd

    codes, found = pd.factorize(names if isinstance(names, pd.Series) else np.asarray(names, dtype=object))
    places = np.empty(len(found), dtype=np.intp)
    places[np.argsort(np.asarray(found, dtype=str))] = np.arange(len(found))
    return len(found), places[codes]


@dataclass(frozen=True)
class _Draws:
    """How often each content (R×C), and each style (R×S), is drawn in each of R resamples."""

    contents: NDArray[Any]
    styles: NDArray[Any]

    def sums(self, table: Any) -> NDArray[np.float64]:
        """Sum of a C×S table in each resample, a cell counted as often as its content times its style was drawn."""
        rows = _rows_at_once(max(table.shape))
        return np.concatenate(
            [
                np.einsum(
                    "rs,rs->r",
                    self.contents[start : start + rows].astype(np.float64, copy=False) @ table,
                    self.styles[start : start + rows].astype(np.float64, copy=False),
                )
                for start in range(0, len(self.contents), rows)
            ]
        )


# Methods and metrics of a run share their contents and styles, and so their draws.
@functools.lru_cache(maxsize=2)
def _draws(contents: int, styles: int, seed: int, resamples: int) -> _Draws:
    generator = np.random.default_rng(seed)
    return _Draws(_resample(generator, contents, resamples), _resample(generator, styles, resamples))


def _fewest(contents: ArrayLike, styles: ArrayLike) -> int:
    return min(numbered(names)[0] for names in (contents, styles))


def _resample(generator: np.random.Generator, number: int, resamples: int) -> NDArray[Any]:
    # As they are multiplied, unless that takes eight times the memory of very many.
    is_small = resamples * number <= _NUMBERS_AT_ONCE
    counts = np.empty((resamples, number), dtype=np.float64 if is_small else np.min_scalar_type(number))
    rows = _rows_at_once(number)
    for start in range(0, resamples, rows):
        some = counts[start : start + rows]
        some[:] = generator.multinomial(number, np.full(number, 1 / number), size=len(some))
    return counts


def _rows_at_once(width: int) -> int:
    return max(1, _NUMBERS_AT_ONCE // width)
