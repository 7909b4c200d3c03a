"""Simulates checks of unchanged and of worsened code, and says how often the gate calls something worse.

    python tools/simulate_gate.py                # the table of docs/statistics.md, in some minutes
    python tools/simulate_gate.py --checks 200   # roughly

A check compares one run with a baseline of one or several runs, over all methods and metrics. Scores have effects of
contents and styles, and each moves by chance from run to run. What is decided is decided by the gate itself.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from benchmark.analysis.comparability import MetricIdentity, ProtocolIdentity
from benchmark.analysis.gate.regression import compare_snapshots
from benchmark.analysis.gate.repeats import mean_snapshot
from benchmark.analysis.gate.rules import GateRules
from benchmark.analysis.gate.snapshot import (
    CaseFactors,
    CaseResult,
    MethodResults,
    Snapshot,
)
from benchmark.analysis.gate.verdict import Finding, Outcome
from benchmark.contracts.metric import Direction
from benchmark.store.records import UnitStatus

Scores = NDArray[np.float64]
"""Methods × metrics × contents × styles."""


class Noise(StrEnum):
    """Kind of the noise of scores from run to run. All have the same mean square over the cases."""

    ALIKE = "alike in all cases"
    """Normal, its standard deviation the same share of every score."""
    UNEVEN = "uneven"
    """Its standard deviation differs up to eightfold between cases."""
    HEAVY = "heavy tails"
    """Student's t with 5 degrees of freedom."""
    SHARED = "half shared"
    """Half of its variance is of the run, the same share in all cases of a method by a metric."""


@dataclass(frozen=True)
class Situation:
    """A simulated situation.

    Attributes:
        contents: Number of contents.
        styles: Number of styles.
        repeats: Number of runs of the baseline.
        noise: Standard deviation of a score from run to run, as a share of it.
        kind: Kind of the noise.
        drop: Mean share of the score that one method loses on one metric. A quarter of the cases is spared, the others
            lose from a third to five thirds of their mean.
        methods: Number of methods.
        metrics: Number of metrics.
    """

    contents: int = 3
    styles: int = 3
    repeats: int = 1
    noise: float = 0.02
    kind: Noise = Noise.ALIKE
    drop: float = 0.0
    methods: int = 4
    metrics: int = 10


@dataclass(frozen=True)
class Rates:
    """Shares of simulated checks.

    Attributes:
        alarms: In which something that was not changed is called worse.
        found: In which the drop is called worse.
    """

    alarms: float
    found: float


def simulate(situation: Situation, checks: int, seed: int = 0, rules: GateRules = GateRules()) -> Rates:  # noqa: B008
    """Simulates checks.

    Args:
        situation: What is simulated.
        checks: How many.
        seed: Seed of all random numbers.
        rules: When a difference counts.
    """
    generator = np.random.default_rng(seed)
    alarms = found = 0
    for _ in range(checks):
        findings = check(situation, generator, rules)
        changed = [one for one in findings if is_dropped(situation, one)]
        alarms += any(one.outcome is Outcome.WORSE for one in findings if one not in changed)
        found += any(one.outcome is Outcome.WORSE for one in changed)
    return Rates(alarms / checks, found / checks)


def is_dropped(situation: Situation, finding: Finding) -> bool:
    """Returns whether a finding is of the method and the metric with the drop."""
    return bool(situation.drop) and (finding.method, finding.metric) == ("method0", "metric0")


def check(situation: Situation, generator: np.random.Generator, rules: GateRules) -> list[Finding]:
    """One check of a run against a baseline."""
    shape = (situation.methods, situation.metrics, situation.contents, situation.styles)
    of_content, of_style = generator.normal(size=(*shape[:3], 1)), generator.normal(size=(*shape[:2], 1, shape[3]))
    truth = np.exp(0.3 * of_content + 0.3 * of_style + 0.1 * generator.normal(size=shape))
    moved = noise_of(situation, shape, generator)
    baseline = mean_snapshot([snapshot(truth * (1 + moved())) for _ in range(situation.repeats)])
    now = truth.copy()
    if situation.drop:
        now[0, 0] *= 1 - drops(situation, generator)
    return compare_snapshots(baseline, snapshot(now * (1 + moved())), rules)


