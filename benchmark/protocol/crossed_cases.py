"""The cases of a protocol that crosses contents with styles, made on demand, however many there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import overload

from benchmark.protocol.case import Case, Content, Style, WeightedStyle


@dataclass(frozen=True)
class Mix:
    """A content with several weighted styles.

    Attributes:
        content: The content.
        styles: The styles with their shares.
    """

    content: Content
    styles: tuple[WeightedStyle, ...]


@dataclass(frozen=True)
class CrossedCases(Sequence[Case]):
    """Every content with every style, then the mixes, each with every seed.

    It takes memory for the contents, the styles and the mixes, not for the cases.

    Attributes:
        contents: The contents.
        styles: The styles.
        mixes: The multi-style cases.
        seeds: The repetitions.
    """

    contents: tuple[Content, ...]
    styles: tuple[Style, ...]
    mixes: tuple[Mix, ...] = ()
    seeds: tuple[int, ...] = (0,)

    def __len__(self) -> int:
        return (len(self.contents) * len(self.styles) + len(self.mixes)) * len(self.seeds)

    @overload
    def __getitem__(self, index: int) -> Case: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Case, ...]: ...

    def __getitem__(self, index: int | slice) -> Case | tuple[Case, ...]:
        positions = range(len(self))[index]
        return self._case(positions) if isinstance(positions, int) else tuple(map(self._case, positions))

    def repeated(self) -> str | None:
        """Returns the name of a case that occurs twice, or ``None``."""
        names = [content.id for content in self.contents] + [style.id for style in self.styles]
        if len(set(self.seeds)) < len(self.seeds) or any("--" in name for name in names):
            return _first_repeated(case.id for case in self)
        # Otherwise a case's name has a single reading, and only mixes can repeat a case.
        single = (f"{mix.content.id}--{mix.styles[0].style.id}" for mix in self.mixes if len(mix.styles) == 1)
        mixed = (Case(mix.content, mix.styles).id for mix in self.mixes)
        return next(single, None) or _first_repeated(mixed)

    def _case(self, position: int) -> Case:
        pair, repetition = divmod(position, len(self.seeds))
        seed = self.seeds[repetition]
        singles = len(self.contents) * len(self.styles)
        if pair >= singles:
            mix = self.mixes[pair - singles]
            return Case(mix.content, mix.styles, seed)
        content, style = divmod(pair, len(self.styles))
        return Case(self.contents[content], (WeightedStyle(self.styles[style]),), seed)


def _first_repeated(names: Iterable[str]) -> str | None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None
