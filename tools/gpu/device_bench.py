"""Measures methods and metrics on a device, and their results against the CPU's."""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import torch
from torch import Tensor

from benchmark.contracts import Metric, Need, SetMetric
from benchmark.errors import describe_error
from benchmark.execution.bench.stylization import Stylizer
from benchmark.images import quantize
from benchmark.plan.configuration import SelectedMethod, SelectedMetric
from benchmark.protocol.case import Case
from benchmark.registry import Plugin
from benchmark.settings import make_settings
from tools.gpu.idle_share import idle_share
from tools.gpu.workload import Workload
from tools.speed.spread import Spread

FEW_STEPS: Final[Mapping[str, Mapping[str, Any]]] = {
    "clip_pixels": {"steps": 2},
    "gatys": {"steps": 2, "coarse_sizes": [], "coarse_steps": []},
    "nnst": {"steps": [2], "final_steps": 0},
    "strotss": {"steps": [2]},
    "clipstyler": {"steps": 2},
    "multi_style": {"steps": 2},
}
"""Settings with which a descent is compared with the CPU's: each step enlarges what rounding made different."""

GREY_LEVEL: Final = 1 / 255
LARGEST_MEAN_DIFFERENCE: Final = GREY_LEVEL
"""Mean difference of the pixels of a picture up to which a device agrees with the CPU."""
LARGEST_RELATIVE_DIFFERENCE: Final = 1e-3
"""Largest difference of a score, as a share of it or of a hundredth of its metric's unit, up to which they agree."""
_SMALLEST_SCORE: Final = 0.01
_SCORED: Final = 4


@dataclass(frozen=True)
class MethodFigures:
    """A method on a device.

    Attributes:
        name: Its name.
        mean_difference: Mean difference of a picture's pixels from the CPU's, with few steps, pixels in [0, 1].
        largest_difference: The largest one.
        cpu_seconds: Elapsed seconds of that picture on the CPU.
        device_seconds: The same on the device.
        seconds: Elapsed seconds a picture on the device, with all steps.
        idle: For what share of a picture with few steps the device did nothing; ``None`` where it is unknown.
        memory_bytes: Most memory that a picture took beyond the networks; ``None`` where it is unknown.
        reason: Why nothing was measured; empty where it was.
    """

    name: str
    mean_difference: float = 0.0
    largest_difference: float = 0.0
    cpu_seconds: float = 0.0
    device_seconds: float = 0.0
    seconds: Spread | None = None
    idle: float | None = None
    memory_bytes: int | None = None
    reason: str = ""

    @property
    def agrees(self) -> bool:
        """Whether the device's picture is the CPU's, up to rounding."""
        return self.mean_difference <= LARGEST_MEAN_DIFFERENCE


@dataclass(frozen=True)
class MetricFigures:
    """A metric on a device.

    Attributes:
        name: Its name.
        difference: The largest difference from the CPU's, as a share of the score; of a set metric, of the descriptions
            that its score is made of.
        cpu_seconds: Elapsed seconds a picture on the CPU, its references computed anew.
        device_seconds: The same on the device.
        reason: Why nothing was measured; empty where it was.
    """

    name: str
    difference: float = 0.0
    cpu_seconds: float = 0.0
    device_seconds: float = 0.0
    reason: str = ""

    @property
    def agrees(self) -> bool:
        """Whether the device's scores are the CPU's, up to rounding."""
        return self.difference <= LARGEST_RELATIVE_DIFFERENCE


@contextlib.contextmanager
def full_precision() -> Iterator[None]:
    """Computes float32 as float32: no TF32 in products and convolutions of CUDA."""
    before = torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    try:
        yield
    finally:
        torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32 = before


