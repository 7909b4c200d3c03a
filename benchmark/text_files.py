"""Reading of the text files that users write, by one rule, whatever program saved them.

A file is UTF-8, with or without a byte order mark, or UTF-16 with one, as Excel's "Unicode text" is. Line ends are of
any system. Other encodings are refused, because a wrong guess would change names and prompts.
"""

from __future__ import annotations

import codecs
import csv
import json
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmark.errors import InputError
from benchmark.escaping import printable
from benchmark.suggestion import suggest

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    # Before UTF-16, whose byte order mark is the beginning of that of little-endian UTF-32.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ARCHIVE: Final = b"PK\3\4"
"""First bytes of ZIP files, which workbooks are."""
_SEPARATORS: Final = {",": "a comma", ";": "a semicolon", "\t": "a tab"}
_LARGEST_TABLE: Final = 16 << 20
_ADVICE: Final = "save it as UTF-8 (in Excel: “CSV UTF-8”; in an editor: encoding UTF-8)"


class MissingFileError(InputError):
    """A file does not exist."""


def read_text(path: Path, what: str) -> str:
    r"""Reads a text file.

    Args:
        path: The file.
        what: Kind of the file, for errors, such as ``baseline``.

    Returns:
        Its text without a byte order mark; lines end with ``\n``.

    Raises:
        MissingFileError: It is not there.
        InputError: It cannot be read, or is no text in UTF-8, or in UTF-16 with a byte order mark.
    """
    where = f"{what} {printable(path)}"
    try:
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise MissingFileError(f"cannot read {where}: {error.strerror}") from error
    except OSError as error:
        raise InputError(f"cannot read {where}: {error.strerror}") from error
    return _decoded(data, where)


def refuse_large(path: Path, where: str, most: int, reason: str) -> None:
    """Refuses a file that is too large to be what it should be, before it is read.

    Args:
        path: The file.
        where: The file in words, for errors.
        most: Largest size in bytes.
        reason: What a larger file is not, in words.

    Raises:
        InputError: It is larger, or cannot be read.
    """
    try:
        size = path.stat().st_size
    except OSError as error:
        raise InputError(f"cannot read {where}: {error.strerror}") from error
    if size > most:
        raise InputError(f"{where} is larger than {most >> 20} MB: {reason}")


def read_json(path: Path, what: str) -> Any:
    """Reads a JSON file.

    Args:
        path: The file.
        what: Kind of the file, for errors.

    Raises:
        MissingFileError: It is not there.
        InputError: It cannot be read, or is no JSON.
    """
    text = read_text(path, what)
    try:
        value = json.loads(text)
        # A string may hold half of a character, as "\ud83d", which could not be written to a file later.
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        half = printable(str(error.object)[error.start])
        raise InputError(
            f"{what} {printable(path)} holds {half}, half of a character; write the character itself"
        ) from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{what} {printable(path)} is not valid JSON: {error}") from error
    return value


def read_toml(path: Path, what: str) -> dict[str, Any]:
    """Reads a TOML file.

    Args:
        path: The file.
        what: Kind of the file, for errors.

    Raises:
        InputError: It cannot be read, or is no TOML.
    """
    text = read_text(path, what)
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{what} {printable(path)} is not valid TOML: {error}") from error


@dataclass(frozen=True)
class TableRow:
    """A row of a table.

    Attributes:
        line: Number of its last line in the file, from 1.
        cells: Its cells by column, without blanks around them; empty ones are left out.
    """

    line: int
    cells: Mapping[str, str]


def read_table(path: Path, what: str, *, needed: Sequence[str], others: Sequence[str] = ()) -> list[TableRow]:
    """Reads a table as spreadsheets save them: cells are separated by commas, semicolons or tabs.

    The first line names the columns, in any order and case. Blanks around names and cells do not count, nor do empty
    lines and columns.

    Args:
        path: The file.
        what: Kind of the file, for errors.
        needed: Names of the columns that must be there, in lower case.
        others: Names of those that may be there.

    Raises:
        InputError: It cannot be read, is no table, or lacks a column; the message names the line.
    """
    where = f"{what} {printable(path)}"
    refuse_large(path, where, _LARGEST_TABLE, "it is no table of this kind")
    text = read_text(path, what)
    known = (*needed, *others)
    try:
        return list(_rows(text, where, needed, known))
    except csv.Error as error:
        raise InputError(f"{where} is no CSV table: {error}; begin and end a cell with quotes, or use none") from error


