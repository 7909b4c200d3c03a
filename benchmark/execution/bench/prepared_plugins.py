"""Methods and metrics, each made and prepared at most once; what fails is not tried again."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Generic, Protocol, TypeVar

from benchmark.execution.bench.step import Action, Step, ignore_step
from benchmark.models.provider import Models
from benchmark.plan.configuration import SelectedMetric


class Preparable(Protocol):
    """A method or a metric."""

    def prepare(self, models: Models) -> None:
        """Loads what it needs."""


PluginT = TypeVar("PluginT", bound=Preparable)
ResultT = TypeVar("ResultT")


class PreparedPlugin(Generic[PluginT]):
    """A plugin that is made and prepared at its first use, or the error that this ended in.

    The error is kept: what failed once is not tried again for every unit.

    Args:
        make: Makes the plugin.
        models: The networks.
    """

    def __init__(self, make: Callable[[], PluginT], models: Models) -> None:
        self._make = make
        self._models = models
        self._plugin: PluginT | None = None
        self._is_prepared = False
        self._error: BaseException | None = None
        self._origin: TracebackType | None = None

    def made(self) -> PluginT:
        """Returns the plugin, prepared or not.

        Raises:
            BaseException: Whatever making or preparing it raised, now or at an earlier call.
        """
        self._raise_kept_error()
        if self._plugin is None:
            self._plugin = self._attempt(self._make)
        return self._plugin

    def prepared(self) -> PluginT:
        """Returns the plugin, ready for use.

        Raises:
            BaseException: Whatever making or preparing it raised, now or at an earlier call.
        """
        plugin = self.made()
        if not self._is_prepared:
            self._attempt(lambda: plugin.prepare(self._models))
            self._is_prepared = True
        return plugin

    def _attempt(self, action: Callable[[], ResultT]) -> ResultT:
        try:
            with plugin_output_to_stderr():
                return action()
        except (Exception, SystemExit) as error:
            self._error, self._origin = error, error.__traceback__
            raise

    def _raise_kept_error(self) -> None:
        if self._error is not None:
            # With the traceback it came with: raising adds frames, which would pile up and keep every unit's tensors.
            raise self._error.with_traceback(self._origin)


class PreparedMetrics:
    """The metrics of a run, each made and prepared at its first use.

    Args:
        models: The networks.
        on_step: Is told when a metric is about to be prepared, and when it is about to score.
    """

    def __init__(self, models: Models, on_step: Callable[[Step], None] = ignore_step) -> None:
        self._models = models
        self._on_step = on_step
        self._metrics: dict[str, PreparedPlugin[Any]] = {}

    def get(self, selected: SelectedMetric) -> Any:
        """Returns a metric, ready to score.

        Args:
            selected: A metric that is available.

        Raises:
            BaseException: Whatever preparing it raised, now or at an earlier call.
        """
        if selected.name not in self._metrics:
            self._on_step(Step(Action.PREPARE_METRIC, selected.name))
            self._metrics[selected.name] = PreparedPlugin(selected.make, self._models)
        metric = self._metrics[selected.name].prepared()
        self._on_step(Step(Action.SCORE, selected.name))
        return metric


@contextlib.contextmanager
def plugin_output_to_stderr() -> Iterator[None]:
    """Keeps standard output for results, whatever a plugin prints."""
    with contextlib.redirect_stdout(sys.stderr):
        yield
