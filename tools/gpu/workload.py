"""What is measured on a device: cases, settings and networks."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import torch

from benchmark.execution.bench.inputs import CaseInputs
from benchmark.models.provider import Models
from benchmark.models.role import Role
from benchmark.models.specification import OWN_NETWORKS, ModelSpecification, find_models
from benchmark.models.weights_folders import WEIGHTS_VARIABLE
from benchmark.protocol.case import Case
from benchmark.protocol.embedded import mini, paintings
from benchmark.protocol.networks import PUBLISHED
from tools.published_weights import published_models, write_published_weights

WIKIART_SIDE: Final = 512
ONE_PASS: Final = ("aams", "adain", "efdm", "sanet")
"""Methods of which papers give times at 256 px."""


@dataclass(frozen=True)
class Workload:
    """Cases and the networks that they are stylized and scored with.

    Attributes:
        title: What it is, for people.
        side: Side of the pictures in pixels.
        cases: The cases.
        models: The network of each role.
        method_settings: Settings by method that differ from the paper's.
        metric_settings: The same by metric.
        methods: The methods that are measured with it; none for all.
        has_metrics: Whether metrics are.
    """

    title: str
    side: int
    cases: Sequence[Case]
    models: Mapping[Role, ModelSpecification]
    method_settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    metric_settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    methods: Sequence[str] = ()
    has_metrics: bool = True

    def networks(self, device: torch.device) -> Models:
        """The networks on a device."""
        return Models(self.models, device)

    def inputs(self, device: torch.device) -> CaseInputs:
        """The pictures on a device."""
        return CaseInputs(self.side, device)


def mini_workload(side: int | None = None) -> Workload:
    """The protocol `mini`: embedded networks, its cases and settings.

    Args:
        side: Another side of the pictures, in pixels, for a self-check.
    """
    protocol = mini()
    return Workload(
        title=f"`mini`{f' at {side} px' if side else ''}: embedded networks, its settings",
        side=side or protocol.resolution,
        cases=protocol.cases,
        models=find_models(protocol.models, OWN_NETWORKS),
        method_settings=protocol.method_settings,
        metric_settings=protocol.metric_settings,
    )


@contextlib.contextmanager
def wikiart_workloads(folder: Path) -> Iterator[list[Workload]]:
    """A stand-in for `wikiart_small`: 5 photographs × 8 paintings, published networks in full size, random weights.

    The pictures are those of `paintings`, the settings the papers'. At 512 px, and the methods of one pass at 256 px.

    Args:
        folder: Where the files of the weights go, about a gigabyte. Within the context, the process looks for weights
            there only.
    """
    with _weights_from(folder):
        yield _wikiart_workloads(folder)


@contextlib.contextmanager
def _weights_from(folder: Path) -> Iterator[None]:
    before = os.environ.get(WEIGHTS_VARIABLE)
    os.environ[WEIGHTS_VARIABLE] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ[WEIGHTS_VARIABLE]
        else:
            os.environ[WEIGHTS_VARIABLE] = before


def _wikiart_workloads(folder: Path) -> list[Workload]:
    published = {model.name: model for model in published_models(write_published_weights(folder), "file:")}
    embedded = find_models({**PUBLISHED, Role.SANET: "sanet"}, OWN_NETWORKS)
    models = {role: published.get(model.name, model) for role, model in embedded.items()}
    protocol = paintings()
    contents, styles = ({one.id for one in some} for some in (protocol.contents[:5], protocol.styles[:8]))
    cases = [
        case
        for case in protocol.cases
        if case.content.id in contents and len(case.styles) == 1 and case.styles[0].style.id in styles
    ]
    return [
        Workload(
            title=f"5 × 8 pictures at {side} px: published networks in full size with random weights, papers' settings",
            side=side,
            cases=cases,
            models=models,
            methods=() if side == WIKIART_SIDE else ONE_PASS,
            has_metrics=side == WIKIART_SIDE,
        )
        for side in (WIKIART_SIDE, 256)
    ]
