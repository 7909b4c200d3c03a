"""The images of cases as tensors, each file read once."""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import torch
from torch import Tensor

from benchmark.contracts import StyleCondition
from benchmark.images import load_mask, load_square
from benchmark.protocol.case import Case, WeightedStyle
from benchmark.protocol.style_pixels import style_pixels_sha256

_REMEMBERED_IMAGES = 256
_Load: TypeAlias = Callable[[Path, int], Tensor]


def copy_of(path: Path, copies: Path) -> Path:
    """Returns the path of a file's copy in a folder of copies.

    Args:
        path: The file, on the machine that has it.
        copies: The folder.
    """
    return copies / hashlib.sha256(os.fsencode(path)).hexdigest()[:16] / path.name


class CaseInputs:
    """Loads the images of cases at the resolution of a protocol.

    The same file gives the same tensor object as long as it is among the last few hundred in use, so what was computed
    for it can be remembered.

    Args:
        resolution: Side of the square, in pixels.
        device: Device of the tensors.
        copies: Folder with copies of the files on a machine that does not have them; see ``copy_of``.
    """

    def __init__(self, resolution: int, device: torch.device, copies: Path | None = None) -> None:
        self._resolution = resolution
        self._device = device
        self._copies = copies
        # A file may be both a style image and a mask, which are other tensors.
        self._images: OrderedDict[tuple[Path, _Load], Tensor] = OrderedDict()

    def content(self, case: Case) -> Tensor:
        """Loads the content of a case, 3×H×W in [0, 1].

        Raises:
            InputError: The file cannot be used.
        """
        return self._image(case.content.image, load_square)

    def style_images(self, case: Case) -> list[Tensor | None]:
        """Loads the style images of a case, 3×H×W in [0, 1], ``None`` where a style has none.

        Raises:
            InputError: A file cannot be used.
        """
        return [
            None if weighted.style.image is None else self._image(weighted.style.image, load_square)
            for weighted in case.styles
        ]

    def conditions(self, case: Case) -> list[StyleCondition]:
        """Loads the styles of a case as a method gets them.

        The images and masks are those that other methods and metrics get.

        Raises:
            InputError: A file cannot be used.
        """
        return [
            StyleCondition(
                image=image,
                prompt=weighted.style.prompt,
                weight=weighted.weight,
                mask=None if weighted.mask is None else self._image(weighted.mask, load_mask),
                name=weighted.style.id,
                pixels_sha256=style_pixels_sha256(local.style),
            )
            for image, weighted, local in zip(
                self.style_images(case), case.styles, self.local(case).styles, strict=True
            )
        ]

    def local(self, case: Case) -> Case:
        """Returns a case whose style images are files on this machine."""
        copies = self._copies
        if copies is None:
            return case

        def here(weighted: WeightedStyle) -> WeightedStyle:
            style = weighted.style
            image = None if style.image is None else copy_of(style.image, copies)
            return replace(weighted, style=replace(style, image=image))

        return replace(case, styles=tuple(map(here, case.styles)))

    def _image(self, path: Path, load: _Load) -> Tensor:
        key = path, load
        if key not in self._images:
            file = copy_of(path, self._copies) if self._copies else path
            self._images[key] = load(file, self._resolution).to(self._device)
            if len(self._images) > _REMEMBERED_IMAGES:
                self._images.popitem(last=False)
        self._images.move_to_end(key)
        return self._images[key]
