"""Tidy tables of means and comparisons."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmark.analysis.comparison import compare_methods
from benchmark.analysis.tidy_tables import UNTOLD, tabulate_comparisons, tabulate_means
from benchmark.contracts.metric import Direction
from benchmark.store.cost_columns import TIME
from benchmark.store.records import SummaryRow
from tests.analysis.conftest import make_run, method


@pytest.fixture
def run():
    """Of the two methods, a has a higher SSIM, and the loss of both differs by noise only."""
    noise = np.random.default_rng(0).normal(size=(4, 4))
    made = make_run(
        {
            "kept": {"ssim": np.full((4, 4), 0.9), "loss": np.full((4, 4), 0.9)},
            "a": {"ssim": 0.6 + 0.01 * noise, "loss": 0.5 + noise},
            "b": {"ssim": 0.3 + 0.01 * noise.T, "loss": 0.5 - noise.T},
        },
        methods=(method("kept", anchor="content"), method("a"), method("b")),
    )
    columns = {"loss": Direction.LOWER, "loss.relu1": Direction.LOWER, "ssim": Direction.HIGHER, TIME: Direction.LOWER}
    return replace(
        made,
        summary=tuple(
            SummaryRow(
                one.name, name, 0.5, 0.4, 0.6, 16, 4, 4, direction, (name, one.name) == ("loss", "b"), one.control
            )
            for one in made.methods
            for name, direction in columns.items()
        ),
    )


def test_a_shown_difference_names_the_better_one_and_the_other_what_it_would_take(run):
    table = tabulate_comparisons(run, compare_methods(run)).set_index("metric")
    shown, untold = table.loc["ssim"], table.loc["loss"]
    assert (shown["better"], untold["better"]) == ("a", UNTOLD)
    assert 0 < shown["low"] < shown["difference"] < shown["high"]
    assert untold["low"] < 0 < untold["high"]
    assert np.isnan(shown["detectable"])
    assert untold["detectable"] > abs(untold["difference"])


def test_methods_that_optimised_the_network_are_named(run):
    table = tabulate_comparisons(run, compare_methods(run)).set_index("metric")
    assert (table.loc["ssim", "circular"], table.loc["loss", "circular"]) == ("", "b")


def test_what_contradicts_the_mean_is_noted(run):
    (one, _) = compare_methods(run)
    table = tabulate_comparisons(run, [replace(one, better="", disagreement="the ranks favour b")])
    assert list(table["note"]) == ["the ranks favour b"]


def test_means_are_ordered_by_question_controls_last_and_components_are_no_metrics(run):
    table = tabulate_means(run)
    assert list(zip(table["question"], table["metric"], table["method"], strict=True)) == [
        (question, metric, name)
        for question, metric in (("content", "ssim"), ("style", "loss"), ("cost", TIME))
        for name in ("a", "b", "kept")
    ]
    assert table[table["circular"]][["metric", "method"]].to_numpy().tolist() == [["loss", "b"]]
    assert set(table[table["control"]]["method"]) == {"kept"}


def test_a_question_that_is_not_known_is_another_one(run):
    strange = replace(run, metrics=tuple(replace(metric, axis="mood") for metric in run.metrics))
    assert set(tabulate_means(strange)["question"]) == {"other", "cost"}


def test_tables_without_rows_have_the_types_of_others(run):
    empty = replace(run, summary=())
    assert list(tabulate_means(empty).dtypes) == list(tabulate_means(run).dtypes)
    compared = tabulate_comparisons(run, compare_methods(run))
    assert list(tabulate_comparisons(run, []).dtypes) == list(compared.dtypes)
