"""Simulates people with a known truth: the tables of docs/study.md.

    python tools/simulate_study.py
    python tools/simulate_study.py --runs 200 --rows 1-4

People choose by the model of Bradley and Terry, with effects of their own and of cases on every method. An interval
should contain the truth as often as it states. The truth is that of endless people and cases: where these
differ, the strengths of all together are smaller than those of each.
"""

from __future__ import annotations

import argparse
import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmark.analysis.people import spearman, spearman_interval
from benchmark.study.bradley_terry import NoStrengthsError, fit, fit_strengths
from benchmark.study.votes import Vote, Votes

Numbers = NDArray[np.float64]
_ROUNDS = 60
_DRAWS = 200_000


@dataclass(frozen=True)
class Setting:
    """What is asked of whom.

    Attributes:
        people: Number of people.
        cases: Number of cases.
        answers: Number of answers of each person.
        of_people: Standard deviation between people of a method's strength.
        of_cases: Standard deviation between cases.
        strengths: Strengths of the methods for the average person and case.
    """

    people: int
    cases: int
    answers: int
    of_people: float
    of_cases: float
    strengths: tuple[float, ...] = (1.0, 0.4, -0.4, -1.0)

    def draw(self, generator: np.random.Generator) -> Votes:
        """The votes of one study."""
        count, total = len(self.strengths), self.people * self.answers
        person = np.repeat(np.arange(self.people), self.answers)
        case = generator.permutation(np.resize(np.arange(self.cases), total))
        pairs = np.array(list(itertools.combinations(range(count), 2)))
        first, second = pairs[generator.permutation(np.resize(np.arange(len(pairs)), total))].T
        levels = (
            np.asarray(self.strengths)
            + self.of_people * generator.normal(size=(self.people, count))[person]
            + self.of_cases * generator.normal(size=(self.cases, count))[case]
        )
        rows = np.arange(total)
        won = generator.random(total) < 1 / (1 + np.exp(levels[rows, second] - levels[rows, first]))
        return Votes(
            tuple(f"m{number}" for number in range(count)),
            tuple(
                Vote(f"p{p}", f"c{c}", int(i), int(j), float(outcome))
                for p, c, i, j, outcome in zip(person, case, first, second, won, strict=True)
            ),
        )

    def truth(self) -> Numbers:
        """The strengths that the model has for endless people and cases."""
        count, generator = len(self.strengths), np.random.default_rng(0)
        spread = math.hypot(self.of_people, self.of_cases)
        levels = np.asarray(self.strengths) + spread * generator.normal(size=(_DRAWS, count))
        wins = np.zeros((count, count))
        for i, j in itertools.permutations(range(count), 2):
            wins[i, j] = (1 / (1 + np.exp(levels[:, j] - levels[:, i]))).mean()
        return fit_strengths(wins, tuple(map(str, range(count))))


SETTINGS = tuple(
    Setting(people, cases, answers, *spread)
    for people, cases, answers in ((10, 9, 20), (20, 20, 20), (40, 20, 20), (40, 80, 20), (5, 20, 40))
    for spread in ((0.0, 0.0), (0.7, 0.0), (0.0, 0.7), (0.5, 0.5))
)


@dataclass(frozen=True)
class Rates:
    """What became of the intervals of the differences of all pairs of methods.

    Attributes:
        covered: Share that contains the truth.
        error: Its standard error; the differences of one study are not independent, the studies are.
        naive: Share of intervals from answers alone, as if they were independent.
        width: Mean width as a multiple of 2 × 1.96 standard deviations of the estimates.
        studies: Number of simulated studies that had strengths.
    """

    covered: float
    error: float
    naive: float
    width: float
    studies: int


