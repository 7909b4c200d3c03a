"""Names and messages as plain text, whatever bytes and control characters they hold.

Python reads a byte of a file name that is no UTF-8 as a lone surrogate, which no file and few streams can hold; a line
break or an escape sequence in a name would break a line of output, or command the terminal.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from typing import Final

_LONE: Final = re.compile("[\ud800-\udfff]")
_CONTROLS: Final = re.compile("[\0-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Also what turns the direction of what follows; the marks that emoji and right-to-left scripts need stay."""
_BREAKS: Final = re.compile("\\s*[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]\\s*")
_NAMED: Final = {"\t": r"\t", "\n": r"\n", "\r": r"\r"}


def encodable(text: str) -> str:
    r"""Returns text that UTF-8 can hold: a byte that is no UTF-8 becomes ``\xe9``, any other lone surrogate ``\ud83d``.

    Args:
        text: Any text, of any number of lines.
    """
    return _LONE.sub(_escaped, text)


def encodable_json(json: str) -> str:
    """Returns JSON whose strings went through ``encodable``.

    Args:
        json: JSON that was written without escapes for characters outside ASCII.
    """
    return _LONE.sub(lambda found: "\\" + _escaped(found), json)


def printable(name: object) -> str:
    r"""Returns a name as one line without control characters, which become ``\n``, ``\t``, ``\x1b`` and the like.

    Args:
        name: A text, or a path.
    """
    return _CONTROLS.sub(_escaped, str(name))


def one_line(message: str) -> str:
    """Returns a message as one line: line breaks become blanks, other control characters as in ``printable``.

    Args:
        message: The message.
    """
    return printable(_BREAKS.sub(" ", message).strip())


def shell_command(words: Iterable[str]) -> str:
    r"""Returns a command line for a shell, in which words that are not printable are quoted like ``$'r\xe9s'``.

    Args:
        words: The words.
    """
    return " ".join(map(_quoted, words))


def _quoted(word: str) -> str:
    if not _CONTROLS.search(word):
        return shlex.quote(word)
    plain = word.replace("\\", "\\\\").replace("'", "\\'")
    # Bytes, not characters: otherwise the text after an escape could be read as a part of it.
    return "$'" + _CONTROLS.sub(lambda found: _octal(found[0]), plain) + "'"


def _octal(character: str) -> str:
    return "".join(f"\\{byte:03o}" for byte in character.encode("utf-8", "surrogateescape"))


def _escaped(found: re.Match[str]) -> str:
    character, code = found[0], ord(found[0])
    if character in _NAMED:
        return _NAMED[character]
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
