"""The cases of a protocol that crosses contents with styles."""

from __future__ import annotations

from dataclasses import dataclass

from benchmark.protocol.case import Case
from benchmark.protocol.case_sequence import CaseSequence, first_repeated


@dataclass(frozen=True)
class CrossedCases(CaseSequence):
    """Every content with every style, then the mixes, each with every seed."""

    @property
    def number_of_pairs(self) -> int:
        """Number of pairs of a content and a style."""
        return len(self.contents) * len(self.styles)

    def pair(self, number: int) -> tuple[int, int]:
        """Returns the positions of the content and of the style of a pair, content by content."""
        return divmod(number, len(self.styles))

    def repeated(self) -> str | None:
        """Returns the name of a case that occurs twice, or ``None``."""
        names = [content.id for content in self.contents] + [style.id for style in self.styles]
        if len(set(self.seeds)) < len(self.seeds) or any("--" in name for name in names):
            return first_repeated(case.id for case in self)
        # Otherwise a case's name has a single reading, and only mixes can repeat a case.
        single = (f"{mix.content.id}--{mix.styles[0].style.id}" for mix in self.mixes if len(mix.styles) == 1)
        mixed = (Case(mix.content, mix.styles).id for mix in self.mixes)
        return next(single, None) or first_repeated(mixed)
