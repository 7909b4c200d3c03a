"""Sentences that the numbers carry: who is best on which axis and how sure that is, what it costs, what stays open."""

from __future__ import annotations

from dataclasses import replace

from benchmark.analysis.statistics import analyze
from benchmark.contracts.metric import Axis
from benchmark.store.records import RunRecords
from reports.tables.findings import build_findings, headline_metrics
from reports.tables.ranking import build_scores


def findings(run: RunRecords) -> tuple[str, ...]:
    statistics = analyze(run)
    scores = build_scores(run, statistics.comparisons)
    return build_findings(run, scores, statistics, headline_metrics(run, statistics.anchored))


def headlines(run: RunRecords) -> dict[str, str]:
    return {headline.axis: headline.name for headline in headline_metrics(run, analyze(run).anchored)}


def test_the_best_of_each_axis_is_named_with_its_interval(crossed_run: RunRecords) -> None:
    style, content, text, *_ = findings(crossed_run)
    assert style.startswith("By CLIP style, Method 2 keeps the style best (0.7")
    assert style.endswith("better than every other method here.")
    assert " of the way between the controls, 0." in style
    assert content.startswith("By SSIM, Method 0 keeps the content best (0.7")
    assert text.startswith("By CLIP text, Method 2 says best what the prompts say (0.")


def circular(run: RunRecords, method: str, metric: str) -> RunRecords:
    """The run in which one method optimised the network of one metric."""
    summary = tuple(
        replace(row, circular=True) if (row.metric, row.method) == (metric, method) else row for row in run.summary
    )
    return replace(run, summary=summary)


def test_a_circular_score_is_neither_best_nor_beaten(crossed_run: RunRecords) -> None:
    style = findings(circular(crossed_run, "method_2", "clip_style"))[0]
    assert style.startswith("By CLIP style, Method 1 keeps the style best (0.5")
    assert style.endswith("better than every other method that it is compared with. Left out: 1 circular score.")


def test_the_fastest_is_compared_with_the_best_by_style(crossed_run: RunRecords) -> None:
    assert "Method 0 is the fastest with 350 ms a picture, 2.4 times as fast as Method 2 with 850 ms." in findings(
        crossed_run
    )


def test_durations_that_are_nearly_equal_are_not_worth_a_sentence(crossed_run: RunRecords) -> None:
    even = crossed_run.units.assign(seconds=1.0)
    summary = tuple(
        replace(row, mean=1.0, low=1.0, high=1.0) if row.metric == "seconds" else row for row in crossed_run.summary
    )
    assert not any("fastest" in sentence for sentence in findings(replace(crossed_run, units=even, summary=summary)))


def test_what_is_not_shown_to_be_worse_is_named_beside_the_best(crossed_run: RunRecords) -> None:
    scattered = crossed_run.units.copy()
    of_second = scattered["method"] == "method_1"
    best = scattered.loc[scattered["method"] == "method_2", "clip_style"].to_numpy()
    scattered.loc[of_second, "clip_style"] = [
        value - 0.001 + (0.05 if number % 2 else -0.05) for number, value in enumerate(best)
    ]
    style = findings(replace(crossed_run, units=scattered))[0]
    assert style.endswith("); Method 1 is not shown to be worse.")


def test_of_a_metric_that_tells_no_two_methods_apart_it_is_said(crossed_run: RunRecords) -> None:
    units = crossed_run.units.copy()
    wave = [0.3 if number % 2 else -0.3 for number in range(len(crossed_run.cases))]
    for number in range(3):
        units.loc[units["method"] == f"method_{number}", "lpips"] = [0.4 + (number - 1) * value for value in wave]
    sentences = findings(replace(crossed_run, units=units))
    assert sentences[-1] == "Of no two methods can it be said which is better by LPIPS."


def test_the_metric_with_the_fewest_circular_scores_stands_for_its_axis(crossed_run: RunRecords) -> None:
    assert headlines(crossed_run) == {Axis.STYLE: "clip_style", Axis.CONTENT: "ssim", Axis.TEXT: "clip_text"}
    assert headlines(circular(crossed_run, "method_0", "ssim"))[Axis.CONTENT] == "lpips"


def test_without_controls_no_axis_has_a_headline(crossed_run: RunRecords) -> None:
    methods = tuple(method for method in crossed_run.methods if not method.control)
    assert headlines(replace(crossed_run, methods=methods)) == {}


def test_a_run_without_scores_carries_no_sentence(crossed_run: RunRecords) -> None:
    assert findings(replace(crossed_run, summary=(), metrics=())) == ()
