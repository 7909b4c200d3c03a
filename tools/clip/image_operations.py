"""Small image operations that the renderings are made of. Images are H×W×3 float32 in [0, 1]."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage
from scipy.spatial import cKDTree

Array = NDArray[np.float32]
Colour = tuple[float, float, float]
_LUMINANCE_WEIGHTS = np.array([0.299, 0.587, 0.114], np.float32)


def luminance(image: Array) -> Array:
    """H×W×3 → H×W."""
    return image @ _LUMINANCE_WEIGHTS


def repeat_grey(grey: Array) -> Array:
    """H×W → H×W×3, limited to [0, 1]."""
    return np.repeat(np.clip(grey, 0, 1)[..., None], 3, axis=2)


def blur(values: Array, sigma: float) -> Array:
    """Gaussian blur over the first two axes."""
    sigmas = (sigma, sigma, 0) if values.ndim == 3 else (sigma, sigma)
    return ndimage.gaussian_filter(values, sigmas)


def stretch(grey: Array, low: float = 2, high: float = 98) -> Array:
    """Stretch the range between two percentiles to [0, 1]."""
    bottom, top = np.percentile(grey, [low, high])
    return np.clip((grey - bottom) / (top - bottom + 1e-3), 0, 1).astype(np.float32)


def edges(grey: Array, sigma: float = 1.2) -> Array:
    """Gradient magnitude after a blur; 1 is a strong edge."""
    smooth = blur(grey, sigma)
    return np.hypot(ndimage.sobel(smooth, 0), ndimage.sobel(smooth, 1))


def saturate(image: Array, factor: float) -> Array:
    """Multiply the distance from grey."""
    grey = luminance(image)[..., None]
    return np.clip(grey + (image - grey) * factor, 0, 1)


def apply_palette(values: Array, colours: Sequence[Colour]) -> Array:
    """Map [0, 1] to a gradient through colours given in 0–255."""
    stops = np.linspace(0, 1, len(colours))
    table = np.asarray(colours, np.float32) / 255
    return np.stack([np.interp(values, stops, table[:, c]) for c in range(3)], axis=-1).astype(np.float32)


def fractal_noise(
    shape: tuple[int, int], rng: Generator, coarsest: int = 4, octaves: int = 5, persistence: float = 0.6
) -> Array:
    """Sum of smooth random fields, scaled to [0, 1]."""
    height, width = shape
    total = np.zeros(shape, np.float32)
    for octave in range(octaves):
        cells = coarsest * 2**octave
        field = Image.fromarray(rng.normal(size=(cells, cells)).astype(np.float32))
        total += persistence**octave * np.asarray(field.resize((width, height), Image.Resampling.BICUBIC))
    return (total - total.min()) / (np.ptp(total) + 1e-6)


def grid(shape: tuple[int, int]) -> tuple[Array, Array]:
    """Row and column coordinates in pixels."""
    rows, columns = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    return rows, columns


def rotated_coordinate(shape: tuple[int, int], angle: float) -> Array:
    """Distance in pixels along a direction given in radians."""
    rows, columns = grid(shape)
    return (np.cos(angle) * columns + np.sin(angle) * rows).astype(np.float32)


def stroke_texture(shape: tuple[int, int], rng: Generator, length: float, degrees: float) -> Array:
    """Directional noise of mean 0 and deviation 1."""
    margin = int(0.25 * max(shape))
    noise = rng.normal(size=(shape[0] + 2 * margin, shape[1] + 2 * margin)).astype(np.float32)
    smeared = ndimage.rotate(ndimage.gaussian_filter1d(noise, length, axis=1), degrees, reshape=False, order=1)
    texture = smeared[margin : margin + shape[0], margin : margin + shape[1]]
    return (texture - texture.mean()) / (texture.std() + 1e-6)


def kuwahara(image: Array, size: int) -> Array:
    """Edge-preserving smoothing: each pixel takes the mean of its calmest quadrant (Kuwahara 1976)."""
    half = size // 2
    mean = ndimage.uniform_filter(image, (size, size, 1))
    variance = (ndimage.uniform_filter(image**2, (size, size, 1)) - mean**2).sum(-1)
    shifts = [(dy, dx) for dy in (-half, half) for dx in (-half, half)]
    means = np.stack([np.roll(mean, shift, (0, 1)) for shift in shifts])
    calmest = np.argmin(np.stack([np.roll(variance, shift, (0, 1)) for shift in shifts]), axis=0)
    return np.take_along_axis(means, calmest[None, ..., None], axis=0)[0]


def fill_regions(image: Array, labels: NDArray[np.int64]) -> Array:
    """Give every labelled region its mean colour."""
    count = np.bincount(labels.ravel()).clip(1)
    colours = [np.bincount(labels.ravel(), image[..., c].ravel()) / count for c in range(3)]
    return np.stack(colours, axis=-1)[labels].astype(np.float32)


def voronoi_cells(shape: tuple[int, int], rng: Generator, cells: int) -> tuple[NDArray[np.int64], Array]:
    """Labels of random cells and each pixel's distance to its cell's border (about, in pixels)."""
    rows, columns = grid(shape)
    centres = rng.uniform(0, 1, (cells, 2)) * shape
    distances, nearest = cKDTree(centres).query(np.stack([rows.ravel(), columns.ravel()], 1), k=2)
    gap = (distances[:, 1] - distances[:, 0]).reshape(shape)
    return nearest[:, 0].reshape(shape), gap.astype(np.float32)


def region_borders(labels: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Pixels whose upper or left neighbour belongs to another region."""
    vertical = np.diff(labels, axis=0, prepend=labels[:1]) != 0
    horizontal = np.diff(labels, axis=1, prepend=labels[:, :1]) != 0
    return vertical | horizontal


def to_pil(image: Array) -> Image.Image:
    """H×W×3 in [0, 1] → 8-bit RGB."""
    return Image.fromarray((np.clip(image, 0, 1) * 255).round().astype(np.uint8))


def from_pil(picture: Image.Image) -> Array:
    """8-bit RGB → H×W×3 in [0, 1]."""
    return np.asarray(picture.convert("RGB"), np.float32) / 255


def pixelate(image: Array, side: int, colours: int) -> Array:
    """Reduce to side×side blocks of a small palette."""
    height, width = image.shape[:2]
    small = to_pil(image).resize((side, side), Image.Resampling.BOX).quantize(colours).convert("RGB")
    return from_pil(small.resize((width, height), Image.Resampling.NEAREST))


def cosine_colours(phase: Array) -> Array:
    """A rainbow: phase in turns → H×W×3."""
    offsets = np.array([0, 1 / 3, 2 / 3], np.float32)
    return (0.5 + 0.5 * np.cos(2 * np.pi * (phase[..., None] + offsets))).astype(np.float32)


def load_image(path: Path, longest_side: int = 768) -> Array:
    """Read a picture as H×W×3 in [0, 1]."""
    picture = Image.open(path).convert("RGB")
    picture.thumbnail((longest_side, longest_side), Image.Resampling.LANCZOS)
    return from_pil(picture)


def centre_square(image: Array, side: int) -> Array:
    """Centre crop, resized."""
    height, width = image.shape[:2]
    edge = min(height, width)
    top, left = (height - edge) // 2, (width - edge) // 2
    crop = Image.fromarray((image[top : top + edge, left : left + edge] * 255).round().astype("uint8"))
    return from_pil(crop.resize((side, side), Image.Resampling.LANCZOS))
