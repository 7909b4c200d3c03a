"""What a worker is at, and how it can be lost there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from benchmark.store.journal import UnitRecord


class Action(StrEnum):
    """What is done with a plugin."""

    PREPARE = "preparing"
    WARM_UP = "warming up"
    STYLIZE = "stylizing"
    PREPARE_METRIC = "preparing to score"
    SCORE = "scoring"


_OF_METRICS = (Action.PREPARE_METRIC, Action.SCORE)


@dataclass(frozen=True)
class Step:
    """What a worker is at.

    Attributes:
        action: What it does.
        plugin: Name of the method or metric.
    """

    action: Action
    plugin: str

    @property
    def is_metrics(self) -> bool:
        """Whether the plugin is a metric."""
        return self.action in _OF_METRICS


def ignore_step(step: Step) -> None:
    """Takes note of nothing: for those who run plugins in their own process."""


@dataclass(frozen=True)
class WorkerFailure:
    """How a worker was lost.

    Attributes:
        reason: What happened, for people.
        step: What it was at, or ``None`` if nothing was begun.
        made: The record of the image that it had handed over, if it had.
        is_foreign: Whether something other than the task may be to blame, so that it deserves another try.
    """

    reason: str
    step: Step | None = None
    made: UnitRecord | None = None
    is_foreign: bool = False
