"""The pictures that measures of style are asked about: parts, stylizations, attacks and harmless changes."""

from __future__ import annotations

import io
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

import torch
from PIL import Image
from torch.nn import functional

from benchmark.contracts import StyleCondition
from benchmark.images import encode_png, fit_square, load_square, open_image, quantize, to_levels, to_tensor
from benchmark.store.atomic import write_bytes
from methods.adain.method import AdaIN
from methods.adain.settings import AdaINSettings
from methods.controls.clip_pixels import ClipPixels, ClipPixelsSettings
from methods.controls.color_transfer import ColorTransfer

if TYPE_CHECKING:
    from benchmark.contracts import Method
    from benchmark.models.provider import Models
    from tools.style_distance.table import Entry

SIDE: Final = 256
PART_SIDE: Final = 160
"""Side of the parts of a painting, whose shorter side is twice as long then: four parts that share nothing."""

STRENGTHS: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
SHIFT: Final = 8
JPEG_QUALITY: Final = 75
RESCALED_SIDE: Final = round(0.9 * SIDE)


class Attack(StrEnum):
    """What has something of a painting without its manner."""

    CLIP_PIXELS = "clip_pixels"
    COLOR_TRANSFER = "color_transfer"
    PASTED = "pasted"


class Change(StrEnum):
    """What changes a picture's pixels, and not its style."""

    JPEG = "JPEG 75"
    SHIFT = "shift by 8 px"
    RESCALED = "to 90 % and back"


@dataclass(frozen=True, eq=False)
class Pair:
    """A photograph, a painting and what was made of them, all 3×256×256.

    Attributes:
        content: The photograph.
        style: The painting.
        strengths: AdaIN at each of ``STRENGTHS``.
        attacks: Every attack.
    """

    content: torch.Tensor
    style: torch.Tensor
    strengths: tuple[torch.Tensor, ...]
    attacks: dict[Attack, torch.Tensor]


def parts(painting: Entry) -> list[torch.Tensor]:
    """Cuts the four corners out of a painting, 3×160×160 each.

    All paintings are brought to one shorter side, so that a part is not known by the resolution of its scan.
    """
    image = open_image(painting.file)
    scale = 2 * PART_SIDE / min(image.size)
    size = (max(2 * PART_SIDE, round(image.width * scale)), max(2 * PART_SIDE, round(image.height * scale)))
    whole = to_tensor(image.resize(size, Image.Resampling.LANCZOS))
    return [
        whole[:, vertical, horizontal].contiguous()
        for vertical in (slice(PART_SIDE), slice(-PART_SIDE, None))
        for horizontal in (slice(PART_SIDE), slice(-PART_SIDE, None))
    ]


def changes(painting: Entry) -> tuple[torch.Tensor, dict[Change, torch.Tensor]]:
    """Returns a painting, 3×256×256, and the same changed in each harmless way."""
    wide = to_tensor(fit_square(open_image(painting.file), SIDE + 2 * SHIFT))
    picture = wide[:, SHIFT:-SHIFT, SHIFT:-SHIFT].contiguous()
    file = io.BytesIO()
    Image.fromarray(to_levels(picture)).save(file, format="JPEG", quality=JPEG_QUALITY)
    smaller = _resized(picture, RESCALED_SIDE)
    return picture, {
        Change.JPEG: to_tensor(Image.open(file).convert("RGB")),
        Change.SHIFT: wide[:, :SIDE, :SIDE].contiguous(),
        Change.RESCALED: quantize(_resized(smaller, SIDE)),
    }


def paste(content: torch.Tensor, style: torch.Tensor) -> torch.Tensor:
    """Pastes four squares of a painting into a photograph, where they were: a quarter of it in all."""
    pasted = content.clone()
    side, quarter = SIDE // 4, SIDE // 2
    for top in (side // 2, quarter + side // 2):
        for left in (side // 2, quarter + side // 2):
            square = (slice(None), slice(top, top + side), slice(left, left + side))
            pasted[square] = style[square]
    return pasted


def make_pair(content: Entry, style: Entry, models: Models, folder: Path) -> Pair:
    """Makes the pictures of a pair, or reads those that are there.

    Args:
        content: A photograph.
        style: A painting.
        models: The networks.
        folder: Where the pictures are kept, as PNG files.
    """
    photograph, painting = (load_square(entry.file, SIDE) for entry in (content, style))
    condition = StyleCondition(image=painting, prompt=style.prompt)

    def made(name: str, method: Method[object]) -> torch.Tensor:
        file = folder / f"{content.key}--{style.key}" / f"{name}.png"
        if not file.is_file():
            method.prepare(models)
            picture = method.stylize(photograph, [condition], torch.Generator().manual_seed(0))
            file.parent.mkdir(parents=True, exist_ok=True)
            write_bytes(file, encode_png(quantize(picture.detach())))
        return load_square(file, SIDE)

    strengths = tuple(made(f"adain_{alpha:g}", AdaIN(AdaINSettings(alpha=alpha))) for alpha in STRENGTHS)
    attacks = {
        Attack.CLIP_PIXELS: made("clip_pixels", ClipPixels(ClipPixelsSettings())),
        Attack.COLOR_TRANSFER: made("color_transfer", ColorTransfer()),
        Attack.PASTED: paste(photograph, painting),
    }
    return Pair(photograph, painting, strengths, attacks)


def _resized(picture: torch.Tensor, side: int) -> torch.Tensor:
    return functional.interpolate(picture[None], (side, side), mode="bicubic", antialias=True)[0].clamp(0, 1)
