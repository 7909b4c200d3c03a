"""Noise of a mean from run to run, assumed or measured."""

from __future__ import annotations

import math

import pytest

from benchmark.analysis.gate.rerun_noise import Knowledge, assumed_noise, measured_noise


def test_where_it_is_not_measured_two_percent_of_each_score_are_assumed():
    noise = assumed_noise([3.0, -4.0])
    assert noise.knowledge is Knowledge.ASSUMED
    assert noise.standard_error == pytest.approx(0.02 * math.sqrt(2 * (9 + 16)) / 2)
    assert noise.half_width(0.95) == pytest.approx(1.9599640 * noise.standard_error)


def test_repeats_that_differ_nowhere_are_exact():
    noise = measured_noise([0.0, 0.0, 0.0], 0.0, repeats=2)
    assert noise.knowledge is Knowledge.EXACT
    assert noise.half_width(0.999) == 0.0


def test_is_of_the_mean_of_the_cases_and_of_one_more_run():
    """Nine cases alike, three runs: variance (1 + 1/3) · 9 · 0.03² / 81, 18 degrees of freedom, t 2.1009."""
    noise = measured_noise([0.03] * 9, 0.01, repeats=3)
    assert noise.knowledge is Knowledge.MEASURED
    assert noise.standard_error == pytest.approx(math.sqrt(4 / 3) * 0.01)
    assert noise.degrees == 18
    assert noise.half_width(0.95) == pytest.approx(2.1009220 * math.sqrt(4 / 3) * 0.01)


def test_cases_that_repeat_themselves_exactly_make_the_mean_steadier_but_add_no_degrees_of_freedom():
    noise = measured_noise([0.03] + [0.0] * 8, 0.0, repeats=3)
    assert noise.standard_error == pytest.approx(math.sqrt(4 / 3) * 0.03 / 9)
    assert noise.degrees == 3


@pytest.mark.parametrize("scale", [1e-150, 1.0, 1e150])
def test_holds_for_scores_of_any_size(scale):
    noise = measured_noise([scale] * 4, 0.0, repeats=2)
    assert noise.degrees == 4
    assert noise.standard_error == pytest.approx(math.sqrt(1.5 / 4) * scale)


def test_noise_that_the_cases_of_a_run_share_takes_the_place_of_theirs():
    """Of nine cases alike with 36 degrees of freedom, four of means: the F quantile at 1 % is 3.890."""
    of_cases = 0.03 / 3
    evident = measured_noise([0.03] * 9, of_cases * math.sqrt(3.90), repeats=5)
    assert (evident.degrees, evident.standard_error) == (4, pytest.approx(math.sqrt(1.2 * 3.90) * of_cases))
    possible = measured_noise([0.03] * 9, of_cases * math.sqrt(3.88), repeats=5)
    assert (possible.degrees, possible.standard_error) == (36, pytest.approx(math.sqrt(1.2 * 3.88) * of_cases))
