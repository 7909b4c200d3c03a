"""Holm's correction for many tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class CorrectedTest:
    """A test among several.

    Attributes:
        p_value: The corrected p-value.
        tests: Number of tests at its step: those whose p-value is not smaller. The corrected p-value is below a
            significance level only if the p-value is below that level divided by this number.
    """

    p_value: float
    tests: int


def holm(p_values: Sequence[float]) -> list[CorrectedTest]:
    """Corrects p-values for their number (Holm 1979, "A simple sequentially rejective multiple test procedure").

    Args:
        p_values: The p-values of one family of tests.

    Returns:
        The corrected tests, in the same order.
    """
    corrected = [CorrectedTest(1.0, 1)] * len(p_values)
    highest = 0.0
    for position, index in enumerate(sorted(range(len(p_values)), key=lambda index: p_values[index])):
        tests = len(p_values) - position
        highest = max(highest, min(1.0, tests * p_values[index]))
        corrected[index] = CorrectedTest(highest, tests)
    return corrected
