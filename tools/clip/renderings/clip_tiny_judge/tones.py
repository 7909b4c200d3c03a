"""Light, colour and materials as the judge learns them, made in other ways than clip-tiny's."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from scipy import ndimage
from skimage.color import hsv2rgb, rgb2hsv
from skimage.filters import sato

from tools.clip.image_operations import (
    Array,
    blur,
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
    ridges = sato(luminance(image), sigmas=[1.5], black_ridges=bool(rng.random() < 0.5))
    tubes = np.clip(stretch(ridges.astype(np.float32), 60, 99), 0, 1)
    hue = np.mod(rgb2hsv(blur(image, 6))[..., 0] + rng.random(), 1)
    colour = hsv2rgb(np.stack([hue, np.ones_like(hue), np.ones_like(hue)], -1)).astype(np.float32)
    light = tubes[..., None] * colour
    return np.clip(light + 1.6 * blur(light, 3) + 1.5 * blur(light, 9) + 0.4 * tubes[..., None] ** 2, 0, 1)


def cyanotype(image: Array, rng: Generator) -> Array:
    grey = stretch(luminance(image), 1, 99)
    brushed_margin = 0.9 + 0.2 * fractal_noise(grey.shape, rng, 3, 5)
    tone = np.clip(grey * brushed_margin, 0, 1)[..., None]
    return np.clip(np.array([0.05, 0.17, 0.38]) * (1 - tone) + np.array([0.9, 0.95, 0.98]) * tone, 0, 1).astype(
        np.float32
    )


def sepia(image: Array, rng: Generator) -> Array:
    matrix = np.array([[0.393, 0.349, 0.272], [0.769, 0.686, 0.534], [0.189, 0.168, 0.131]], np.float32)
    toned = np.clip(image @ matrix, 0, 1) * rng.uniform(0.85, 1)
    rows, columns = grid(image.shape[:2])
    distance = np.hypot(rows / image.shape[0] - 0.5, columns / image.shape[1] - 0.5)
    faded = toned * (1 - 0.5 * distance[..., None] ** 2) * 0.85 + np.array([0.1, 0.08, 0.05])
    return np.clip(faded, 0, 1).astype(np.float32)


def infrared(image: Array, rng: Generator) -> Array:
    heat = stretch(blur(luminance(image), rng.uniform(1.5, 3)))
    if rng.random() < 0.3:
        heat = 1 - heat
    return hsv2rgb(np.stack([0.72 * (1 - heat), np.full_like(heat, 0.95), 0.35 + 0.65 * heat], -1)).astype(np.float32)


def fire(image: Array, rng: Generator) -> Array:
    grey = stretch(blur(luminance(image), 1))
    tongues = ndimage.gaussian_filter(rng.normal(size=grey.shape), (14, 3))
    tongues = stretch((tongues + ndimage.gaussian_filter(rng.normal(size=grey.shape), (6, 1.5)) / 3).astype(np.float32))
    heat = np.clip(0.5 * grey + 0.7 * tongues + 0.4 * edges(grey, 1.5) - 0.25, 0, 1)
    return np.clip(np.stack([heat * 2.4, heat * 2.2 - 0.65, heat * 2.5 - 1.6], -1), 0, 1).astype(np.float32)


def ice(image: Array, rng: Generator) -> Array:
    grey = stretch(luminance(image))
    needles = np.abs(sato(fractal_noise(grey.shape, rng, 8, 5), sigmas=[1.2]))
    needles = stretch(needles.astype(np.float32), 50, 99)
    body = 0.35 + 0.5 * grey + 0.35 * needles
    shade = np.stack([body * 0.78, body * 0.95, body * 1.08], -1)
    return np.clip(shade + 0.12 * np.clip(edges(grey, 0.8), 0, 1)[..., None], 0, 1)


def pop_art(image: Array, rng: Generator) -> Array:
    grey = stretch(blur(luminance(image), 1.2))
    hues = (rng.random() + np.array([0.0, 0.33, 0.6, 0.15])) % 1
    values, saturations = np.array([0.25, 0.9, 1.0, 1.0]), np.array([0.9, 0.95, 0.95, 0.25])
    band = np.digitize(grey, [0.22, 0.5, 0.78])
    return hsv2rgb(np.stack([hues[band], saturations[band], values[band]], -1)).astype(np.float32)


def glitch(image: Array, rng: Generator) -> Array:
    offsets = np.repeat(rng.normal(0, 9, 24) * (rng.random(24) < 0.6), image.shape[0] // 24 + 1)[: image.shape[0]]
    columns = np.arange(image.shape[1])
    split = int(rng.integers(3, 9))
    rows = np.arange(image.shape[0])[:, None]
    channels = [
        image[rows, (columns[None] + offsets[:, None].astype(int) + shift) % image.shape[1], c]
        for c, shift in enumerate((-split, 0, split))
    ]
    broken = np.stack(channels, -1)
    for y, x in rng.integers(0, image.shape[0] - 24, (8, 2)):
        broken[y : y + 12, x : x + 24] = broken[y : y + 12, x : x + 24, ::-1] * rng.uniform(0.3, 2)
    return np.clip(saturate(np.clip(broken, 0, 1), 1.5) * (0.85 + 0.15 * (rows[..., None] % 2)), 0, 1).astype(
        np.float32
    )


def synthwave(image: Array, rng: Generator) -> Array:
    grey = stretch(luminance(image))[..., None]
    rows, _ = grid(image.shape[:2])
    sky = (rows / image.shape[0])[..., None]
    light = np.array([1.0, 0.25, 0.65]) * sky + np.array([0.25, 0.75, 1.0]) * (1 - sky)
    glow = np.clip(edges(grey[..., 0], 1.5), 0, 1)[..., None] * np.array([1.0, 0.2, 0.9]) * 0.6
    return np.clip(np.array([0.1, 0.02, 0.25]) * rng.uniform(0.7, 1.3) + grey * light + glow, 0, 1).astype(np.float32)


def black_and_white(image: Array, rng: Generator) -> Array:
    weights = rng.dirichlet([3, 3, 1]).astype(np.float32)
    return repeat_grey((image @ weights) ** rng.uniform(0.8, 1.3))


def gold(image: Array, rng: Generator) -> Array:
    grey = blur(stretch(luminance(image)), 1.2)
    normal_x, normal_y = ndimage.sobel(grey, 1) * 1.6, ndimage.sobel(grey, 0) * 1.6
    length = np.sqrt(normal_x**2 + normal_y**2 + 1)
    diffuse = (0.5 * normal_x + 0.5 * normal_y + 0.7) / length
    metal = np.clip(diffuse * rng.uniform(0.85, 1.1), 0, 1)[..., None] * np.array([0.95, 0.7, 0.2])
    shine = (np.clip(diffuse, 0, 1) ** 12)[..., None] * np.array([0.9, 0.85, 0.6])
    return np.clip(metal * (0.55 + 0.6 * grey[..., None]) + shine, 0, 1).astype(np.float32)


def x_ray(image: Array, rng: Generator) -> Array:
    negative = 1 - image if rng.random() < 0.3 else repeat_grey(1 - luminance(image))
    soft = 0.7 * negative + 0.5 * blur(negative, 4) - 0.15
    return np.clip(soft * np.array([0.82, 0.95, 1.05]), 0, 1).astype(np.float32)


def psychedelic(image: Array, rng: Generator) -> Array:
    hue = np.mod(rgb2hsv(blur(image, 2))[..., 0] + 2.2 * stretch(luminance(image)) + rng.random(), 1)
    rows, columns = grid(image.shape[:2])
    centre = rng.uniform(60, 190, 2)
    ripples = 0.5 + 0.5 * np.sin(np.hypot(rows - centre[0], columns - centre[1]) / rng.uniform(3, 6) + 8 * hue)
    return hsv2rgb(np.stack([hue, np.ones_like(hue), 0.6 + 0.4 * ripples], -1)).astype(np.float32)


def marble(image: Array, rng: Generator) -> Array:
    grey = stretch(blur(luminance(image), 1))
    carved = 0.78 + 0.45 * (blur(grey, 1) - blur(grey, 5)) + 0.1 * grey
    _, gap = voronoi_cells(grey.shape, rng, 25)
    bent = gap + 14 * (fractal_noise(grey.shape, rng, 6, 5) - 0.5)
    vein = np.exp(-np.abs(bent) / 1.8)
    return np.clip(carved[..., None] - 0.3 * vein[..., None] * np.array([0.8, 0.85, 0.9]), 0, 1).astype(np.float32)


def night(image: Array, rng: Generator) -> Array:
    hsv = rgb2hsv(image)
    dark = np.stack([np.full_like(hsv[..., 0], 0.62), 0.55 + 0 * hsv[..., 1], hsv[..., 2] ** 1.8 * 0.42 + 0.02], -1)
    rows, _ = grid(image.shape[:2])
    moonlight = (1 - rows / image.shape[0])[..., None] * np.array([0.05, 0.06, 0.1]) * rng.uniform(0.5, 1.5)
    return np.clip(hsv2rgb(dark) + moonlight, 0, 1).astype(np.float32)


def underwater(image: Array, rng: Generator) -> Array:
    rows, _ = grid(image.shape[:2])
    depth = (rows / image.shape[0])[..., None]
    attenuation = np.exp(-np.array([2.2, 0.55, 0.35]) * (0.6 + depth))
    hazed = blur(image, 1.5) * attenuation + np.array([0.02, 0.32, 0.42]) * (1 - attenuation)
    beams = ndimage.gaussian_filter(rng.normal(size=image.shape[:2]), (40, 5))
    beams = stretch(beams.astype(np.float32), 60, 99)[..., None] * (1 - depth) * 0.25
    return np.clip(hazed + beams * np.array([0.6, 1, 1]), 0, 1).astype(np.float32)
