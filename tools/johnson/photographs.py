"""Photographs that networks are trained and measured on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmark.errors import InputError
from tools.adain.corpus import Picture, load_folder


def load_photographs(folder: Path) -> list[Picture]:
    """Reads the pictures of a folder, each shrunk to at most 640 pixels.

    Raises:
        InputError: There is no such folder, or no picture in it.
    """
    if not folder.is_dir():
        raise InputError(f"no folder {folder}: --photographs names one with JPEG, PNG or WebP files")
    if not (photographs := load_folder(folder)):
        raise InputError(f"no picture in {folder}: JPEG, PNG and WebP files are read")
    return photographs


def choose(photographs: Sequence[Picture], names: Sequence[str], option: str = "--names") -> list[Picture]:
    """Returns the photographs of these names, in their order.

    Args:
        photographs: All of them.
        names: Names, without suffix.
        option: The option that names them, for the error.

    Raises:
        InputError: A name is not among them.
    """
    found = {photograph.name: photograph for photograph in photographs}
    if unknown := [name for name in names if name not in found]:
        raise InputError(f"no photograph is named {unknown[0]}: {option} takes file names without their suffix")
    return [found[name] for name in names]
