"""An index that finds cases by name among very many."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import numpy as np

from benchmark.errors import InputError
from benchmark.protocol.case import Case


class CaseIndex:
    """Positions of cases by their names. It keeps hashes of the names, not the names, to save memory.

    Args:
        cases: The cases.
        number: Number of cases that are indexed, from the first.

    Raises:
        InputError: A case occurs twice.
    """

    def __init__(self, cases: Sequence[Case], number: int) -> None:
        self._cases = cases
        hashes = np.fromiter(_hashes(cases, number), dtype=np.uint64, count=number)
        self._positions = np.argsort(hashes, kind="stable")
        self._hashes = hashes[self._positions]
        for place in np.flatnonzero(self._hashes[1:] == self._hashes[:-1]):
            name = cases[int(self._positions[place + 1])].id
            if name in {cases[position].id for position in self._alike(name) if position != self._positions[place + 1]}:
                raise InputError(f"case {name} occurs twice in the protocol")

    def position(self, name: str) -> int | None:
        """Returns the position of a case, or ``None`` if there is none of that name.

        Args:
            name: Name of the case.
        """
        return next((position for position in self._alike(name) if self._cases[position].id == name), None)

    def _alike(self, name: str) -> list[int]:
        """Yields the positions of the cases whose hash is that of a name."""
        hashed = _hash(name)
        first, last = (int(self._hashes.searchsorted(hashed, side)) for side in ("left", "right"))
        return [int(position) for position in self._positions[first:last]]


def _hashes(cases: Sequence[Case], number: int) -> Iterable[np.uint64]:
    return (_hash(cases[position].id) for position in range(number))


def _hash(name: str) -> np.uint64:
    return np.uint64(int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big"))
