"""What is compared: ways to mix two styles, and the mixes, as protocols of this benchmark."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, TypeVar

from annotated_types import MinLen

from benchmark.errors import InputError
from benchmark.plan.selection import find_method, load_protocol, select_method
from benchmark.plan.variant_selection import select_variants
from benchmark.protocol.case import Case, Content, Style, WeightedStyle
from benchmark.protocol.case_sequence import Mix
from benchmark.protocol.paired_cases import PairedCases
from benchmark.protocol.protocol import Protocol
from benchmark.suggestion import suggest
from benchmark.text_files import read_toml
from benchmark.validation import read_table

_STYLES = 2
"""In a mix: what is measured is how two share a picture."""
ItemT = TypeVar("ItemT", Content, Style)


@dataclass(frozen=True, kw_only=True)
class Way:
    """A way to mix: a name for people, and the settings of the method that make it."""

    name: Annotated[str, MinLen(1)]
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def row(self) -> str:
        """Its name among rows of scores, for instance ``one_after_the_other``."""
        return "_".join(self.name.lower().split())


@dataclass(frozen=True, kw_only=True)
class MixEntry:
    """A content and the two styles that are mixed on it, by their names in the protocol, half and half."""

    content: str
    styles: Annotated[tuple[str, ...], MinLen(_STYLES)]

    def __post_init__(self) -> None:
        if len(set(self.styles)) != _STYLES:
            raise ValueError(f"styles of a mix must be {_STYLES} different ones, not {', '.join(self.styles)}")


@dataclass(frozen=True, kw_only=True)
class MixingPlan:
    """A comparison of ways to mix.

    Attributes:
        protocol: Name or path of the protocol with the contents and styles, whose own mixes of two come first.
        method: Name of the method.
        ways: The ways.
        mixes: More mixes.
        settings: Settings of the method in every way, in place of the protocol's.
    """

    protocol: str
    method: str
    ways: Annotated[tuple[Way, ...], MinLen(2)]
    mixes: tuple[MixEntry, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)


def read_plan(path: Path) -> MixingPlan:
    """Reads the file of a plan.

    Raises:
        InputError: It cannot be read, or holds something else.
    """
    return read_table(MixingPlan, read_toml(path, "plan"), f"plan {path}")


def mixing_protocol(plan: MixingPlan) -> Protocol:
    """Makes the protocol whose cases are the mixes.

    Args:
        plan: The plan.

    Raises:
        InputError: There is no such protocol, content or style, or a content meets a style twice.
    """
    base = load_protocol(plan.protocol)
    own = [Mix(case.content, case.styles) for case in base.cases if len(case.styles) == _STYLES and not case.mix]
    named = [
        Mix(
            _find(base.contents, entry.content),
            tuple(WeightedStyle(_find(base.styles, name), 1 / _STYLES) for name in entry.styles),
        )
        for entry in plan.mixes
    ]
    mixes = (*own, *named)
    met = [(mix.content.id, share.style.id) for mix in mixes for share in mix.styles]
    for content, style in met:
        if met.count((content, style)) > 1:
            raise InputError(f"{content} meets {style} in two mixes, whose scores would have one name; change one")
    return replace(
        base,
        name=f"{base.name}_mixes",
        title=f"{base.title}, mixes",
        cases=PairedCases(base.contents, base.styles, mixes),
        variants=(),
    )


def scoring_protocol(mixes: Protocol) -> Protocol:
    """Makes the protocol in which each mix is two cases, one for each of its styles, so that each is scored alone.

    Args:
        mixes: The protocol of the mixes.
    """
    contents, styles = [item.id for item in mixes.contents], [item.id for item in mixes.styles]
    pairs = tuple(
        (contents.index(case.content.id), styles.index(share.style.id)) for case in mixes.cases for share in case.styles
    )
    return replace(
        mixes,
        name=f"{mixes.name}_scores",
        title=f"{mixes.title}: each style alone",
        cases=PairedCases(mixes.contents, mixes.styles, pairs=pairs),
    )


def single_cases(mix: Case) -> tuple[str, ...]:
    """Returns the names that the cases of a mix have where each style is scored alone."""
    return tuple(Case(mix.content, (WeightedStyle(share.style),)).id for share in mix.styles)


def rows_of_ways(plan: MixingPlan, mixes: Protocol) -> dict[str, tuple[str, dict[str, Any]]]:
    """Finds the row of each way in the run of the mixes, with its changes; none for the method as it is.

    Args:
        plan: The plan.
        mixes: The protocol of the mixes.

    Raises:
        InputError: A setting cannot be used, or two ways are the same.
    """
    base = select_method(find_method(plan.method), mixes, plan.settings)
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    for way in plan.ways:
        rows = list(select_variants(base, mixes, [way.settings], lambda _: None)) if way.settings else []
        found[way.row] = (rows[0].name, dict(rows[0].changes)) if rows else (base.name, {})
    for (one, (row, _)), (other, (same, _)) in itertools.combinations(found.items(), 2):
        if row == same:
            raise InputError(f"ways {one} and {other} are the same: {row}; change the settings of one")
    if len(found) < len(plan.ways):
        raise InputError(f"two ways have one name: {', '.join(way.name for way in plan.ways)}")
    return found


def _find(items: tuple[ItemT, ...], name: str) -> ItemT:
    for item in items:
        if item.id == name:
            return item
    raise InputError(f"the protocol has no {name!r}{suggest(name, _names(items))}")


def _names(items: tuple[ItemT, ...]) -> Iterator[str]:
    return (item.id for item in items)
