"""What a run is after a command continued it that names other methods and metrics."""

from __future__ import annotations

import pytest

from benchmark.analysis.continuing import continued, scored
from benchmark.store.manifest import Manifest
from benchmark.store.records import RunStatus
from tests.analysis.test_comparability import MANIFEST, PAINTER, SIMILARITY

LOSSY = {"styles": ["long"], "model": "clip", "reader": "painter", "description": "the end"}


def manifest(*, methods=("painter",), metrics=("ssim",), **facts) -> Manifest:
    return Manifest.from_value(
        {
            **MANIFEST,
            "methods": [{**PAINTER, "name": name} for name in methods],
            "metrics": [{**SIMILARITY, "name": one} if isinstance(one, str) else one for one in metrics],
            **facts,
        }
    )


def names(records) -> list[str]:
    return [record.name for record in records]


@pytest.mark.parametrize(
    ("there", "here", "together"),
    [
        (["b"], ["a"], ["b", "a"]),
        (["b"], ["a", "b"], ["a", "b"]),
        (["b", "a"], ["a"], ["b", "a"]),
        (["b", "a"], ["c", "a"], ["b", "a", "c"]),
        (["b", "a"], ["a", "b"], ["a", "b"]),
    ],
)
def test_what_is_not_named_stays_and_what_is_new_comes_last_unless_all_are_named(there, here, together):
    run = continued(manifest(methods=there, metrics=there), manifest(methods=here, metrics=here))
    assert (names(run.methods), names(run.metrics)) == (together, together)


def test_it_keeps_its_identity_when_it_was_started_and_what_its_durations_are():
    earlier = manifest(started="in May", id="1", workers=3, calibration={"version": "1", "seconds": 2.0})
    run = continued(earlier, manifest(started="now", id="2", command=["benchmark", "run"]))
    assert (run.started, run.id, run.workers, run.calibration, run.command) == (
        "in May",
        "1",
        3,
        earlier.calibration,
        ("benchmark", "run"),
    )


def test_a_metric_that_has_become_unavailable_stays_as_it_was():
    gone = {**SIMILARITY, "version": "2", "unavailable": "no weights"}
    (metric,) = continued(manifest(), manifest(metrics=[gone])).metrics
    assert (metric.version, metric.unavailable) == ("1", "")


def test_a_metric_that_was_unavailable_is_what_it_is_now():
    gone = {**SIMILARITY, "unavailable": "no weights"}
    (metric,) = continued(manifest(metrics=[gone]), manifest()).metrics
    assert metric.unavailable == ""


def test_a_metric_whose_images_turn_out_too_small_is_unavailable():
    aware = {**SIMILARITY, "unavailable": "too small", "minimum_side": 65}
    (metric,) = continued(manifest(), manifest(metrics=[aware])).metrics
    assert metric.unavailable == "too small"


def test_what_is_lost_of_prompts_is_kept_for_methods_that_are_not_named():
    earlier = manifest(unread_prompts=[LOSSY, {**LOSSY, "reader": ""}, {**LOSSY, "reader": "etcher"}])
    run = continued(earlier, manifest(methods=["etcher"], unread_prompts=[{**LOSSY, "reader": ""}]))
    assert [prompt.reader for prompt in run.unread_prompts] == ["painter", ""]


class TestScored:
    def test_a_run_that_is_only_scored_stays_what_it_was_but_for_its_metrics(self):
        earlier = manifest(status="complete", finished="in June", command=["benchmark", "run"])
        run = scored(earlier, manifest(methods=[], metrics=["lpips"], command=["other"], environment={"threads": 1}))
        assert names(run.metrics) == ["ssim", "lpips"]
        assert (run.status, run.finished) == (RunStatus.RUNNING, None)
        fields = ("methods", "cases", "seed", "device", "environment", "command", "started", "calibration")
        assert all(getattr(run, name) == getattr(earlier, name) for name in fields)

    def test_a_metric_that_scored_elsewhere_says_where(self):
        earlier = manifest(device="cuda", metrics=["ssim", "dists"])
        new = manifest(metrics=["ssim", "lpips"])
        run = scored(earlier, new)
        assert {metric.name: metric.device for metric in run.metrics} == {"ssim": None, "dists": None, "lpips": "cpu"}
        changed = Manifest.from_value({**new.to_value(), "metrics": [{**SIMILARITY, "version": "2"}]})
        assert {metric.name: metric.device for metric in scored(run, changed).metrics} == {
            "ssim": "cpu",
            "dists": None,
            "lpips": "cpu",
        }
        back = continued(run, manifest(device="cuda", metrics=["ssim", "dists", "lpips"]))
        assert {metric.name: metric.device for metric in back.metrics}["lpips"] == "cpu"
