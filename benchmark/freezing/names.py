"""Names for protocols, contents and styles, made of any text."""

from __future__ import annotations

import hashlib
from typing import Final

from benchmark.file_names import file_stem
from benchmark.freezing.labels import slug
from benchmark.text_files import file_key

_DIGITS: Final = 8
_LONGEST_NAME: Final = 60


def name_of(text: str, fallback: str) -> str:
    """Makes a name for a protocol, a content or a style from a text, of letters, digits and ``_``.

    Where nothing of the text is left (as of one in Chinese), or Windows allows no file of that name, the name gets a
    hash of the text.

    Args:
        text: The text.
        fallback: Beginning of the name if nothing of the text is left.
    """
    name = slug(text)
    return name if name and file_stem(name) == name else hashed_name(name or fallback, text)


def hashed_name(name: str, text: str) -> str:
    """Returns a name that ends with a hash of a text, so that it differs from others that begin alike.

    Args:
        name: The name.
        text: The text.
    """
    digits = hashlib.sha256(file_key(text).encode()).hexdigest()[:_DIGITS]
    return f"{name[: _LONGEST_NAME - _DIGITS - 1].rstrip('_')}_{digits}"
