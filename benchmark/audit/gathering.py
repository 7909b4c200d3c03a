"""Treats the cases of a protocol and lets metrics read them."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import torch

from benchmark.audit.evidence import Evidence
from benchmark.audit.subject import CaseSubject, References, SetSubject, Subject
from benchmark.audit.treatment import (
    AGAIN,
    BLENDS,
    HALVED,
    IN_BATCH,
    THROUGH_JPEG,
    THROUGH_PNG,
    Company,
    Swap,
    Treatment,
    blend,
    swapped,
)
from benchmark.contracts import Need
from benchmark.contracts.sides import too_small
from benchmark.errors import InputError, describe_error
from benchmark.execution.bench.inputs import CaseInputs
from benchmark.execution.bench.lent_images import LentImages
from benchmark.execution.bench.prepared_plugins import PreparedMetrics
from benchmark.models.provider import Models
from benchmark.models.specification import find_models
from benchmark.plan.configuration import scoring_roles

if TYPE_CHECKING:
    from torch import Tensor

    from benchmark.plan.configuration import SelectedMetric
    from benchmark.protocol.case import Case
    from benchmark.protocol.protocol import Protocol

MOST_SWAPS = 3
"""Largest number of other contents, style images or prompts that a picture is scored against."""


def choose_cases(protocol: Protocol, limit: int) -> list[Case]:
    """Chooses the cases to audit with: of one content and one style image, with contents and styles in equal number.

    Args:
        protocol: The protocol.
        limit: Number of cases at most.

    Raises:
        InputError: The protocol has no such case.
    """
    single = [case for case in protocol.cases if len(case.styles) == 1 and case.styles[0].style.image is not None]
    if not single:
        raise InputError(f"protocol {protocol.name} has no case of one style with an image; the audit blends the two")
    unique = {(case.content.id, case.style_id): case for case in reversed(single)}
    contents = {content.id: number for number, content in enumerate(protocol.contents)}
    styles = {style.id: number for number, style in enumerate(protocol.styles)}

    def square(case: Case) -> tuple[int, int, int]:
        row, column = contents[case.content.id], styles[case.style_id]
        return max(row, column), row, column

    return sorted(unique.values(), key=square)[:limit]


def gather(
    selected: Sequence[SelectedMetric],
    protocol: Protocol,
    cases: Sequence[Case],
    *,
    device: str = "cpu",
    observe: Callable[[int, Sequence[Case]], None],
) -> list[Evidence]:
    """Lets metrics read all treated cases.

    It goes case by case, so that metrics share the features of a picture, and only one case is in memory.

    Args:
        selected: Available metrics.
        protocol: The protocol.
        cases: The cases; see ``choose_cases``.
        device: ``cpu`` or ``cuda``.
        observe: Called before each case with its number, from 0, and all cases.

    Returns:
        The evidence about each metric, from the cases that have all inputs that it needs.
    """
    models = Models(find_models(protocol.models, scoring_roles(selected)), device)
    halved_side = protocol.resolution // 2
    metrics = PreparedMetrics(models)
    whole = CaseInputs(protocol.resolution, models.device)
    half = CaseInputs(halved_side, models.device)
    gathered = [
        Evidence(subject, [case for case in cases if _is_readable(case, subject.info.needs)])
        for metric in selected
        for subject in [SetSubject(metric, metrics) if metric.is_set_metric else CaseSubject(metric, metrics)]
    ]
    for evidence in gathered:
        if reason := too_small(evidence.info.minimum_side, (halved_side,) * 2, "images of half the size have"):
            evidence.errors[HALVED] = reason
    for number, case in enumerate(cases):
        observe(number, cases)
        pictures = _Pictures(case, whole, half, models)
        for evidence in gathered:
            if case in evidence.cases:
                for treatment in treatments_of(evidence.subject, evidence.cases):
                    _read(evidence, case, treatment, pictures)
    return gathered


def treatments_of(subject: Subject, cases: Sequence[Case]) -> Iterator[Treatment]:
    """Yields all treatments that the checks read of a metric, in the order of reading.

    Args:
        subject: The metric.
        cases: The cases that it can read.
    """
    yield from (*BLENDS, THROUGH_PNG, THROUGH_JPEG, IN_BATCH, HALVED)
    for need in subject.info.needs:
        # A set is compared with all its styles at once: exchanging them among its cases would change nothing.
        if not (subject.is_set_metric and need is Need.STYLE_IMAGE):
            yield from (swapped(need, shift) for shift in range(1, 1 + number_of_swaps(need, cases)))
    yield AGAIN


def number_of_swaps(need: Need, cases: Sequence[Case]) -> int:
    """Returns the number of other contents, style images or prompts that each case is scored against."""
    return min(MOST_SWAPS, len(_different(need, cases)) - 1)


class _Pictures:
    """The treated pictures of a case, each made once, so that metrics share the features remembered of them."""

    def __init__(self, case: Case, whole: CaseInputs, half: CaseInputs, models: Models) -> None:
        self.models = models
        self._case = case
        self._whole = whole
        self._half = half
        self._made: dict[Treatment, list[Tensor]] = {}

    def batch(self, treatment: Treatment) -> list[Tensor]:
        """Returns the batch of a treatment, whose last picture is the one that is read."""
        made_once = Treatment(treatment.strength, treatment.encoding, treatment.company, treatment.halved)
        if made_once not in self._made:
            inputs = self._half if treatment.halved else self._whole
            content, style = _images(self._case, inputs)
            pictures = [blend(content, style, treatment.strength, treatment.encoding)]
            if treatment.company is Company.IN_BATCH:
                pictures.insert(0, blend(content, style, 1 - treatment.strength / 2))
            self._made[made_once] = pictures
        return self._made[made_once]

    def references(self, treatment: Treatment, cases: Sequence[Case]) -> References:
        """Returns the references that the picture is scored against."""
        inputs = self._half if treatment.halved else self._whole
        swap = treatment.swap
        other = self._case if swap is None else _other(swap, self._case, cases)
        takes = {need: other if swap and swap.need is need else self._case for need in Need}
        style = takes[Need.STYLE_IMAGE].styles[0].style
        return References(
            content=_images(takes[Need.CONTENT], inputs)[0],
            style=_images(takes[Need.STYLE_IMAGE], inputs)[1],
            prompt=takes[Need.PROMPT].styles[0].style.prompt,
            style_name=style.id,
        )


def _read(evidence: Evidence, case: Case, treatment: Treatment, pictures: _Pictures) -> None:
    if treatment in evidence.errors:
        return
    try:
        references, batch = pictures.references(treatment, evidence.cases), pictures.batch(treatment)
        lent = LentImages(pictures.models, stylized=batch, content=[references.content], style=[references.style])
        with torch.no_grad(), contextlib.redirect_stdout(sys.stderr), lent.lend():
            reading = evidence.subject.read(batch, references)
    except (Exception, SystemExit) as error:
        evidence.errors[treatment] = f"{case.id}: {describe_error(error)}"
    else:
        evidence.readings.setdefault(treatment, []).append(reading)


def _images(case: Case, inputs: CaseInputs) -> tuple[Tensor, Tensor]:
    (style,) = inputs.style_images(case)
    assert style is not None
    return inputs.content(case), style


def _is_readable(case: Case, needs: Sequence[Need]) -> bool:
    return Need.PROMPT not in needs or bool(case.styles[0].style.prompt)


def _key(need: Need, case: Case) -> str:
    match need:
        case Need.CONTENT:
            return case.content.id
        case Need.STYLE_IMAGE:
            return case.style_id
    return case.prompt


def _different(need: Need, cases: Sequence[Case]) -> dict[str, Case]:
    return {_key(need, case): case for case in reversed(cases)}


def _other(swap: Swap, case: Case, cases: Sequence[Case]) -> Case:
    different = _different(swap.need, cases)
    names = sorted(different)
    return different[names[(names.index(_key(swap.need, case)) + swap.shift) % len(names)]]
