"""Where a method of a run comes from: an installed plugin, a program, or pictures that were made elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from benchmark.contracts import Method
from benchmark.protocol.case import Case

if TYPE_CHECKING:
    from PIL import Image


class MethodOrigin(StrEnum):
    """The kinds of sources."""

    PLUGIN = "plugin"
    PROGRAM = "program"
    """A program that the user named."""
    PICTURES = "pictures"
    """Pictures that exist."""


class Timing(StrEnum):
    """What the durations of a method's units are."""

    MEASURED = "measured"
    SHARED = "shared"
    """Equal shares of one call that made all pictures."""
    STATED = "stated"
    """What the author of the pictures says."""
    NONE = "none"
    """There are none."""


def is_measured(timing: str) -> bool:
    """Returns whether the duration of each picture was measured here by itself, so that it compares with others.

    Args:
        timing: What the durations of a method's units are, as ``run.json`` has it.
    """
    return timing == Timing.MEASURED


class MethodSource(Protocol):
    """The source of a method. It is pickled and sent to workers."""

    @property
    def name(self) -> str:
        """Name of the method in snake_case."""

    @property
    def distribution(self) -> str:
        """Name of the distribution that brings it, or an empty string."""

    @property
    def version(self) -> str:
        """Version of that distribution, or an empty string."""

    @property
    def origin(self) -> MethodOrigin:
        """Its kind."""

    @property
    def timing(self) -> Timing:
        """What the durations of its units are."""

    @property
    def description(self) -> Mapping[str, Any]:
        """What ``run.json`` says of it beside the facts of the method: folder, pattern, command and the like."""

    def load(self) -> Callable[[Any], Method[Any]]:
        """Returns what makes the method from its settings.

        Raises:
            BenchmarkError: It is broken.
        """


@dataclass(frozen=True)
class ReadPicture:
    """The picture of a case, as it was read from a file.

    Attributes:
        image: The picture, 8-bit RGB, the size of the content.
        sha256: Hash of the bytes of the file.
        note: What was done to it beside decoding, for instance "resized from 512×512"; empty for nothing.
        seconds: How long its author says that it took, in seconds, or ``None``.
    """

    image: Image.Image
    sha256: str
    note: str = ""
    seconds: float | None = None


@runtime_checkable
class MadePictures(MethodSource, Protocol):
    """A source whose pictures exist before its units run: they are read, checked and scored."""

    def file(self, case: str) -> Path | None:
        """The file of a case, by the name of the case, or ``None`` where there is none."""

    def sha256(self, case: str) -> str:
        """Hash of the bytes of that file, or an empty string where there is none."""

    def skip(self, case: Case) -> str | None:
        """Says why there is no picture of a case, or returns ``None`` where there is one."""

    def read(self, case: Case, file: Path, size: tuple[int, int]) -> ReadPicture:
        """Reads the picture of a case.

        Args:
            case: The case.
            file: Where its file, or a copy of it, is on this machine.
            size: Width and height that it must have, those of the content, in pixels.

        Raises:
            InputError: It cannot be read, or has another aspect.
        """
