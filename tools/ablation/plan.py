"""The plan of an ablation: what is asked, with which arms and controls, and which metrics decide, fixed beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, TypeAlias

from annotated_types import MinLen

from benchmark.errors import InputError
from benchmark.plan.configuration import SelectedMethod
from benchmark.plan.selection import find_method, select_method
from benchmark.plan.variant_selection import select_variants
from benchmark.protocol.protocol import Protocol
from benchmark.protocol.schema import Identifier
from benchmark.text_files import read_toml
from benchmark.validation import read_table

_Text: TypeAlias = Annotated[str, MinLen(1)]


@dataclass(frozen=True, kw_only=True)
class Arm:
    """A change of the method, with a word for it."""

    label: _Text
    settings: dict[str, Any]

    def __post_init__(self) -> None:
        if not self.settings:
            raise ValueError(f"settings of arm {self.label} are empty")


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question that an arm answers together with its controls.

    Attributes:
        name: A short name.
        title: Title for people.
        asks: The question in a sentence or two.
        arm: The change in question.
        controls: Changes that do all but what is asked about: an arm that does not beat them shows nothing of it.
        alike: Changes that must leave every picture as it is.
    """

    name: _Text
    title: _Text
    asks: _Text
    arm: Arm
    controls: Annotated[tuple[Arm, ...], MinLen(1)]
    alike: tuple[Arm, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Plan:
    """An ablation of one method.

    Attributes:
        name: Name of the page.
        title: Title for people.
        about: What it is about, in a sentence or two.
        method: Name of the method.
        deciding: Names of the metrics by which conclusions are drawn; the first also chooses the pictures.
        described: Names of those that are shown beside them.
        about_maps: What the method's maps are, in Markdown; a link is relative to the page.
        questions: The questions.
        settings: Settings of the method in every arm, in place of the protocol's.
        seeds: Numbers of the repetitions of each case, in place of the protocol's.
    """

    name: Identifier
    title: _Text
    about: _Text
    method: _Text
    deciding: Annotated[tuple[str, ...], MinLen(1)]
    questions: Annotated[tuple[Question, ...], MinLen(1)]
    described: tuple[str, ...] = ()
    about_maps: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    seeds: tuple[int, ...] = ()

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of all metrics, those that decide first."""
        return (*self.deciding, *self.described)


@dataclass(frozen=True)
class Asked:
    """A question with the rows of a run that answer it.

    Attributes:
        question: The question.
        arm: The row in question.
        controls: The rows of its controls.
        alike: The rows whose pictures must be those of the method as it is.
        labels: Words for these rows by their names.
    """

    question: Question
    arm: SelectedMethod
    controls: tuple[SelectedMethod, ...]
    alike: tuple[SelectedMethod, ...]
    labels: Mapping[str, str]

    @property
    def rows(self) -> tuple[SelectedMethod, ...]:
        """All rows, that in question first."""
        return self.arm, *self.controls, *self.alike


def read_plan(path: Path) -> Plan:
    """Reads the file of a plan.

    Raises:
        InputError: It cannot be read, or holds something else.
    """
    return read_table(Plan, read_toml(path, "plan"), f"plan {path}")


def selected_base(plan: Plan, protocol: Protocol) -> SelectedMethod:
    """Selects the method as it is in every arm but for the arm's change.

    Raises:
        InputError: There is no such method, or a setting cannot be used.
    """
    return select_method(find_method(plan.method), protocol, plan.settings)


def asked_rows(plan: Plan, protocol: Protocol) -> tuple[Asked, ...]:
    """Selects the rows that answer each question.

    Raises:
        InputError: There is no such method, a setting cannot be used, or an arm changes nothing.
    """
    base = selected_base(plan, protocol)
    # The variants that the protocol fixes are no arms of this plan.
    plain = replace(protocol, variants=())

    def row(arm: Arm) -> SelectedMethod:
        found = list(select_variants(base, plain, [arm.settings], lambda _: None))
        if not found:
            raise InputError(f"plan {plan.name}: arm {arm.label} is {plan.method} as it is anyway; change a setting")
        return found[0]

    asked = []
    for question in plan.questions:
        arm, controls, alike = (
            row(question.arm),
            *(tuple(map(row, arms)) for arms in (question.controls, question.alike)),
        )
        arms = (question.arm, *question.controls, *question.alike)
        labels = {one.name: given.label for one, given in zip((arm, *controls, *alike), arms, strict=True)}
        asked.append(Asked(question, arm, controls, alike, labels))
    return tuple(asked)
