"""Two sides that do the same work, measured in turn in one process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch

from benchmark.execution.bench.machine_load import MachineLoad
from benchmark.execution.bench.measurement import Measured, measure
from tools.speed.spread import Spread


class AbsentPeerError(Exception):
    """A package that a race needs is not installed."""


@dataclass(frozen=True)
class Race:
    """The benchmark's way and a peer's way to one result.

    Attributes:
        name: The race in a few words.
        peer: The other side.
        unit: What is counted, and under which conditions.
        units: How many of them a call does.
        ours: Does them the benchmark's way. Each call of one number has the same inputs as the peer's.
        theirs: Does them the peer's way.
    """

    name: str
    peer: str
    unit: str
    units: int
    ours: Callable[[int], object]
    theirs: Callable[[int], object]


@dataclass(frozen=True)
class Comparison:
    """What a race came to: seconds of a unit, and the peer's over ours, pair by pair.

    Attributes:
        race: Its name.
        peer: The other side.
        unit: What was counted.
        ours: Processor seconds of the benchmark.
        theirs: Processor seconds of the peer.
        processor_ratio: The peer's processor seconds over the benchmark's.
        elapsed_ratio: The same of elapsed seconds.
        disturbed: How many pairs other processes disturbed.
    """

    race: str
    peer: str
    unit: str
    ours: Spread
    theirs: Spread
    processor_ratio: Spread
    elapsed_ratio: Spread
    disturbed: int


def run_race(race: Race, pairs: int, load: MachineLoad) -> Comparison:
    """Runs both sides once unmeasured, then in pairs, each first every other time.

    A drift of the machine, and other work on it, then meets both.

    Args:
        race: The race.
        pairs: Number of pairs.
        load: Observer of the machine.
    """
    sides = {"ours": race.ours, "theirs": race.theirs}
    for side in sides.values():
        side(0)
    found: list[dict[str, Measured[object]]] = []
    for number in range(1, pairs + 1):
        order = sorted(sides, reverse=number % 2 == 0)
        found.append(
            {
                side: measure(lambda side=side, number=number: sides[side](number), torch.device("cpu"), load)
                for side in order
            }
        )
    return Comparison(
        race=race.name,
        peer=race.peer,
        unit=race.unit,
        ours=Spread.of(pair["ours"].cpu_seconds for pair in found).over(race.units),
        theirs=Spread.of(pair["theirs"].cpu_seconds for pair in found).over(race.units),
        processor_ratio=Spread.of(pair["theirs"].cpu_seconds / pair["ours"].cpu_seconds for pair in found),
        elapsed_ratio=Spread.of(pair["theirs"].seconds / pair["ours"].seconds for pair in found),
        disturbed=sum(any(side.disturbed for side in pair.values()) for pair in found),
    )
