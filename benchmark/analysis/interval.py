"""Confidence intervals for means over cases that share contents and styles."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from benchmark.analysis.design import Design, Factors, factors_of
from benchmark.analysis.level import LEVEL

_ROUNDING = 1e-12
"""Numbers that differ by a smaller share of their size are equal."""


@dataclass(frozen=True)
class Interval:
    """An interval from ``low`` to ``high``."""

    low: float
    high: float

    @property
    def excludes_zero(self) -> bool:
        """Whether zero lies outside the interval."""
        return self.low > 0 or self.high < 0

    def mirrored(self) -> Interval:
        """Returns the interval of the quantity with the opposite sign."""
        return Interval(0.0 - self.high, 0.0 - self.low)

    def within(self, minimum: float | None, maximum: float | None) -> Interval:
        """Returns the part of the interval that lies within the possible range of a quantity.

        Args:
            minimum: The least possible value, or ``None``.
            maximum: The greatest possible value, or ``None``.
        """
        low, high = (-math.inf if minimum is None else minimum), (math.inf if maximum is None else maximum)
        return Interval(min(max(self.low, low), high), max(min(self.high, high), low))


@dataclass(frozen=True)
class Estimate:
    """A mean over cases with its uncertainty.

    Attributes:
        mean: The mean.
        interval: Its interval, or ``None`` where there is none.
        standard_error: Its standard error, or ``None`` where there is none.
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

    @property
    def levels(self) -> int:
        """The smaller of the numbers of contents and of styles."""
        return min(self.contents, self.styles)


def crossed_estimate(values: ArrayLike, contents: ArrayLike, styles: ArrayLike, *, level: float = LEVEL) -> Estimate:
    """Estimates a mean over cases, its standard error and its t interval, by what the cases share.

    Args:
        values: N scores, N ≥ 1.
        contents: Name of the content of each.
        styles: Name of the style of each.
        level: Share of such intervals that should contain the truth.
    """
    return estimate_with(values, factors_of(contents, styles), level=level)


def estimate_with(values: ArrayLike, factors: Factors, *, level: float = LEVEL) -> Estimate:
    """Does what ``crossed_estimate`` does, for cases whose contents and styles are numbered already.

    Args:
        values: N scores, N ≥ 1.
        factors: Contents and styles of the N cases.
        level: Share of such intervals that should contain the truth.
    """
    scores = np.asarray(values, dtype=np.float64)
    covariance = _covariance(scores[:, None], factors)
    mean, error = float(scores.mean()), None if covariance is None else math.sqrt(covariance[0, 0])
    estimate = Estimate(mean, None, error, len(scores), factors.contents, factors.styles)
    return replace(estimate, interval=t_interval(estimate, level))


def t_interval(estimate: Estimate, level: float = LEVEL) -> Interval | None:
    """Returns the interval mean ± t · standard error, t the Student quantile of the level for m − 1 degrees of freedom.

    m is the smaller of the numbers of contents and of styles: where the effects of the scarcer factor dominate, the
    mean over cases varies like a mean of that many independent numbers. Where each style has one content only, it is
    the number of contents, which are then the independent groups, and the other way round; of independent pairs it is
    their number.

    Args:
        estimate: A mean with its standard error.
        level: Share of such intervals that should contain the truth.

    Returns:
        The interval, or ``None`` where there is no standard error.
    """
    from scipy.special import stdtrit

    if estimate.standard_error is None:
        return None
    arm = float(stdtrit(estimate.levels - 1, (1 + level) / 2)) * estimate.standard_error
    return Interval(estimate.mean - arm, estimate.mean + arm)


def t_test(estimate: Estimate) -> float:
    """Returns the two-sided p-value of a mean of zero: 2 · t₍m−1₎(−|mean| / standard error), m as for ``t_interval``.

    Where all cases have the same value, there is no scatter to measure it by. The p-value is then 2¹⁻ᵐ, the
    probability that m independent numbers with a median of zero all have the same sign.

    Args:
        estimate: A mean with its standard error.

    Returns:
        The p-value; 1 where there is no standard error, from which nothing can be inferred, or where the mean is zero.
    """
    from scipy.special import stdtr

    if estimate.standard_error is None or estimate.mean == 0:
        return 1.0
    if estimate.standard_error == 0:
        return float(2.0 ** (1 - estimate.levels))
    return 2 * float(stdtr(estimate.levels - 1, -abs(estimate.mean) / estimate.standard_error))


