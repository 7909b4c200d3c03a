"""A folder of pictures as a method of a run."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from benchmark.contracts import Method, MethodInfo
from benchmark.errors import InputError
from benchmark.escaping import printable
from benchmark.images import decode_image
from benchmark.method_source import MethodOrigin, ReadPicture, Timing
from benchmark.pictures.geometry import fit_picture
from benchmark.pictures.part import Part
from benchmark.protocol.case import Case

_CHANGES_NOTHING: Final = frozenset({"MPO"})
"""Formats whose second picture is a preview or the other eye's view of the first, as cameras write."""


@dataclass(frozen=True)
class PictureFile:
    """The picture of a case.

    Attributes:
        path: The file.
        sha256: Hash of its bytes; empty if it cannot be read.
        seconds: How long its author says that it took, in seconds, or ``None``.
    """

    path: Path
    sha256: str
    seconds: float | None = None


@dataclass(frozen=True)
class PictureSettings:
    """Settings of pictures that were made elsewhere, on which their scores depend.

    Attributes:
        part: Part of each file that is the picture, for instance ``3 of 3``; empty for all.
    """

    part: str = ""


@dataclass(frozen=True)
class PictureFolder:
    """Pictures that were made elsewhere, as the source of a method.

    Attributes:
        info: Facts about the method.
        folder: The folder as the user gave it.
        rule: What paired files with cases, in words.
        pattern: The pattern that did, or an empty string where a table did.
        files: The picture of each case that has one, by the name of the case.
        missing: Reason for each case that has none.
        part: The part of each file that is the picture, or ``None`` for all.
        fit: Whether the centre of pictures of another aspect is cut out.
        digest: Hash over all pictures.
    """

    info: MethodInfo
    folder: str
    rule: str
    pattern: str
    files: Mapping[str, PictureFile]
    missing: Mapping[str, str] = field(default_factory=dict)
    part: Part | None = None
    fit: bool = False
    digest: str = ""

    @property
    def name(self) -> str:
        """Name of the method in snake_case."""
        return self.info.name

    @property
    def distribution(self) -> str:
        """Empty: no distribution brings it."""
        return ""

    @property
    def version(self) -> str:
        """Empty, as there is no distribution."""
        return ""

    @property
    def origin(self) -> MethodOrigin:
        """Pictures that exist."""
        return MethodOrigin.PICTURES

    @property
    def timing(self) -> Timing:
        """What the author stated, if that is there; otherwise there are no durations."""
        return Timing.STATED if any(file.seconds is not None for file in self.files.values()) else Timing.NONE

    @property
    def settings(self) -> PictureSettings:
        """What the scores depend on beside the files."""
        return PictureSettings(str(self.part) if self.part else "")

    @property
    def description(self) -> Mapping[str, Any]:
        """Where the pictures are and how they were paired, for ``run.json``."""
        return {
            "folder": printable(self.folder),
            "pattern": self.pattern,
            "paired_by": self.rule,
            "part": str(self.part) if self.part else "",
            "fit": self.fit,
            "pictures": len(self.files),
            "sha256": self.digest,
        }

    def load(self) -> Callable[[Any], Method[Any]]:
        """Refuses: these pictures exist, and nothing here makes others.

        Raises:
            InputError: Always.
        """
        raise InputError(f"{self.name} stands for pictures of folder {printable(self.folder)}; it cannot make others")

    def file(self, case: str) -> Path | None:
        """The file of a case, by the name of the case, or ``None`` where there is none."""
        found = self.files.get(case)
        return found.path if found else None

    def sha256(self, case: str) -> str:
        """Hash of the bytes of that file, or an empty string where there is none."""
        found = self.files.get(case)
        return found.sha256 if found else ""

    def skip(self, case: Case) -> str | None:
        """Says why there is no picture of a case, or returns ``None`` where there is one."""
        return None if case.id in self.files else self.missing.get(case.id, "no picture of it")

    def read(self, case: Case, file: Path, size: tuple[int, int]) -> ReadPicture:
        """Reads the picture of a case.

        Args:
            case: The case.
            file: Where its file, or a copy of it, is on this machine.
            size: Width and height that it must have, those of the content, in pixels.

        Raises:
            InputError: It cannot be read, has changed since the run began, is animated, or has another aspect.
        """
        found = self.files[case.id]
        name = printable(found.path)
        data = read_bytes(file, name)
        digest = hashlib.sha256(data).hexdigest()
        if found.sha256 and digest != found.sha256:
            raise InputError(f"picture {name} has changed since the run began; give the same command again")
        image = decode_image(data, name)
        if (frames := _frames(data)) > 1:
            raise InputError(
                f"picture {name} holds {frames} pictures; save the one that is the result as a file of its own"
            )
        try:
            image, note = fit_picture(image, size, self.part, fit=self.fit)
        except InputError as error:
            raise InputError(f"picture {name} is {error}") from error
        return ReadPicture(image, digest, note, found.seconds)


def read_bytes(file: Path, name: str) -> bytes:
    """Reads the file of a picture.

    Args:
        file: The file.
        name: Its name in errors.

    Raises:
        InputError: It cannot be read.
    """
    try:
        return file.read_bytes()
    except FileNotFoundError as error:
        if file.is_symlink():
            raise InputError(f"picture {name} is a link that leads nowhere") from error
        raise InputError(f"picture {name} is no longer there") from error
    except OSError as error:
        raise InputError(f"cannot read picture {name}: {error.strerror}") from error


def _frames(data: bytes) -> int:
    from PIL import Image

    with Image.open(io.BytesIO(data)) as image:
        return 1 if image.format in _CHANGES_NOTHING else getattr(image, "n_frames", 1)
