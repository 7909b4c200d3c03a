"""What the stand-ins share: they read, size and mix pictures, as fast as Pillow can."""

from pathlib import Path

from PIL import Image, ImageOps


def read(path):
    return Image.open(path).convert("RGB")


def squash(image, side):
    return image.resize((side, side))


def centre(image, side):
    return ImageOps.fit(image, (side, side))


def short(image, side, multiple=1):
    """Scales the shorter side; 0 leaves it. Sides are rounded up, as decoders do."""
    scale = side / min(image.size) if side else 1
    return image.resize(tuple(-(-round(length * scale) // multiple) * multiple for length in image.size))


def longest(image, side):
    scale = side / max(image.size)
    return image.resize(tuple(max(1, round(length * scale)) for length in image.size))


def mix(content, style, share=0.5):
    return Image.blend(content, style.resize(content.size), share)


def load(*files):
    """Loads weights: opens them, and fails as loading does where they are missing."""
    for file in files:
        Path(file).open("rb").close()
