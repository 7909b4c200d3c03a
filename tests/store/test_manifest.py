"""When one run can continue another."""

from __future__ import annotations

import copy

import pytest

from benchmark.store.manifest import first_difference

MANIFEST = {
    "protocol": {"name": "tiny", "fingerprint": "0" * 64},
    "methods": [{"name": "painter", "version": "1", "settings": {"steps": 3}}],
    "metrics": [{"name": "ssim", "version": "1", "backbone": "", "unavailable": ""}],
    "seed": 0,
    "device": "cpu",
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
        (changed("methods", 0, "settings", value={"steps": 4}), "settings of painter {'steps': 3} there"),
        (changed("methods", value=[]), "methods painter there"),
        (changed("metrics", 0, "backbone", value="clip"), "backbone of ssim '' there, 'clip' here"),
        (changed("seed", value=1), "seed 0 there, 1 here"),
        (changed("device", value="cuda"), "device cpu there, cuda here"),
    ],
)
def test_another_run_does_not_and_the_difference_is_named(new, difference):
    assert first_difference(MANIFEST, new).startswith(difference)


def test_a_plugin_that_was_broken_may_have_been_repaired():
    broken = changed("methods", 0, value={"name": "painter", "version": "", "settings": {}})
    assert first_difference(broken, MANIFEST) == ""
