"""Metrics, each made and prepared at its first use."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any

from benchmark.execution.bench.step import Action, Step, ignore_step
from benchmark.models.provider import Models
from benchmark.plan.configuration import SelectedMetric


class PreparedMetrics:
    """Makes metrics and prepares them, once each.

    Args:
        models: The networks.
        on_step: Called before a metric is prepared, and before it scores.
    """

    def __init__(self, models: Models, on_step: Callable[[Step], None] = ignore_step) -> None:
        self._models = models
        self._on_step = on_step
        self._metrics: dict[str, Any] = {}
        self._origins: dict[str, TracebackType | None] = {}

    def get(self, selected: SelectedMetric) -> Any:
        """Returns the metric, ready to score.

        Args:
            selected: A metric that is available.

        Raises:
            BaseException: Whatever preparing it raised, now or at an earlier call.
        """
        if selected.name not in self._metrics:
            self._on_step(Step(Action.PREPARE_METRIC, selected.name))
            try:
                metric = selected.plugin.load()()
                metric.prepare(self._models)
                self._metrics[selected.name] = metric
            except (Exception, SystemExit) as error:
                # The error is kept, so that a failed preparation is not tried again for every unit.
                self._metrics[selected.name] = error
                self._origins[selected.name] = error.__traceback__
        found = self._metrics[selected.name]
        if isinstance(found, BaseException):
            # With the traceback it came with: raising adds frames, which would pile up and keep every unit's tensors.
            raise found.with_traceback(self._origins[selected.name])
        self._on_step(Step(Action.SCORE, selected.name))
        return found
