"""Noise of a mean from run to run of unchanged code.

The cases of a protocol are fixed, so the only randomness between two runs of the same code is the imperfect repetition
of each case. The spread over contents and styles answers another question, what to expect of other contents and styles,
and an uneven change makes it wide; it is not used here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

ASSUMED_NOISE = 0.02
"""Standard deviation of a score from run to run, as a share of its size, where it was not measured."""
_EVIDENT = 0.99
"""Quantile beyond which the means of the repeats differ more than their cases explain."""


class Knowledge(StrEnum):
    """Source of the knowledge about the noise of a score."""

    EXACT = "exact"
    """Repeated runs gave the same score in every case."""
    MEASURED = "measured"
    """Repeated runs gave scores that differ."""
    ASSUMED = "assumed"
    """There were no repeated runs."""


@dataclass(frozen=True)
class RerunNoise:
    """The noise of a difference between the mean of the baseline and that of one more run.

    Attributes:
        knowledge: Source of the knowledge.
        standard_error: Standard deviation of the difference where nothing was changed.
        degrees: Degrees of freedom of the standard error; infinite where it is assumed.
    """

    knowledge: Knowledge
    standard_error: float = 0.0
    degrees: float = math.inf

    @property
    def words(self) -> str:
        """The basis of the decision, in words."""
        match self.knowledge:
            case Knowledge.EXACT:
                return "repeats itself exactly, the tolerance alone decides"
            case Knowledge.MEASURED:
                return "noise measured by repeated runs"
            case Knowledge.ASSUMED:
                return f"noise not known, {ASSUMED_NOISE:.0%} of a score assumed"

    def half_width(self, level: float) -> float:
        """Returns half the width of the interval of a difference, by Student's t.

        Args:
            level: Share of such intervals that contain the true difference.
        """
        from scipy.special import ndtri, stdtrit

        if self.knowledge is Knowledge.EXACT:
            return 0.0
        tail = (1 + level) / 2
        quantile = ndtri(tail) if math.isinf(self.degrees) else stdtrit(self.degrees, tail)
        return float(quantile) * self.standard_error


def assumed_noise(scores: ArrayLike) -> RerunNoise:
    """Assumes the noise where there is a single run: a share of each score, independent between cases and runs.

    Args:
        scores: The baseline's score of each of C cases. The standard error is ``ASSUMED_NOISE`` · √(2 Σ score²) / C.
    """
    sizes = np.asarray(scores, dtype=np.float64)
    error = ASSUMED_NOISE * math.sqrt(2 * float(np.square(sizes).sum())) / len(sizes)
    return RerunNoise(Knowledge.ASSUMED, error)


def measured_noise(spreads: ArrayLike, spread_of_means: float, repeats: int) -> RerunNoise:
    """Estimates the noise of the difference between one more run and the mean of R repeated runs.

    With s_c the standard deviation of case c over the repeats, the variance of the difference is estimated by
    (1 + 1/R) Σ s_c² / C². Its degrees of freedom are those of Satterthwaite (1946), (R − 1) (Σ s_c²)² / Σ s_c⁴, times
    R / (R − 1) and at most C (R − 1). Deviation: with few repeats the plain formula finds the noise more uneven than
    it is, since s_c⁴ is too large on average; a factor of (R + 1) / (R − 1) would remove that bias, but cases of
    uneven noise would then raise too many alarms.

    Noise that the cases of a run share shows in the means of the repeats: their variance takes the place of Σ s_c² / C²
    where it is larger, and has R − 1 degrees of freedom where that is evident (F test at 1 %).

    Args:
        spreads: Standard deviation of each of C cases over the repeats.
        spread_of_means: Standard deviation of the means over the cases.
        repeats: R ≥ 2.
    """
    from scipy.special import fdtri

    variances = np.square(np.asarray(spreads, dtype=np.float64))
    total, of_means = float(variances.sum()), spread_of_means**2
    if total == 0 and of_means == 0:
        return RerunNoise(Knowledge.EXACT)
    own = repeats - 1
    of_cases = total / len(variances) ** 2
    # Relative to the largest variance, because squares of tiny variances would underflow.
    shares = variances / variances.max() if total else np.ones(1)
    degrees = min(len(shares) * own, float(shares.sum() ** 2 / np.square(shares).sum()) * repeats)
    if of_means > of_cases * float(fdtri(own, degrees, _EVIDENT)):
        degrees = own
    return RerunNoise(Knowledge.MEASURED, math.sqrt((1 + 1 / repeats) * max(of_cases, of_means)), degrees)
