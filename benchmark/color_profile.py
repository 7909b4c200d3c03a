"""Conversion to sRGB of pictures that carry an ICC profile."""

from __future__ import annotations

import functools
import io
import warnings
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from PIL import Image
    from PIL.ImageCms import ImageCmsTransform

_MODES: Final = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}
"""Pillow's name of the mode of each colour space of profiles."""

_LIKE_SRGB: Final = 2
"""Levels of 255 by which a profile of sRGB may differ from it: its variants were rounded in different ways."""

_ADOBE_RGB: Final = "R03"
_INTEROPERABILITY: Final = 0xA005
_SRGB_GAMMA: Final = 1 / 2.2
_SRGB_CHROMATICITIES: Final = (0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)


class ColorProfileWarning(UserWarning):
    """Warning that a picture's statement about its colours was ignored: they are taken as sRGB."""


def embedded_profile(file: Image.Image, name: str) -> bytes | None:
    """Returns the profile that an image file carries, or ``None``.

    Other statements about colours are not applied, as most viewers do not: the mark of Adobe RGB in EXIF
    (interoperability index R03), and ``gAMA`` and ``cHRM`` of PNG. Where they name another space than sRGB, a
    ``ColorProfileWarning`` is issued.

    Args:
        file: The file, as it was opened.
        name: Name of the picture in warnings.
    """
    profile: bytes | None = file.info.get("icc_profile")
    if profile:
        return profile
    if "icc_profile" in file.info:
        _warn(name, "its colour profile is damaged")
    elif file.getexif().get_ifd(_INTEROPERABILITY).get(1) == _ADOBE_RGB:
        _warn(name, "EXIF says Adobe RGB, but no profile is embedded")
    elif "srgb" not in file.info and _is_far_from_srgb(file):
        _warn(name, "its gAMA or cHRM chunk says other colours, but no profile is embedded")
    return None


def to_srgb(image: Image.Image, profile: bytes | None, name: str) -> Image.Image:
    """Converts an 8-bit image to sRGB.

    The intent is relative colorimetric with black point compensation: colours that sRGB has stay the same, others
    become the nearest. A profile that is sRGB but for rounding changes no pixel. A profile that cannot be used is not
    applied, with a ``ColorProfileWarning``; an image without one is sRGB.

    Args:
        image: Greyscale, palette, RGB or CMYK, without alpha.
        profile: The ICC profile that it carries, or ``None``.
        name: Name of the picture in warnings.

    Returns:
        The image as RGB.
    """
    from PIL import ImageCms

    # Lab does not depend on a device.
    if not profile or image.mode == "LAB":
        return image.convert("RGB")
    try:
        space = ImageCms.ImageCmsProfile(io.BytesIO(profile)).profile.xcolor_space.strip()
        pixels = _pixels(image, space)
        transform = _transform(profile, pixels.mode)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError) as error:
        _warn(name, f"its colour profile cannot be used ({' '.join(str(error).split())})")
        return image.convert("RGB")
    if transform is None:
        return image.convert("RGB")
    converted = ImageCms.applyTransform(pixels, transform)
    assert converted is not None
    return converted


def _pixels(image: Image.Image, space: str) -> Image.Image:
    mode = _MODES.get(space)
    if mode is None:
        raise ValueError(f"it is for {space}")
    # Greyscale pictures often carry the RGB profile of the program that edited them.
    fits = {"RGB": image.mode != "CMYK", "L": image.mode in {"1", "L"}, "CMYK": image.mode == "CMYK"}
    if not fits[mode]:
        raise ValueError(f"it is for {space}, the picture is {image.mode}")
    return image.convert(mode)


@functools.lru_cache(maxsize=16)
def _transform(profile: bytes, mode: str) -> ImageCmsTransform | None:
    """Builds the transform from a profile to sRGB, or returns ``None`` where it would change nothing."""
    from PIL import ImageCms

    transform = ImageCms.buildTransform(
        ImageCms.ImageCmsProfile(io.BytesIO(profile)),
        ImageCms.createProfile("sRGB"),
        mode,
        "RGB",
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        # Optimised transforms of greyscale are wrong by up to ten levels in the shadows.
        ImageCms.Flags.BLACKPOINTCOMPENSATION | (ImageCms.Flags.NOOPTIMIZE if mode == "L" else 0),
    )
    return None if mode != "CMYK" and _changes_little(transform, mode) else transform


def _changes_little(transform: ImageCmsTransform, mode: str) -> bool:
    import numpy as np
    from PIL import Image, ImageCms

    levels = np.linspace(0, 255, 18).astype(np.uint8)
    if mode == "RGB":
        pixels = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), -1).reshape(1, -1, 3)
    else:
        pixels = np.arange(256, dtype=np.uint8)[None]
    image = Image.fromarray(pixels)
    converted = ImageCms.applyTransform(image, transform)
    assert converted is not None
    difference = np.asarray(converted, np.int16) - np.asarray(image.convert("RGB"), np.int16)
    return bool(np.abs(difference).max() <= _LIKE_SRGB)


def _is_far_from_srgb(file: Image.Image) -> bool:
    gamma = file.info.get("gamma", _SRGB_GAMMA)
    stated = file.info.get("chromaticity", _SRGB_CHROMATICITIES)
    return abs(gamma / _SRGB_GAMMA - 1) > 0.05 or any(
        abs(one - other) > 0.01 for one, other in zip(stated, _SRGB_CHROMATICITIES, strict=True)
    )


def _warn(name: str, reason: str) -> None:
    warnings.warn(f"{name}: {reason}; taken as sRGB", ColorProfileWarning, stacklevel=2)
