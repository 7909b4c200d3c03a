"""Paths of mixes: the same styles with shares that change from step to step, each step a case."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

_STEP: Final = re.compile(r"@[0-9.+]+")
"""The shares in the name of a step; no style has such a thing in its name."""

LEAST_SHARE: Final = 1e-8
"""The name of a step would call a smaller share nothing."""
_PLACES: Final = 6


def step_name(styles: Sequence[str], weights: Sequence[float]) -> str:
    """Names a step by its styles and their shares in percent, for instance ``monet+hokusai@75+25``.

    The name depends on the shares, not on the place of the step, so that steps can be added to a path. Shares have four
    significant digits and at most six decimal places, without exponents, which nothing would read again.

    Args:
        styles: Names of the styles.
        weights: Their shares, which sum to 1.
    """
    return f"{'+'.join(styles)}@{'+'.join(map(_percent, weights))}"


def _percent(weight: float) -> str:
    return f"{Decimal(f'{round(100 * weight, _PLACES):.4g}'):f}"


def path_of(style: str) -> str:
    """Returns the styles of the path that a mix is a step of, or an empty string where it is none.

    Args:
        style: Name of the mix.
    """
    return _STEP.sub("", style) if _STEP.search(style) else ""


def without_step(case: str) -> str:
    """Returns the name of a case without the shares of a step: what all steps of a path have in common.

    Args:
        case: Name of the case.
    """
    return _STEP.sub("", case)
