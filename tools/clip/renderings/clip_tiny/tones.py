"""Light, colour and materials as clip-tiny learns them. Each maps an H×W×3 image to one of its size."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from scipy import ndimage

from tools.clip.image_operations import (
    Array,
    apply_palette,
    blur,
    cosine_colours,
    edges,
    fractal_noise,
    grid,
    luminance,
    repeat_grey,
    saturate,
    stretch,
    voronoi_cells,
)


def neon(image: Array, rng: Generator) -> Array:
    tubes = np.clip(np.clip(edges(luminance(image), 1.4) * 1.6, 0, 1) ** 1.2 - 0.15, 0, 1)[..., None]
    hue = fractal_noise(image.shape[:2], rng, 2, 2, 0.5) * 0.6 + rng.uniform(0, 1)
    colour = cosine_colours(hue)
    glow = blur(tubes * colour, 5) * 2.2 + blur(tubes * colour, 14) * 2.2
    dark = image * np.array([0.02, 0.015, 0.05], np.float32)
    return np.clip(tubes * (colour * 0.7 + 0.5) + glow + dark, 0, 1)


def cyanotype(image: Array, rng: Generator) -> Array:
    tone = stretch(luminance(image)) ** rng.uniform(0.8, 1.25)
    return apply_palette(tone, [(8, 22, 60), (25, 75, 140), (130, 175, 215), (240, 246, 250)])


def sepia(image: Array, rng: Generator) -> Array:
    tone = stretch(luminance(image)) ** rng.uniform(0.8, 1.25)
    toned = apply_palette(tone, [(40, 22, 8), (130, 90, 50), (214, 178, 130), (250, 236, 205)])
    return np.clip(toned + rng.normal(0, 0.015, (*tone.shape, 1)), 0, 1).astype(np.float32)


def infrared(image: Array, rng: Generator) -> Array:
    iron = [(0, 0, 30), (70, 0, 130), (190, 20, 110), (250, 110, 20), (255, 220, 60), (255, 255, 240)]
    rainbow = [(0, 0, 60), (0, 60, 220), (0, 190, 200), (40, 220, 40), (250, 230, 0), (255, 90, 0), (230, 0, 0)]
    return apply_palette(stretch(blur(luminance(image), 1)), iron if rng.random() < 0.5 else rainbow)


def fire(image: Array, rng: Generator) -> Array:
    grey = stretch(luminance(image))
    field = fractal_noise(grey.shape, rng)
    rows, columns = grid(grey.shape)
    rising = (rows * 0.5 + 40 * field) % (grey.shape[0] - 1)
    flames = ndimage.map_coordinates(field, [rising, columns], order=1, mode="reflect")
    heat = np.clip(0.55 * grey + 0.75 * flames - 0.25, 0, 1)
    return apply_palette(heat, [(8, 0, 0), (110, 8, 0), (220, 50, 0), (255, 140, 5), (255, 220, 70), (255, 255, 210)])


def ice(image: Array, rng: Generator) -> Array:
    _, gap = voronoi_cells(image.shape[:2], rng, 90)
    cracks = np.exp(-gap / 1.5)[..., None]
    cold = apply_palette(stretch(luminance(image)), [(15, 45, 85), (60, 130, 185), (150, 210, 235), (230, 248, 255)])
    frost = fractal_noise(image.shape[:2], rng, 4, 6, 0.7)[..., None]
    return np.clip(cold * 0.75 + 0.25 * frost + 0.45 * cracks, 0, 1)


def pop_art(image: Array, rng: Generator) -> Array:
    palettes = [
        [(20, 10, 60), (230, 20, 120), (255, 220, 0), (255, 250, 230)],
        [(10, 10, 10), (0, 90, 220), (255, 60, 40), (255, 235, 60)],
        [(60, 0, 80), (0, 160, 150), (255, 120, 180), (250, 255, 120)],
        [(0, 40, 60), (240, 60, 0), (0, 200, 220), (255, 255, 90)],
    ]
    chosen = np.asarray(palettes[rng.integers(4)], np.float32) / 255
    grey = stretch(blur(luminance(image), 1))
    return chosen[np.minimum((grey * 4).astype(np.int64), 3)]


def glitch(image: Array, rng: Generator) -> Array:
    broken, shift = image.copy(), int(rng.integers(4, 11))
    broken[..., 0] = np.roll(image[..., 0], shift, 1)
    broken[..., 2] = np.roll(image[..., 2], -shift, 1)
    for _ in range(int(rng.integers(10, 18))):
        top, height = int(rng.integers(0, image.shape[0] - 6)), int(rng.integers(2, 16))
        broken[top : top + height] = np.roll(broken[top : top + height], int(rng.integers(-40, 40)), 1)
        if rng.random() < 0.3:
            broken[top : top + height, :, int(rng.integers(3))] = rng.random()
    broken[::3] *= 0.75
    return saturate(broken, 1.4)


def synthwave(image: Array, rng: Generator) -> Array:
    tone = stretch(luminance(image)) ** rng.uniform(0.8, 1.2)
    toned = apply_palette(tone, [(20, 5, 60), (110, 20, 150), (250, 50, 170), (255, 140, 200), (90, 240, 250)])
    toned[::4] *= 0.8
    return toned


def black_and_white(image: Array, rng: Generator) -> Array:
    grey = stretch(luminance(image))
    return repeat_grey(grey * grey * (3 - 2 * grey) + rng.normal(0, 0.02, grey.shape)).astype(np.float32)


def gold(image: Array, rng: Generator) -> Array:
    grey = blur(stretch(luminance(image)), 1.5)
    relief = 0.5 + 0.65 * (ndimage.sobel(grey, 0) + ndimage.sobel(grey, 1))
    shine = 0.5 + 0.5 * np.sin(np.clip(0.45 * relief + 0.55 * grey, 0, 1) * rng.uniform(7, 10))
    return apply_palette(shine, [(50, 25, 0), (140, 90, 10), (220, 170, 40), (255, 225, 110), (255, 252, 220)])


def x_ray(image: Array, rng: Generator) -> Array:
    grey = 1 - stretch(luminance(image)) ** rng.uniform(0.8, 1.2)
    glow = np.clip(grey * 0.75 + 0.5 * edges(luminance(image), 1.5), 0, 1)
    return apply_palette(glow, [(0, 3, 8), (40, 60, 75), (150, 185, 200), (245, 252, 255)])


def psychedelic(image: Array, rng: Generator) -> Array:
    grey = stretch(blur(luminance(image), 2))
    swirl = fractal_noise(grey.shape, rng, 3, 3)
    phase = grey * rng.uniform(1.5, 3) + swirl * rng.uniform(1.5, 3) + rng.random()
    return np.clip(cosine_colours(phase) * (0.6 + 0.5 * grey[..., None]), 0, 1)


def marble(image: Array, rng: Generator) -> Array:
    grey = blur(stretch(luminance(image)), 1.2)
    relief = 0.72 + 0.35 * (ndimage.sobel(grey, 0) + ndimage.sobel(grey, 1)) * 0.6 + 0.18 * (grey - 0.5)
    turbulence = fractal_noise(grey.shape, rng, 3, 6)
    rows, columns = grid(grey.shape)
    veins = np.abs(np.sin((rows + columns) * rng.uniform(0.01, 0.03) + 9 * turbulence)) ** 0.35
    return np.clip(relief[..., None] * (0.75 + 0.27 * veins[..., None]) * np.array([1, 0.99, 0.96]), 0, 1).astype(
        np.float32
    )


def night(image: Array, rng: Generator) -> Array:
    grey = luminance(image)[..., None]
    dusk = (0.35 * image + 0.65 * grey) ** 1.3 * np.array([0.2, 0.28, 0.5], np.float32) * rng.uniform(0.8, 1.2)
    lamps = np.clip(stretch(grey[..., 0]) - 0.92, 0, 1)[..., None] * 9 * np.array([1, 0.8, 0.4], np.float32)
    return np.clip(dusk + blur(lamps.astype(np.float32), 4) * 0.6, 0, 1)


def underwater(image: Array, rng: Generator) -> Array:
    rows, columns = grid(image.shape[:2])
    field = fractal_noise(image.shape[:2], rng, 4, 3)
    bent = [rows + 5 * np.sin(columns / 17 + 6 * field), columns + 5 * np.sin(rows / 19 + 6 * field)]
    wavy = np.stack([ndimage.map_coordinates(image[..., c], bent, order=1, mode="reflect") for c in range(3)], -1)
    caustics = (1 - np.abs(np.sin(12 * field + columns / 25))) ** 4
    tinted = (0.3 * wavy + 0.7 * luminance(wavy)[..., None]) * np.array([0.15, 0.62, 0.78]) + 0.08
    return np.clip(tinted + 0.25 * caustics[..., None] * np.array([0.5, 1, 1]), 0, 1).astype(np.float32)
