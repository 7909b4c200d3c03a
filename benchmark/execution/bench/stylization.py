"""Runs a method on a case: prepared once, warmed up, seeded, measured, and its output checked."""

from __future__ import annotations

import contextlib
import random
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any

import numpy as np
import torch
from torch import Tensor

from benchmark.contracts import Method, StyleCondition
from benchmark.contracts.sides import too_small
from benchmark.errors import BenchmarkError
from benchmark.execution.bench.machine_load import MachineLoad
from benchmark.execution.bench.measurement import Measured, measure
from benchmark.execution.bench.step import Action, Step, ignore_step
from benchmark.models.provider import Models
from benchmark.plan.configuration import SelectedMethod
from benchmark.protocol.case import Case

_TOLERANCE = 1e-3
"""Rounding error by which a pixel may leave [0, 1]."""


class InvalidOutputError(BenchmarkError):
    """A method returned something that is no stylized image of its content."""


class Stylizer:
    """Runs methods. Each is made and prepared at its first use, and dropped when another one is used.

    Args:
        methods: The methods by name.
        models: The networks.
        on_step: Called before each step of a method.
        load: Observer of the machine, preferably for some time already; by default from now on.
    """

    def __init__(
        self,
        methods: Mapping[str, SelectedMethod],
        models: Models,
        on_step: Callable[[Step], None] = ignore_step,
        load: MachineLoad | None = None,
    ) -> None:
        self._methods = methods
        self._models = models
        self._on_step = on_step
        self._load = load or MachineLoad()
        self._name = ""
        self._current: Method[Any] | BaseException | None = None
        self._origin: TracebackType | None = None
        self._is_prepared = False
        self._is_warm = False

    def skip(self, name: str, case: Case, content: Tensor | None) -> str | None:
        """Says why a method skips a case, or returns ``None``.

        Args:
            name: Name of the method.
            case: The case.
            content: Its content, 3×H×W, which may be too small for the method; ``None`` asks about the case alone.

        Raises:
            BenchmarkError: The method's plugin is broken.
            Exception: Whatever the method raises.
        """
        method = self._method(name, prepare=False)
        if reason := method.skip(case):
            return reason
        if content is None:
            return None
        return too_small(method.minimum_side, content.shape[-2:], "the content has") or None

    def stylize(
        self,
        name: str,
        content: Tensor,
        styles: Sequence[StyleCondition],
        seed: int,
        *,
        warm_up: bool = True,
    ) -> Measured[Tensor]:
        """Stylizes a content with a method.

        Args:
            name: Name of the method.
            content: 3×H×W in [0, 1].
            styles: The styles.
            seed: Seed of the unit.
            warm_up: Whether the method is warmed up before its first measured call.

        Returns:
            The stylized image, 3×H×W in [0, 1], with its times and memory.

        Raises:
            InvalidOutputError: The method did not return a stylized image.
            Exception: Whatever the method raises.
        """
        method = self._method(name, prepare=True)
        if warm_up and not self._is_warm:
            self._on_step(Step(Action.WARM_UP, name))
            with _plugin_output_to_stderr(), _seeded(seed):
                method.warm_up(content.clone(), styles, torch.Generator().manual_seed(seed))
            self._is_warm = True
        self._on_step(Step(Action.STYLIZE, name))
        with _plugin_output_to_stderr(), _seeded(seed):
            generator = torch.Generator().manual_seed(seed)
            given = content.clone()
            measured = measure(lambda: method.stylize(given, styles, generator), self._models.device, self._load)
        return replace(measured, value=checked_output(measured.value, content))

    def _method(self, name: str, *, prepare: bool) -> Method[Any]:
        if name != self._name:
            self._name, self._current, self._is_prepared, self._is_warm = name, None, False, False
        if self._current is None:
            self._on_step(Step(Action.PREPARE, name))
            self._current = self._attempt(lambda: self._make(name))
        if prepare and not self._is_prepared and isinstance(self._current, Method):
            self._current = self._attempt(lambda: self._prepare(self._current))
            self._is_prepared = True
        if isinstance(self._current, BaseException):
            # With the traceback it came with: raising adds frames, which would pile up and keep every unit's tensors.
            raise self._current.with_traceback(self._origin)
        return self._current

    def _attempt(self, action: Callable[[], Method[Any]]) -> Method[Any] | BaseException:
        try:
            with _plugin_output_to_stderr():
                return action()
        except (Exception, SystemExit) as error:
            # The error is kept, so that a failed preparation is not tried again for every unit of the method.
            self._origin = error.__traceback__
            return error

    def _make(self, name: str) -> Method[Any]:
        selected = self._methods[name]
        method: Method[Any] = selected.plugin.load()(selected.settings)
        return method

    def _prepare(self, method: Any) -> Method[Any]:
        method.prepare(self._models)
        return method  # type: ignore[no-any-return]


def checked_output(stylized: Any, content: Tensor) -> Tensor:
    """Checks the image that a method returned.

    Args:
        stylized: The returned value.
        content: The content, 3×H×W.

    Returns:
        The stylized image, detached, as float, clamped to [0, 1].

    Raises:
        InvalidOutputError: It is no tensor, has another shape than the content, is not finite, or leaves [0, 1].
    """
    if not isinstance(stylized, Tensor):
        raise InvalidOutputError(f"returned {type(stylized).__name__}, not a tensor")
    if stylized.shape != content.shape:
        shapes = ["×".join(str(size) for size in tensor.shape) for tensor in (stylized, content)]
        raise InvalidOutputError(f"returned an image of shape {shapes[0]}, the content is {shapes[1]}")
    if not stylized.is_floating_point():
        raise InvalidOutputError(f"returned {stylized.dtype} pixels, not floating-point ones")
    image = stylized.detach().float()
    if not bool(torch.isfinite(image).all()):
        raise InvalidOutputError(
            f"returned {int((~torch.isfinite(image)).sum())} pixel values that are NaN or infinite"
        )
    low, high = float(image.min()), float(image.max())
    if low < -_TOLERANCE or high > 1 + _TOLERANCE:
        raise InvalidOutputError(f"returned pixel values from {low:.4g} to {high:.4g}, outside 0 … 1")
    return image.clamp(0, 1)


@contextlib.contextmanager
def _plugin_output_to_stderr() -> Iterator[None]:
    """Redirects the output of a plugin to standard error, because standard output is for results."""
    with contextlib.redirect_stdout(sys.stderr):
        yield


@contextlib.contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Seeds the global generators too, for methods that use them against the contract, and restores them."""
    state, numpy_state = random.getstate(), np.random.get_state()
    random.seed(seed)
    np.random.seed(seed % 2**32)
    try:
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            yield
    finally:
        random.setstate(state)
        np.random.set_state(numpy_state)
