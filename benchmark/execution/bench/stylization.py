"""Runs a method on a case: prepared once, warmed up, seeded, measured, and its output checked."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from benchmark.contracts import Method, Precision, StyleCondition
from benchmark.contracts.sides import too_small
from benchmark.execution.bench.lent_images import LentImages
from benchmark.execution.bench.machine_load import MachineLoad
from benchmark.execution.bench.measurement import Measured, measure
from benchmark.execution.bench.outputs import checked_image, checked_maps
from benchmark.execution.bench.prepared_plugins import PreparedPlugin, plugin_output_to_stderr
from benchmark.execution.bench.step import Action, Step, ignore_step
from benchmark.models.provider import Models
from benchmark.plan.configuration import SelectedMethod
from benchmark.programs.program import ProgramMethod
from benchmark.protocol.case import Case


class Stylizer:
    """Runs methods. Each is made and prepared at its first use, and dropped when another one is used.

    Args:
        methods: The methods by name.
        models: The networks.
        on_step: Called before each step of a method.
        load: Observer of the machine, preferably for some time already; by default from now on.
        precision: Precision that the methods compute in, as far as they can. Preparing them is in float32 always: the
            networks that they load then are shared with metrics.
    """

    def __init__(
        self,
        methods: Mapping[str, SelectedMethod],
        models: Models,
        on_step: Callable[[Step], None] = ignore_step,
        load: MachineLoad | None = None,
        precision: Precision = Precision.FLOAT32,
    ) -> None:
        self._methods = methods
        self._models = models
        self._on_step = on_step
        self._load = load or MachineLoad()
        self._precision = precision
        self._name = ""
        self._current: PreparedPlugin[Method[Any]] | None = None
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
        method = self._method(name).made()
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
            styles: The styles. Where the method writes into their images, they are restored.
            seed: Seed of the unit.
            warm_up: Whether the method is warmed up before its first measured call.

        Returns:
            The stylized image, 3×H×W in [0, 1], with its times and memory.

        Raises:
            InvalidOutputError: The method did not return a stylized image.
            Exception: Whatever the method raises.
        """
        method = self._method(name).prepared()
        if warm_up and not self._is_warm:
            self._on_step(Step(Action.WARM_UP, name))
            with self._lent(styles), self._computing(name), plugin_output_to_stderr(), _seeded(seed):
                method.warm_up(content.clone(), styles, torch.Generator().manual_seed(seed))
            self._is_warm = True
        self._on_step(Step(Action.STYLIZE, name))
        with self._lent(styles), self._computing(name), plugin_output_to_stderr(), _seeded(seed):
            generator = torch.Generator().manual_seed(seed)
            given = content.clone()
            measured = measure(lambda: method.stylize(given, styles, generator), self._models.device, self._load)
        if isinstance(method, ProgramMethod):
            measured = self._as_the_program_took(measured, method)
        return replace(measured, value=checked_image(measured.value, content))

    def _as_the_program_took(self, measured: Measured[Tensor], method: ProgramMethod) -> Measured[Tensor]:
        """Replaces the costs of a call of a program by those of the program alone.

        Its time is from its start to its end, without the files around it. Its memory is the largest process's, all of
        it, since everything is loaded within the call; what it takes on another device cannot be seen from here.
        """
        call = method.last_call
        assert call
        memory = call.peak_memory_bytes if self._models.device.type == "cpu" else None
        return replace(measured, seconds=call.seconds, peak_memory_bytes=memory, note=method.note)

    def explains(self, name: str) -> bool:
        """Returns whether a method offers maps that show how it stylizes.

        Args:
            name: Name of the method.

        Raises:
            BenchmarkError: The method's plugin is broken.
            Exception: Whatever the method raises.
        """
        return type(self._method(name).made()).explain is not Method.explain

    def explain(self, name: str, content: Tensor, styles: Sequence[StyleCondition], seed: int) -> dict[str, Tensor]:
        """Returns a method's maps of how it stylizes a content.

        Args:
            name: Name of the method.
            content: 3×H×W in [0, 1].
            styles: The styles.
            seed: Seed of the unit.

        Returns:
            Pictures, 3×H×W in [0, 1], by name.

        Raises:
            InvalidOutputError: A map is no picture of the content's size, or has no usable name.
            Exception: Whatever the method raises.
        """
        method = self._method(name).prepared()
        with self._lent(styles), self._computing(name), plugin_output_to_stderr(), _seeded(seed):
            maps = method.explain(content.clone(), styles, torch.Generator().manual_seed(seed))
        return checked_maps(maps, content)

    def _computing(self, name: str) -> contextlib.AbstractContextManager[object]:
        """Lets a method compute in its precision."""
        is_full = self._precision is Precision.FLOAT32
        precision = self._precision if is_full else self._methods[name].precision_in(self._precision)
        return computing_in(precision, self._models.device)

    @contextlib.contextmanager
    def _lent(self, styles: Sequence[StyleCondition]) -> Iterator[None]:
        """Restores what a method writes into the images of styles, against the contract, before others see them.

        They are the same tensors for all units, so that a method can remember what it computes of a style.
        """
        images = [image for style in styles for image in (style.image, style.mask) if image is not None]
        lent = LentImages(self._models, style=images)
        try:
            yield
        finally:
            lent.restore()

    def _method(self, name: str) -> PreparedPlugin[Method[Any]]:
        if self._current is None or name != self._name:
            self._on_step(Step(Action.PREPARE, name))
            self._name, self._is_warm = name, False
            self._current = PreparedPlugin(lambda: self._make(name), self._models)
        return self._current

    def _make(self, name: str) -> Method[Any]:
        return self._methods[name].make()


def computing_in(precision: Precision | None, device: torch.device) -> contextlib.AbstractContextManager[object]:
    """Lets what is inside compute in a precision.

    Args:
        precision: The precision; ``None`` for what computes elsewhere.
        device: Device of the tensors.
    """
    if precision is not Precision.BFLOAT16:
        return contextlib.nullcontext()
    # The cache would keep the first copy of weights that a method trains, and go on with that.
    return torch.autocast(device.type, dtype=torch.bfloat16, cache_enabled=False)


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
