"""Drawing and painting media as the judge learns them, made in other ways than clip-tiny's."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageDraw, ImageFilter
from scipy import ndimage
from skimage.filters import difference_of_gaussians
from skimage.restoration import denoise_tv_chambolle
from skimage.segmentation import slic

from tools.clip.image_operations import (
    Array,
    apply_palette,
    blur,
    edges,
    fill_regions,
    fractal_noise,
    from_pil,
    grid,
    luminance,
    pixelate,
    region_borders,
    repeat_grey,
    rotated_coordinate,
    saturate,
    stretch,
    stroke_texture,
    to_pil,
    voronoi_cells,
)


def contour_lines(grey: Array, sigma: float, sharpness: float) -> Array:
    """Dark lines on white from a difference of Gaussians (Winnemöller et al. 2012, XDoG)."""
    difference = blur(grey, sigma) - 0.97 * blur(grey, 1.6 * sigma)
    return np.clip(1 + np.tanh(np.minimum(difference - 0.012, 0) * sharpness), 0, 1)


def superpixels(image: Array, count: int, compactness: float) -> np.ndarray:
    """Labels of compact regions of similar colour."""
    return slic(image, n_segments=count, compactness=compactness, start_label=0).astype(np.int64)


def photo(image: Array, rng: Generator) -> Array:
    return np.clip(image ** rng.uniform(0.9, 1.12), 0, 1)


def noise(image: Array, rng: Generator) -> Array:
    kind, strength = rng.integers(4), rng.uniform(0.1, 0.3)
    if kind == 0:
        return np.clip(image + strength * rng.normal(size=(*image.shape[:2], 1)), 0, 1).astype(np.float32)
    if kind == 1:
        sparse = rng.random(image.shape) < strength * 0.6
        return np.where(sparse, rng.random(image.shape), image).astype(np.float32)
    if kind == 2:
        bands = difference_of_gaussians(rng.normal(size=image.shape), 0.8, 2.0, channel_axis=-1)
        return np.clip(image + strength * bands / bands.std(), 0, 1).astype(np.float32)
    return np.clip(image * (1 + 1.3 * strength * rng.normal(size=image.shape)), 0, 1).astype(np.float32)


def pencil_sketch(image: Array, rng: Generator) -> Array:
    grey = luminance(image)
    dodge = np.clip(grey / (1.02 - blur(1 - grey, rng.uniform(4, 9))), 0, 1) ** rng.uniform(1.2, 2.2)
    lines = contour_lines(grey, 0.9, 45)
    grain = 1 - (1 - stretch(grey)) * rng.uniform(0.15, 0.4) * (rng.random(grey.shape) < 0.6)
    return repeat_grey(blur((dodge * (0.4 + 0.6 * lines) * grain).astype(np.float32), 0.5))


def charcoal(image: Array, rng: Generator) -> Array:
    grey = stretch(luminance(image))
    smear = ndimage.uniform_filter(grey, (int(rng.integers(3, 8)), 3))
    tooth = stroke_texture(grey.shape, rng, 1.2, rng.uniform(0, 180)) * 0.16
    return repeat_grey(np.where(smear + tooth > 0.55, 0.93, np.clip(smear * 1.1 + tooth, 0.03, 0.9)))


def watercolor(image: Array, rng: Generator) -> Array:
    smooth = denoise_tv_chambolle(image, weight=0.25, channel_axis=-1).astype(np.float32)
    bleed = (fractal_noise(image.shape[:2], rng, 8, 4) - 0.5) * 16
    rows, columns = grid(image.shape[:2])
    moved = [
        ndimage.map_coordinates(smooth[..., c], [rows + bleed, columns - bleed], order=1, mode="reflect")
        for c in range(3)
    ]
    washes = 1 - (1 - np.stack(moved, -1)) * rng.uniform(0.5, 0.75)
    blotches = 0.9 + 0.2 * fractal_noise(image.shape[:2], rng, 5, 5)[..., None]
    rim = np.clip(edges(luminance(smooth), 1.5), 0, 0.6)[..., None]
    return np.clip(washes * blotches - 0.2 * rim, 0, 1)


def oil_painting(image: Array, rng: Generator) -> Array:
    dabs = from_pil(to_pil(image).filter(ImageFilter.ModeFilter(int(rng.choice([7, 9])))))
    bristles = stroke_texture(image.shape[:2], rng, 7, rng.uniform(0, 180))
    relief = ndimage.sobel(blur(luminance(dabs), 1), 1) * 0.15 + bristles * 0.035
    return saturate(np.clip(dabs + relief[..., None], 0, 1), 1.3)


def mosaic(image: Array, rng: Generator) -> Array:
    labels = superpixels(image, int(rng.integers(500, 900)), 40)
    stones = saturate(fill_regions(image, labels), 1.4) + rng.normal(0, 0.05, (labels.max() + 1, 1))[labels]
    stones[region_borders(labels)] = 0.78
    return np.clip(blur(stones.astype(np.float32), 0.4), 0, 1)


def stained_glass(image: Array, rng: Generator) -> Array:
    labels = superpixels(blur(image, 2), int(rng.integers(70, 140)), 18)
    glass = saturate(fill_regions(image, labels), 2.8) ** 0.8
    lead = ndimage.binary_dilation(region_borders(labels), iterations=2)
    glass = glass * (0.85 + 0.3 * fractal_noise(image.shape[:2], rng, 16, 2)[..., None])
    glass[lead] = 0.02
    return np.clip(glass, 0, 1)


def pointillism(image: Array, rng: Generator) -> Array:
    labels, gap = voronoi_cells(image.shape[:2], rng, int(rng.integers(3000, 5000)))
    tint = rng.normal(0, 0.13, (labels.max() + 1, 3))[labels]
    dots = np.clip(saturate(fill_regions(image, labels), 1.6) + tint, 0, 1)
    inside = np.clip((gap - 0.5) / 1.2, 0, 1)[..., None]
    return (dots * inside + np.array([0.95, 0.91, 0.82]) * (1 - inside)).astype(np.float32)


def halftone(image: Array, rng: Generator) -> Array:
    cell = int(rng.integers(5, 8))
    rows, columns = grid(image.shape[:2])
    grey = stretch(luminance(image))
    coarse = ndimage.uniform_filter(grey, cell)
    shifted = columns + (rows // cell % 2) * (cell / 2)
    radius = np.hypot(np.mod(rows, cell) - cell / 2, np.mod(shifted, cell) - cell / 2)
    return repeat_grey(np.where(radius < np.sqrt(1 - coarse) * cell * 0.62, 0.06, 0.97))


def woodcut(image: Array, rng: Generator) -> Array:
    grey = stretch(blur(luminance(image), 1.2))
    carved = grey + 0.3 * np.sign(stroke_texture(grey.shape, rng, 9, rng.uniform(-30, 30))) * (grey > 0.25)
    lines = contour_lines(grey, 1.4, 60) > 0.6
    return apply_palette(((carved > 0.55) & lines).astype(np.float32), [(25, 18, 14), (232, 218, 190)])


def pixel_art(image: Array, rng: Generator) -> Array:
    return np.round(pixelate(saturate(image, 1.5), int(rng.integers(24, 44)), 64) * 4) / 4


def low_poly(image: Array, rng: Generator) -> Array:
    side = int(rng.integers(14, 22))
    rows, columns = grid(image.shape[:2])
    field = fractal_noise(image.shape[:2], rng, 6, 2) * side
    y, x = rows + field, columns - field
    upper = (np.mod(y, side) + np.mod(x, side) < side).astype(np.int64)
    cell = (y // side).astype(np.int64) * 64 + (x // side).astype(np.int64)
    _, labels = np.unique(cell * 2 + upper, return_inverse=True)
    labels = labels.reshape(image.shape[:2])
    tone = rng.normal(0, 0.035, (labels.max() + 1, 1))[labels]
    return np.clip(saturate(fill_regions(image, labels), 1.3) + tone, 0, 1).astype(np.float32)


def cartoon(image: Array, rng: Generator) -> Array:
    flat = denoise_tv_chambolle(image, weight=0.2, channel_axis=-1).astype(np.float32)
    shades = np.round(flat * 6) / 6
    lines = contour_lines(luminance(flat), 1.3, 70) > 0.5
    return np.clip(saturate(shades, rng.uniform(1.5, 2.0)) * 1.08 * lines[..., None], 0, 1).astype(np.float32)


def ink_drawing(image: Array, rng: Generator) -> Array:
    grey = stretch(blur(luminance(image), 1))
    first = stroke_texture(grey.shape, rng, 10, rng.uniform(30, 60))
    second = stroke_texture(grey.shape, rng, 10, rng.uniform(-60, -30))
    hatched = (first < (grey - 0.5) * 3.2 + 0.6) & (second < (grey - 0.2) * 3.2 + 1.0)
    return repeat_grey(hatched * (contour_lines(grey, 1.0, 60) > 0.5) * 0.97 + 0.02)


def cross_stitch(image: Array, rng: Generator) -> Array:
    side = int(rng.integers(4, 7))
    cloth = pixelate(saturate(image, 1.4), image.shape[0] // side, 40)
    wave = np.abs(np.sin(np.pi * rotated_coordinate(image.shape[:2], np.pi / 4) * 1.414 / side))
    other = np.abs(np.sin(np.pi * rotated_coordinate(image.shape[:2], -np.pi / 4) * 1.414 / side))
    holes = np.clip(np.maximum(wave, other) * 1.3 - 0.35, 0.25, 1)[..., None]
    return np.clip(cloth * holes + 0.06, 0, 1)


def blueprint(image: Array, rng: Generator) -> Array:
    lines = 1 - contour_lines(luminance(image), 0.8, 70)
    paper = apply_palette(fractal_noise(image.shape[:2], rng, 3, 3), [(18, 50, 120), (28, 72, 160)])
    rows, columns = grid(image.shape[:2])
    minor = ((np.mod(rows, 12) < 1) | (np.mod(columns, 12) < 1)) * 0.06
    return np.clip(paper + (lines * 0.85 + minor)[..., None], 0, 1).astype(np.float32)


def chalk(image: Array, rng: Generator) -> Array:
    grey = luminance(image)
    lines = 1 - contour_lines(blur(grey, 0.7), 1.4, 60)
    crumbs = rng.random(grey.shape) < 0.75
    smudge = 0.12 * blur(rng.random(grey.shape).astype(np.float32), 8) + 0.12 * stretch(grey)
    board = np.array([0.1, 0.12, 0.12]) if rng.random() < 0.5 else np.array([0.08, 0.18, 0.12])
    return np.clip(board + (blur((lines * crumbs).astype(np.float32), 0.6) * 0.9 + smudge)[..., None], 0, 1).astype(
        np.float32
    )


def crayon(image: Array, rng: Generator) -> Array:
    colours = saturate(np.round(blur(image, 1.5) * 5) / 5, 1.9)
    wax = stroke_texture(image.shape[:2], rng, 4, rng.uniform(30, 60)) + 0.5 * rng.normal(size=image.shape[:2])
    bare = (wax > 0.5 + 0.6 * (1 - stretch(luminance(image))))[..., None]
    return np.where(bare, 0.96, colours).astype(np.float32)


def paper_cut(image: Array, rng: Generator) -> Array:
    labels = superpixels(blur(image, 3), int(rng.integers(25, 45)), 12)
    sheets = np.round(saturate(fill_regions(image, labels), 1.8) * 3.5) / 3.5
    depth = rng.random(labels.max() + 1)[labels].astype(np.float32)
    shadow = np.clip(np.roll(blur(depth, 2.5), (2, 3), (0, 1)) - depth, 0, 1)[..., None]
    return np.clip(sheets * (1 - 0.8 * shadow) + rng.normal(0, 0.012, labels.shape)[..., None], 0, 1).astype(np.float32)


def graffiti(image: Array, rng: Generator) -> Array:
    grey = stretch(blur(luminance(image), 2.5))
    sprayed = from_pil(to_pil(saturate(image, 3)).filter(ImageFilter.ModeFilter(9)))
    concrete = 0.6 + 0.15 * fractal_noise(grey.shape, rng, 12, 5)
    canvas = Image.fromarray((np.clip(grey, 0, 1) * 255).astype(np.uint8))
    drips = Image.new("L", canvas.size, 0)
    pen = ImageDraw.Draw(drips)
    for x, y in rng.integers(0, canvas.size[0], (14, 2)):
        pen.line([int(x), int(y), int(x), int(y + rng.integers(15, 60))], fill=255, width=2)
    drip = np.asarray(drips, np.float32)[..., None] / 255
    spray = np.clip(0.9 + 0.3 * rng.normal(size=(*grey.shape, 1)), 0, 1)
    wall = np.where(grey[..., None] > 0.82, concrete[..., None], sprayed * spray + concrete[..., None] * (1 - spray))
    lines = ndimage.binary_erosion(contour_lines(grey, 2.5, 60) > 0.6)[..., None]
    return np.clip(wall * (0.1 + 0.9 * lines) * (1 - 0.7 * drip), 0, 1).astype(np.float32)
