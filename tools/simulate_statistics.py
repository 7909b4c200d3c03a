"""Simulates runs whose methods do not differ, and says how often each rule errs: the table of docs/statistics.md.

    python tools/simulate_statistics.py
    python tools/simulate_statistics.py --runs 200

A score is the sum of an effect of its content, one of its style and one of its case, drawn anew for every method. The
methods of a run are equal in the long run, so every difference that is called shown is an error; and the interval of a
mean should contain zero as often as it states.
"""

from __future__ import annotations

import argparse
import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, stdtr, stdtrit
from scipy.stats import rankdata, wilcoxon

from benchmark.analysis.level import ALPHA, LEVEL

Numbers = NDArray[np.float64]

METHODS = 4
RESAMPLES = 2000
MOST_EXACT = 50
"""Up to so many pairs the signed-rank test is exact."""
RUNS_AT_ONCE = 250


@dataclass(frozen=True)
class Effects:
    """Standard deviations of the effects of contents, styles and cases; log-normal ones if ``skewed``."""

    content: float
    style: float
    case: float
    skewed: bool = False

    def draw(self, generator: np.random.Generator, runs: int, contents: int, styles: int) -> Numbers:
        """Scores of one method in each of several runs, R×C×S, with a true mean of zero."""
        return (
            self.content * self.standard(generator, (runs, contents, 1))
            + self.style * self.standard(generator, (runs, 1, styles))
            + self.case * self.standard(generator, (runs, contents, styles))
        )

    def standard(self, generator: np.random.Generator, shape: tuple[int, ...]) -> Numbers:
        """Effects with a mean of zero and a standard deviation of one."""
        normal = generator.normal(size=shape)
        return (np.exp(normal) - math.exp(0.5)) / math.sqrt(math.e * (math.e - 1)) if self.skewed else normal

    def __str__(self) -> str:
        return f"{self.content:g}, {self.style:g}, {self.case:g}{', skewed' * self.skewed}"


DESIGNS = ((2, 2), (3, 3), (3, 8), (5, 8), (8, 10), (20, 40))
EFFECTS = (
    Effects(1, 0.2, 0.3),
    Effects(0.2, 1, 0.3),
    Effects(1, 1, 1),
    Effects(0, 0, 1),
    Effects(1, 0.2, 0.3, skewed=True),
)


@dataclass(frozen=True)
class Rates:
    """Rates at which rules err, each a share of runs.

    Attributes:
        pair_ranks: One pair is called different by the signed-rank test.
        pair_bootstrap: One pair is called different by the bootstrap's expanded percentile interval.
        pair: One pair is called different by the t test.
        family_ranks: Any pair of four methods is, by signed-rank tests after Holm.
        family_both: Any pair is, by these and the bootstrap's interval of 95 % together: the rule before.
        family: Any pair is, by t tests after Holm, where the ranks agree: the rule now.
        covered_naive: The mean ± 1.96 s / √N contains the truth.
        covered_bootstrap: The expanded percentile interval does.
        covered: The t interval does.
    """

    pair_ranks: float
    pair_bootstrap: float
    pair: float
    family_ranks: float
    family_both: float
    family: float
    covered_naive: float
    covered_bootstrap: float
    covered: float


def standard_errors(scores: Numbers) -> Numbers:
    """Two-way standard error of the mean of each run, as ``two_way_covariance`` says, for R×C×S scores."""
    _, contents, styles = scores.shape
    fewest = min(contents, styles)
    residuals = scores - scores.mean(axis=(1, 2), keepdims=True)
    squares = (
        (1 - 1 / styles) * (residuals.sum(axis=2) ** 2).sum(axis=1)
        + (1 - 1 / contents) * (residuals.sum(axis=1) ** 2).sum(axis=1)
        + (residuals**2).sum(axis=(1, 2))
    )
    errors: Numbers = np.sqrt(squares * fewest / (fewest - 1)) / (contents * styles)
    return errors


def t_tests(scores: Numbers) -> Numbers:
    """Two-sided p-value of a mean of zero in each run."""
    freedom = min(scores.shape[1:]) - 1
    p_values: Numbers = 2 * stdtr(freedom, -np.abs(scores.mean(axis=(1, 2))) / standard_errors(scores))
    return p_values


def signed_rank_tests(scores: Numbers) -> Numbers:
    """P-value of the signed-rank test in each run, which takes cases for independent."""
    cases = scores.reshape(len(scores), -1)
    method = "exact" if cases.shape[1] <= MOST_EXACT else "approx"
    p_values: Numbers = np.asarray(wilcoxon(cases, axis=1, method=method).pvalue)
    return p_values


def ranks_agree(differences: Numbers) -> NDArray[np.bool_]:
    """Returns whether, in each run, neither signed ranks nor most cases contradict the sign of the mean."""
    cases = differences.reshape(len(differences), -1)
    turned = cases * np.sign(cases.mean(axis=1, keepdims=True))
    signed_ranks = (rankdata(np.abs(turned), axis=1) * np.sign(turned)).sum(axis=1)
    agree: NDArray[np.bool_] = (signed_ranks >= 0) & (np.sign(turned).sum(axis=1) >= 0)
    return agree


