"""Means per method and metric."""

from __future__ import annotations

import json
from dataclasses import replace

import pandas as pd
import pytest

from benchmark.analysis.summary import (
    is_circular,
    known_set_scores,
    summarize,
    summary_from_json,
    summary_to_json,
    time_to_rank_by,
)
from benchmark.contracts.metric import Direction
from benchmark.store.cost_columns import DISTURBED
from benchmark.store.records import MethodRecord, MetricRecord, ModelRecord, SetScore
from benchmark.store.results import TableInMemory
from tests.analysis.conftest import make_run

MODELS = (
    ModelRecord("vgg", "vgg19-embedded", "VGG-19", "", "", ""),
    ModelRecord("clip", "clip-tiny", "CLIP", "", "", ""),
)
METHODS = (
    MethodRecord("painter", "Painter", "1", "", "image", control=False, optimises=("vgg",)),
    MethodRecord("identity", "Identity", "1", "", "none", control=True),
)
STYLE_LOSS = MetricRecord(
    "style_loss", "", "1", "", Direction.LOWER, "style", backbone="vgg19-embedded", components=("relu1_1",)
)
METRICS = (
    STYLE_LOSS,
    MetricRecord("lpips", "", "1", "", Direction.LOWER, "content", unavailable="no weights"),
    MetricRecord("spread", "", "1", "", Direction.LOWER, "style", backbone="vgg19-embedded", sample_size=100),
)
SPREAD = SetScore("painter", "spread", 0.25, n=3, contents=2, styles=2, images_sha256="ab", warning="few")


@pytest.fixture
def units():
    rows = [
        ("painter", "a", "x", "ok", 1.0, 0.1),
        ("painter", "a", "y", "ok", 2.0, 0.1),
        ("painter", "b", "x", "ok", 3.0, 0.1),
        ("painter", "b", "y", "failed", None, None),
        ("identity", "a", "x", "ok", 9.0, 0.2),
        ("identity", "a", "y", "skipped", None, None),
    ]
    table = pd.DataFrame(rows, columns=["method", "content", "style", "status", "style_loss", "style_loss.relu1_1"])
    table["seconds"] = table["cpu_seconds"] = table["style_loss"]
    table["disturbed"] = [False, None, False, None, None, None]
    table["peak_memory_bytes"] = table["style_loss"].astype("Int64")
    return table


@pytest.fixture
def rows(units):
    return {
        (row.method, row.metric): row
        for row in summarize(METHODS, METRICS, MODELS, TableInMemory.of_frame(units).scores)
    }


def test_only_finished_units_count(rows):
    row = rows["painter", "style_loss"]
    assert row.mean == pytest.approx(2.0)
    assert (row.n, row.contents, row.styles) == (3, 2, 2)


def test_an_interval_needs_two_contents_and_two_styles(rows):
    assert rows["painter", "style_loss"].low is not None
    assert rows["identity", "style_loss"].low is None


def test_components_and_costs_have_rows_unavailable_metrics_have_none(rows):
    metrics = {metric for _, metric in rows}
    assert metrics == {"style_loss", "style_loss.relu1_1", "seconds", "cpu_seconds", "peak_memory_bytes"}


def test_a_metric_is_circular_for_the_method_that_optimised_its_network(rows):
    assert rows["painter", "style_loss"].circular
    assert not rows["identity", "style_loss"].circular
    assert not rows["painter", "seconds"].circular


def test_circularity_follows_the_model_and_not_the_role():
    models = {"clip": "clip-tiny", "clip_judge": "clip-tiny-judge"}
    assert is_circular(["clip-tiny"], ["clip"], models)
    assert not is_circular(["clip-tiny-judge"], ["clip"], models)
    assert not is_circular([], ["clip"], models)


def test_one_of_several_networks_makes_a_score_circular():
    models = {"vgg": "vgg19-embedded", "clip": "clip-tiny"}
    assert is_circular(["lpips-alex", "vgg19-embedded"], ["vgg"], models)
    assert not is_circular(["lpips-alex", "art-inception"], ["vgg", "clip"], models)


def test_a_mean_duration_is_warned_of_if_one_of_its_units_was_disturbed(units):
    def warnings() -> dict[tuple[str, str], str]:
        return {
            (row.method, row.metric): row.warning
            for row in summarize(METHODS, METRICS, MODELS, TableInMemory.of_frame(units).scores)
            if row.warning
        }

    assert warnings() == {}
    units.loc[2, "disturbed"] = True
    assert warnings() == {("painter", "seconds"): DISTURBED}


