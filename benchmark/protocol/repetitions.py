"""Repetitions of a protocol's cases with other seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

from benchmark.errors import InputError
from benchmark.protocol.case import Case
from benchmark.protocol.case_sequence import CaseSequence
from benchmark.protocol.protocol import Protocol
from benchmark.protocol.recipe import Recipe

FoundT = TypeVar("FoundT", Protocol, Recipe, Protocol | Recipe)
_MOST_IN_A_NAME: Final = 5
_TOO_LARGE: Final = 2**63


def parse_seeds(text: str) -> tuple[int, ...]:
    """Reads numbers of repetitions, separated by commas.

    Raises:
        InputError: There is none, one is no whole number from 0 or is too large, or is there twice.
    """
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts or not all(part.isascii() and part.isdigit() for part in parts):
        raise InputError(f"cannot read seeds {text!r}; write whole numbers with commas, as in 0,1,2")
    # Python itself reads no number of some thousand digits.
    if any(len(part.lstrip("0")) > len(str(_TOO_LARGE)) for part in parts):
        raise _too_large()
    return check_seeds([int(part) for part in parts])


def check_seeds(seeds: Sequence[int]) -> tuple[int, ...]:
    """Checks numbers of repetitions.

    Raises:
        InputError: One is negative or too large, or is there twice.
    """
    if any(abs(seed) >= _TOO_LARGE for seed in seeds):
        raise _too_large()
    for seed in seeds:
        if seed < 0 or list(seeds).count(seed) > 1:
            raise InputError(f"seeds {', '.join(map(str, seeds))}: each must be at least 0, and be there once")
    return tuple(seeds)


def _too_large() -> InputError:
    return InputError("a number of --seeds is too large; each must be less than 2^63")


def with_seeds(found: FoundT, seeds: Sequence[int]) -> FoundT:
    """Returns a protocol or recipe whose cases are repeated with certain seeds, in place of its own.

    It is another protocol, with another fingerprint and a name that says so.

    Args:
        found: The protocol or recipe.
        seeds: Numbers of the repetitions; none leave it as it is.

    Raises:
        InputError: The protocol comes from Python and makes its cases itself.
    """
    if not seeds:
        return found
    named = "_".join(map(str, seeds)) if len(seeds) <= _MOST_IN_A_NAME else f"{len(seeds)}_{min(seeds)}_{max(seeds)}"
    facts: dict[str, Any] = {
        "name": f"{found.name}_seeds_{named}",
        "title": f"{found.title or found.name}, {len(seeds)} seeds",
    }
    own = found.seeds if isinstance(found, Recipe) else _seeds_of(found)
    if own == tuple(seeds):
        return found
    facts |= {"seeds": tuple(seeds)} if isinstance(found, Recipe) else {"cases": _repeated(found.cases, tuple(seeds))}
    return replace(found, **facts)


def _seeds_of(protocol: Protocol) -> tuple[int, ...]:
    if not isinstance(protocol.cases, CaseSequence):
        raise InputError(f"protocol {protocol.name} makes its cases itself, which --seeds cannot repeat")
    return protocol.cases.seeds


def _repeated(cases: Sequence[Case], seeds: tuple[int, ...]) -> Sequence[Case]:
    return replace(cases, seeds=seeds) if isinstance(cases, CaseSequence) else cases
