"""The answers of one person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from benchmark.study.study import Choice


@dataclass(frozen=True, order=True)
class Answer:
    """An answer and the time that it took, from when both pictures were seen."""

    choice: Choice
    milliseconds: int


@dataclass(frozen=True)
class Sheet:
    """The answers of one person.

    Attributes:
        participant: Random number in place of a name, 32 hexadecimal digits.
        form: Number of the form, from 0.
        answers: Answers by their place in the form.
        source: Where they were read.
    """

    participant: str
    form: int
    answers: Mapping[int, Answer]
    source: str

    def is_part_of(self, other: Sheet) -> bool:
        """Returns whether all of it is said by another sheet of the same form, too."""
        return self.form == other.form and self.answers.items() <= other.answers.items()
