"""The cases of a protocol that crosses contents with styles."""

from __future__ import annotations

from dataclasses import dataclass

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
        if not self.names_are_clear:
            return first_repeated(case.id for case in self)
        single = (
            f"{mix.content.id}--{mix.styles[0].style.id}" for mix in self.mixes if len(mix.styles) == 1 and not mix.name
        )
        return next(single, None) or self.repeated_mix()
