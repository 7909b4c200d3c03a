"""Blank prompts, which count as no prompt."""

from __future__ import annotations

import unicodedata
from typing import Final

_BLANK_LETTERS: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Characters that Unicode calls letters or symbols although they show nothing: Hangul fillers and the empty Braille."""

_VISIBLE_CATEGORIES: Final = ("L", "N", "P", "S")


def is_blank(prompt: str | None) -> bool:
    """Returns whether a prompt holds nothing to read.

    Blank are ``None``, an empty text, and a text of nothing but spaces, zero-width and control characters, and
    combining marks without a letter. Letters, digits, punctuation and symbols, emoji included, can be read.

    Args:
        prompt: The prompt, or ``None``.
    """
    return not any(
        unicodedata.category(character)[0] in _VISIBLE_CATEGORIES and character not in _BLANK_LETTERS
        for character in prompt or ""
    )
