"""The cases of a run as ``run.json`` describes them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, ConfigDict, Discriminator, Field, FiniteFloat, Tag

from benchmark.plan.unit import input_path
from benchmark.protocol.case import Case, Content, Style, WeightedStyle
from benchmark.protocol.case_sequence import CaseSequence, Mix
from benchmark.protocol.crossed_cases import CrossedCases
from benchmark.protocol.paired_cases import PairedCases
from benchmark.protocol.protocol import Protocol
from benchmark.store.records import CaseRecord


class _Described(BaseModel):
    # What a later version says beside this is kept.
    model_config = ConfigDict(extra="allow", frozen=True, coerce_numbers_to_str=True)


class DescribedPicture(_Described):
    """A content or a style, with all its facts; those are named here that cases are made of.

    Attributes:
        id: Its name.
        image: Name of its image file, without a folder, or ``None`` for a style without one.
        prompt: The style in words, or ``None``.
        thumbnail: The picture that the run keeps of it, relative to the run's folder.
    """

    id: str
    image: str | None = None
    prompt: str | None = None
    thumbnail: str | None = None

    def facts(self) -> dict[str, Any]:
        """All that the run says of it."""
        return self.model_dump(exclude_unset=True)


class DescribedShare(_Described):
    """A style of a mix, by its name, with its weight and the name of the file of its mask."""

    style: str
    weight: int | FiniteFloat
    mask: str | None


class DescribedMix(_Described):
    """A content, by its name, with several styles; a step of a path of mixes has a name."""

    content: str
    styles: tuple[DescribedShare, ...]
    name: str = ""


class DescribedCrossing(_Described):
    """Cases that are described by how contents and styles are crossed, or by the pairs of them.

    Attributes:
        number: How many of the cases, from the first, the run asks for.
        seeds: The repetitions.
        mixes: The multi-style cases.
        pairs: Names of the content and of the style of each pair, or ``None`` where every content meets every style.
    """

    number: int = Field(ge=0)
    seeds: tuple[int, ...]
    mixes: tuple[DescribedMix, ...]
    pairs: tuple[tuple[str, str], ...] | None = None


DescribedCases: TypeAlias = Annotated[
    Annotated[tuple[CaseRecord, ...], Tag("list")] | Annotated[DescribedCrossing, Tag("crossing")],
    Discriminator(lambda value: "list" if isinstance(value, list | tuple) else "crossing"),
]
"""Cases that are described one by one, by how they are crossed, or by their pairs."""


def describe_cases(protocol: Protocol, number: int) -> Any:
    """Describes the cases of a run: by the factors that they cross or pair, or else one by one with all facts.

    Args:
        protocol: The protocol.
        number: How many of its cases, from the first, the run asks for.

    Returns:
        What is written to ``run.json`` and read as ``DescribedCases``.
    """
    cases = protocol.cases
    if not (isinstance(cases, CrossedCases | PairedCases) and _is_of_all(cases, protocol)):
        return [
            asdict(_record(case, [describe_style(share.style) for share in case.styles])) for case in cases[:number]
        ]
    mixes = [
        {
            "content": mix.content.id,
            "styles": [{"style": share.style.id, **_weight(share)} for share in mix.styles],
            **({"name": mix.name} if mix.name else {}),
        }
        for mix in cases.mixes
    ]
    described = {"number": number, "seeds": list(cases.seeds), "mixes": mixes}
    if isinstance(cases, PairedCases):
        described["pairs"] = [[cases.contents[content].id, cases.styles[style].id] for content, style in cases.pairs]
    return described


def read_cases(
    described: DescribedCases, contents: Sequence[DescribedPicture], styles: Sequence[DescribedPicture]
) -> Iterator[CaseRecord]:
    """The cases of a run, in their order.

    Args:
        described: The cases as the run describes them.
        contents: The contents that are crossed or paired.
        styles: The styles that they are crossed or paired with.

    Raises:
        ValueError: There are not so many cases, or a pair or a mix is of something else.
    """
    if not isinstance(described, DescribedCrossing):
        yield from described
        return
    require_cases(described, contents, styles)
    facts = {style.id: style.facts() for style in styles}
    for case in itertools.islice(_cases(described, contents, styles), described.number):
        yield _record(case, [facts[share.style.id] for share in case.styles])


def count_cases(described: DescribedCases) -> int:
    """Number of cases of a run.

    Args:
        described: The cases as the run describes them.
    """
    return described.number if isinstance(described, DescribedCrossing) else len(described)


def require_cases(
    described: DescribedCases, contents: Sequence[DescribedPicture], styles: Sequence[DescribedPicture]
) -> None:
    """Checks that cases can be made as a run describes them.

    Args:
        described: The cases as the run describes them.
        contents: The contents that are crossed or paired.
        styles: The styles that they are crossed or paired with.

    Raises:
        ValueError: There are not so many cases, or a pair or a mix is of something else.
    """
    if not isinstance(described, DescribedCrossing):
        return
    known_contents, known_styles = ({picture.id for picture in pictures} for pictures in (contents, styles))
    for mix in described.mixes:
        named = {share.style for share in mix.styles}
        if mix.content not in known_contents or not named <= known_styles:
            raise ValueError(f"cases mix {mix.content} with {', '.join(named)}, which contents and styles do not list")
    for content, style in described.pairs or ():
        if content not in known_contents or style not in known_styles:
            raise ValueError(f"cases pair {content} with {style}, which contents and styles do not list")
    pairs = len(known_contents) * len(known_styles) if described.pairs is None else len(described.pairs)
    possible = (pairs + len(described.mixes)) * len(described.seeds)
    if described.number > possible:
        raise ValueError(f"{described.number} of {possible} cases")


def describe_style(style: Style) -> dict[str, Any]:
    """All facts about a style, with the picture that the run keeps of it."""
    return {
        **asdict(style),
        "image": style.image.name if style.image else None,
        "thumbnail": input_path("styles", style.id) if style.image else None,
    }


def describe_content(content: Content) -> dict[str, Any]:
    """All facts about a content, with the picture that the run keeps of it."""
    return {**asdict(content), "image": content.image.name, "thumbnail": input_path("contents", content.id)}


def _is_of_all(cases: CaseSequence, protocol: Protocol) -> bool:
    """Returns whether cases are of the contents and styles of the protocol; those of a plugin may be of others."""
    if (cases.contents, cases.styles) != (protocol.contents, protocol.styles):
        return False
    contents = {content.id: content for content in protocol.contents}
    styles = {style.id: style for style in protocol.styles}
    return all(
        contents.get(mix.content.id) == mix.content
        and all(styles.get(share.style.id) == share.style for share in mix.styles)
        for mix in cases.mixes
    )


def _cases(
    described: DescribedCrossing, contents: Sequence[DescribedPicture], styles: Sequence[DescribedPicture]
) -> CaseSequence:
    # Names and prompts are all that a description of a case takes from these.
    used_contents = {content.id: Content(content.id, Path(content.image or "")) for content in contents}
    used_styles = {style.id: Style(style.id, prompt=style.prompt) for style in styles}
    mixes = tuple(
        Mix(
            used_contents[mix.content],
            tuple(
                WeightedStyle(used_styles[share.style], share.weight, Path(share.mask) if share.mask else None)
                for share in mix.styles
            ),
            mix.name,
        )
        for mix in described.mixes
    )
    factors = tuple(used_contents.values()), tuple(used_styles.values())
    if described.pairs is None:
        return CrossedCases(*factors, mixes, described.seeds)
    places = [{name: place for place, name in enumerate(used)} for used in (used_contents, used_styles)]
    pairs = tuple((places[0][content], places[1][style]) for content, style in described.pairs)
    return PairedCases(*factors, mixes, described.seeds, pairs=pairs)


def _weight(share: WeightedStyle) -> dict[str, Any]:
    return {"weight": share.weight, "mask": share.mask.name if share.mask else None}


def _record(case: Case, styles: Sequence[Mapping[str, Any]]) -> CaseRecord:
    shares = tuple({**style, **_weight(share)} for style, share in zip(styles, case.styles, strict=True))
    return CaseRecord(case.id, case.content.id, case.style_id, case.prompt, case.seed, shares)