class DeviceBench:
    """A workload on the CPU and on a device.

    Args:
        workload: The workload.
        device: The device.
        seconds: About how long each method stylizes with all steps; it makes at least one picture.
    """

    def __init__(self, workload: Workload, device: torch.device, seconds: float) -> None:
        self._workload = workload
        self._device = device
        self._seconds = seconds
        cpu = torch.device("cpu")
        self._models = {place: workload.networks(place) for place in dict.fromkeys((cpu, device))}
        self._inputs = {place: workload.inputs(place) for place in self._models}
        self._cpu = cpu

    def method(self, plugin: Plugin) -> MethodFigures:
        """Measures a method, or says why it cannot be."""
        try:
            return self._method(plugin)
        except Exception as error:
            # Memory of the device that is too small, say: the others are measured all the same.
            return MethodFigures(plugin.name, reason=describe_error(error))

    def _method(self, plugin: Plugin) -> MethodFigures:
        whole = self._workload.method_settings.get(plugin.name, {})
        few = self._selected(plugin, {**whole, **FEW_STEPS.get(plugin.name, {})})
        cases = [case for case in self._workload.cases if few.make().skip(case) is None]
        if not cases:
            return MethodFigures(plugin.name, reason="takes none of the cases")
        with full_precision():
            here, there = (self._stylize(few, cases[0], place) for place in (self._cpu, self._device))
        differences = (there.value.cpu() - here.value).abs()
        stylizer, seconds, memory = self._stylizer(self._selected(plugin, whole), self._device), [], []
        began = time.perf_counter()
        for case in cases:
            made = self._run(stylizer, plugin.name, case, self._device)
            seconds.append(made.seconds)
            memory.append(made.peak_memory_bytes)
            if time.perf_counter() - began > self._seconds:
                break
        return MethodFigures(
            plugin.name,
            mean_difference=float(differences.mean()),
            largest_difference=float(differences.max()),
            cpu_seconds=here.seconds,
            device_seconds=there.seconds,
            seconds=Spread.of(seconds),
            idle=idle_share(self._profiled(few, cases[0]), self._device),
            memory_bytes=max((one for one in memory if one is not None), default=None),
        )

    def _selected(self, plugin: Plugin, values: Mapping[str, Any]) -> SelectedMethod:
        method = plugin.load()
        return SelectedMethod(plugin, method.info, make_settings(plugin.name, method.settings_type, values))

    def _stylizer(self, method: SelectedMethod, place: torch.device) -> Stylizer:
        return Stylizer({method.name: method}, self._models[place])

    def _stylize(self, method: SelectedMethod, case: Case, place: torch.device) -> Any:
        return self._run(self._stylizer(method, place), method.name, case, place)

    def _run(self, stylizer: Stylizer, name: str, case: Case, place: torch.device) -> Any:
        inputs = self._inputs[place]
        return stylizer.stylize(name, inputs.content(case), inputs.conditions(case), seed=0)

    def _profiled(self, method: SelectedMethod, case: Case) -> Callable[[], object]:
        """A call that stylizes only: prepared and warmed up before."""
        stylizer = self._stylizer(method, self._device)
        self._run(stylizer, method.name, case, self._device)
        return lambda: self._run(stylizer, method.name, case, self._device)

    def metric(self, plugin: Plugin) -> MetricFigures:
        """Measures a metric, or says why it cannot be."""
        try:
            return self._metric(plugin)
        except Exception as error:
            return MetricFigures(plugin.name, reason=describe_error(error))

    def _metric(self, plugin: Plugin) -> MetricFigures:
        kind = plugin.load()
        settings = self._workload.metric_settings.get(plugin.name, {})
        selected = SelectedMetric(
            plugin, kind.info, settings=make_settings(plugin.name, kind.settings_type, settings, "metric")
        )
        single = (case for case in self._workload.cases if len(case.styles) == 1)
        cases = list(itertools.islice(single, _SCORED))
        found, seconds = [], []
        with full_precision(), torch.no_grad():
            for place in (self._cpu, self._device):
                metric = selected.make()
                metric.prepare(self._models[place])
                self._numbers(metric, cases, place)
                self._synchronize(place)
                began = time.perf_counter()
                numbers = self._numbers(metric, cases, place)
                self._synchronize(place)
                seconds.append((time.perf_counter() - began) / len(cases))
                found.append(numbers.double().cpu())
        expected, actual = found
        scale = expected.abs().clamp_min(_SMALLEST_SCORE)
        return MetricFigures(plugin.name, float(((actual - expected).abs() / scale).max()), *seconds)

    def _numbers(self, metric: Metric | SetMetric, cases: Sequence[Case], place: torch.device) -> Tensor:
        """Scores, or of a set metric descriptions, of mixtures of contents and styles that no network has seen."""
        inputs, needs = self._inputs[place], metric.info.needs
        contents = [inputs.content(case).clone() for case in cases]
        styles = [image.clone() for case in cases for image in inputs.style_images(case) if image is not None]
        stylized = [quantize(torch.lerp(content, style, 0.5)) for content, style in zip(contents, styles, strict=True)]
        if isinstance(metric, SetMetric):
            return metric.describe(stylized=stylized, content=contents if Need.CONTENT in needs else None)
        return metric.score(
            stylized=stylized,
            content=contents if Need.CONTENT in needs else None,
            style=styles if Need.STYLE_IMAGE in needs else None,
            prompt=[case.styles[0].style.prompt or "" for case in cases] if Need.PROMPT in needs else None,
        )

    def _synchronize(self, place: torch.device) -> None:
        if place.type == "cuda":
            torch.cuda.synchronize(place)
