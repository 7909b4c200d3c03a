"""The forms in which names of contents, styles and prompts stand in file names."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import PurePath
from typing import Final

from benchmark.pictures.pattern import PICTURE_SUFFIXES, fold
from benchmark.protocol.case import Content, Style

Candidates = tuple[tuple[str, bool], ...]
"""Names that a text may stand for, each with whether the text is the whole name, not one that was cut."""
_SHORTEST_BEGINNING: Final = 12
"""Fewest characters of a prompt that count as its beginning."""
_BETWEEN_WORDS: Final = re.compile(r"[\W_]+")


def exact(name: str) -> str:
    """Makes a key in which only Unicode's ways to write a letter do not count."""
    return name if name.isascii() else unicodedata.normalize("NFC", name)


def whole_forms(item: Content | Style) -> Iterator[str]:
    """Yields the names of a content or a style that nothing was cut from.

    They are its id, the stem of its image file (to the last dot) and its title, which in a protocol that was made of
    folders is the stem of the original file; and each with the suffix of the file.
    """
    suffix = item.image.suffix if item.image is not None else ""
    for base in _bases(item):
        yield base
        if suffix:
            yield base + suffix


def cut_forms(item: Content | Style) -> Iterator[str]:
    """Yields what programs that cut names make of them: up to the first dot, and without the last four characters."""
    suffix = item.image.suffix if item.image is not None else ""
    for base in _bases(item):
        yield base.partition(".")[0]
        # "photo.jpeg" loses "jpeg" and keeps its dot.
        yield (base + (suffix or ".png"))[:-4]


def _bases(item: Content | Style) -> Iterator[str]:
    yield item.id
    if item.image is not None:
        yield item.image.stem
    if item.title:
        yield item.title
        if PurePath(item.title).suffix.lower() in PICTURE_SUFFIXES:
            yield PurePath(item.title).stem


class NameIndex:
    """Finds what a text in a file name may stand for, in constant time.

    Args:
        names: The forms of every name: whole ones, and cut ones.
        key: Makes equal what counts as equal.
    """

    def __init__(
        self, names: Mapping[str, tuple[Iterable[str], Iterable[str]]], key: Callable[[str], str] = fold
    ) -> None:
        found: dict[str, dict[str, bool]] = {}
        for name, forms in names.items():
            for is_whole, texts in zip((True, False), forms, strict=True):
                for text in texts:
                    if text:
                        found.setdefault(key(text), {}).setdefault(name, is_whole)
        self._found: dict[str, Candidates] = {text: tuple(of_text.items()) for text, of_text in found.items()}

    def find(self, text: str) -> Candidates:
        """Returns what a text may stand for.

        Args:
            text: A text that went through the key.
        """
        return self._found.get(text, ())


class PromptIndex:
    """Finds the styles whose prompt a text in a file name may be.

    Prompts stand there as they are, with other characters in place of those that file names cannot have, or cut.

    Args:
        prompts: The prompt of each style that has one.
    """

    def __init__(self, prompts: Mapping[str, str]) -> None:
        found: dict[str, list[str]] = {}
        for name, prompt in prompts.items():
            if words := _words(prompt):
                found.setdefault(words, []).append(name)
        self._found = found
        self._sorted = sorted(found)

    def find(self, text: str) -> Candidates:
        """Returns the styles whose prompt a text may be.

        Args:
            text: A part of a file name.
        """
        words = _words(text)
        if words in self._found:
            return tuple((name, True) for name in self._found[words])
        if len(words) < _SHORTEST_BEGINNING:
            return ()
        names: list[str] = []
        for place in range(bisect_left(self._sorted, words), len(self._sorted)):
            if not self._sorted[place].startswith(words):
                break
            names += self._found[self._sorted[place]]
        return tuple((name, False) for name in names)


def _words(text: str) -> str:
    return _BETWEEN_WORDS.sub(" ", fold(text)).strip()
