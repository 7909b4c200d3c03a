"""Tidy tables of means and comparisons."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmark.analysis.comparison import compare_methods
from benchmark.analysis.tidy_tables import UNTOLD, tabulate_comparisons, tabulate_means
from tests.analysis.conftest import make_run, method


@pytest.fixture
def run():
    """Of the two methods, a has a higher SSIM, and the loss of both differs by noise only."""
    noise = np.random.default_rng(0).normal(size=(4, 4))
    return make_run(
        {
            "kept": {"ssim": np.full((4, 4), 0.9), "loss": np.full((4, 4), 0.9)},
            "a": {"ssim": 0.6 + 0.01 * noise, "loss": 0.5 + noise},
            "b": {"ssim": 0.3 + 0.01 * noise.T, "loss": 0.5 - noise.T},
        },
        methods=(method("kept", anchor="content"), method("a"), method("b")),
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
    circular = replace(
        run, summary=tuple(replace(row, circular=(row.metric, row.method) == ("loss", "b")) for row in run.summary)
    )
    table = tabulate_comparisons(circular, compare_methods(circular)).set_index("metric")
    assert (table.loc["ssim", "circular"], table.loc["loss", "circular"]) == ("", "b")


def test_what_contradicts_the_mean_is_noted(run):
    (one, _) = compare_methods(run)
    table = tabulate_comparisons(run, [replace(one, better="", disagreement="the ranks favour b")])
    assert list(table["note"]) == ["the ranks favour b"]


def test_means_are_ordered_by_question_then_metric_controls_last(run):
    table = tabulate_means(run)
    scores = table[table["question"] != "cost"]
    assert list(zip(scores["question"], scores["metric"], scores["method"], strict=True)) == [
        (question, metric, name)
        for question, metric in (("content", "ssim"), ("style", "loss"))
        for name in ("a", "b", "kept")
    ]
    assert set(table["question"].iloc[len(scores) :]) == {"cost"}


def test_components_of_metrics_are_no_metrics(run):
    part = replace(run.summary[0], metric="loss.relu1")
    assert "loss.relu1" not in set(tabulate_means(replace(run, summary=(*run.summary, part)))["metric"])


def test_tables_without_rows_have_the_types_of_others(run):
    empty = replace(run, summary=())
    assert list(tabulate_means(empty).dtypes) == list(tabulate_means(run).dtypes)
    compared = tabulate_comparisons(run, compare_methods(run))
    assert list(tabulate_comparisons(run, []).dtypes) == list(compared.dtypes)
