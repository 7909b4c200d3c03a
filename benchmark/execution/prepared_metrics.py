"""Metrics, each made and prepared at its first use."""

from __future__ import annotations

from typing import Any

from benchmark.models.provider import Models
from benchmark.plan.configuration import SelectedMetric


class PreparedMetrics:
    """Makes metrics and prepares them, once each.

    Args:
        models: The networks.
    """

    def __init__(self, models: Models) -> None:
        self._models = models
        self._metrics: dict[str, Any] = {}

    def get(self, selected: SelectedMetric) -> Any:
        """The metric, ready to score.

        Args:
            selected: A metric that is available.

        Raises:
            BaseException: Whatever preparing it raised, now or at an earlier call.
        """
        if selected.name not in self._metrics:
            try:
                metric = selected.plugin.load()()
                metric.prepare(self._models)
                self._metrics[selected.name] = metric
            except (Exception, SystemExit) as error:
                # Kept: what could not be prepared once is not tried again for every unit.
                self._metrics[selected.name] = error
        found = self._metrics[selected.name]
        if isinstance(found, BaseException):
            # Without its traceback: raising adds frames, which would pile up and keep every unit's tensors alive.
            raise found.with_traceback(None)
        return found
