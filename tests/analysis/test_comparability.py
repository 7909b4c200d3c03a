"""When scores may be compared, and when one run can continue another."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest

from benchmark.analysis.comparability import (
    MetricIdentity,
    ProtocolIdentity,
    compare_identities,
    identify_metrics,
    superseded_metrics,
    why_not_continued,
)
from benchmark.contracts.metric import Direction
from benchmark.store.manifest import Manifest
from tests.analysis.conftest import LOSS, SSIM, make_run

PAINTER = {
    "name": "painter",
    "title": "",
    "version": "1",
    "summary": "",
    "condition": "image",
    "control": False,
    "settings": {"ink": "blue", "size": 1, "steps": 3},
}
SIMILARITY = {"name": "ssim", "title": "", "version": "1", "summary": "", "direction": "higher", "axis": "content"}
NETWORK = {"role": "sanet", "name": "sanet", "title": "", "fingerprint": "0" * 64, "licence": "", "source": ""}
MANIFEST = {
    "schema_version": 2,
    "status": "running",
    "protocol": {"name": "tiny", "version": "1", "fingerprint": "0" * 64, "resolution": 64},
    "methods": [PAINTER],
    "metrics": [SIMILARITY],
    "models": [NETWORK],
    "contents": [],
    "styles": [],
    "cases": [],
    "seed": 0,
    "device": "cpu",
    "environment": {"threads": 2},
    "command": [],
    "started": "now",
    "finished": None,
}


def changed(*keys, value):
    manifest = copy.deepcopy(MANIFEST)
    place = manifest
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    return manifest


def difference(old, new):
    return why_not_continued(Manifest.from_value(old), Manifest.from_value(new))


class TestContinuing:
    def test_the_same_run_continues(self):
        assert difference(MANIFEST, copy.deepcopy(MANIFEST)) == ""

    @pytest.mark.parametrize("network", [[], [NETWORK]])
    def test_methods_with_networks_of_their_own_may_be_added(self, network):
        assert difference(changed("models", value=[]), changed("models", value=network)) == ""

    @pytest.mark.parametrize(
        ("new", "found"),
        [
            (changed("protocol", "fingerprint", value="1" * 64), "protocol tiny (000000000000) there"),
            (changed("models", value=[{**NETWORK, "fingerprint": "1" * 64}]), "weights of sanet 000000000000 there"),
            (changed("methods", 0, "version", value="2"), "version of painter '1' there, '2' here"),
            (
                changed("methods", 0, "settings", value={"ink": "blue", "size": 2, "steps": 4}),
                "painter.size 1 there, 2 here; painter.steps 3 there, 4 here",
            ),
            (changed("seed", value=1), "seed 0 there, 1 here"),
            (changed("device", value="cuda"), "device cpu there, cuda here"),
            (changed("precision", value="bfloat16"), "precision float32 there, bfloat16 here"),
            (changed("environment", "threads", value=1), "threads 2 there, 1 here"),
        ],
    )
    def test_another_run_does_not_and_the_difference_is_named(self, new, found):
        assert difference(MANIFEST, new).startswith(found)

    def test_a_setting_that_came_later_at_its_default_is_no_difference(self):
        settings = {**PAINTER["settings"], "order": "together"}
        assert difference(MANIFEST, changed("methods", 0, value={**PAINTER, "settings": settings, "origins": {}})) == ""
        by_user = {**PAINTER, "settings": settings, "origins": {"order": "user"}}
        assert difference(MANIFEST, changed("methods", 0, value=by_user)) == "painter.order None there, together here"

    def test_a_run_that_did_not_note_its_threads_continues_with_any_number(self):
        assert difference(changed("environment", value={}), MANIFEST) == ""

    @pytest.mark.parametrize("kind", ["methods", "metrics"])
    def test_methods_and_metrics_may_be_added_or_not_be_named(self, kind):
        (one,) = MANIFEST[kind]
        other = {**one, "name": "other"}
        for named in ([other, one], [other], []):
            assert difference(MANIFEST, changed(kind, value=named)) == ""

    def test_a_metric_that_has_changed_does_not_hinder_it(self):
        assert difference(MANIFEST, changed("metrics", 0, "version", value="2")) == ""

    def test_what_only_scores_may_be_another_machine(self):
        old, new = (Manifest.from_value(value) for value in (MANIFEST, changed("device", value="cuda")))
        assert why_not_continued(old, new, is_only_scored=True) == ""
        other = Manifest.from_value(changed("protocol", "fingerprint", value="1" * 64))
        assert why_not_continued(old, other, is_only_scored=True).startswith("protocol tiny")

    def test_a_plugin_that_was_broken_may_have_been_repaired(self):
        broken = changed("methods", 0, value={**PAINTER, "version": "", "settings": {}})
        assert difference(broken, MANIFEST) == ""


class TestSuperseded:
    """Scores of a metric that has changed do not stand beside new ones."""

    @staticmethod
    def superseded(old, new):
        return superseded_metrics(Manifest.from_value(old), Manifest.from_value(new))

    @pytest.mark.parametrize(
        ("new", "reason"),
        [
            (changed("metrics", 0, "version", value="2"), "version 1 there, 2 here"),
            (changed("metrics", 0, "direction", value="lower"), "direction higher there, lower here"),
            (changed("metrics", 0, "backbone", value="clip"), "backbone none there, clip here"),
            (changed("metrics", 0, "backbone", value=["clip", "vgg"]), "backbone none there, clip + vgg here"),
        ],
    )
    def test_are_those_of_another_version_direction_or_network(self, new, reason):
        assert self.superseded(MANIFEST, new) == {"ssim": reason}

    def test_are_those_of_a_network_with_other_weights(self):
        model = {"role": "clip", "name": "clip", "title": "", "licence": "", "source": ""}
        old, new = (
            {**changed("metrics", 0, "backbone", value="clip"), "models": [{**model, "fingerprint": digit * 64}]}
            for digit in "01"
        )
        assert self.superseded(old, new) == {"ssim": "backbone fingerprint 000000000000 there, 111111111111 here"}

    def test_are_not_those_of_a_metric_that_is_not_named_not_available_or_was_not(self):
        unavailable = changed("metrics", 0, value={**SIMILARITY, "version": "2", "unavailable": "gone"})
        for old, new in (
            (MANIFEST, changed("metrics", value=[])),
            (changed("metrics", value=[]), MANIFEST),
            (MANIFEST, unavailable),
            (unavailable, MANIFEST),
        ):
            assert self.superseded(old, new) == {}


class TestProtocols:
    def test_are_one_where_their_fingerprints_are(self):
        there = ProtocolIdentity("mini", "1", "a" * 64)
        assert there.difference(ProtocolIdentity("renamed", "2", "a" * 64)) == ""
        other = ProtocolIdentity("mini", "1", "b" * 64)
        assert there.difference(other) == "protocol mini (aaaaaaaaaaaa) there, mini (bbbbbbbbbbbb) here"


class TestMetrics:
    def test_of_a_run_are_known_by_version_direction_and_the_weights_of_their_networks(self):
        run = make_run({"painter": {"ssim": [[1.0]], "loss": [[1.0]]}})
        assert identify_metrics(run) == {
            "ssim": MetricIdentity("1", Direction.HIGHER),
            "loss": MetricIdentity("1", Direction.LOWER, "vgg", "f" * 64),
        }
        assert "ssim" not in identify_metrics(replace(run, metrics=(replace(SSIM, unavailable="gone"), LOSS)))

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({}, ""),
            ({"settings": None}, ""),
            ({"settings": {"crops": 16, "seed": 0}}, "setting crops 64 there, 16 here"),
            ({"version": "2"}, "version 1 there, 2 here"),
            ({"direction": Direction.HIGHER}, "direction lower there, higher here"),
            ({"backbone": ""}, "backbone vgg there, none here"),
            ({"backbone_fingerprint": "e" * 64}, "backbone fingerprint ffffffffffff there, eeeeeeeeeeee here"),
        ],
    )
    def test_are_told_apart_by_the_first_difference(self, change, reason):
        there = MetricIdentity("1", Direction.LOWER, "vgg", "f" * 64, {"crops": 64, "seed": 0})
        assert there.difference(replace(there, **change)) == reason


class TestRuns:
    RUN = make_run({"painter": {"ssim": [[1.0]], "loss": [[1.0]]}})

    def test_of_one_protocol_and_the_same_metrics_are_comparable(self):
        found = compare_identities([self.RUN, self.RUN])
        assert found.comparable
        assert found.sentences == ("All runs share one protocol (fingerprint 000000000000) and the same metrics.",)

    def test_of_several_protocols_are_not(self):
        other = replace(self.RUN, protocol={"fingerprint": "1" * 64})
        found = compare_identities([self.RUN, other])
        assert not found.comparable
        sentence = "The protocol fingerprints differ: run 1 has 000000000000, run 2 has 111111111111."
        assert found.sentences == (sentence,)

    @pytest.mark.parametrize("protocol", [{}, {"fingerprint": " "}, {"fingerprint": None}])
    def test_without_a_fingerprint_are_not(self, protocol):
        found = compare_identities([self.RUN, replace(self.RUN, protocol=protocol)])
        assert not found.comparable
        assert "has no protocol fingerprint" in found.sentences[0]

    def test_whose_metrics_differ_are_not(self):
        found = compare_identities([self.RUN, replace(self.RUN, metrics=(SSIM, replace(LOSS, version="2")))])
        assert not found.comparable
        sentence = "Versions, backbones or settings of these metrics differ between the runs: loss."
        assert found.sentences == (sentence,)

    def test_whose_metrics_are_set_otherwise_are_not_unless_an_earlier_version_did_not_note_it(self):
        few, many = (replace(self.RUN, metrics=(SSIM, replace(LOSS, settings={"crops": crops}))) for crops in (16, 64))
        assert compare_identities([few, self.RUN]).comparable
        assert compare_identities([self.RUN, many]).comparable
        assert not compare_identities([few, self.RUN, many]).comparable

    def test_that_lack_a_metric_are_and_it_is_said(self):
        found = compare_identities([self.RUN, replace(self.RUN, metrics=(SSIM,)), self.RUN])
        assert found.comparable
        assert found.sentences[1] == "Not every run has the same metrics: loss (only runs 1, 3)."
