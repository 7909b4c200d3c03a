"""ICC profiles, made here: matrix profiles with one gamma, of RGB or of greyscale."""

from __future__ import annotations

import struct

ADOBE_RGB = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))
"""Primaries of Adobe RGB (1998), adapted to D50: X, Y, Z of red, green and blue."""

_D50 = (0.9642, 1.0, 0.8249)


def rgb_profile(primaries: tuple[tuple[float, ...], ...] = ADOBE_RGB, gamma: float = 563 / 256) -> bytes:
    """A profile of a display with these primaries."""
    tags = {f"{name}XYZ": _xyz(*primary) for name, primary in zip("rgb", primaries, strict=True)}
    return _profile(b"RGB ", tags | {f"{name}TRC": _curve(gamma) for name in "rgb"})


def grey_profile(gamma: float) -> bytes:
    """A profile of greyscale."""
    return _profile(b"GRAY", {"kTRC": _curve(gamma)})


def _profile(space: bytes, tags: dict[str, bytes]) -> bytes:
    words = "made for a test".encode("ascii") + b"\0"
    description = b"desc\0\0\0\0" + struct.pack(">I", len(words)) + words + b"\0" * (4 + 4 + 2 + 1 + 67)
    tags = {"desc": description, "cprt": b"text\0\0\0\0none\0", "wtpt": _xyz(*_D50), **tags}
    table, data = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for name, value in tags.items():
        data += b"\0" * (-(start + len(data)) % 4)
        table += name.encode() + struct.pack(">II", start + len(data), len(value))
        data += value
    header = struct.pack(">I4sI4s4s4s", start + len(data), b"none", 0x02100000, b"mntr", space, b"XYZ ")
    header += b"\0" * 12 + b"acsp" + b"\0" * 28 + b"".join(_number(part) for part in _D50)
    return header.ljust(128, b"\0") + table + data


def _number(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


def _xyz(*values: float) -> bytes:
    return b"XYZ \0\0\0\0" + b"".join(map(_number, values))


def _curve(gamma: float) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"
