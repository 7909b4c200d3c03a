"""The steps of a worker, and its loss in one of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from benchmark.store.journal import UnitRecord


class Action(StrEnum):
    """Something that is done with a plugin."""

    PREPARE = "preparing"
    WARM_UP = "warming up"
    STYLIZE = "stylizing"
    PREPARE_METRIC = "preparing to score"
    SCORE = "scoring"


_OF_METRICS = (Action.PREPARE_METRIC, Action.SCORE)


@dataclass(frozen=True)
class Step:
    """The current step of a worker.

    Attributes:
        action: The action.
        plugin: Name of the method or metric.
    """

    action: Action
    plugin: str

    @property
    def is_metrics(self) -> bool:
        """Whether the plugin is a metric."""
        return self.action in _OF_METRICS


def ignore_step(step: Step) -> None:
    """Ignores the step, for callers that run plugins in their own process."""


@dataclass(frozen=True)
class WorkerFailure:
    """How a worker was lost.

    Attributes:
        reason: Description of the event, for people.
        step: The step in which it was lost, or ``None`` if it had begun none.
        made: The record of the image that it had handed over, if there is one.
        is_foreign: Whether something other than the task may be the cause, so that the task is tried again.
    """

    reason: str
    step: Step | None = None
    made: UnitRecord | None = None
    is_foreign: bool = False
