"""Means over the cases of one content, artist, movement or genre."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from benchmark.analysis.interval import Estimate, crossed_estimate
from benchmark.analysis.scores import ScoreTable, ranking_metrics
from benchmark.store.records import CaseRecord, RunRecords


class Factor(StrEnum):
    """A property that cases are grouped by."""

    MOVEMENT = "movement"
    GENRE = "genre"
    ARTIST = "artist"
    CONTENT = "content"


@dataclass(frozen=True)
class GroupMean:
    """The mean score of a method over the cases of a group.

    Attributes:
        factor: The property that the cases are grouped by.
        level: Its value for this group: an artist, a movement, a genre, or the name of a content.
        metric: Name of the metric.
        method: Name of the method or control.
        estimate: The mean, its interval and its numbers of cases, contents and styles. Fewer than two contents or two
            styles give no interval, so a single content never has one.
    """

    factor: Factor
    level: str
    metric: str
    method: str
    estimate: Estimate


def breakdowns(run: RunRecords) -> list[GroupMean]:
    """Averages the scores of every method and control over groups of cases, by every metric that ranks.

    Methods stand side by side, and so all means of a metric are over the cases that the methods and controls share;
    one that has a score for too few is left out (see ``share_cases``).

    A mix of styles belongs to a movement, genre or artist if all its styles do. Cases for which it is unknown, or
    whose styles differ in it, are in no group.

    Args:
        run: The run.

    Returns:
        Factors in the order of ``Factor``, levels in the order of the cases. A factor with fewer than two levels has
        none.
    """
    methods = [method.name for method in run.methods]
    scores = {
        metric.name: ScoreTable(run, metric.name, metric.direction).shared(methods) for metric in ranking_metrics(run)
    }
    means: list[GroupMean] = []
    for factor in Factor:
        level_of = {case.id: _level(case, factor) for case in run.cases}
        levels = [level for level in dict.fromkeys(level_of.values()) if level]
        if len(levels) < 2:
            continue
        for level in levels:
            for metric, shared in scores.items():
                found = shared.scores
                chosen = np.array([level_of[case] for case in found.cases], dtype=str) == level
                for column, method in enumerate(shared.methods if chosen.any() else ()):
                    values = found.values[chosen, column]
                    estimate = crossed_estimate(values, found.contents[chosen], found.styles[chosen])
                    means.append(GroupMean(factor, level, metric, method, estimate))
    return means


def _level(case: CaseRecord, factor: Factor) -> str:
    if factor is Factor.CONTENT:
        return case.content
    found = {_text(style, factor) for style in case.styles}
    return found.pop() if len(found) == 1 else ""


def _text(style: Mapping[str, Any], factor: Factor) -> str:
    value = style.get(factor)
    return value.strip() if isinstance(value, str) else ""
