"""Patterns of file names, such as ``{content}_stylized_{style}``, and the command-line form of a folder of pictures."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Final

from benchmark.errors import InputError
from benchmark.pictures.part import PART_WORDS, Part, parse_part
from benchmark.suggestion import suggest

MOST_WILDCARDS: Final = 3
"""A name can be read in many ways with more of them."""
PICTURE_SUFFIXES: Final = frozenset(
    {".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".tif", ".tiff", ".bmp", ".dib", ".gif", ".apng", ".avif"}
    | {".jp2", ".ppm", ".pgm", ".pnm", ".tga"}
)
"""Suffixes of files that are taken for pictures, in lower case."""
_SPECIAL: Final = re.compile(r"\{([^{}]*)\}|(\*)")


class Field(StrEnum):
    """What a placeholder in braces stands for."""

    CONTENT = "content"
    """The content, in any of the forms of its name."""
    STYLE = "style"
    """The style, or the styles of a mix joined by ``+``."""
    CASE = "case"
    """The whole name of a case, as an export of a protocol names files."""
    SEED = "seed"
    """The repetition."""
    PROMPT = "prompt"
    """The prompt of the style."""
    NUMBER = "n"
    """A running number; alone it counts the cases, from the number, 0 or 1, that fits the number of pictures."""
    FROM_ZERO = "n0"
    """A running number that alone counts the cases from 0."""
    FROM_ONE = "n1"
    """A running number that alone counts the cases from 1."""
    SORTED = "sorted"
    """Anything: the files, sorted by name, are the cases in their order."""
    NATURAL = "natural"
    """Anything: the same, but numbers within names are compared as numbers."""


NUMBERS: Final = frozenset({Field.NUMBER, Field.FROM_ZERO, Field.FROM_ONE})
ORDERS: Final = frozenset({Field.SORTED, Field.NATURAL})
_NAMING: Final = frozenset({Field.CONTENT, Field.STYLE, Field.CASE, Field.SEED, Field.PROMPT})


@dataclass(frozen=True)
class Wildcard:
    """Any text within a name, also none: ``*``."""


@dataclass(frozen=True)
class Fixed:
    """A text that every name has, folded."""

    text: str


Token = Fixed | Field | Wildcard


@dataclass(frozen=True)
class Pattern:
    """A pattern of the paths of pictures in a folder, without their suffix.

    Attributes:
        text: The pattern as it was written.
        anchored: Whether it is the whole path in the folder; otherwise it is its end, and any folders may precede it.
    """

    text: str
    anchored: bool = True

    @cached_property
    def suffix(self) -> str:
        """Suffix of a picture at the end of the pattern, in lower case; empty if it has none."""
        suffix = PurePosixPath(self.text).suffix.lower()
        return suffix if suffix in PICTURE_SUFFIXES else ""

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """The parts of the pattern; texts are folded as names of files are."""
        text = self.text[: len(self.text) - len(self.suffix)]
        tokens: list[Token] = []
        position = 0
        for found in _SPECIAL.finditer(text):
            if found.start() > position:
                tokens.append(Fixed(fold(text[position : found.start()])))
            tokens.append(Wildcard() if found[2] else Field(found[1]))
            position = found.end()
        if position < len(text):
            tokens.append(Fixed(fold(text[position:])))
        return tuple(tokens)

    @cached_property
    def fields(self) -> frozenset[Field]:
        """The placeholders in it."""
        return frozenset(token for token in self.tokens if isinstance(token, Field))

    @cached_property
    def literals(self) -> tuple[str, ...]:
        """The texts in it, which every name that fits has."""
        return tuple(token.text for token in self.tokens if isinstance(token, Fixed))

    @property
    def depth(self) -> int:
        """Number of path components that it describes."""
        return self.text.count("/") + 1

    @property
    def names_cases(self) -> bool:
        """Whether a name tells something about its case, be it little."""
        return bool(self.fields & _NAMING)

    @property
    def order(self) -> Field | None:
        """The placeholder that pairs by order, where nothing else tells a file's case; ``None`` otherwise."""
        asked = self.fields & ORDERS
        if asked or not self.names_cases:
            return next(iter(sorted(asked or self.fields & NUMBERS)), None)
        return None

    def render(self, values: dict[Field, str]) -> str:
        """Writes the name of a picture, without suffix where the pattern has none.

        Args:
            values: Texts in place of the placeholders; others stay as they are.
        """
        return _SPECIAL.sub(lambda found: found[0] if found[2] else values.get(Field(found[1]), found[0]), self.text)


