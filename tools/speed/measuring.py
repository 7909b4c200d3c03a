"""Measures all that the speed page shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from benchmark.execution.bench.machine_load import MachineLoad
from benchmark.models.provider import Models
from benchmark.plan.selection import configure_run
from benchmark.testing.sample import embedded_models
from tools.speed.machine import describe_machine, others_between
from tools.speed.page import Figures
from tools.speed.peers.clipstyler_updates import clipstyler_race
from tools.speed.peers.metric_packages import metrics_race
from tools.speed.peers.pastiche_descent import gatys_race
from tools.speed.peers.plain_adain import adain_race
from tools.speed.picture_costs import network_flops, scoring_costs, stylizing_costs
from tools.speed.race import AbsentPeerError, Comparison, Race, run_race
from tools.speed.start_up import start_ups
from tools.speed.whole_runs import engine_costs, whole_runs
from tools.speed.work import measure_rates

RACES: Final[Mapping[str, Callable[[Models, int], Race]]] = {
    "AdaIN": adain_race,
    "Gatys": gatys_race,
    "CLIPstyler": clipstyler_race,
    "Scoring": metrics_race,
}
RACING_SIDE: Final = 256
REPETITIONS: Final = 5


def measure_figures(
    parts: Sequence[str],
    *,
    quick: bool,
    methods: str,
    metrics: str,
    side: int,
    note: Callable[[str], None],
) -> Figures:
    """Measures parts of the page.

    Args:
        parts: Some of ``start``, ``runs``, ``methods``, ``metrics``, ``peers`` and ``limits``.
        quick: Whether each is measured once only, and methods and metrics on the smallest protocol.
        methods: Names of the methods, comma-separated, or ``all``.
        metrics: Names of the metrics, comma-separated, or ``all``.
        side: Side of the pictures of the races, in pixels.
        note: Is told what is measured.
    """
    repetitions = 1 if quick else REPETITIONS
    protocol = "smoke" if quick else "mini"
    configuration = configure_run(protocol=protocol, methods=methods, metrics=metrics, assignments={})
    resolution = configuration.protocol.resolution
    machine, load = describe_machine(), MachineLoad()
    begin = load.read()
    rates = measure_rates(2 * repetitions) if "limits" in parts else None
    comparisons, absent = run_races(RACES, side, repetitions, load, note) if "peers" in parts else ([], {})
    return Figures(
        machine=machine,
        quick=quick,
        protocol=protocol,
        resolution=resolution,
        starts=start_ups(repetitions) if "start" in parts else (),
        runs=whole_runs(("smoke",) if quick else ("smoke", "mini"), methods, load, note) if "runs" in parts else (),
        engine=engine_costs(1_000 if quick else 10_000) if "runs" in parts else None,
        methods=stylizing_costs(configuration, repetitions, note) if "methods" in parts else (),
        metrics=scoring_costs(configuration, repetitions, note) if "metrics" in parts else (),
        comparisons=comparisons,
        absent=absent,
        rates=rates,
        networks=network_flops(embedded_models(), resolution) if rates else {},
        others=others_between(begin, load.read()),
    )


def run_races(
    races: Mapping[str, Callable[[Models, int], Race]],
    side: int,
    pairs: int,
    load: MachineLoad,
    note: Callable[[str], None],
) -> tuple[list[Comparison], dict[str, str]]:
    """Runs races against those peers that are installed.

    Args:
        races: What makes each race, by its name.
        side: Side of the pictures, in pixels.
        pairs: Number of pairs of each.
        load: Observer of the machine.
        note: Is told what is measured.

    Returns:
        The comparisons, and the races that could not be run, each with the reason.
    """
    found: list[Comparison] = []
    absent: dict[str, str] = {}
    for name, make in races.items():
        note(f"race: {name}")
        try:
            race = make(embedded_models(), side)
        except AbsentPeerError as error:
            absent[name] = str(error)
        else:
            found.append(run_race(race, pairs, load))
    return found, absent
