"""Differences between methods, and agreement of metrics."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmark.analysis.statistics import analyze
from benchmark.store.records import RunRecords
from reports.figures.ranks import rank_figure
from reports.tables.differences import AGREEMENT_LEVELS, Differences, build_differences


@pytest.fixture(scope="module")
def differences(crossed_run: RunRecords) -> Differences:
    found = build_differences(crossed_run, analyze(crossed_run))
    assert found is not None
    return found


def test_wins_count_the_metrics_by_which_a_method_is_shown_to_be_better(differences: Differences) -> None:
    first, *_, last = differences.wins
    assert (first.method, last.method) == ("Method 0", "Method 2")
    assert first.wins[0] is None
    assert first.wins[2] is not None
    assert last.wins[0] is not None
    # The first keeps the content, the last takes over style and text.
    assert (first.wins[2].count, first.wins[2].metrics) == (2, "SSIM, LPIPS")
    assert (last.wins[0].count, last.wins[0].metrics) == (2, "CLIP style, CLIP text")
    assert differences.compared == 4


def test_wins_by_a_network_that_the_winner_optimised_do_not_count_and_are_marked(crossed_run: RunRecords) -> None:
    winner = crossed_run.methods[2].name
    summary = tuple(
        replace(row, circular=True) if (row.method, row.metric) == (winner, "clip_style") else row
        for row in crossed_run.summary
    )
    run = replace(crossed_run, summary=summary)
    found = build_differences(run, analyze(run))
    assert found is not None
    wins = found.wins[2].wins[0]
    assert wins is not None
    assert (wins.count, wins.metrics, wins.circular) == (1, "CLIP text", "CLIP style")
    titles = {metric.metric: {pair.better for pair in metric.pairs} for metric in found.metrics}
    assert "Method 2 ↻" in titles["CLIP style"]
    assert "Method 2" in titles["CLIP text"]
    ranks = rank_figure(run, analyze(run))
    assert ranks is not None
    labels = [point["label"] for points in ranks.spec["datasets"].values() for point in points if "rank" in point]
    assert labels.count("Method 2 ↻") == 1


def test_every_pair_says_what_is_shown_or_what_could_have_been(differences: Differences) -> None:
    pairs = [pair for metric in differences.metrics for pair in metric.pairs]
    assert len(pairs) == 4 * 3
    assert all(bool(pair.better) != bool(pair.detectable) for pair in pairs)
    assert {pair.cases for pair in pairs} == {"16 (4 × 4)"}


def test_a_pair_of_which_mean_and_ranks_disagree_says_so(crossed_run: RunRecords) -> None:
    statistics = analyze(crossed_run)
    words = "the mean favours method_0, but method_2 is better in 12 of 16 cases"
    comparisons = tuple(
        replace(one, better="", disagreement=words)
        if (one.metric, one.first, one.second) == ("clip_text", "method_0", "method_2")
        else one
        for one in statistics.comparisons
    )
    found = build_differences(crossed_run, replace(statistics, comparisons=comparisons))
    assert found is not None
    pairs = {(pair.first, pair.second): pair for pair in found.metrics[-1].pairs}
    assert (pairs["Method 0", "Method 2"].better, pairs["Method 0", "Method 2"].disagreement) == ("", words)


def test_metrics_of_opposite_order_disagree(differences: Differences) -> None:
    ssim, *_ = differences.agreement
    assert ssim.metric == "SSIM"
    own, lpips, style, _ = ssim.cells
    assert own is None
    assert lpips is not None
    assert style is not None
    assert (lpips.text, lpips.level) == ("1.00", AGREEMENT_LEVELS)
    assert (style.text, style.level) == ("−1.00", -AGREEMENT_LEVELS)


def test_a_single_method_has_nothing_to_be_compared_with(crossed_run: RunRecords) -> None:
    controls = crossed_run.methods[-2:]
    alone = replace(crossed_run, methods=(crossed_run.methods[0], *controls))
    assert build_differences(alone, analyze(alone)) is None
