"""The cases of a protocol that lists which content goes with which style."""

from __future__ import annotations

from dataclasses import dataclass, field

from benchmark.protocol.case_sequence import CaseSequence, first_repeated


@dataclass(frozen=True)
class PairedCases(CaseSequence):
    """The listed pairs of a content and a style, then the mixes, each with every seed.

    Attributes:
        pairs: Positions of the content and of the style of each pair.
    """

    pairs: tuple[tuple[int, int], ...] = field(default=(), kw_only=True)

    @property
    def number_of_pairs(self) -> int:
        """Number of pairs."""
        return len(self.pairs)

    def pair(self, number: int) -> tuple[int, int]:
        """Returns the positions of the content and of the style of a pair, in the listed order."""
        return self.pairs[number]

    def repeated(self) -> str | None:
        """Returns the name of a case that occurs twice, or ``None``."""
        if not self.names_are_clear or len(set(self.pairs)) < len(self.pairs):
            return first_repeated(case.id for case in self)
        single = {
            f"{mix.content.id}--{mix.styles[0].style.id}" for mix in self.mixes if len(mix.styles) == 1 and not mix.name
        }
        names = (f"{self.contents[content].id}--{self.styles[style].id}" for content, style in self.pairs)
        listed = next((name for name in names if name in single), None) if single else None
        return listed or self.repeated_mix()
