"""A metric that fails costs its own scores, says why, and changes nothing for others."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
import torch

from benchmark import Axis, Direction, Metric, MetricInfo, Need
from benchmark.execution.bench.scoring import Scorer
from benchmark.models.provider import Models
from benchmark.plan.configuration import SelectedMetric
from benchmark.protocol.case import Case, Content, Style, WeightedStyle
from benchmark.store.journal import read_journal
from benchmark.testing import sample_image
from tests.execution.conftest import TINY, assert_same_results, results

BOTH = ("--metrics", "sometimes_fails,brightness_difference,brightness_gap")
STYLE = Style("style", image=Path("style.png"))
CASE = Case(Content("content", Path("content.png")), (WeightedStyle(STYLE),))


def metric(name, function, **facts):
    """A metric that reads everything, of which a function gives the scores."""

    class Sample(Metric):
        info = MetricInfo(
            name, name, "1", name, Direction.HIGHER, Axis.STYLE, (Need.CONTENT, Need.STYLE_IMAGE), **facts
        )

        def score(self, *, stylized, content=None, style=None, prompt=None):
            return function(self, stylized[0], content[0], style[0])

    return SelectedMetric(SimpleNamespace(name=name, load=lambda: Sample), Sample.info)


def brightness(metric, *images):
    """Sums remembered means of images, so that a changed image, or a mean of a changed image, changes the score."""
    return torch.stack([metric.models.remember(image, "mean", image.mean) for image in images]).sum()[None]


def scored(*metrics):
    images = [sample_image(seed=seed) for seed in range(3)]
    before = [image.clone() for image in images]
    stylized, content, style = images
    scores = Scorer(metrics, [STYLE], Models({})).score(CASE, stylized=stylized, content=content, styles=[style])
    assert all(map(torch.equal, images, before))
    return scores


def multiplied_with_gradient(image):
    with torch.enable_grad():
        image.mul_(torch.full((), 0.5, requires_grad=True))


@pytest.mark.parametrize(("position", "name"), [(0, "stylized image"), (1, "content"), (2, "style image")])
@pytest.mark.parametrize(
    "write",
    [
        lambda image: image.zero_(),
        lambda image: image[0, :2].fill_(float("nan")),
        lambda image: image.numpy().fill(0),
        lambda image: image.data.zero_(),
        lambda image: image.unsqueeze_(0),
        lambda image: image.requires_grad_(),
        multiplied_with_gradient,
    ],
    ids=["in place", "a part", "through numpy", "past autograd", "its shape", "its gradient", "with gradient"],
)
def test_one_that_writes_into_an_image_fails_and_changes_no_other_score(write, position, name):
    def writes(metric, *images):
        write(images[position])
        return brightness(metric, *images)

    undisturbed = scored(metric("sound", brightness))

    scores = scored(metric("writes", writes), metric("after", brightness))

    reason = f"changed the {name} in place; a metric must not write into what it is given"
    assert scores.errors == {"writes": reason}
    assert scores.values == {"after": undisturbed.values["sound"]}


def test_one_that_writes_and_raises_gives_its_own_reason():
    def writes(metric, stylized, *_):
        stylized.zero_()
        raise RuntimeError("out of paint")

    assert scored(metric("writes", writes)).errors == {"writes": "RuntimeError: out of paint"}


@pytest.mark.parametrize(
    ("scores", "facts", "reason"),
    [
        (7.0, {}, "returned float, not a tensor"),
        (torch.ones(2), {}, "returned numbers of shape (2,), expected (1,): one score for each image"),
        (torch.tensor([7.0]), {"minimum": 0, "maximum": 1}, "returned a score of 7, above its announced maximum 1"),
    ],
    ids=["no tensor", "another shape", "out of range"],
)
def test_one_that_returns_no_score_fails_with_one_clear_sentence(scores, facts, reason):
    assert scored(metric("wrong", lambda *_: scores, **facts)).errors == {"wrong": reason}


def test_a_component_may_leave_the_range_of_the_score():
    def parts(*_):
        return torch.tensor([[0.5, 7.0]])

    scores = scored(metric("parts", parts, minimum=0, maximum=1, components=("part",)))
    assert scores.values == {"parts": 0.5, "parts.part": 7.0}


@pytest.mark.parametrize("how", ["write", "write set", "write style"])
def test_one_that_writes_into_images_changes_no_picture_and_no_score_of_others(
    tiny, command, tmp_path, monkeypatch, how
):
    methods = "noisy,copies_style,keeps_content"
    assert tiny(methods, *BOTH, "--out", tmp_path / "undisturbed").code == 0
    monkeypatch.setenv("SAMPLE_PLUGINS_METRIC", how)

    result = tiny(methods, *BOTH)

    assert result.code == 4
    assert "in place; a metric must not write into what it is given" in result.err
    unscored = results(tmp_path / "run").drop(columns="sometimes_fails")
    pd.testing.assert_frame_equal(unscored, results(tmp_path / "undisturbed").drop(columns="sometimes_fails"))
    monkeypatch.delenv("SAMPLE_PLUGINS_METRIC")
    assert tiny(methods, *BOTH).code == 0, "what failed is made good"
    assert_same_results(tmp_path / "run", tmp_path / "undisturbed")


@pytest.mark.parametrize(
    ("how", "place", "reason"),
    [("fail", "in score", "ValueError: no score today"), ("fail when prepared", "in prepare", "OSError: no ruler")],
)
def test_one_that_raises_leaves_a_traceback_for_every_image(tiny, tmp_path, monkeypatch, how, place, reason):
    monkeypatch.setenv("SAMPLE_PLUGINS_METRIC", how)

    result = tiny("noisy", *BOTH)

    assert f"sometimes_fails failed: {reason}" in result.err
    assert "Traceback" not in result.err
    records, _ = read_journal(tmp_path / "run" / "journal.jsonl")
    (log,) = {record.log for record in records.values()}
    entries = (tmp_path / "run" / log).read_text().split("Traceback")[1:]
    assert len(entries) == len(records) == 5
    assert all(place in entry and reason in entry for entry in entries)
    assert len({len(re.findall("\n  File", entry)) for entry in entries[1:]}) == 1


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("fail set", "ValueError: no gap today"),
        ("leave the range", "returned a score of -7, below its announced minimum 0"),
    ],
)
def test_one_of_sets_that_fails_is_named_on_the_terminal_with_a_traceback_in_the_log(
    tiny, tmp_path, monkeypatch, how, reason
):
    monkeypatch.setenv("SAMPLE_PLUGINS_METRIC", how)

    result = tiny("noisy,identity", *TINY[3:5])

    assert result.code == 4
    for method in ("noisy", "identity"):
        assert f"{method}: brightness_gap failed: {reason}" in result.err.splitlines()
        log = (tmp_path / "run" / "logs" / f"{method}.log").read_text()
        assert log.count("Traceback") == 1
        assert reason in log
    rows = json.loads((tmp_path / "run" / "summary.json").read_text())["rows"]
    assert {row["warning"] for row in rows if row["metric"] == "brightness_gap"} == {reason}
