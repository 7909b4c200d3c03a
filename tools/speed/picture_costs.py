"""What a picture costs: to stylize by each method, and to score by each metric, as a protocol sets them."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from benchmark.execution.bench.measurement import Measured, measure
from benchmark.execution.bench.scoring import Scorer
from benchmark.execution.bench.step import ignore_step
from benchmark.execution.bench.workbench import Workbench
from benchmark.images import quantize
from benchmark.models.provider import Models
from benchmark.models.role import Role
from benchmark.plan.configuration import RunConfiguration, SelectedMetric
from benchmark.protocol.case import Case
from benchmark.store.journal import SIMILARITIES
from tools.speed.spread import Spread
from tools.speed.work import count_flops

ALL_TOGETHER = "all together"


@dataclass(frozen=True)
class PictureCost:
    """Costs of a picture by one method or metric.

    Attributes:
        name: Name of the method or metric.
        elapsed: Seconds by the clock.
        processor: Seconds of all threads.
        flops: Operations of one picture.
        disturbed: How many of the pictures other processes disturbed.
    """

    name: str
    elapsed: Spread
    processor: Spread
    flops: int
    disturbed: int


def stylizing_costs(configuration: RunConfiguration, pictures: int, note: Callable[[str], None]) -> list[PictureCost]:
    """Measures every method on cases that it takes, as a run does: prepared and warmed up first.

    Args:
        configuration: The methods and the protocol.
        pictures: How many of each.
        note: Is told what is measured.
    """
    bench = Workbench(configuration, Path(), ignore_step)
    costs = []
    for method in configuration.methods:
        note(f"stylizing: {method.name}")
        cases = [case for case in configuration.protocol.cases if not _skipped(bench, method.name, case)]
        if not cases:
            continue
        numbered = list(itertools.islice(enumerate(itertools.cycle(cases)), pictures))
        found = [_stylize(bench, method.name, case, seed) for seed, case in numbered]
        flops = count_flops(lambda name=method.name, case=cases[0]: _stylize(bench, name, case, 0))
        costs.append(_cost(method.name, found, flops))
    return costs


def _skipped(bench: Workbench, method: str, case: Case) -> str | None:
    return bench.stylizer.skip(method, case, bench.inputs.content(case))


def _stylize(bench: Workbench, method: str, case: Case, seed: int) -> Measured[Tensor]:
    return bench.stylizer.stylize(method, bench.inputs.content(case), bench.inputs.conditions(case), seed)


def scoring_costs(configuration: RunConfiguration, pictures: int, note: Callable[[str], None]) -> list[PictureCost]:
    """Measures every metric that scores case by case: alone, and all of them together, which share what they can.

    What is computed once for a content, a style or a prompt is computed before.

    Args:
        configuration: The metrics and the protocol.
        pictures: How many pictures each scores: contents mixed with styles.
        note: Is told what is measured.
    """
    bench = Workbench(configuration, Path(), ignore_step)
    available = [metric for metric in configuration.metrics if not metric.unavailable and not metric.is_set_metric]
    costs = []
    for name, metrics in [*((metric.name, [metric]) for metric in available), (ALL_TOGETHER, available)]:
        note(f"scoring: {name}")
        scorer = _Scoring(bench, configuration, metrics)
        scorer.score(0)
        found = [measure(scorer.call(number), bench.device, bench.load) for number in range(1, pictures + 1)]
        costs.append(_cost(name, found, count_flops(scorer.call(0))))
    return costs


class _Scoring:
    """Scores pictures of one case with some metrics."""

    def __init__(self, bench: Workbench, configuration: RunConfiguration, metrics: list[SelectedMetric]) -> None:
        self._case = next(case for case in configuration.protocol.cases if len(case.styles) == 1)
        self._content = bench.inputs.content(self._case)
        self._styles = bench.inputs.style_images(self._case)
        self._scorer = Scorer(metrics, configuration.protocol.styles, Models(configuration.models, bench.device))
        # The judge's similarities to all prompts belong to no metric.
        self._known = frozenset() if len(metrics) > 1 else frozenset({SIMILARITIES})

    def call(self, number: int) -> Callable[[], object]:
        picture = self._picture(number)
        return lambda: self._score(picture)

    def score(self, number: int) -> None:
        self._score(self._picture(number))

    def _score(self, picture: Tensor) -> None:
        scores = self._scorer.score(
            self._case, stylized=picture, content=self._content, styles=self._styles, known=self._known
        )
        if scores.errors:
            raise RuntimeError(f"scoring failed: {dict(scores.errors)}")

    def _picture(self, number: int) -> Tensor:
        (style,) = self._styles
        assert style is not None
        share = torch.rand((), generator=torch.Generator().manual_seed(number))
        return quantize(torch.lerp(self._content, style, 0.2 + 0.6 * share))


def _cost(name: str, found: list[Measured[Any]], flops: int) -> PictureCost:
    return PictureCost(
        name,
        Spread.of(one.seconds for one in found),
        Spread.of(one.cpu_seconds for one in found),
        flops,
        sum(bool(one.disturbed) for one in found),
    )


def network_flops(models: Models, side: int) -> dict[str, int]:
    """Counts the operations of one picture's pass through each network that methods and metrics share, by a name.

    Args:
        models: The networks.
        side: Side of the picture of VGG-19, in pixels; the text-image models have sides of their own.
    """
    with torch.no_grad():
        passes = {f"VGG-19 to relu5_4, {side} px": count_flops(lambda: models.vgg()(_blank(side), ["relu5_4"]))}
        for role in (Role.CLIP, Role.CLIP_JUDGE):
            clip = models.load(role)
            name = f"{models.specification(role).name}, {clip.image_size} px"
            passes[name] = count_flops(lambda clip=clip: clip.encode_image(_blank(clip.image_size)))
    return passes


def _blank(side: int) -> Tensor:
    return torch.zeros(1, 3, side, side)