def holm(p_values: Numbers) -> Numbers:
    """P-values corrected for their number in each row."""
    order = np.argsort(p_values, axis=1)
    steps = np.arange(p_values.shape[1], 0, -1)
    stepped = np.minimum(np.maximum.accumulate(np.take_along_axis(p_values, order, axis=1) * steps, axis=1), 1)
    corrected = np.empty_like(p_values)
    np.put_along_axis(corrected, order, stepped, axis=1)
    return corrected


def shown_differences(methods: Sequence[Numbers]) -> NDArray[np.bool_]:
    """Returns whether each pair of methods is shown to differ, R×P, in the order of ``itertools.combinations``."""
    pairs = [one - other for one, other in itertools.combinations(methods, 2)]
    corrected = holm(np.stack([t_tests(pair) for pair in pairs], axis=1))
    shown: NDArray[np.bool_] = (corrected < ALPHA) & np.stack([ranks_agree(pair) for pair in pairs], axis=1)
    return shown


def simulate(
    contents: int, styles: int, effects: Effects, *, runs: int, resamples: int = RESAMPLES, seed: int = 0
) -> Rates:
    """Simulates runs and applies every rule to each.

    Args:
        contents: Number of contents.
        styles: Number of styles.
        effects: What scores are made of.
        runs: Number of runs.
        resamples: Number of resamples of the bootstrap, which is the slow one of the rules.
        seed: Seed of all random numbers.
    """
    generator = np.random.default_rng(seed)
    parts = []
    for start in range(0, runs, RUNS_AT_ONCE):
        size = min(RUNS_AT_ONCE, runs - start)
        methods = [effects.draw(generator, size, contents, styles) for _ in range(METHODS)]
        parts.append(_errors(generator, methods, resamples))
    return Rates(*(float(column) for column in np.concatenate(parts, axis=1).mean(axis=1)))


def _errors(generator: np.random.Generator, methods: Sequence[Numbers], resamples: int) -> NDArray[np.bool_]:
    """Returns whether each rule errs in each run (or an interval covers), in the order of the fields of ``Rates``."""
    _, contents, styles = methods[0].shape
    fewest = min(contents, styles)
    pairs = list(itertools.combinations(range(METHODS), 2))
    by_ranks = np.stack([signed_rank_tests(methods[one] - methods[other]) for one, other in pairs], axis=1)
    drawn = tuple(
        generator.multinomial(number, np.full(number, 1 / number), size=resamples) / number
        for number in (contents, styles)
    )
    means = [np.stack([((drawn[0] @ run) * drawn[1]).sum(axis=1) for run in scores]) for scores in methods]
    excluded = np.stack([~_contain_zero(means[one] - means[other], fewest) for one, other in pairs], axis=1)
    ranked = holm(by_ranks) < ALPHA
    first, mean = methods[0], np.abs(methods[0].mean(axis=(1, 2)))
    return np.stack(
        [
            by_ranks[:, 0] < ALPHA,
            excluded[:, 0],
            t_tests(methods[0] - methods[1]) < ALPHA,
            ranked.any(axis=1),
            (ranked & excluded).any(axis=1),
            shown_differences(methods).any(axis=1),
            mean <= 1.96 * first.std(axis=(1, 2), ddof=1) / math.sqrt(contents * styles),
            _contain_zero(means[0], fewest),
            mean <= stdtrit(fewest - 1, (1 + LEVEL) / 2) * standard_errors(first),
        ]
    )


def _contain_zero(resampled: Numbers, number: int) -> NDArray[np.bool_]:
    """Returns whether Hesterberg's (2015) expanded percentile interval does, for each row of resampled means."""
    tail = float(ndtr(-math.sqrt(number / (number - 1)) * stdtrit(number - 1, (1 + LEVEL) / 2)))
    low, high = np.quantile(resampled, [tail, 1 - tail], axis=1)
    contained: NDArray[np.bool_] = (low <= 0) & (high >= 0)
    return contained


def rows(runs: int) -> Iterator[str]:
    """The lines of the table in Markdown: one for every design and kind of effects."""
    yield (
        "| contents × styles | effects | one pair: signed ranks | bootstrap | **t** | four methods: signed ranks, Holm "
        "| with bootstrap | **t, Holm** | covered: ± 1.96 s/√N | bootstrap | **t** |"
    )
    yield "|---|---|" + "---:|" * 9
    for contents, styles in DESIGNS:
        for effects in EFFECTS:
            rates = simulate(contents, styles, effects, runs=runs)
            shares = [f"{getattr(rates, field.name):.3f}" for field in fields(rates)]
            shown = [f"**{share}**" if place % 3 == 2 else share for place, share in enumerate(shares)]
            yield f"| {contents} × {styles} | {effects} | {' | '.join(shown)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=1000, help="simulated runs for each row")
    options = parser.parse_args()
    for row in rows(options.runs):
        print(row, flush=True)


if __name__ == "__main__":
    main()
