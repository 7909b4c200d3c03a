"""The methods of several runs: which of those that have one name are one method with the same pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmark.store.records import MethodRecord, RunRecords


@dataclass(frozen=True)
class SharedMethod:
    """A method of one run, or of several runs that made the same pictures with it.

    Attributes:
        record: The method, as the first of the runs has it.
        runs: Positions of the runs.
        is_repeated: Whether another method, of other runs, has the same name.
    """

    record: MethodRecord
    runs: tuple[int, ...]
    is_repeated: bool


def share_methods(runs: Sequence[RunRecords], may_be_shared: Callable[[MethodRecord], bool]) -> list[SharedMethod]:
    """Finds the methods of several runs, in the order in which their names occur.

    Methods of one name are one method where version, settings and precision are equal, and the pictures of all cases
    that both runs have a picture of.

    Args:
        runs: The runs.
        may_be_shared: Whether a method may be one of several runs at all.
    """
    found: dict[str, list[tuple[MethodRecord, list[int]]]] = {}
    for position, run in enumerate(runs):
        for method in run.methods:
            known = found.setdefault(method.name, [])
            same = next(
                (
                    places
                    for record, places in known
                    if may_be_shared(method)
                    and _identity(record) == _identity(method)
                    and all(_have_same_pictures(method.name, runs[place], run) for place in places)
                ),
                None,
            )
            if same is None:
                known.append((method, [position]))
            else:
                same.append(position)
    return [
        SharedMethod(record, tuple(places), is_repeated=len(known) > 1)
        for known in found.values()
        for record, places in known
    ]


def _identity(method: MethodRecord) -> tuple[object, ...]:
    return method.version, method.settings, method.lower_precision


def _have_same_pictures(method: str, one: RunRecords, other: RunRecords) -> bool:
    pairs = [(one.image_hashes.get((method, case.id)), other.image_hashes.get((method, case.id))) for case in one.cases]
    both = [(there, here) for there, here in pairs if there and here]
    return bool(both) and all(there == here for there, here in both)
