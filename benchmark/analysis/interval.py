"""Confidence intervals that respect that every content meets every style."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

LEVEL = 0.95
RESAMPLES = 2000


@dataclass(frozen=True)
class Interval:
    """An interval from ``low`` to ``high``."""

    low: float
    high: float


def crossed_bootstrap(
    values: ArrayLike, contents: ArrayLike, styles: ArrayLike, *, seed: int = 0, resamples: int = RESAMPLES
) -> Interval | None:
    """Interval of a mean over cases that cross contents with styles (percentile bootstrap, 95 %).

    Cases of one content, or of one style, are not independent. Contents and styles are therefore resampled, each with
    replacement and independently of the other, and a case counts as often as its content times its style was drawn:
    the pigeonhole bootstrap of Owen (2007), "The pigeonhole bootstrap", Annals of Applied Statistics 1(2). A mix of
    styles counts as a style of its own.

    Args:
        values: N scores.
        contents: Name of the content of each.
        styles: Name of the style of each.
        seed: Seed of the resampling.
        resamples: Number of resamples.

    Returns:
        The interval, or ``None`` where there are fewer than two contents or fewer than two styles, from which nothing
        can be said about others.
    """
    scores = np.asarray(values, dtype=np.float64)
    content_names, content_of = np.unique(np.asarray(contents, dtype=str), return_inverse=True)
    style_names, style_of = np.unique(np.asarray(styles, dtype=str), return_inverse=True)
    if len(content_names) < 2 or len(style_names) < 2:
        return None
    generator = np.random.default_rng(seed)
    content_counts = _resample(generator, len(content_names), resamples)
    style_counts = _resample(generator, len(style_names), resamples)
    counts = content_counts[:, content_of] * style_counts[:, style_of]
    totals = counts.sum(axis=1)
    drawn = totals > 0
    means = counts[drawn] @ scores / totals[drawn]
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    return Interval(float(low), float(high))


def _resample(generator: np.random.Generator, number: int, resamples: int) -> NDArray[np.float64]:
    return generator.multinomial(number, np.full(number, 1 / number), size=resamples).astype(np.float64)
