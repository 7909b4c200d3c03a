"""The cases of a run as ``run.json`` describes them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmark.plan.unit import input_path
from benchmark.protocol.case import Case, Content, Style, WeightedStyle
from benchmark.protocol.crossed_cases import CrossedCases, Mix
from benchmark.protocol.protocol import Protocol
from benchmark.store.records import CaseRecord


def describe_cases(protocol: Protocol, number: int) -> Any:
    """Describes the cases of a run: by the factors that they cross, however many they are, or else one by one.

    Args:
        protocol: The protocol.
        number: Number of its cases, from the first, that belong to the run.
    """
    cases = protocol.cases
    if not (isinstance(cases, CrossedCases) and _crosses_everything(cases, protocol)):
        return [
            asdict(_record(case, [describe_style(share.style) for share in case.styles])) for case in cases[:number]
        ]
    mixes = [
        {"content": mix.content.id, "styles": [{"style": share.style.id, **_weight(share)} for share in mix.styles]}
        for mix in cases.mixes
    ]
    return {"number": number, "seeds": list(cases.seeds), "mixes": mixes}


def read_cases(manifest: Mapping[str, Any]) -> Iterator[CaseRecord]:
    """The cases of a run, in their order.

    Args:
        manifest: What was run.

    Raises:
        KeyError: Something is missing.
        TypeError: Something is of the wrong type.
        ValueError: There are not so many cases.
    """
    described = manifest["cases"]
    if isinstance(described, list):
        yield from (CaseRecord(**case) for case in described)
        return
    styles = {style["id"]: style for style in manifest["styles"]}
    cases, number = _crossed_cases(manifest, described), count_cases(manifest)
    if number > len(cases):
        raise ValueError(f"{number} of {len(cases)} cases")
    for case in itertools.islice(cases, number):
        yield _record(case, [styles[share.style.id] for share in case.styles])


def count_cases(manifest: Mapping[str, Any]) -> int:
    """Number of cases of a run.

    Args:
        manifest: What was run.

    Raises:
        KeyError: Something is missing.
        TypeError: Something is of the wrong type.
        ValueError: The number is none.
    """
    described = manifest["cases"]
    return len(described) if isinstance(described, list) else int(described["number"])


def describe_style(style: Style) -> dict[str, Any]:
    """All facts about a style, with the picture that the run keeps of it."""
    return {
        **asdict(style),
        "image": style.image.name if style.image else None,
        "thumbnail": input_path("styles", style.id) if style.image else None,
    }


def _crosses_everything(cases: CrossedCases, protocol: Protocol) -> bool:
    """Returns whether the cases cross the contents and styles of the protocol; those of a plugin may cross others."""
    if (cases.contents, cases.styles) != (protocol.contents, protocol.styles):
        return False
    contents = {content.id: content for content in protocol.contents}
    styles = {style.id: style for style in protocol.styles}
    return all(
        contents.get(mix.content.id) == mix.content
        and all(styles.get(share.style.id) == share.style for share in mix.styles)
        for mix in cases.mixes
    )


def _crossed_cases(manifest: Mapping[str, Any], described: Mapping[str, Any]) -> CrossedCases:
    # The description of a case takes only names and prompts from these.
    contents = {content["id"]: Content(content["id"], Path(content["image"])) for content in manifest["contents"]}
    styles = {style["id"]: Style(style["id"], prompt=style["prompt"]) for style in manifest["styles"]}
    mixes = tuple(
        Mix(
            contents[mix["content"]],
            tuple(
                WeightedStyle(styles[share["style"]], share["weight"], Path(share["mask"]) if share["mask"] else None)
                for share in mix["styles"]
            ),
        )
        for mix in described["mixes"]
    )
    return CrossedCases(tuple(contents.values()), tuple(styles.values()), mixes, tuple(described["seeds"]))


def _weight(share: WeightedStyle) -> dict[str, Any]:
    return {"weight": share.weight, "mask": share.mask.name if share.mask else None}


def _record(case: Case, styles: Sequence[Mapping[str, Any]]) -> CaseRecord:
    shares = tuple({**style, **_weight(share)} for style, share in zip(styles, case.styles, strict=True))
    return CaseRecord(case.id, case.content.id, case.style_id, case.prompt, case.seed, shares)
