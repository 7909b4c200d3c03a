"""Agreement of metrics on the order of methods, and all statistics of a run together."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import kendalltau

from benchmark.analysis.agreement import agreement_of_metrics, kendall_tau
from benchmark.analysis.statistics import analyze
from benchmark.contracts.metric import Direction
from benchmark.store.records import SummaryRow
from tests.analysis.conftest import change_unit, make_run, method

STEPS = {name: np.full((3, 3), float(number)) for number, name in enumerate("abcd")}


def test_the_same_order_is_one_whatever_the_directions():
    (agreement,) = agreement_of_metrics(make_run({name: {"ssim": step, "loss": -step} for name, step in STEPS.items()}))
    assert (agreement.first, agreement.second, agreement.methods) == ("ssim", "loss", 4)
    assert agreement.of_means == pytest.approx(1)
    assert agreement.within_cases.mean == pytest.approx(1)
    assert (agreement.within_cases.contents, agreement.within_cases.styles) == (3, 3)


def test_the_opposite_order_is_minus_one():
    (agreement,) = agreement_of_metrics(make_run({name: {"ssim": step, "loss": step} for name, step in STEPS.items()}))
    assert agreement.of_means == pytest.approx(-1)


def test_controls_do_not_count():
    methods = tuple(method(name, anchor="content" if name == "d" else "") for name in STEPS)
    run = make_run({name: {"ssim": step, "loss": step} for name, step in STEPS.items()}, methods=methods)
    assert agreement_of_metrics(run)[0].methods == 3


def test_a_metric_without_an_order_agrees_with_none():
    scores = {name: {"ssim": step, "loss": np.zeros((3, 3))} for name, step in STEPS.items()}
    (agreement,) = agreement_of_metrics(make_run(scores))
    assert (agreement.within_cases, agreement.of_means) == (None, None)


def test_a_method_whose_metrics_share_no_case_is_left_out():
    run = make_run({name: {"ssim": step, "loss": step} for name, step in STEPS.items()})
    for number, case in enumerate(run.cases):
        run = change_unit(run, "a", case.id, **{"ssim" if number % 2 else "loss": np.nan})
    (agreement,) = agreement_of_metrics(run)
    assert agreement.methods == 3, "the one that has no case with both scores takes none from the others"
    assert agreement.within_cases.cases == 9
    assert agreement_of_metrics(replace(run, methods=run.methods[:2])) == []


def test_the_measure_is_that_of_scipy_ties_included():
    first, second = np.random.default_rng(0).integers(4, size=(2, 20, 6))
    expected = [kendalltau(*both).statistic for both in zip(first, second, strict=True)]
    np.testing.assert_allclose(kendall_tau(first, second), expected)


def test_no_order_agrees_with_none():
    assert np.isnan(kendall_tau([[1, 1]], [[1, 2]])[0])


def test_all_statistics_are_json():
    generator = np.random.default_rng(0)
    scores = {name: {"ssim": step + generator.normal(size=(3, 3)), "loss": step} for name, step in STEPS.items()}
    value = json.loads(json.dumps(analyze(make_run(scores)).to_json(), allow_nan=False))
    assert value["schema_version"] == 2
    assert value["notes"]["ranks"].startswith("descriptive")
    assert len(value["comparisons"]) == 12
    assert {entry["metric"] for entry in value["ranks"]} == {"ssim", "loss"}
    assert value["agreement"][0]["methods"] == 4


def test_the_methods_that_a_metric_scores_circularly_are_named():
    rows = [
        SummaryRow(name, "loss", 0.2, None, None, 9, 3, 3, Direction.LOWER, circular, control)
        for name, circular, control in (("a", False, False), ("b", True, False), ("c", True, False), ("d", True, True))
    ]
    methods = tuple(method(name, anchor="content" if name == "d" else "") for name in STEPS)
    run = make_run({name: {"ssim": step, "loss": step} for name, step in STEPS.items()}, methods=methods)
    assert analyze(replace(run, summary=tuple(rows))).circular == {"loss": ("b", "c")}
    assert analyze(run).circular == {}


def test_a_run_of_one_method_has_nothing_to_compare():
    statistics = analyze(make_run({"a": {"ssim": np.ones((2, 2)), "loss": np.ones((2, 2))}}))
    assert statistics.comparisons == statistics.ranks == statistics.agreement == ()
