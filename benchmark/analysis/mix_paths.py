"""Paths of mixes: how pictures and scores change while one style gives way to another."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from benchmark.protocol.mix_path import path_of
from benchmark.store.records import CaseRecord, RunRecords, UnitStatus

_FEWEST_STEPS = 3
"""Scores at two ends say nothing of what lies between."""


@dataclass(frozen=True)
class MixPath:
    """The steps of a path with one content and seed.

    Attributes:
        content: Name of the content.
        styles: Names of the styles.
        seed: Number of the repetition.
        cases: The steps in the order of the protocol.
        weights: Share of every style in each step.
    """

    content: str
    styles: tuple[str, ...]
    seed: int
    cases: tuple[CaseRecord, ...]
    weights: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Course:
    """The scores of a method by a metric along a path.

    Attributes:
        scores: A score for each step.
        is_monotone: Whether they never turn back.
        jump: Position of the step before the largest change, or ``None`` where nothing changes.
        jump_share: The size of that change as a share of the sizes of all changes: 1 where everything
            happens at once, and 1 / (steps − 1) where all steps change as much.
    """

    scores: tuple[float, ...]
    is_monotone: bool
    jump: int | None
    jump_share: float


def mix_paths(run: RunRecords) -> list[MixPath]:
    """Returns the paths of a run, in the order of their first steps; what has fewer than three steps is none.

    Args:
        run: The run.
    """
    found: dict[tuple[str, str, int], list[CaseRecord]] = {}
    for case in run.cases:
        if path := path_of(case.style):
            found.setdefault((case.content, path, case.seed), []).append(case)
    return [
        MixPath(content, tuple(path.split("+")), seed, tuple(cases), tuple(_weights(path, case) for case in cases))
        for (content, path, seed), cases in found.items()
        if len(cases) >= _FEWEST_STEPS
    ]


def _weights(path: str, case: CaseRecord) -> tuple[float, ...]:
    shares = {str(style.get("id")): float(style.get("weight") or 0) for style in case.styles}
    return tuple(shares.get(name, 0.0) for name in path.split("+"))


def course(run: RunRecords, path: MixPath, method: str, metric: str) -> Course | None:
    """Describes scores along a path, or returns ``None`` where a step has none.

    Args:
        run: The run.
        path: The path.
        method: Name of the method.
        metric: Name of the metric.
    """
    if metric not in run.units:
        return None
    units = run.units[(run.units["method"] == method) & (run.units["status"] == UnitStatus.OK)]
    by_case = dict(zip(units["case"], units[metric], strict=True))
    scores = [float(by_case.get(case.id, math.nan)) for case in path.cases]
    return None if any(map(math.isnan, scores)) else describe_course(scores)


def describe_course(scores: Sequence[float]) -> Course:
    """Says whether numbers never turn back, and where they change most.

    Args:
        scores: At least two numbers.
    """
    changes = [after - before for before, after in itertools.pairwise(scores)]
    total = sum(map(abs, changes))
    is_monotone = all(change >= 0 for change in changes) or all(change <= 0 for change in changes)
    if not total:
        return Course(tuple(scores), is_monotone, None, 0.0)
    jump = max(range(len(changes)), key=lambda place: abs(changes[place]))
    return Course(tuple(scores), is_monotone, jump, abs(changes[jump]) / total)
