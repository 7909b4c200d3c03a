"""The contract of a report format."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from benchmark.store.records import RunRecords


@dataclass(frozen=True)
class ReportInfo:
    """Static facts about a report format.

    Attributes:
        name: Name in snake_case, the same as the entry point's.
        title: Name for people.
        version: Version of the format.
        summary: One sentence: what it writes.
        inline: Whether it writes pictures beside its file and can put them inside: such a format takes the keyword
            ``inline`` when it is made.
        chosen: Whether it shows pictures of chosen cases and methods: such a format takes the keywords ``cases`` and
            ``methods``, tuples of names, when it is made; where they are empty, it chooses itself.
    """

    name: str
    title: str
    version: str
    summary: str
    inline: bool = False
    chosen: bool = False


class Report(ABC):
    """Renders the records of one or several runs. It reads records only and never recomputes a score."""

    info: ClassVar[ReportInfo]

    @abstractmethod
    def write(self, runs: Sequence[RunRecords], destination: Path) -> Path:
        """Writes the report.

        Args:
            runs: Records of the runs, at least one.
            destination: An existing folder to write into.

        Returns:
            The file to open.
        """
