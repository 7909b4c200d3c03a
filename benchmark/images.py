"""Reading and writing of image files: any file becomes an RGB tensor, or one clear error."""

from __future__ import annotations

import base64
import hashlib
import io
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.color_profile import embedded_profile, to_srgb
from benchmark.errors import InputError
from benchmark.escaping import printable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image
    from torch import Tensor

PREPARATION_VERSION = "2"
"""Changes whenever the same file would become other pixels; part of every fingerprint.

2: pictures with a colour profile are converted to sRGB; before, the profile was ignored.
"""

MINIMUM_SIDE = 16
MAXIMUM_PIXELS = 100_000_000
_FORMATS_OF_CAMERAS = ("JPEG", "MPO", "TIFF", "WEBP")
_LYING = (5, 6, 7, 8)
"""EXIF orientations that exchange width and height."""
_GREY_WITH_ALPHA = ("1", "L", "LA", "La")


def open_image(path: Path) -> Image.Image:
    """Reads an image file as 8-bit sRGB, upright.

    A colour profile is applied; without one the colours are sRGB, whatever EXIF or chunks of PNG say (see
    ``benchmark.color_profile``). EXIF rotation is applied; transparent pixels lie on white; 16-bit greyscale is reduced
    to 8 bits; greyscale, palette and CMYK images are converted.

    Args:
        path: The file.

    Raises:
        InputError: The file is missing, no image, damaged, smaller than 16 px on a side or larger than 100 megapixels.
    """
    return _decode(path, printable(path))


def open_stored_image(path: Path) -> Image.Image:
    """Reads an image file as ``open_image`` does, but keeps the stored numbers, without a conversion to sRGB."""
    return _decode(path, str(path), is_color=False)


def image_size(source: Path | io.BytesIO) -> tuple[int, int] | None:
    """Reads width and height of an image file, upright, without its pixels; ``None`` if it cannot be used.

    Args:
        source: The file, or its bytes.
    """
    from PIL import ExifTags, Image

    try:
        with warnings.catch_warnings(action="ignore"), Image.open(source) as file:
            # A PNG would be decoded as a whole to find out.
            exif = file.getexif() if file.format in _FORMATS_OF_CAMERAS else {}
            is_lying = exif.get(ExifTags.Base.Orientation) in _LYING
            return (file.height, file.width) if is_lying else file.size
    except Exception:
        # Whatever a damaged file makes Pillow raise: reading it says so.
        return None


def decode_image(data: bytes, name: str) -> Image.Image:
    """Reads the bytes of an image file as ``open_image`` reads the file.

    Args:
        data: The bytes.
        name: Name of the image in errors.

    Raises:
        InputError: They cannot be used.
    """
    return _decode(io.BytesIO(data), name)


def prepare_image(image: Image.Image, name: str) -> Image.Image:
    """Converts a picture of PIL as ``open_image`` converts one that it reads; the picture itself stays as it is.

    Args:
        image: The picture.
        name: Name of the picture in errors.

    Raises:
        InputError: It cannot be used.
    """
    try:
        return _prepared(image, name)
    except (OSError, SyntaxError, ValueError) as error:
        raise InputError(f"cannot read image {name}: {error}") from error


def holds_pixels(source: Path | bytes, sha256: str) -> bool:
    """Returns whether an image file holds the pixels that a hash pins.

    Hashes from before version 2 of the preparation were taken of the stored numbers; they pin the same picture.

    Args:
        source: The file, or its bytes.
        sha256: The hash, a result of ``pixels_sha256``.

    Raises:
        InputError: It cannot be used as an image.
    """
    return any(
        pixels_sha256(_decode(io.BytesIO(source) if isinstance(source, bytes) else source, str(source), is_color))
        == sha256
        for is_color in (True, False)
    )


def pixels_sha256(image: Image.Image) -> str:
    """Returns the sha256, hexadecimal, of size and pixels of an 8-bit RGB image, whatever file it came from."""
    digest = hashlib.sha256(f"RGB {image.width}x{image.height}\n".encode())
    digest.update(image.tobytes())
    return digest.hexdigest()


def _decode(source: Path | io.BytesIO, name: str, is_color: bool = True) -> Image.Image:
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(source) as file:
                return _prepared(file, name, is_color)
    except FileNotFoundError:
        raise InputError(f"image not found: {name}") from None
    except Image.DecompressionBombError:
        raise InputError(f"image {name} is larger than {MAXIMUM_PIXELS // 10**6} megapixels; scale it down") from None
    except UnidentifiedImageError:
        raise InputError(f"not an image: {name}; use PNG, JPEG, WebP or TIFF") from None
    except (OSError, SyntaxError, ValueError) as error:
        raise InputError(f"cannot read image {name}: {error}") from error