def parse_pattern(text: str) -> Pattern:
    r"""Reads a pattern that a user wrote.

    Args:
        text: The pattern; ``\`` separates folders as ``/`` does.

    Raises:
        InputError: A placeholder is unknown, or it cannot be a pattern.
    """
    text = text.strip().replace("\\", "/").removeprefix("./")
    known = [f"{{{field}}}" for field in Field]
    for found in _SPECIAL.finditer(text):
        if not found[2] and found[1] not in {*Field}:
            raise InputError(f"pattern {text!r}: unknown placeholder {found[0]}{suggest(found[0], known)}")
    if unpaired := re.search(r"[{}]", _SPECIAL.sub("", text)):
        raise InputError(f"pattern {text!r}: a {unpaired[0]} without its partner; placeholders are {' '.join(known)}")
    if not text or "" in text.split("/") or ".." in text.split("/"):
        raise InputError(f"pattern {text!r} must be a path within the folder, such as {{style}}/{{content}}.png")
    if text.count("*") > MOST_WILDCARDS:
        raise InputError(f"pattern {text!r} has more than {MOST_WILDCARDS} *; put what is known of the names into it")
    pattern = Pattern(text)
    if len(pattern.fields & (ORDERS | NUMBERS)) > 1 and not pattern.names_cases:
        raise InputError(f"pattern {text!r}: one placeholder only can count the cases")
    if pattern.order in ORDERS and pattern.names_cases:
        raise InputError(f"pattern {text!r}: {{{pattern.order}}} pairs by order, and nothing else can stand beside it")
    return pattern


def fold(text: str) -> str:
    """Folds a name so that letter case and Unicode's ways to write a letter do not count."""
    return text.casefold() if text.isascii() else unicodedata.normalize("NFC", text.casefold())


@dataclass(frozen=True)
class PicturesArgument:
    """What ``NAME=FOLDER:PATTERN:PART`` says.

    Attributes:
        name: The name as it was written; empty if there is none.
        folder: The folder, or a file of facts, as it was written.
        pattern: The pattern, or ``None``.
        part: The part of each file that is the picture, or ``None``.
    """

    name: str
    folder: str
    pattern: Pattern | None = None
    part: Part | None = None


def parse_pictures(text: str) -> PicturesArgument:
    """Reads ``NAME=FOLDER``, ``NAME=FOLDER:PATTERN``, ``NAME=FOLDER:PART``, ``NAME=FOLDER:PATTERN:PART`` or a file.

    A folder may hold ``:`` and ``=`` itself: the longest beginning that exists is the folder.

    Args:
        text: The argument.

    Raises:
        InputError: It has another form.
    """
    name, equals, rest = text.partition("=")
    if not equals or (text.lower().endswith(".toml") and Path(text).is_file()):
        if text.lower().endswith(".toml"):
            return PicturesArgument("", text)
        raise InputError(
            f"cannot read {text!r}; write NAME=FOLDER, NAME=FOLDER:PATTERN such as"
            " theirs=outputs:{content}_stylized_{style}, or the path of a .toml file of facts"
        )
    if not name.strip() or not rest.strip():
        raise InputError(f"cannot read {text!r}: {'a folder' if name.strip() else 'a name'} is missing; NAME=FOLDER")
    for folder, others in _splits(rest):
        if Path(folder).expanduser().is_dir() or (folder.lower().endswith(".toml") and Path(folder).is_file()):
            return _argument(name, folder, others)
    # There is no such folder. What follows it is recognised all the same, so that the error names the folder alone.
    folder, others = next(
        (folder, others)
        for folder, others in reversed(list(_splits(rest)))
        if not others or all("{" in other or parse_part(other) for other in others.split(":"))
    )
    return _argument(name, folder, others)


def _splits(rest: str) -> Iterator[tuple[str, str]]:
    """Yields a folder and what follows it, for every colon, the longest folder first."""
    segments = rest.split(":")
    for count in range(len(segments), 0, -1):
        yield ":".join(segments[:count]), ":".join(segments[count:])


def _argument(name: str, folder: str, others: str) -> PicturesArgument:
    pattern, part = others, None
    if others:
        before, _, last = others.rpartition(":")
        part = parse_part(last)
        if part is not None:
            pattern = before
        elif "{" not in last and not PurePosixPath(last).suffix and (hint := suggest(last, PART_WORDS)).endswith("?"):
            raise InputError(f"{last!r} is neither a pattern nor a part of a picture{hint}")
    return PicturesArgument(name.strip(), folder, parse_pattern(pattern) if pattern else None, part)
