"""Several runs: from one to the next, over time, and side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from benchmark.store.records import RunRecords
from reports.html.run_comparison import build_comparison


def finished(run: RunRecords, moment: str, **changes: Any) -> RunRecords:
    return replace(run, provenance={**run.provenance, "finished": moment}, **changes)


def shifted(run: RunRecords, method: str, metric: str, shift: float) -> pd.DataFrame:
    units = run.units.copy()
    units.loc[units["method"] == method, metric] += shift
    return units


def test_each_run_is_compared_with_the_one_that_finished_before_it(crossed_run: RunRecords) -> None:
    late = finished(crossed_run, "2026-03-01T00:00:00+00:00", units=shifted(crossed_run, "method_0", "lpips", 0.1))
    early = finished(crossed_run, "2026-01-01T00:00:00+00:00")
    (entry,) = build_comparison([late, early]).comparisons
    assert (entry.before, entry.now) == ("run 2 (run)", "run 1 (run)")
    assert entry.summary == "1 worse, 19 no change shown"
    worst = entry.changes[0]
    # A distance that grew is worse.
    assert (worst.method, worst.metric, worst.difference, worst.words) == ("Method 0", "LPIPS", "+0.100", "worse")


def test_without_dates_runs_are_taken_as_given(crossed_run: RunRecords) -> None:
    (entry,) = build_comparison([crossed_run, crossed_run]).comparisons
    assert (entry.before, entry.now) == ("run 1 (run)", "run 2 (run)")


def test_what_was_measured_differently_is_not_compared(crossed_run: RunRecords) -> None:
    ssim, *others = crossed_run.metrics
    (entry,) = build_comparison(
        [crossed_run, replace(crossed_run, metrics=(replace(ssim, version="2"), *others))]
    ).comparisons
    assert "ssim: not comparable, version 1 there, 2 here" in entry.remarks
    assert "SSIM" not in {change.metric for change in entry.changes}


def test_only_runs_of_the_same_protocol_are_compared(crossed_run: RunRecords) -> None:
    other = replace(crossed_run, protocol={**crossed_run.protocol, "fingerprint": "ffff"})
    comparison = build_comparison([crossed_run, other, crossed_run])
    assert [(entry.before, entry.now) for entry in comparison.comparisons] == [("run 1 (run)", "run 3 (run)")]
    assert not comparison.comparability.comparable
    ssim = comparison.side_by_side[0]
    assert (ssim.metric, ssim.method, len(ssim.cells)) == ("SSIM ↑", "Method 0", 3)


def test_a_damaged_run_is_named_and_costs_no_other_comparison(crossed_run: RunRecords) -> None:
    damaged = replace(crossed_run, provenance={})
    first, second, third = build_comparison([crossed_run, crossed_run, damaged, crossed_run]).comparisons
    assert first.changes
    assert not second.changes
    assert second.remarks == ("run 3 (run) is too damaged to be compared (KeyError: 'seed')",)
    assert third.summary == "not compared"


@pytest.mark.parametrize(
    ("moments", "words"),
    [
        (("2026-01-01T00:00:00+00:00", "2026-02-01T00:00:00+00:00", "2026-03-01T00:00:00+00:00"), "by the time"),
        (("", "2026-02-01T00:00:00+00:00", "2026-03-01T00:00:00+00:00"), "run by run"),
    ],
    ids=["dated", "undated"],
)
def test_three_runs_have_a_trend(crossed_run: RunRecords, moments: tuple[str, ...], words: str) -> None:
    (trend,) = build_comparison([finished(crossed_run, moment) for moment in moments]).trends
    assert trend.problem == ""
    assert trend.figure is not None
    assert words in trend.figure.explanation
    assert [title for _, title in trend.figure.choices[0].options] == ["SSIM", "LPIPS", "CLIP style", "CLIP text"]


def test_a_metric_that_was_measured_differently_has_no_trend(crossed_run: RunRecords) -> None:
    ssim, *others = crossed_run.metrics
    changed = replace(crossed_run, metrics=(replace(ssim, version="2"), *others))
    (trend,) = build_comparison([crossed_run, changed, crossed_run]).trends
    assert trend.figure is not None
    assert [name for name, _ in trend.figure.choices[0].options] == ["lpips", "clip_style", "clip_text"]


def test_two_runs_have_no_trend(crossed_run: RunRecords) -> None:
    assert build_comparison([crossed_run, crossed_run]).trends == ()