def simulate(setting: Setting, runs: int, seed: int = 0) -> Rates:
    """Simulates studies.

    Args:
        setting: What is asked of whom.
        runs: Number of studies.
        seed: Seed of all.
    """
    generator, truth = np.random.default_rng(seed), setting.truth()
    count = len(truth)
    contrasts = [np.eye(count)[i] - np.eye(count)[j] for i, j in itertools.combinations(range(count), 2)]
    covered, naive, widths, values = [], [], [], []
    for _ in range(runs):
        try:
            fitted = fit(setting.draw(generator), generator, _ROUNDS)
        except NoStrengthsError:
            continue
        values.append([float(contrast @ fitted.values) for contrast in contrasts])
        inside = []
        for contrast in contrasts:
            interval = fitted.interval(contrast)
            assert interval is not None, "every study has several people and cases"
            expected = float(contrast @ truth)
            inside.append(interval.low <= expected <= interval.high)
            widths.append(interval.high - interval.low)
            error = math.sqrt(float(contrast @ fitted.covariances["answers"] @ contrast))
            naive.append(abs(float(contrast @ fitted.values) - expected) <= 1.96 * error)
        covered.append(float(np.mean(inside)))
    ideal = 2 * 1.96 * float(np.std(values, axis=0).mean())
    return Rates(
        covered=float(np.mean(covered)),
        error=float(np.std(covered, ddof=1)) / math.sqrt(len(covered)),
        naive=float(np.mean(naive)),
        width=float(np.mean(widths)) / ideal,
        studies=len(covered),
    )


def correlation_coverage(methods: int, correlation: float, runs: int, seed: int = 0) -> float:
    """Share of intervals of Spearman's correlation over methods that contain that of endless methods.

    Args:
        methods: Number of methods.
        correlation: Pearson's correlation of the normal numbers that are ranked.
        runs: Number of simulated studies.
        seed: Seed of all.
    """
    truth = 6 / math.pi * math.asin(correlation / 2)
    generator, inside = np.random.default_rng(seed), 0
    for _ in range(runs):
        people, noise = generator.normal(size=(2, methods))
        value = spearman(correlation * people + math.sqrt(1 - correlation**2) * noise, people)
        interval = None if value is None else spearman_interval(value, methods)
        inside += interval is not None and interval.low <= truth <= interval.high
    return inside / runs


def strength_rows(settings: Sequence[Setting], runs: int) -> Iterator[str]:
    """The table of strengths as Markdown, line by line.

    Args:
        settings: What is asked of whom, one a row.
        runs: Number of simulated studies a row.
    """
    heads = (
        "people × cases, answers each",
        "spread of people, of cases",
        "covered: answers alone",
        "**both**",
        "±",
        "width",
    )
    yield f"| {' | '.join(heads)} |"
    yield "|---|---|---:|---:|---:|---:|"
    for setting in settings:
        rates = simulate(setting, runs)
        yield (
            f"| {setting.people} × {setting.cases}, {setting.answers} | {setting.of_people:g}, {setting.of_cases:g} |"
            f" {rates.naive:.3f} | **{rates.covered:.3f}** | {rates.error:.3f} | {rates.width:.2f} |"
        )


def correlation_rows(runs: int) -> Iterator[str]:
    """The table of correlations as Markdown, line by line.

    Args:
        runs: Number of simulated studies a cell.
    """
    correlations = (0.0, 0.5, 0.8, 0.95)
    yield f"| methods | {' | '.join(f'ρ = {value:g}' for value in correlations)} |"
    yield f"|---|{'---:|' * len(correlations)}"
    for methods in (5, 6, 8, 12, 20):
        shares = (correlation_coverage(methods, value, runs) for value in correlations)
        yield f"| {methods} | {' | '.join(f'{share:.3f}' for share in shares)} |"


def span(text: str) -> slice:
    """Reads ``FIRST-LAST``, the numbers of rows from 1 on.

    Args:
        text: What was written.

    Raises:
        ValueError: It is none.
    """
    first, last = map(int, text.split("-"))
    if not 1 <= first <= last <= len(SETTINGS):
        raise ValueError(f"rows are 1-{len(SETTINGS)}")
    return slice(first - 1, last)


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints the tables.

    Args:
        arguments: Those of the command line.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=100, help="simulated studies a row")
    parser.add_argument("--rows", type=span, help="FIRST-LAST: only these rows of the first table, for a run in pieces")
    options = parser.parse_args(arguments)
    for line in strength_rows(SETTINGS[options.rows or slice(None)], options.runs):
        print(line, flush=True)
    if options.rows is None:
        print()
        for line in correlation_rows(max(options.runs, 2000)):
            print(line, flush=True)


if __name__ == "__main__":
    main()
