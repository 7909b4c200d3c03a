"""Which methods are shown to differ, and how far metrics agree."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmark.analysis.statistics import analyze
from benchmark.store.records import RunRecords
from reports.differences import AGREEMENT_LEVELS, Differences, build_differences


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


def test_every_pair_says_what_is_shown_or_what_could_have_been(differences: Differences) -> None:
    pairs = [pair for metric in differences.metrics for pair in metric.pairs]
    assert len(pairs) == 4 * 3
    assert all(bool(pair.better) != bool(pair.detectable) for pair in pairs)
    assert {pair.cases for pair in pairs} == {"16 (4 × 4)"}


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
