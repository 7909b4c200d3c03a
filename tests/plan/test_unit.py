"""Units and their seeds."""

from __future__ import annotations

from benchmark.plan.unit import unit_seed


def test_the_seed_of_a_unit_is_fixed_forever():
    assert unit_seed(0, "cat--starry_night", "gatys") == 3438471681685718837


def test_the_seed_depends_on_run_case_and_method():
    seeds = {unit_seed(run, case, method) for run in (0, 1) for case in ("a", "b") for method in ("m", "n")}
    assert len(seeds) == 8


def test_seeds_fit_what_torch_takes():
    assert all(0 <= unit_seed(0, str(number), "m") < 2**63 for number in range(1000))


def test_names_that_run_together_are_told_apart():
    assert unit_seed(0, "ab", "c") != unit_seed(0, "a", "bc")