def _prepared(image: Image.Image, name: str, is_color: bool = True) -> Image.Image:
    from PIL import ImageOps

    _check_size(name, *image.size)
    profile = embedded_profile(image, name) if is_color else None
    prepared = _as_rgb(ImageOps.exif_transpose(image), profile, name)
    # Files written from it are sRGB and carry no profile.
    prepared.info.clear()
    return prepared


def _check_size(name: str, width: int, height: int) -> None:
    if width * height > MAXIMUM_PIXELS:
        raise InputError(
            f"image {name} is {width}×{height}, larger than {MAXIMUM_PIXELS // 10**6} megapixels; scale it down"
        )
    if min(width, height) < MINIMUM_SIDE:
        raise InputError(f"image {name} is {width}×{height}; at least {MINIMUM_SIDE}×{MINIMUM_SIDE} pixels are needed")


def _as_rgb(image: Image.Image, profile: bytes | None, name: str) -> Image.Image:
    from PIL import Image

    if image.mode == "F":
        raise ValueError("floating-point pixels have no agreed range; save it with 8 or 16 bits")
    if image.mode.startswith("I;16") or image.mode == "I":
        image = image.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    if image.has_transparency_data:
        transparent = image.convert("RGBA")
        opaque = transparent.convert("L" if image.mode in _GREY_WITH_ALPHA else "RGB")
        colors = to_srgb(opaque, profile, name)
        colors.putalpha(transparent.getchannel("A"))
        paper = Image.new("RGBA", transparent.size, "white")
        return Image.alpha_composite(paper, colors).convert("RGB")
    return to_srgb(image, profile, name)


def fit_square(image: Image.Image, side: int) -> Image.Image:
    """Scales the shorter side to ``side`` pixels (Lanczos) and cuts out the centre square."""
    from PIL import Image, ImageOps

    return ImageOps.fit(image, (side, side), method=Image.Resampling.LANCZOS)


def fit_within(image: Image.Image, side: int) -> Image.Image:
    """Scales an image down (Lanczos), if need be, so that its longer side is at most ``side`` pixels."""
    from PIL import Image

    smaller = image.copy()
    smaller.thumbnail((side, side), Image.Resampling.LANCZOS)
    return smaller


def data_address(image: Image.Image) -> str:
    """Returns an RGB image as an address that holds it, a JPEG, for pages without files beside them."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=85, optimize=True)
    return f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode('ascii')}"


def to_tensor(image: Image.Image) -> Tensor:
    """Converts an RGB image to a float tensor, 3×H×W in [0, 1]; a greyscale one to 1×H×W."""
    import numpy as np
    import torch

    pixels = np.array(image, dtype=np.uint8)
    if pixels.ndim == 2:
        pixels = pixels[:, :, None]
    return torch.from_numpy(pixels).permute(2, 0, 1).contiguous().float().div(255)


def quantize(image: Tensor) -> Tensor:
    """Rounds to the 256 levels of an 8-bit file, so that the scored image is the saved one.

    Args:
        image: 3×H×W in [0, 1].
    """
    return _levels(image).div(255).contiguous()


def _levels(image: Tensor) -> Tensor:
    """The nearest of the levels 0 … 255 for every value of an image in [0, 1], still in floating point."""
    return image.clamp(0, 1).mul(255).round()


def to_levels(image: Tensor) -> NDArray[np.uint8]:
    """Returns an image, 3×H×W in [0, 1], as an 8-bit file holds it: H×W×3 in 0 … 255."""
    levels: NDArray[np.uint8] = _levels(image).byte().permute(1, 2, 0).contiguous().cpu().numpy()
    return levels


def encode_png(image: Tensor) -> bytes:
    """Encodes an image, 3×H×W in [0, 1], as a PNG file."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(to_levels(image)).save(buffer, format="PNG", compress_level=4)
    return buffer.getvalue()


def load_square(path: Path, side: int) -> Tensor:
    """Reads an image file as the centre square of ``side`` pixels, 3×H×W in [0, 1].

    Raises:
        InputError: The file cannot be used; see ``open_image``.
    """
    return to_tensor(fit_square(open_image(path), side))


def load_mask(path: Path, side: int) -> Tensor:
    """Reads a region mask as the centre square of ``side`` pixels, 1×H×W in [0, 1], white being 1.

    Its numbers are weights, not colours, and are taken as they are stored.

    Raises:
        InputError: The file cannot be used; see ``open_image``.
    """
    return to_tensor(fit_square(open_stored_image(path), side).convert("L"))


def encode_image(image: Tensor, suffix: str) -> bytes:
    """Encodes an image, 3×H×W in [0, 1], as a file in the format of a suffix such as ``.jpg``."""
    return encode_levels(to_levels(image), suffix)


def encode_levels(levels: NDArray[np.uint8], suffix: str) -> bytes:
    """Encodes an image, H×W×3 in 0 … 255, as a file in the format of a suffix such as ``.jpg``."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(levels).save(buffer, format=Image.registered_extensions()[suffix.lower()], quality=95)
    return buffer.getvalue()
