"""The model of Bradley and Terry (1952), fitted by choix, with standard errors by resampling people and cases."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmark.analysis.holm import holm
from benchmark.analysis.interval import Interval
from benchmark.store.people import Difference, Strength
from benchmark.study.votes import Indices, Numbers, Votes

ROUNDS: Final = 400
"""Rounds of resampling of each kind."""
_LEVEL: Final = 0.95
_POWER: Final = 0.8
_MOST_TIMES: Final = 100
"""A difference that needs more than so many times the answers is not worth a number."""
_SMOOTHING: Final = 0.25
"""Wins either way that are added between methods that met, in a resample in which strengths have no finite value."""
_STEPS: Final = 2_000


class NoStrengthsError(Exception):
    """The strengths have no finite value; the message says why."""


@dataclass(frozen=True)
class Fit:
    """Strengths and how far they can be told.

    Attributes:
        values: K strengths: log-odds, zero on average.
        covariances: K×K covariances from resampling people, cases, and single answers of a person to a case; those of
            a factor that has one level only are missing.
        levels: The smallest number of levels of a factor that was resampled; 1 where none was.
    """

    values: Numbers
    covariances: dict[str, Numbers]
    levels: int

    def standard_error(self, contrast: Numbers) -> float | None:
        """Returns the standard error of a linear combination of strengths, or ``None`` where there is none.

        Its variance is that of people + that of cases − that of single answers, which both of these contain, as of
        two-way clusters (Cameron, Gelbach & Miller 2011), but not less than the larger of the first two.

        Args:
            contrast: K factors.
        """
        found = {name: float(contrast @ matrix @ contrast) for name, matrix in self.covariances.items()}
        if not found:
            return None
        together = found.get("people", 0.0) + found.get("cases", 0.0) - found.get("answers", 0.0)
        return math.sqrt(max(together, found.get("people", 0.0), found.get("cases", 0.0)))

    def interval(self, contrast: Numbers, level: float = _LEVEL) -> Interval | None:
        """Returns the interval of a linear combination: Student's t with one degree of freedom less than levels.

        Args:
            contrast: K factors.
            level: Share of such intervals that should contain the truth.
        """
        from scipy.special import stdtrit

        error = self.standard_error(contrast)
        if error is None:
            return None
        middle = float(contrast @ self.values)
        arm = float(stdtrit(self.levels - 1, (1 + level) / 2)) * error
        return Interval(middle - arm, middle + arm)


def fit_strengths(wins: Numbers, names: tuple[str, ...], start: Numbers | None = None) -> Numbers:
    """Computes the strengths that make what was answered most likely: P(i wins against j) = 1 / (1 + e^(s_j − s_i)).

    Ties count half a win for either. They are computed by the iterative Luce spectral ranking of Maystre and
    Grossglauser (2015), which converges to the maximum of the likelihood.

    Args:
        wins: K×K numbers: how often the method of the row won against that of the column.
        names: Names of the K methods, for the reason why there are none.
        start: K strengths to start from.

    Returns:
        K log-odds, zero on average.

    Raises:
        NoStrengthsError: The maximum is not finite, or there are several.
    """
    import choix

    if problem := why_none(wins, names):
        raise NoStrengthsError(problem)
    try:
        found = choix.ilsr_pairwise_dense(wins, initial_params=start, max_iter=_STEPS, tol=1e-7)
    except RuntimeError as error:
        raise NoStrengthsError("the strengths did not converge: too few answers join the methods") from error
    strengths: Numbers = found - found.mean()
    return strengths


def why_none(wins: Numbers, names: tuple[str, ...]) -> str:
    """Says why strengths have no finite value (Ford 1957), or nothing if they have.

    Args:
        wins: K×K numbers: how often the method of the row won against that of the column.
        names: Names of the methods.
    """
    from scipy.sparse.csgraph import connected_components

    parts, group = connected_components(wins > 0, directed=True, connection="weak")
    if parts > 1:
        rare = np.bincount(group).argmin()
        return f"no answer compares {_listed(names, group == rare)} with the other methods"
    parts, group = connected_components(wins > 0, directed=True, connection="strong")
    if parts == 1:
        return ""
    for part in range(parts):
        inside = group == part
        if not (wins[np.ix_(~inside, inside)] > 0).any():
            return f"{_listed(names, inside)} won every comparison with the others, for which no number is large enough"
    return "some methods won every comparison with the others"


def _listed(names: tuple[str, ...], chosen: NDArray[np.bool_]) -> str:
    return ", ".join(name for name, is_chosen in zip(names, chosen, strict=True) if is_chosen)


def fit(votes: Votes, generator: np.random.Generator, rounds: int = ROUNDS) -> Fit:
    """Fits strengths to votes, and resamples people, cases, and the answers of one person to one case.

    Args:
        votes: The votes.
        generator: Source of the resampling.
        rounds: Rounds of each kind.

    Raises:
        NoStrengthsError: The strengths have no finite value.
    """
    wins = votes.wins()
    values = fit_strengths(wins, votes.methods)
    *_, person, case = votes.columns
    cells = np.unique(person * (int(case.max()) + 1) + case, return_inverse=True)[1]
    factors = {"people": person, "cases": case, "answers": cells}
    levels = {name: int(group.max()) + 1 for name, group in factors.items()}
    if levels["people"] == 1 or levels["cases"] == 1:
        # One factor has one level: its clusters are everything, those of the other the single answers.
        factors = {name: factors[name] for name in ("people", "cases") if levels[name] > 1}
    met = np.where(wins + wins.T > 0, _SMOOTHING, 0.0)
    covariances = {
        name: _resampled(votes, group, levels[name], values, met, generator, rounds) for name, group in factors.items()
    }
    return Fit(values, covariances, min((levels[name] for name in factors), default=1))


def _resampled(
    votes: Votes,
    group: Indices,
    levels: int,
    values: Numbers,
    smoothing: Numbers,
    generator: np.random.Generator,
    rounds: int,
) -> Numbers:
    """The covariance of strengths when the levels of a factor are drawn anew with replacement."""
    drawn = np.empty((rounds, len(values)))
    for place in range(rounds):
        weights = generator.multinomial(levels, np.full(levels, 1 / levels))[group].astype(np.float64)
        wins = votes.wins(weights)
        try:
            drawn[place] = fit_strengths(wins, votes.methods, values)
        except NoStrengthsError:
            drawn[place] = fit_strengths(wins + smoothing, votes.methods, values)
    # Undoes that the variance among resampled levels is too small by (levels − 1) / levels.
    covariance: Numbers = np.cov(drawn, rowvar=False) * levels / (levels - 1)
    return covariance


def strengths_of(votes: Votes, fitted: Fit | None) -> tuple[Strength, ...]:
    """The strengths of all methods with their intervals, and how often each won.

    Args:
        votes: The votes.
        fitted: The fit, or ``None`` where strengths have no finite value.
    """
    rows = []
    count = len(votes.methods)
    for number, name in enumerate(votes.methods):
        outcomes = [
            vote.outcome if vote.first == number else 1 - vote.outcome
            for vote in votes.votes
            if number in (vote.first, vote.second)
        ]
        contrast = np.eye(count)[number] - 1 / count
        interval = fitted.interval(contrast) if fitted else None
        rows.append(
            Strength(
                name,
                float(fitted.values[number]) if fitted else None,
                interval.low if interval else None,
                interval.high if interval else None,
                sum(outcome == 1 for outcome in outcomes),
                sum(outcome == 0.5 for outcome in outcomes),
                sum(outcome == 0 for outcome in outcomes),
            )
        )
    return tuple(rows)


def differences_of(votes: Votes, fitted: Fit) -> tuple[Difference, ...]:
    """The differences of every two methods, tested by t and corrected for all pairs (Holm).

    How many more answers would show a difference: with δ the sum of the normal quantiles of the level that Holm's
    procedure has left for the pair and of a power of 80 %, the standard error has to shrink to |difference| / δ, and
    shrinks with the root of the number of answers if people and cases grow alike.

    Args:
        votes: The votes.
        fitted: The fit; there are none without standard errors.
    """
    from scipy.special import ndtri, stdtr

    count = len(votes.methods)
    pairs = [(i, j) for i in range(count) for j in range(i + 1, count)]
    contrasts = [np.eye(count)[i] - np.eye(count)[j] for i, j in pairs]
    errors = [fitted.standard_error(contrast) for contrast in contrasts]
    values = [float(fitted.values[i] - fitted.values[j]) for i, j in pairs]
    raw = [
        2 * float(stdtr(fitted.levels - 1, -abs(value) / error)) if error and value else 1.0
        for value, error in zip(values, errors, strict=True)
    ]
    found = []
    for (i, j), contrast, value, error, test in zip(pairs, contrasts, values, errors, holm(raw), strict=True):
        interval = fitted.interval(contrast)
        if interval is None or error is None:
            continue
        more: int | None = 0
        if test.p_value >= 1 - _LEVEL:
            needed = ndtri(1 - (1 - _LEVEL) / 2 / test.tests) + ndtri(_POWER)
            times = (needed * error / abs(value)) ** 2 if value else math.inf
            more = None if times > _MOST_TIMES else max(1, math.ceil(len(votes.votes) * (times - 1)))
        found.append(
            Difference(votes.methods[i], votes.methods[j], value, interval.low, interval.high, test.p_value, more)
        )
    return tuple(found)
