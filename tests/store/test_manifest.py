"""Conditions under which one run can continue another."""

from __future__ import annotations

import copy
import json
from types import SimpleNamespace

import pytest

from benchmark import Axis, Direction, MetricInfo
from benchmark.models.role import Role
from benchmark.plan.configuration import RunConfiguration, SelectedMetric
from benchmark.plan.resources import Resources
from benchmark.protocol.embedded import mini
from benchmark.store.manifest import first_difference, make_manifest
from benchmark.store.records import MetricRecord

MANIFEST = {
    "protocol": {"name": "tiny", "fingerprint": "0" * 64},
    "methods": [{"name": "painter", "version": "1", "settings": {"ink": "blue", "size": 1, "steps": 3}}],
    "metrics": [{"name": "ssim", "version": "1", "backbone": "", "unavailable": ""}],
    "seed": 0,
    "device": "cpu",
    "environment": {"threads": 2},
}


def changed(*keys, value):
    manifest = copy.deepcopy(MANIFEST)
    place = manifest
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    return manifest


def test_the_same_run_continues():
    assert first_difference(MANIFEST, copy.deepcopy(MANIFEST)) == ""


@pytest.mark.parametrize(
    ("new", "difference"),
    [
        (changed("protocol", "fingerprint", value="1" * 64), "protocol tiny (000000000000) there"),
        (changed("methods", 0, "version", value="2"), "version of painter '1' there, '2' here"),
        (
            changed("methods", 0, "settings", value={"ink": "blue", "size": 2, "steps": 4}),
            "painter.size 1 there, 2 here; painter.steps 3 there, 4 here",
        ),
        (changed("methods", value=[]), "methods painter only there"),
        (changed("methods", value=[{"name": "etcher"}]), "methods painter only there, etcher only here"),
        (changed("metrics", 0, "backbone", value="clip"), "backbone of ssim '' there, 'clip' here"),
        (changed("metrics", 0, "backbone", value=["clip", "vgg"]), "backbone of ssim '' there, ['clip', 'vgg'] here"),
        (changed("seed", value=1), "seed 0 there, 1 here"),
        (changed("device", value="cuda"), "device cpu there, cuda here"),
        (changed("environment", "threads", value=1), "threads 2 there, 1 here"),
    ],
)
def test_another_run_does_not_and_the_difference_is_named(new, difference):
    assert first_difference(MANIFEST, new).startswith(difference)


def test_methods_may_be_added_but_no_metrics():
    etcher = {"name": "etcher", "version": "1", "settings": {}}
    assert first_difference(MANIFEST, changed("methods", value=[etcher, *MANIFEST["methods"]])) == ""

    lpips = {"name": "lpips", "version": "1", "backbone": "", "unavailable": ""}
    more = changed("metrics", value=[*MANIFEST["metrics"], lpips])
    assert first_difference(MANIFEST, more) == "metrics lpips only here"


def test_a_plugin_that_was_broken_may_have_been_repaired():
    broken = changed("methods", 0, value={"name": "painter", "version": "", "settings": {}})
    assert first_difference(broken, MANIFEST) == ""


@pytest.mark.parametrize(
    ("backbone", "written", "names"),
    [
        (None, "", ()),
        (Role.VGG, "vgg19-embedded", ("vgg19-embedded",)),
        ((Role.VGG, Role.CLIP), ["vgg19-embedded", "clip-tiny"], ("vgg19-embedded", "clip-tiny")),
    ],
    ids=["no network", "one network", "two networks"],
)
def test_a_metric_of_any_number_of_networks_is_written_and_continued(backbone, written, names):
    info = MetricInfo("tone", "Tone", "1", "Sample.", Direction.LOWER, Axis.STYLE, needs=(), backbone=backbone)
    plugin = SimpleNamespace(name="tone", distribution="sample", version="1")
    manifest = make_manifest(RunConfiguration(mini(), (), (SelectedMetric(plugin, info),), limit=1), Resources(), "now")
    stored = json.loads(json.dumps(manifest))

    assert stored["metrics"][0]["backbone"] == written
    assert MetricRecord(**stored["metrics"][0]).backbones == names
    assert first_difference(stored, manifest) == ""
