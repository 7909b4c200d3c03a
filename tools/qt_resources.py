"""Read compiled Qt resource files (.rcc), in which the educational suite GCompris ships its pictures."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_COMPRESSED: Final = 1
_DIRECTORY: Final = 2
_ZSTANDARD: Final = 4
_TREE_OFFSET_AT: Final = 8


@dataclass(frozen=True)
class Resource:
    """One file inside a resource file: its path there and its bytes."""

    path: str
    content: bytes


def read_resources(file: Path) -> Iterator[Resource]:
    """Yield the files inside a compiled Qt resource file; those compressed with Zstandard are left out.

    Args:
        file: A `.rcc` file of format version 1, 2 or 3.

    Raises:
        ValueError: If the file is not a Qt resource file.
    """
    blob = file.read_bytes()
    if blob[:4] != b"qres":
        raise ValueError(f"{file} is not a compiled Qt resource file")
    version, tree, data, names = struct.unpack_from(">4I", blob, _TREE_OFFSET_AT - 4)
    node_size = 14 if version < 2 else 22

    def name_at(offset: int) -> str:
        (length,) = struct.unpack_from(">H", blob, names + offset)
        start = names + offset + 6
        return blob[start : start + 2 * length].decode("utf-16-be")

    def walk(index: int, prefix: str) -> Iterator[Resource]:
        at = tree + index * node_size
        name_offset, flags = struct.unpack_from(">IH", blob, at)
        path = f"{prefix}/{name_at(name_offset)}" if index else ""
        if flags & _DIRECTORY:
            count, first = struct.unpack_from(">II", blob, at + 6)
            for child in range(first, first + count):
                yield from walk(child, path)
            return
        if flags & _ZSTANDARD:
            return
        (data_offset,) = struct.unpack_from(">I", blob, at + 10)
        (length,) = struct.unpack_from(">I", blob, data + data_offset)
        content = blob[data + data_offset + 4 : data + data_offset + 4 + length]
        yield Resource(path, zlib.decompress(content[4:]) if flags & _COMPRESSED else content)

    yield from walk(0, "")
