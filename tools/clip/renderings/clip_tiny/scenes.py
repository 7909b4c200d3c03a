"""Toys, weather, light and lenses as clip-tiny learns them. Each maps an H×W×3 image to one of its size."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from scipy import ndimage

from tools.clip.image_operations import (
    Array,
    apply_palette,
    blur,
    edges,
    fractal_noise,
    grid,
    luminance,
    pixelate,
    repeat_grey,
    saturate,
    stretch,
)


def toy_bricks(image: Array, rng: Generator) -> Array:
    height, width = image.shape[:2]
    side = int(rng.integers(11, 18))
    blocks = pixelate(saturate(image, 1.8), height // side, 12)
    rows, columns = (np.mod(axis, side) for axis in grid((height, width)))
    centre, radius = (side - 1) / 2, 0.32 * side
    distance = np.hypot(rows - centre, columns - centre)
    light = (rows + columns) / side - 1
    stud = np.where(np.abs(distance - radius) < 1, -0.25 * np.sign(light), np.where(distance < radius, 0.07, 0.0))
    joint = np.where((rows < 1) | (columns < 1), -0.3, 0.0)
    return np.clip(blocks + (stud + joint)[..., None], 0, 1).astype(np.float32)


def fog(image: Array, rng: Generator) -> Array:
    grey = np.linspace(1, 0, image.shape[0], dtype=np.float32)[:, None]
    haze = 0.45 + 0.3 * grey + 0.3 * (fractal_noise(image.shape[:2], rng, 3, 4) - 0.5)
    veil = np.array([0.84, 0.86, 0.88], np.float32) * rng.uniform(0.92, 1.05)
    amount = np.clip(haze + rng.uniform(-0.05, 0.15), 0, 0.92)[..., None]
    return np.clip(blur(saturate(image, 0.5), 1.2) * (1 - amount) + veil * amount, 0, 1)


def sunset(image: Array, rng: Generator) -> Array:
    height = np.linspace(0, 1, image.shape[0], dtype=np.float32)[:, None] + 0 * image[..., 0]
    sky = apply_palette(height, [(92, 40, 120), (220, 70, 80), (255, 150, 50), (255, 205, 110)])
    lit = luminance(image)[..., None] * 0.75 + image * 0.25
    glow = np.exp(-((height - rng.uniform(0.4, 0.7)) ** 2) / 0.05)[..., None] * np.array([0.25, 0.12, 0.0])
    return np.clip(lit ** rng.uniform(1.1, 1.5) * sky * 1.55 + 0.6 * glow * lit, 0, 1).astype(np.float32)


def emboss(image: Array, rng: Generator) -> Array:
    grey, angle = blur(luminance(image), rng.uniform(0.7, 1.4)), rng.uniform(0, 2 * np.pi)
    slope = np.cos(angle) * ndimage.sobel(grey, 1) + np.sin(angle) * ndimage.sobel(grey, 0)
    return repeat_grey(0.5 + rng.uniform(0.5, 0.9) * slope)


def kaleidoscope(image: Array, rng: Generator) -> Array:
    height, width = image.shape[:2]
    rows, columns = grid((height, width))
    rows, columns = rows - height / 2, columns - width / 2
    sectors = int(rng.choice([6, 8, 10]))
    angle = np.mod(np.arctan2(rows, columns) + rng.uniform(0, np.pi), 2 * np.pi / sectors)
    angle = np.minimum(angle, 2 * np.pi / sectors - angle) + rng.uniform(0, 2 * np.pi)
    radius, offset = np.hypot(rows, columns) * rng.uniform(0.7, 1.0), rng.uniform(-30, 30, 2)
    at = [radius * np.sin(angle) + height / 2 + offset[0], radius * np.cos(angle) + width / 2 + offset[1]]
    planes = [ndimage.map_coordinates(image[..., channel], at, order=1, mode="mirror") for channel in range(3)]
    return saturate(np.stack(planes, -1).astype(np.float32), 1.3)


def duotone(image: Array, rng: Generator) -> Array:
    grey = stretch(blur(luminance(image), 2))
    levels = np.clip((grey * 4).astype(np.int64), 0, 3)
    red = np.array([200, 35, 35]) * rng.uniform(0.85, 1.15)
    inks = np.stack([np.array([35, 25, 30]), red, red * 0.35 + 150, np.array([240, 225, 190])]) / 255
    poster = inks[levels]
    poster[edges(grey, 1) > 1.6] = inks[0]
    return np.clip(poster, 0, 1).astype(np.float32)


def out_of_focus(image: Array, rng: Generator) -> Array:
    return np.clip(blur(image, rng.uniform(3, 6.5)), 0, 1)