def drops(situation: Situation, generator: np.random.Generator) -> Scores:
    """The share that each case loses: uneven, with a quarter of the cases spared."""
    cases = situation.contents * situation.styles
    uneven = np.linspace(1 / 3, 5 / 3, cases)
    uneven[: cases // 4] = 0
    return situation.drop * generator.permutation(uneven / uneven.mean()).reshape(situation.contents, situation.styles)


def noise_of(situation: Situation, shape: tuple[int, ...], generator: np.random.Generator) -> Callable[[], Scores]:
    """Returns a function that draws the noise of one run, as a share of each score."""
    scale = np.full(shape, situation.noise)
    if situation.kind is Noise.UNEVEN:
        uneven = 8 ** generator.uniform(size=shape)
        scale *= uneven / np.sqrt(np.square(uneven).mean(axis=(2, 3), keepdims=True))

    def draw() -> Scores:
        match situation.kind:
            case Noise.HEAVY:
                return scale * generator.standard_t(5, size=shape) * np.sqrt(3 / 5)
            case Noise.SHARED:
                of_run = generator.normal(size=(*shape[:2], 1, 1))
                return scale * (of_run + generator.normal(size=shape)) / np.sqrt(2)
            case _:
                return scale * generator.normal(size=shape)

    return draw


def snapshot(scores: Scores) -> Snapshot:
    """A run with these scores."""
    metrics = [f"metric{number}" for number in range(scores.shape[1])]
    cases = {
        f"c{content}--s{style}": CaseFactors(f"c{content}", f"s{style}")
        for content in range(scores.shape[2])
        for style in range(scores.shape[3])
    }
    return Snapshot(
        protocol=ProtocolIdentity("simulated", "1", "0" * 64),
        seed=0,
        device="cpu",
        calibration="",
        metrics={metric: MetricIdentity("1", Direction.HIGHER) for metric in metrics},
        cases=cases,
        methods={
            f"method{number}": MethodResults(
                "1",
                {},
                {
                    case: CaseResult(UnitStatus.OK, scores=dict(zip(metrics, column, strict=True)))
                    for case, column in zip(cases, of_method.reshape(len(metrics), -1).T.tolist(), strict=True)
                },
            )
            for number, of_method in enumerate(scores)
        },
        seeds=(0,),
    )


SITUATIONS = (
    *(Situation(repeats=repeats) for repeats in (1, 2, 3, 5)),
    Situation(repeats=2, noise=0.0),
    *(Situation(repeats=repeats, noise=0.05) for repeats in (1, 2, 3)),
    *(
        Situation(repeats=repeats, kind=kind)
        for kind in (Noise.UNEVEN, Noise.HEAVY, Noise.SHARED)
        for repeats in (2, 5)
    ),
    *(Situation(5, 5, repeats) for repeats in (1, 2)),
    Situation(2, 2, repeats=2),
)
DROPS = (0.05, 0.2)


def table(checks: int) -> str:
    """The table of docs/statistics.md."""
    head = ["cases", "runs of the baseline", "noise", "false alarms", *(f"drop of {drop:.0%} found" for drop in DROPS)]
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    for one in SITUATIONS:
        rates = [simulate(one, checks)]
        rates += [simulate(Situation(**{**vars(one), "drop": drop}), checks, seed=1) for drop in DROPS]
        noise = f"{one.noise:.0%}, {one.kind}" if one.noise else "none"
        shares = [f"{rates[0].alarms:.1%}", *(f"{rate.found:.0%}" for rate in rates[1:])]
        lines.append(f"| {' | '.join([f'{one.contents} × {one.styles}', str(one.repeats), noise, *shares])} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checks", type=int, default=500, help="simulated checks for each number (default: 500)")
    print(table(parser.parse_args().checks))


if __name__ == "__main__":
    main()
