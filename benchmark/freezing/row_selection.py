"""The rule that draws works from a data set, always and everywhere the same ones."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Collection, Sequence
from typing import Final

RULE_VERSION: Final = "1"
"""Changes whenever the rule would draw other rows from the same labels."""


def select_rows(
    movements: Sequence[str],
    artists: Sequence[str],
    count: int,
    seed: int,
    unusable: Collection[int] = (),
) -> list[int]:
    """Draws works evenly from all movements, and from as many artists as possible.

    The movements take turns, in the order of the hashes of their names, until ``count`` works are drawn. At its turn, a
    movement gives the work whose number has the smallest hash: of those by an artist who was not drawn yet; if there is
    none, of those whose artist is unknown; else of the others. Works without a movement are drawn only where no work
    has one. The hash of something is the sha256 of ``rule 1 seed SEED THING``.

    A longer drawing therefore begins with the works of a shorter one, and rows that are neighbours in the data set are
    no more likely to be drawn together than others.

    Args:
        movements: Movement of every row, empty where it is unknown.
        artists: Artist of every row, empty where unknown.
        count: Number of works to draw.
        seed: Seed of the hashes.
        unusable: Rows to pass over.

    Returns:
        The rows, in the order in which they were drawn; fewer than ``count`` if there are no more.
    """
    order = _hash_order(seed)
    strata: dict[str, list[int]] = {}
    for row, movement in enumerate(movements):
        strata.setdefault(movement, []).append(row)
    if len(strata) > 1:
        strata.pop("", None)
    passed_over = set(unusable)
    queues = [
        [row for row in sorted(strata[movement], key=order) if row not in passed_over]
        for movement in sorted(strata, key=order)
    ]
    drawn: list[int] = []
    known: set[str] = set()
    while len(drawn) < count and any(queues):
        for queue in queues:
            if queue and len(drawn) < count:
                row = _next_work(queue, artists, known)
                queue.remove(row)
                drawn.append(row)
                known.add(artists[row])
    return drawn


def _next_work(queue: Sequence[int], artists: Sequence[str], known: set[str]) -> int:
    fresh = (row for row in queue if artists[row] and artists[row] not in known)
    nameless = (row for row in queue if not artists[row])
    return next(itertools.chain(fresh, nameless, queue))


def _hash_order(seed: int) -> Callable[[object], bytes]:
    return lambda thing: hashlib.sha256(f"rule {RULE_VERSION} seed {seed} {thing}".encode()).digest()
