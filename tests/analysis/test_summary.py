"""Means per method and metric."""

from __future__ import annotations

import pandas as pd
import pytest

from benchmark.analysis.summary import is_circular, summarize, summary_from_json, summary_to_json
from benchmark.contracts.metric import Direction

MANIFEST = {
    "models": [{"role": "vgg", "name": "vgg19-embedded"}, {"role": "clip", "name": "clip-tiny"}],
    "methods": [
        {"name": "painter", "optimises": ["vgg"], "control": False},
        {"name": "identity", "optimises": [], "control": True},
    ],
    "metrics": [
        {
            "name": "style_loss",
            "direction": "lower",
            "backbone": "vgg19-embedded",
            "components": ["relu1_1"],
            "unavailable": "",
        },
        {"name": "lpips", "direction": "lower", "backbone": "", "components": [], "unavailable": "no weights"},
    ],
}


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
    table["seconds"] = table["style_loss"]
    table["peak_memory_bytes"] = table["style_loss"].astype("Int64")
    return table


@pytest.fixture
def rows(units):
    return {(row.method, row.metric): row for row in summarize(MANIFEST, units)}


def test_only_finished_units_count(rows):
    row = rows["painter", "style_loss"]
    assert row.mean == pytest.approx(2.0)
    assert (row.n, row.contents, row.styles) == (3, 2, 2)


def test_an_interval_needs_two_contents_and_two_styles(rows):
    assert rows["painter", "style_loss"].low is not None
    assert rows["identity", "style_loss"].low is None


def test_components_and_costs_have_rows_unavailable_metrics_have_none(rows):
    metrics = {metric for _, metric in rows}
    assert metrics == {"style_loss", "style_loss.relu1_1", "seconds", "peak_memory_bytes"}


def test_a_metric_is_circular_for_the_method_that_optimised_its_network(rows):
    assert rows["painter", "style_loss"].circular
    assert not rows["identity", "style_loss"].circular
    assert not rows["painter", "seconds"].circular


def test_circularity_follows_the_model_and_not_the_role():
    models = {"clip": "clip-tiny", "clip_judge": "clip-tiny-judge"}
    assert is_circular("clip-tiny", ["clip"], models)
    assert not is_circular("clip-tiny-judge", ["clip"], models)
    assert not is_circular("", ["clip"], models)


def test_directions_and_controls_are_kept(rows):
    assert rows["painter", "style_loss"].direction is Direction.LOWER
    assert rows["identity", "seconds"].control


def test_the_json_is_read_back(rows):
    written = list(rows.values())
    assert summary_from_json(summary_to_json(written)) == written
