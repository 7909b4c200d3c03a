"""Estimates of the remaining time of a run."""

from __future__ import annotations

import pytest

from benchmark.cli.progress import RemainingTime, format_remaining


def test_is_unknown_before_the_first_unit_has_ended():
    assert RemainingTime({"slow": 3}).seconds() is None


def test_expects_each_method_to_go_on_as_it_went():
    remaining = RemainingTime({"slow": 3, "fast": 3})
    remaining.ended("slow", 10)
    remaining.ended("fast", 1)
    assert remaining.seconds() == pytest.approx(2 * 10 + 2 * 1)


def test_expects_a_method_that_has_not_begun_to_be_like_the_others():
    remaining = RemainingTime({"slow": 3, "fast": 3})
    for _ in range(3):
        remaining.ended("slow", 10)
    assert remaining.seconds() == pytest.approx(3 * 10)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, ""), (42, "about 42 s left"), (150, "about 2 min left"), (7200, "about 2.0 h left")],
)
def test_is_said_in_words(seconds, words):
    assert format_remaining(seconds) == words
