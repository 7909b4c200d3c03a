"""Treatments: known changes of a content and its style image before they are scored."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

import torch
from torch import Tensor

from benchmark.contracts import Need
from benchmark.images import encode_png, quantize, to_tensor

JPEG_QUALITY: Final = 90


class Encoding(Enum):
    """File format in which a picture is stored before it is scored."""

    NONE = 0
    PNG = 1
    JPEG = 2


class Company(Enum):
    """Way in which a picture is handed to the metric."""

    ALONE = 0
    AGAIN = 1
    """Alone, as a copy, after the other treatments."""
    IN_BATCH = 2
    """As a copy, behind another picture."""


@dataclass(frozen=True)
class Swap:
    """Another case's content, style image or prompt in place of a case's own.

    Attributes:
        need: Kind of the input that is swapped.
        shift: Number of places to move on in the list of different inputs of this kind.
    """

    need: Need
    shift: int


@dataclass(frozen=True)
class Treatment:
    """A known change of a case.

    Attributes:
        strength: Share of the style image in the blend that is scored: 0 is the unchanged content, 1 the style image.
        encoding: File format in which the blend is stored first.
        company: Way in which it is handed to the metric.
        halved: Whether everything has half the protocol's resolution.
        swap: Input that is taken from another case.
    """

    strength: float
    encoding: Encoding = Encoding.NONE
    company: Company = Company.ALONE
    halved: bool = False
    swap: Swap | None = None


UNCHANGED: Final = Treatment(0.0)
HALFWAY: Final = Treatment(0.5)
STYLE_ITSELF: Final = Treatment(1.0)
BLENDS: Final = (UNCHANGED, Treatment(0.25), HALFWAY, Treatment(0.75), STYLE_ITSELF)
"""From the content to the style image."""
THROUGH_PNG: Final = replace(HALFWAY, encoding=Encoding.PNG)
THROUGH_JPEG: Final = replace(HALFWAY, encoding=Encoding.JPEG)
AGAIN: Final = replace(HALFWAY, company=Company.AGAIN)
IN_BATCH: Final = replace(HALFWAY, company=Company.IN_BATCH)
HALVED: Final = replace(HALFWAY, halved=True)


def swapped(need: Need, shift: int) -> Treatment:
    """Returns the treatment that scores the halfway blend against an input of another case.

    Args:
        need: Kind of the input that is taken from the other case.
        shift: Number of places to move on, as in ``Swap``.
    """
    return replace(HALFWAY, swap=Swap(need, shift))


def blend(content: Tensor, style: Tensor, strength: float, encoding: Encoding = Encoding.NONE) -> Tensor:
    """Blends a content with a style image, rounded to 8 bits as a file keeps it.

    Args:
        content: 3×H×W in [0, 1].
        style: 3×H×W in [0, 1].
        strength: Share of the style image.
        encoding: File format in which the picture is stored and read again.

    Returns:
        3×H×W in [0, 1], a new tensor.
    """
    picture = quantize(torch.lerp(content, style, strength)).clone()
    return picture if encoding is Encoding.NONE else _stored(picture, encoding).to(content.device)


def _stored(picture: Tensor, encoding: Encoding) -> Tensor:
    from PIL import Image

    with Image.open(io.BytesIO(encode_png(picture))) as png:
        if encoding is Encoding.PNG:
            return to_tensor(png.convert("RGB"))
        buffer = io.BytesIO()
        png.save(buffer, format="JPEG", quality=JPEG_QUALITY)
    with Image.open(buffer) as jpeg:
        return to_tensor(jpeg.convert("RGB"))
