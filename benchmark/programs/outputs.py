"""What a program left: the one file that is its picture, found, read and brought to the size of the content."""

from __future__ import annotations

import glob
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmark.errors import InputError, describe_error
from benchmark.escaping import printable
from benchmark.file_hash import file_sha256
from benchmark.images import open_image
from benchmark.programs.error import ProgramError
from benchmark.programs.geometry import fit_output

if TYPE_CHECKING:
    from PIL import Image

    from benchmark.programs.schema import ProgramTable

_MOST_NAMES: Final = 6
_Signature = tuple[int, int, int]


class ExpectedFile:
    """The file that a program is to leave. Make one before the program is called.

    Args:
        base: Folder that it is in.
        pattern: Its path there, as a pattern for ``glob``.
        shown: The same for people.
        other: A folder where it might be by mistake.
    """

    def __init__(self, base: Path, pattern: str, shown: str, other: Path | None = None) -> None:
        self._base = base
        self._pattern = pattern
        self._shown = printable(shown)
        self._other = other
        self._before = dict(self._matches(base))

    def find(self) -> Path:
        """Finds it, after the call.

        Raises:
            ProgramError: It is not there, is from before the call, or is not the only one.
        """
        matches = dict(self._matches(self._base))
        new = [path for path, signature in matches.items() if self._before.get(path) != signature]
        if len(new) == 1:
            return new[0]
        if new:
            names = ", ".join(self._named(new))
            raise ProgramError(f"the program left {len(new)} files like {self._shown}, not one: {names}")
        if matches:
            raise ProgramError(f"{self._shown} in {printable(self._base)} is from before the call: it was not written")
        raise ProgramError(f"the program left no file {self._shown}{self._what_there_is()}")

    def _what_there_is(self) -> str:
        if self._other is not None and (elsewhere := [path for path, _ in self._matches(self._other)]):
            return (
                f" in its output folder, but there is {printable(elsewhere[0])}; a program that leaves its file in its "
                "own folder is not told of {output_dir}"
            )
        if self._other is None:
            return f" in {printable(self._base)}"
        there = sorted(path for path in self._base.rglob("*") if path.is_file())
        return f"; there is {', '.join(self._named(there))}" if there else "; its output folder is empty"

    def _named(self, paths: list[Path]) -> Iterator[str]:
        for path in sorted(paths)[:_MOST_NAMES]:
            yield printable(path.relative_to(self._base).as_posix())
        if len(paths) > _MOST_NAMES:
            yield f"and {len(paths) - _MOST_NAMES} more"

    def _matches(self, base: Path) -> Iterator[tuple[Path, _Signature]]:
        # The pattern may hold braces and other characters that Path.glob reads in its own way.
        for name in glob.glob(self._pattern, root_dir=base):  # noqa: PTH207
            path = base / name
            if path.is_file():
                status = path.stat()
                yield path, (status.st_mtime_ns, status.st_size, status.st_ino)


def read_output(
    path: Path, program: ProgramTable, size: tuple[int, int], inputs: Mapping[str, str]
) -> tuple[Image.Image, str]:
    """Reads the picture that a program left.

    Args:
        path: Its file.
        program: How the program is called.
        size: Width and height of the content, in pixels.
        inputs: What each staged picture is, by the hash of its file; it may be none of them.

    Returns:
        The picture, of the size of the content, and what was done to it in a few words.

    Raises:
        ProgramError: It is no image, is one of the inputs, or has another aspect than it can have.
    """
    if staged := inputs.get(output_sha256(path)):
        raise ProgramError(f"the program left {staged} as it was, byte for byte")
    try:
        image = open_image(path)
        if program.panel is not None:
            image = _panel(image, *program.panel, program.panel_gap)
        return fit_output(image, size, program.geometry)
    except InputError as error:
        raise ProgramError(f"what the program left cannot be used: {error}") from error


def output_sha256(path: Path) -> str:
    """Returns the hash of what a program left.

    Raises:
        ProgramError: It cannot be read.
    """
    try:
        return file_sha256(path)
    except OSError as error:
        raise ProgramError(f"what the program left cannot be used: {describe_error(error)}") from error


def _panel(image: Image.Image, number: int, count: int, gap: int) -> Image.Image:
    """Cuts one panel out of a row of equal ones, which have a frame of so many pixels."""
    width = (image.width - (count + 1) * gap) // count
    height = image.height - 2 * gap
    if min(width, height) < 1:
        raise InputError(f"{image.width}×{image.height} has no {count} panels")
    left = gap + (number - 1) * (width + gap)
    return image.crop((left, gap, left + width, gap + height))
