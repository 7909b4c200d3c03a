"""The styles made by programs, in words: canonical ones for both models, others for one model, some held out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from tools.clip.data_files import read_table


class Teaching(StrEnum):
    """Set of phrasings: those of one of the two models, or the held-out ones."""

    TINY = "clip-tiny"
    JUDGE = "clip-tiny-judge"
    HELD_OUT = "held-out"


@dataclass(frozen=True)
class Wording:
    """Phrases of one style. The first canonical one is used where one phrase is needed."""

    canonical: list[str]
    own: Mapping[Teaching, list[str]]

    def of(self, teaching: Teaching) -> list[str]:
        shared = [] if teaching is Teaching.HELD_OUT else self.canonical
        return [*shared, *self.own[teaching]]


WORDINGS = {
    style: Wording(phrases["canonical"], {teaching: phrases[teaching] for teaching in Teaching})
    for style, phrases in read_table("styles.toml").items()
}
"""By style, in the order of the labels."""