def covariance_of_means(values: ArrayLike, contents: ArrayLike, styles: ArrayLike) -> NDArray[np.float64] | None:
    """Computes the covariance of means over cases, by what the cases share.

    Cases of one content, or of one style, are not independent. Where some contents meet several styles and some styles
    several contents, the covariance is two-way (``two_way_covariance``). Where each style is used with one content
    only, contents are independent groups of cases, and where each content is used with one style only, styles are: the
    covariance is that of the groups (``one_way_covariance``). Pairs that share nothing are groups of their own: of one
    case each, the standard error is the usual s / √N. A mix of styles is a style of its own.

    Args:
        values: N×K numbers, K of each case.
        contents: Name of the content of each case.
        styles: Name of the style of each case.

    Returns:
        K×K covariances of the K means, or ``None`` where there are fewer than two contents or fewer than two styles,
        from which nothing can be said about others.
    """
    return _covariance(np.asarray(values, dtype=np.float64), factors_of(contents, styles))


def _covariance(scores: NDArray[np.float64], factors: Factors) -> NDArray[np.float64] | None:
    match factors.design:
        case Design.SINGLE:
            return None
        case Design.CROSSED:
            return two_way_covariance(scores, factors)
        case Design.BY_STYLE:
            return one_way_covariance(scores, factors.style_of)
    return one_way_covariance(scores, factors.content_of)


def one_way_covariance(scores: NDArray[np.float64], group_of: NDArray[np.intp]) -> NDArray[np.float64]:
    """Computes the covariance of means over cases in independent groups.

    With the residuals r of the cases from their mean, N cases and G groups, the variance of the mean is

        G / (G − 1) · Σ_groups r₊² / N²

    where r₊ is the sum of the residuals of a group: the one-way cluster-robust variance of Cameron, Gelbach & Miller
    (2011), "Robust inference with multiway clustering", Journal of Business & Economic Statistics 29(2), with its
    correction for few groups.

    Args:
        scores: N×K numbers, K of each case.
        group_of: Number of the group of each case, from 0; there are at least two groups.

    Returns:
        K×K covariances of the K means.
    """
    groups = int(group_of.max()) + 1
    sums = _sums(_residuals(scores), group_of)
    covariance: NDArray[np.float64] = sums.T @ sums * groups / (groups - 1) / len(scores) ** 2
    return covariance


def two_way_covariance(scores: NDArray[np.float64], factors: Factors) -> NDArray[np.float64]:
    """Computes the covariance of means over cases that cross contents with styles.

    With the residuals r of the cases from their mean, N cases, C contents and S styles, the variance of the mean is

        m / (m − 1) · [(1 − 1/S) Σ_contents r₊² + (1 − 1/C) Σ_styles r₊² + Σ_cells r₊²] / N²

    where r₊ is the sum of the residuals of a content, of a style, or of a cell (one content with one style, which
    several seeds may share). The bracket is the variance of the pigeonhole bootstrap of Owen (2007), "The pigeonhole
    bootstrap", Annals of Applied Statistics 1(2), which resamples contents and styles independently of each other:
    exactly where each content meets each style equally often, else to first order. m is the smaller of C and S; the
    factor in front undoes that a variance among m resampled numbers is too small by (m − 1) / m. Unlike the two-way
    cluster variance of Cameron, Gelbach & Miller (2011), which subtracts the sum over cells, it cannot be negative; it
    is too large, by up to three times, where neither contents nor styles matter, or where they hardly repeat.

    Args:
        scores: N×K numbers, K of each case.
        factors: Contents and styles of the cases, at least two of each.

    Returns:
        K×K covariances of the K means.
    """
    residuals = _residuals(scores)
    covariance = np.zeros((scores.shape[1],) * 2)
    for weight, group_of in (
        (1 - 1 / factors.styles, factors.content_of),
        (1 - 1 / factors.contents, factors.style_of),
        (1.0, factors.cell_of),
    ):
        sums = _sums(residuals, group_of)
        covariance += weight * sums.T @ sums
    fewest = min(factors.contents, factors.styles)
    scaled: NDArray[np.float64] = covariance * fewest / (fewest - 1) / len(scores) ** 2
    return scaled


def _residuals(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    residuals: NDArray[np.float64] = scores - scores.mean(axis=0)
    # The residuals of equal numbers are rounding errors, which are no scatter.
    residuals[:, np.ptp(scores, axis=0) <= _ROUNDING * np.abs(scores).max(axis=0)] = 0
    return residuals


def _sums(residuals: NDArray[np.float64], group_of: NDArray[np.intp]) -> NDArray[np.float64]:
    return np.stack([np.bincount(group_of, column) for column in residuals.T], axis=1)
