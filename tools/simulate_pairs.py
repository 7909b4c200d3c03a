"""Simulates runs that do not cross all contents with all styles: the second table of docs/statistics.md.

    python -m tools.simulate_pairs
    python -m tools.simulate_pairs --runs 200

As in ``simulate_statistics.py``, a score is the sum of an effect of its content, one of its style and one of its case,
with a true mean of zero. What an interval should do is to contain zero as often as it states, and to be no wider than
that takes.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from benchmark.analysis.design import Design, factors_of
from benchmark.analysis.interval import crossed_estimate, two_way_covariance
from benchmark.analysis.level import LEVEL
from tools.simulate_statistics import Effects

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Layout:
    """Which contents meet which styles.

    Attributes:
        title: The layout in words.
        contents: Number of the content of each case.
        styles: Number of the style of each case.
    """

    title: str
    contents: tuple[int, ...]
    styles: tuple[int, ...]

    @property
    def design(self) -> Design:
        """What the cases share."""
        return factors_of(self.contents, self.styles).design

    def draw(self, effects: Effects, generator: np.random.Generator, runs: int) -> Numbers:
        """Scores of one method in each of several runs, R×N."""
        counts = max(self.contents) + 1, max(self.styles) + 1
        of_contents = effects.content * effects.standard(generator, (runs, counts[0]))
        of_styles = effects.style * effects.standard(generator, (runs, counts[1]))
        of_cases = effects.case * effects.standard(generator, (runs, len(self.contents)))
        scores: Numbers = of_contents[:, list(self.contents)] + of_styles[:, list(self.styles)] + of_cases
        return scores


def pairs(number: int) -> Layout:
    """Pairs that share nothing."""
    return Layout(f"{number} pairs", tuple(range(number)), tuple(range(number)))


def nested(sizes: Sequence[int], title: str) -> Layout:
    """Contents with styles of their own, as many as the sizes say."""
    contents = tuple(content for content, size in enumerate(sizes) for _ in range(size))
    return Layout(title, contents, tuple(range(len(contents))))


LAYOUTS = (
    pairs(5),
    pairs(20),
    pairs(50),
    nested([3] * 10, "10 contents, each with 3 styles of its own"),
    nested(range(1, 11), "10 contents, with 1 to 10 styles of their own"),
    Layout("20 pairs, two of which share a style", tuple(range(20)), (*range(19), 18)),
    Layout("20 pairs, two of which share a style, two others a content", (*range(19), 18), (0, *range(19))),
    Layout(
        "20 contents, each with 2 of 10 styles",
        tuple(np.repeat(range(20), 2)),
        tuple(np.ravel([[content % 10, (content + 1 + content // 10) % 10] for content in range(20)])),
    ),
)
EFFECTS = (
    Effects(1, 0.2, 0.3),
    Effects(0.2, 1, 0.3),
    Effects(1, 1, 1),
    Effects(0, 0, 1),
    Effects(1, 1, 1, skewed=True),
)


@dataclass(frozen=True)
class Rates:
    """What intervals do over many runs.

    Attributes:
        naive: Share of the intervals mean ± 1.96 s / √N that contain the truth.
        two_way: Share of those with the two-way standard error, whatever the cases share.
        covered: Share of those that the benchmark makes.
        two_way_width: Mean width of the second kind, as a multiple of that of an interval that knows the true standard
            error.
        width: The same of the third kind.
    """

    naive: float
    two_way: float
    covered: float
    two_way_width: float
    width: float


def simulate(layout: Layout, effects: Effects, *, runs: int, seed: int = 0) -> Rates:
    """Simulates runs and makes every kind of interval of each.

    Args:
        layout: Which contents meet which styles.
        effects: What scores are made of.
        runs: Number of runs.
        seed: Seed of all random numbers.
    """
    drawn = layout.draw(effects, np.random.default_rng(seed), runs)
    names = [f"c{content}" for content in layout.contents], [f"s{style}" for style in layout.styles]
    factors = factors_of(*names)
    quantile = float(stdtrit(min(factors.contents, factors.styles) - 1, (1 + LEVEL) / 2))
    arms = np.array(
        [
            (
                1.96 * scores.std(ddof=1) / np.sqrt(len(scores)),
                quantile * np.sqrt(two_way_covariance(scores[:, None], factors)[0, 0]),
                _arm(scores, names),
            )
            for scores in drawn
        ]
    )
    naive, two_way, covered = (np.abs(drawn.mean(axis=1))[:, None] <= arms).mean(axis=0)
    widths = arms.mean(axis=0) / (1.96 * true_error(layout, effects))
    return Rates(float(naive), float(two_way), float(covered), float(widths[1]), float(widths[2]))


def _arm(scores: Numbers, names: tuple[list[str], list[str]]) -> float:
    interval = crossed_estimate(scores, *names).interval
    assert interval is not None
    return (interval.high - interval.low) / 2


def true_error(layout: Layout, effects: Effects) -> float:
    """Standard deviation of the mean of a run over all runs."""
    of_contents, of_styles = (float((np.bincount(groups) ** 2).sum()) for groups in (layout.contents, layout.styles))
    number = len(layout.contents)
    variance = effects.content**2 * of_contents + effects.style**2 * of_styles + effects.case**2 * number
    return float(np.sqrt(variance)) / number


def rows(runs: int) -> Iterator[str]:
    """The lines of the table in Markdown: one for every layout and kind of effects."""
    yield (
        "| cases | standard error | effects | covered: ± 1.96 s/√N | two-way | **as made** | width: two-way "
        "| **as made** |"
    )
    yield "|---|---|---|" + "---:|" * 5
    for layout, effects in itertools.product(LAYOUTS, EFFECTS):
        rates = simulate(layout, effects, runs=runs)
        error = layout.design.error.removeprefix("the ").removeprefix("standard error ")
        yield (
            f"| {layout.title} | {error.removesuffix(' standard error')} | {effects} | {rates.naive:.3f} "
            f"| {rates.two_way:.3f} | **{rates.covered:.3f}** | {rates.two_way_width:.2f} | **{rates.width:.2f}** |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=2000, help="simulated runs for each row")
    options = parser.parse_args()
    for row in rows(options.runs):
        print(row, flush=True)


if __name__ == "__main__":
    main()
