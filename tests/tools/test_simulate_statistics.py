"""The simulations of docs/statistics.md, smaller: how often the rules err where methods do not differ."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from benchmark.analysis.comparison import compare_pairs
from benchmark.analysis.interval import crossed_estimate
from benchmark.analysis.scores import PairedScores
from tools.simulate_statistics import (
    METHODS,
    Effects,
    shown_differences,
    simulate,
    standard_errors,
    t_tests,
)

EFFECTS = Effects(1, 0.2, 0.3)


@pytest.mark.parametrize(("contents", "styles", "runs"), [(20, 40, 300), (5, 8, 1500), (3, 3, 1500)])
def test_errors_are_as_rare_as_stated(contents: int, styles: int, runs: int) -> None:
    rates = simulate(contents, styles, EFFECTS, runs=runs, resamples=100)
    assert 0.02 <= rates.pair <= 0.08
    assert rates.family <= 0.08
    assert rates.covered >= 0.93
    # The rules before: cases taken for independent, and percentiles of few resampled levels.
    assert rates.pair_ranks > 0.08
    assert rates.family_ranks > 0.08


@pytest.mark.parametrize(("contents", "styles"), [(2, 2), (3, 8), (5, 5)])
def test_the_simulated_rule_is_that_of_comparisons(contents: int, styles: int) -> None:
    generator = np.random.default_rng(1)
    runs = 40
    shifts = (0.0, 0.5, 2.0, 6.0)
    methods = [EFFECTS.draw(generator, runs, contents, styles) + shift for shift in shifts[:METHODS]]
    # Some with rare large gains, so that means and ranks disagree.
    methods[1][: runs // 2, :, 0] += 30
    shown = shown_differences(methods)
    content = np.repeat(np.arange(contents), styles).astype(str)
    style = np.tile(np.arange(styles), contents).astype(str)
    pairs = list(itertools.combinations(range(METHODS), 2))
    for run in range(runs):
        paired = {
            (str(one), str(other)): PairedScores(
                cases=tuple(map(str, range(contents * styles))),
                values=np.stack([methods[one][run].ravel(), methods[other][run].ravel()], axis=1),
                contents=content,
                styles=style,
            )
            for one, other in pairs
        }
        comparisons = compare_pairs("metric", paired)
        assert [bool(comparison.better) for comparison in comparisons] == list(shown[run])
        assert [comparison.p_value for comparison in comparisons] == pytest.approx(
            [t_tests(methods[one][[run]] - methods[other][[run]])[0] for one, other in pairs]
        )
    assert shown.any() or contents == 2
    estimate = crossed_estimate(methods[0][0].ravel(), content, style)
    assert estimate.standard_error == pytest.approx(standard_errors(methods[0])[0])
