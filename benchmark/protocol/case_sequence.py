"""Cases of a protocol's contents and styles, made on demand, however many there are."""

from __future__ import annotations

import abc
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
        name: Name, for a step of a path (``benchmark.protocol.mix_path``); else empty.
    """

    content: Content
    styles: tuple[WeightedStyle, ...]
    name: str = ""


@dataclass(frozen=True)
class CaseSequence(Sequence[Case], abc.ABC):
    """Pairs of a content and a style, then the mixes, each with every seed.

    It takes memory for the contents, the styles and the mixes, and for the pairs if they are listed, not for the cases.

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

    @property
    @abc.abstractmethod
    def number_of_pairs(self) -> int:
        """Number of pairs of a content and a style."""

    @abc.abstractmethod
    def pair(self, number: int) -> tuple[int, int]:
        """Returns the positions of the content and of the style of a pair.

        Args:
            number: Number of the pair, from 0.
        """

    @abc.abstractmethod
    def repeated(self) -> str | None:
        """Returns the name of a case that occurs twice, or ``None``."""

    @property
    def names_are_clear(self) -> bool:
        """Whether the name of a case has a single reading, so that only what is listed twice can repeat a case."""
        names = [content.id for content in self.contents] + [style.id for style in self.styles]
        return len(set(self.seeds)) == len(self.seeds) and not any("--" in name for name in names)

    def repeated_mix(self) -> str | None:
        """Returns the name of a mix that occurs twice, or ``None``."""
        return first_repeated(Case(mix.content, mix.styles, mix=mix.name).id for mix in self.mixes)

    def __len__(self) -> int:
        return (self.number_of_pairs + len(self.mixes)) * len(self.seeds)

    @overload
    def __getitem__(self, index: int) -> Case: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Case, ...]: ...

    def __getitem__(self, index: int | slice) -> Case | tuple[Case, ...]:
        positions = range(len(self))[index]
        return self._case(positions) if isinstance(positions, int) else tuple(map(self._case, positions))

    def _case(self, position: int) -> Case:
        number, repetition = divmod(position, len(self.seeds))
        seed = self.seeds[repetition]
        if number >= self.number_of_pairs:
            mix = self.mixes[number - self.number_of_pairs]
            return Case(mix.content, mix.styles, seed, mix.name)
        content, style = self.pair(number)
        return Case(self.contents[content], (WeightedStyle(self.styles[style]),), seed)


def first_repeated(names: Iterable[str]) -> str | None:
    """Returns the first name that was there before, or ``None``."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None
