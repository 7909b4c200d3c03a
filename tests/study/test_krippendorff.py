"""Krippendorff's α: published examples, and what must hold for any ratings."""

from __future__ import annotations

import numpy as np
import pytest

from benchmark.study.krippendorff import Scale, krippendorff_alpha

THREE = """* * * * * 3 4 1 2 1 1 3 3 * 3
1 * 2 1 3 3 4 3 * * * * * * *
* * 2 1 3 4 4 * 2 1 1 3 3 * 4"""
FOUR = """1 2 3 3 2 1 4 1 2 * * *
1 2 3 3 2 2 4 1 2 5 * 3
* 3 3 3 2 3 4 2 2 5 1 *
1 2 3 3 2 4 4 1 2 5 1 *"""


def units(table: str) -> list[list[float]]:
    rows = [line.split() for line in table.splitlines()]
    return [[float(cell) for cell in column if cell != "*"] for column in zip(*rows, strict=True)]


@pytest.mark.parametrize(
    ("table", "scale", "alpha"),
    [
        (THREE, Scale.NOMINAL, 0.691358),
        (THREE, Scale.INTERVAL, 0.810845),
        (FOUR, Scale.NOMINAL, 0.743421),
        (FOUR, Scale.ORDINAL, 0.815388),
        (FOUR, Scale.RATIO, 0.797403),
    ],
)
def test_published_examples(table: str, scale: Scale, alpha: float) -> None:
    found = krippendorff_alpha(units(table), scale)
    assert found is not None
    assert found.value == pytest.approx(alpha, abs=5e-4)


def test_it_is_one_where_all_agree_and_negative_where_all_differ() -> None:
    agreed = krippendorff_alpha([[1, 1], [0, 0, 0], [1, 1]])
    differed = krippendorff_alpha([[1, 0]] * 5)
    assert agreed is not None
    assert differed is not None
    assert agreed.value == 1
    assert differed.value < 0


@pytest.mark.parametrize("ratings", [[], [[1], [0]], [[1, 1], [1, 1]]], ids=["nothing", "alone", "all alike"])
def test_without_two_different_values_it_cannot_be_told(ratings: list[list[float]]) -> None:
    assert krippendorff_alpha(ratings) is None


def test_the_interval_covers_chance_agreement() -> None:
    """Of people who choose at random, α is 0: the interval holds it about as often as it states."""
    generator = np.random.default_rng(3)
    covered = 0
    for _ in range(200):
        found = krippendorff_alpha(generator.integers(2, size=(40, 3)).tolist(), generator=generator)
        assert found is not None
        assert found.interval is not None
        covered += found.interval.low <= 0 <= found.interval.high
    assert covered >= 180