def file_key(name: str) -> str:
    """Returns a key that is equal for two spellings of one file name: printable, composed (NFC), without outer blanks.

    A Mac may write ``é`` as two characters, an editor as one.

    Args:
        name: Name of a file.
    """
    return unicodedata.normalize("NFC", printable(name)).strip()


def find_file(folder: Path, relative: str) -> Path:
    """Finds a file by its path in a folder, even if its name is spelled with other characters for the same letters.

    Args:
        folder: The folder.
        relative: The path as somebody wrote it.

    Returns:
        The path of the file, or the path that it would have if there is none.

    Raises:
        InputError: Two files have this name, in two spellings.
    """
    path = folder / relative
    if relative.isascii():
        return path
    found = folder
    for part in Path(relative).parts:
        try:
            if (found / part).exists():
                found /= part
                continue
            alike = [entry for entry in found.iterdir() if file_key(entry.name) == file_key(part)]
        except OSError:
            return path
        if len(alike) > 1:
            raise InputError(f"{len(alike)} files in {found} are called {part}, in several spellings; rename one")
        if not alike:
            return path
        found = alike[0]
    return found


def _decoded(data: bytes, where: str) -> str:
    if data.startswith(_ARCHIVE):
        raise InputError(f"{where} is a workbook or an archive, no text; {_ADVICE}")
    mark, encoding = next(((mark, name) for mark, name in _MARKS if data.startswith(mark)), (b"", "utf-8"))
    try:
        text = data[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        line = 1 + error.object[: error.start].decode(encoding, "replace").count("\n")
        wrong = f"0x{error.object[error.start]:02X}"
        raise InputError(f"{where} is not UTF-8 (byte {wrong} in line {line}); {_ADVICE}") from error
    if "\0" in text:
        raise InputError(f"{where} holds zero bytes: it is no text file, or UTF-16 without its mark; {_ADVICE}")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _rows(text: str, where: str, needed: Sequence[str], known: Sequence[str]) -> Iterator[TableRow]:
    lines = text.split("\n")
    # Some programs write a first line that names the separator, which Excel understands.
    skipped = next((number for number, line in enumerate(lines) if not _is_preamble(line)), 0)
    headers = {separator: _header(lines[skipped:], separator) for separator in _SEPARATORS}
    separator = max(headers, key=lambda candidate: sum(name in known for name in headers[candidate]))
    columns = headers[separator]
    width = max((number for number, name in enumerate(columns, start=1) if name), default=0)
    for name in needed:
        if name not in columns:
            found = ", ".join(filter(None, columns)) or "nothing"
            raise InputError(f"{where}: the first line must name the columns, and {name!r} is not among them: {found}")
    for number, name in enumerate(columns):
        if name and name not in known:
            raise InputError(f"{where}: unknown column {name!r}{suggest(name, known)}")
        if name and name in columns[:number]:
            raise InputError(f"{where}: column {name!r} occurs twice")
    rows = csv.reader(_with_ends(lines[skipped:]), delimiter=separator, skipinitialspace=True, strict=True)
    next(rows)
    for row in rows:
        line, cells = rows.line_num + skipped, [cell.strip() for cell in row]
        if not any(cells):
            continue
        # Spreadsheets write empty columns at the end where cells were deleted.
        if len(cells) < width or any(cells[len(columns) :]):
            raise InputError(
                f"{where} line {line}: {width} cells are expected, as in the first line, not {len(cells)};"
                f" a cell that holds {_SEPARATORS[separator]} must stand in quotes"
            )
        nameless = next((cell for name, cell in zip(columns, cells, strict=False) if cell and not name), None)
        if nameless is not None:
            raise InputError(f"{where} line {line}: {nameless!r} stands in a column without a name")
        yield TableRow(line, {name: cell for name, cell in zip(columns, cells, strict=False) if name and cell})


def _is_preamble(line: str) -> bool:
    return not line.strip() or line.strip().lower().startswith("sep=")


def _header(lines: Sequence[str], separator: str) -> list[str]:
    try:
        header = next(csv.reader(_with_ends(lines), delimiter=separator, skipinitialspace=True, strict=True), [])
    except csv.Error:
        return []
    return [name.strip().casefold() for name in header]


def _with_ends(lines: Sequence[str]) -> Iterator[str]:
    return (f"{line}\n" for line in lines)