class TestTheTimeThatMethodsAreRankedBy:
    def ranked_by(self, units, device: str = "cpu") -> str:
        run = make_run({"painter": {"ssim": [[1.0]]}})
        return time_to_rank_by(
            replace(
                run,
                summary=tuple(summarize(METHODS, METRICS, MODELS, TableInMemory.of_frame(units).scores)),
                provenance={"device": device},
            )
        )

    def test_is_elapsed_time(self, units):
        assert self.ranked_by(units) == "seconds"

    def test_is_processor_time_where_one_was_disturbed(self, units):
        units.loc[0, "disturbed"] = True
        assert self.ranked_by(units) == "cpu_seconds"

    def test_stays_elapsed_time_where_processor_time_says_little_or_was_not_taken(self, units):
        units.loc[0, "disturbed"] = True
        assert self.ranked_by(units, device="cuda") == "seconds"
        units["cpu_seconds"] = float("nan")
        assert self.ranked_by(units) == "seconds"


def test_directions_and_controls_are_kept(rows):
    assert rows["painter", "style_loss"].direction is Direction.LOWER
    assert rows["identity", "seconds"].control


def test_the_json_is_read_back(rows):
    written = list(rows.values())
    assert summary_from_json(json.dumps(summary_to_json(written))) == written


def test_scores_of_all_images_at_once_follow_without_an_interval(units):
    scores = [SPREAD, SetScore("identity", "spread", None, 1, 1, 1, "cd", "it failed", failed=True)]
    first, second = summarize(METHODS, METRICS, MODELS, TableInMemory.of_frame(units).scores, scores)[-2:]
    assert (first.mean, first.low, first.n, first.styles, first.warning) == (0.25, None, 3, 2, "few")
    assert first.circular
    assert (second.mean, second.control, second.warning) == (None, True, "it failed")


def test_such_scores_are_read_back_unless_there_is_none(units):
    lost = SetScore("identity", "spread", None, 1, 1, 1, "cd", "it failed", failed=True)
    written = summary_to_json(summarize(METHODS, METRICS, MODELS, TableInMemory.of_frame(units).scores, [SPREAD, lost]))
    assert known_set_scores(summary_from_json(json.dumps(written))) == [SPREAD]


def test_the_summary_says_what_its_intervals_are(rows):
    interval = summary_to_json(list(rows.values()))["interval"]
    assert interval["level"] == 0.95
    assert interval["method"].startswith("t interval with the two-way standard error over contents and styles")


def test_an_interval_is_students_and_stays_in_the_range_of_the_metric(units):
    free, cut = (
        next(
            row
            for row in summarize(METHODS, [metric], MODELS, TableInMemory.of_frame(units).scores)
            if row.metric == "style_loss"
        )
        for metric in (STYLE_LOSS, replace(STYLE_LOSS, minimum=0.0))
    )
    # Scores 1, 2, 3 of two contents and two styles, one cell empty: residuals −1, 0, 1, sums of contents −1 and 1, of
    # styles 0 and 0: (½ · 2 + ½ · 0 + 2) / 9, doubled.
    assert free.high == pytest.approx(2 + 12.7062047 * (2 * 3 / 9) ** 0.5)
    assert free.low == pytest.approx(2 - 12.7062047 * (2 * 3 / 9) ** 0.5)
    assert (cut.low, cut.high) == (0, free.high)


def test_a_summary_of_an_earlier_version_is_read(rows):
    written = summary_to_json(list(rows.values()))
    for row in written["rows"]:
        del row["images_sha256"], row["warning"]
    assert summary_from_json(json.dumps(written)) == list(rows.values())


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (lambda file: {}, "rows: Field required"),
        (
            lambda file: {"rows": [{**file["rows"][0], "mean": "much"}]},
            r"rows\.0\.mean: Input should be a valid number",
        ),
        (
            lambda file: {"rows": [{**file["rows"][0], "direction": "up"}]},
            r"rows\.0\.direction: Input should be 'higher'",
        ),
        (lambda file: {"rows": [{**file["rows"][0], "median": 1}]}, r"rows\.0\.median: Unexpected keyword argument"),
    ],
)
def test_a_damaged_summary_says_where(rows, damage, problem):
    with pytest.raises(ValueError, match=problem):
        summary_from_json(json.dumps(damage(summary_to_json(list(rows.values())))))
