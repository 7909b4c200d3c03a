"""Toys, weather, light and lenses as the judge learns them, made in other ways than clip-tiny's."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from PIL import Image
from scipy import ndimage

from tools.clip.image_operations import (
    Array,
    blur,
    from_pil,
    grid,
    luminance,
    repeat_grey,
    saturate,
    stretch,
    to_pil,
)


def toy_bricks(image: Array, rng: Generator) -> Array:
    height, width = image.shape[:2]
    rows, columns = grid((height, width))
    deep, wide = int(rng.integers(9, 14)), int(rng.integers(18, 28))
    course = (rows // deep).astype(np.int64)
    column = ((columns + (course % 2) * wide / 2) // wide).astype(np.int64)
    labels = course * (int(column.max()) + 1) + column
    count = np.bincount(labels.ravel()).clip(1)
    colours = np.stack([np.bincount(labels.ravel(), image[..., c].ravel()) for c in range(3)], -1) / count[:, None]
    colours = np.round(colours * 5) / 5 if len(count) else colours
    wall = saturate(colours[labels].astype(np.float32), 1.7)
    down, across = np.mod(rows, deep) / deep, np.mod(columns + (course % 2) * wide / 2, wide) / wide
    shade = np.where(down < 0.15, 0.2, 0.0) - np.where((down > 0.88) | (across > 0.95), 0.35, 0.0)
    knob = np.where((np.abs(np.mod(across * 2, 1) - 0.5) < 0.28) & (down < 0.3), 0.12, 0.0)
    return np.clip(wall + (shade + knob)[..., None], 0, 1).astype(np.float32)


def fog(image: Array, rng: Generator) -> Array:
    depth = blur(1 - stretch(blur(luminance(image), 8)), 10)
    transmission = np.exp(-rng.uniform(0.9, 1.7) * (0.5 + depth))[..., None]
    air = np.array([0.8, 0.82, 0.82]) * rng.uniform(0.9, 1.1)
    return np.clip(image * transmission + air * (1 - transmission), 0, 1).astype(np.float32)


def sunset(image: Array, rng: Generator) -> Array:
    rows, columns = grid(image.shape[:2])
    sun = rng.uniform((0.3, 0.2), (0.6, 0.8)) * image.shape[:2]
    distance = np.hypot(rows - sun[0], columns - sun[1]) / image.shape[0]
    light = np.exp(-3 * distance)[..., None] * np.array([1.0, 0.75, 0.35])
    tint = np.array([1.15, 0.68, 0.5]) * (1 - distance[..., None] * 0.3) + distance[..., None] * [0.0, 0.0, 0.18]
    return np.clip(
        stretch(luminance(image))[..., None] ** 1.4 * tint * 0.6 + image * tint * 0.3 + light * 0.5, 0, 1
    ).astype(np.float32)


def emboss(image: Array, rng: Generator) -> Array:
    grey = blur(luminance(image), 1)
    down, right = (int(v) for v in rng.choice([(2, 2), (2, -2), (3, 1), (-2, 2)]))
    relief = grey - np.roll(grey, (down, right), (0, 1))
    tinted = repeat_grey(np.clip(0.52 + rng.uniform(1.2, 2.2) * relief, 0, 1))
    return np.clip(tinted * rng.uniform(0.9, 1.08, 3), 0, 1).astype(np.float32)


def kaleidoscope(image: Array, rng: Generator) -> Array:
    half = image.shape[0] // 2
    top, left = (int(v) for v in rng.integers(0, half + 1, 2))
    tile = image[top : top + half, left : left + half]
    triangle = np.tril(np.ones((half, half), bool))[..., None]
    tile = np.where(triangle, tile, tile.transpose(1, 0, 2))
    upper = np.concatenate([tile, tile[:, ::-1]], 1)
    whole = np.concatenate([upper, upper[::-1]], 0)
    turned = to_pil(whole).rotate(float(rng.choice([0, 45])), Image.Resampling.BILINEAR)
    return saturate(np.maximum(from_pil(turned), 0.0), rng.uniform(1.1, 1.6))


def duotone(image: Array, rng: Generator) -> Array:
    grey = stretch(ndimage.median_filter(luminance(image), 5))
    dark, ink, paper = np.array([0.1, 0.08, 0.1]), np.array([0.8, 0.16, 0.12]), np.array([0.94, 0.88, 0.74])
    lines = (np.mod(grid(grey.shape)[0], 4) < 2)[..., None]
    middle = np.where(lines, ink, paper)
    first, second, third = np.sort(rng.uniform((0.2, 0.42, 0.65), (0.32, 0.58, 0.8)))
    poster = np.where(grey[..., None] < third, middle, paper)
    poster = np.where(grey[..., None] < second, ink, poster)
    return np.where(grey[..., None] < first, dark, poster).astype(np.float32)


def out_of_focus(image: Array, rng: Generator) -> Array:
    size = int(rng.integers(9, 19))
    offsets = np.arange(size) - (size - 1) / 2
    disc = (np.hypot(offsets[:, None], offsets[None]) <= size / 2).astype(np.float32)
    disc /= disc.sum()
    return np.stack([ndimage.convolve(image[..., channel], disc, mode="nearest") for channel in range(3)], -1)
