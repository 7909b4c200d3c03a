"""Drawing and painting media as clip-tiny learns them. Each maps an H×W×3 image to one of its size."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageDraw
from scipy import ndimage
from scipy.spatial import Delaunay

from tools.clip.image_operations import (
    Array,
    apply_palette,
    blur,
    edges,
    fill_regions,
    fractal_noise,
    from_pil,
    grid,
    kuwahara,
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


def photo(image: Array, rng: Generator) -> Array:
    return np.clip(image * rng.uniform(0.92, 1.08) + rng.uniform(-0.03, 0.03), 0, 1)


def noise(image: Array, rng: Generator) -> Array:
    strength, kind = rng.uniform(0.08, 0.3), rng.integers(5)
    if kind == 0:
        field = rng.normal(size=image.shape)
    elif kind == 1:
        field = blur(rng.normal(size=image.shape).astype(np.float32), 1.0)
        field /= field.std()
    elif kind == 2:
        field = np.stack([fractal_noise(image.shape[:2], rng, 32, 2) for _ in range(3)], -1) * 6 - 3
    elif kind == 3:
        waves = [rotated_coordinate(image.shape[:2], rng.uniform(0, np.pi)) for _ in range(4)]
        field = sum(np.sin(w * rng.uniform(0.4, 2.5))[..., None] * rng.normal(size=3) for w in waves) * 0.5
    else:
        field = np.where(rng.random((*image.shape[:2], 1)) < 0.15, rng.choice([-2, 2], image.shape), 0)
    return np.clip(image + strength * field, 0, 1).astype(np.float32)


def pencil_sketch(image: Array, rng: Generator) -> Array:
    grey = luminance(image)
    lines = np.clip(grey / (blur(grey, rng.uniform(3, 7)) + 0.02), 0, 1) ** rng.uniform(1.5, 3)
    hatching = stroke_texture(grey.shape, rng, 6, rng.uniform(20, 70)) > 0
    shade = (1 - stretch(grey)) * rng.uniform(0.12, 0.32) * hatching
    return repeat_grey((lines - shade) * rng.uniform(0.92, 1.0))


def charcoal(image: Array, rng: Generator) -> Array:
    grey = stretch(blur(luminance(image), 1))
    grain = fractal_noise(grey.shape, rng, 8, 6, 0.95)
    tone = np.clip((grey**1.3 + (grain - 0.5) * 0.5 - 0.25) * 1.6, 0, 1)
    return repeat_grey(blur(tone - 0.8 * np.clip(edges(grey) * 1.2, 0, 1), 0.6) * 0.9 + 0.04)


def watercolor(image: Array, rng: Generator) -> Array:
    washes = saturate(kuwahara(kuwahara(image, 9), 7), 1.25)
    pigment = fractal_noise(image.shape[:2], rng, 6)[..., None]
    diluted = 1 - (1 - washes) * (0.5 + 0.45 * pigment)
    dried_rim = np.clip(edges(luminance(washes), 1), 0, 1)[..., None]
    paper = rng.normal(size=(*image.shape[:2], 1)) * 0.02
    return np.clip(0.12 + 0.88 * diluted * (1 - 0.25 * dried_rim) + paper, 0, 1).astype(np.float32)


def oil_painting(image: Array, rng: Generator) -> Array:
    canvas = to_pil(kuwahara(image, 5))
    pen = ImageDraw.Draw(canvas)
    smooth = blur(image, 1.5)
    grey = blur(luminance(image), 2)
    angles = np.arctan2(ndimage.sobel(grey, 1), -ndimage.sobel(grey, 0)) + rng.normal(0, 0.2, grey.shape)
    height, width = grey.shape
    for length, thickness, count in ((22, 7, 900), (14, 4, 2500)):
        for y, x in rng.integers(0, (height, width), (count, 2)):
            colour = tuple(np.clip(smooth[y, x] * 255 + rng.normal(0, 9, 3), 0, 255).astype(int))
            half = 0.5 * length * rng.uniform(0.4, 1) * np.array([np.cos(angles[y, x]), np.sin(angles[y, x])])
            pen.line([x - half[0], y - half[1], x + half[0], y + half[1]], fill=colour, width=thickness)
    painted = from_pil(canvas)
    relief = ndimage.sobel(luminance(painted), 0)[..., None] * 0.12
    return saturate(painted + relief, 1.2)


def mosaic(image: Array, rng: Generator) -> Array:
    side, phase = rng.integers(7, 13), rng.uniform(-2, 2)
    rows, columns = grid(image.shape[:2])
    row = ((rows + 3 * np.sin(columns / 30 + phase)) // side).astype(np.int64)
    column = ((columns + 3 * np.sin(rows / 25)) // side).astype(np.int64)
    labels = (row - row.min()) * (int(np.ptp(column)) + 1) + column - column.min()
    tint = rng.normal(0, 0.06, (int(labels.max()) + 1, 3))[labels]
    tiles = saturate(fill_regions(image, labels) + tint, 1.3)
    joints = ndimage.binary_dilation(region_borders(labels))
    tiles[joints] = tiles[joints] * 0.15 + 0.34
    return tiles.astype(np.float32)


def stained_glass(image: Array, rng: Generator) -> Array:
    labels, gap = voronoi_cells(image.shape[:2], rng, int(rng.integers(110, 230)))
    glass = np.clip(saturate(fill_regions(image, labels), 2.4) * 1.15, 0, 1)
    light = 0.8 + 0.4 * fractal_noise(image.shape[:2], rng, 4, 3)[..., None]
    return np.clip(glass * light * np.clip((gap - 2.2) / 1.2, 0, 1)[..., None], 0, 1)


def pointillism(image: Array, rng: Generator) -> Array:
    height, width = image.shape[:2]
    canvas = Image.new("RGB", (width, height), (238, 228, 205))
    pen = ImageDraw.Draw(canvas)
    vivid = saturate(blur(image, 1.5), 1.5)
    for y, x in rng.integers(0, (height, width), (7000, 2)):
        colour = tuple((np.clip(vivid[y, x] + rng.normal(0, 0.11, 3), 0, 1) * 255).astype(int))
        radius = rng.uniform(1.4, 3)
        pen.ellipse([x - radius, y - radius, x + radius, y + radius], fill=colour)
    return from_pil(canvas)


def halftone(image: Array, rng: Generator) -> Array:
    shape, period, angle = image.shape[:2], rng.uniform(5, 9), rng.uniform(0.3, 1.2)
    first = np.cos(2 * np.pi * rotated_coordinate(shape, angle) / period)
    second = np.cos(2 * np.pi * rotated_coordinate(shape, angle + np.pi / 2) / period)
    screen = 0.5 + 0.25 * (first + second)
    return repeat_grey(1 - 0.95 * np.clip((screen - stretch(blur(luminance(image), 1))) * 8 + 0.5, 0, 1))


def woodcut(image: Array, rng: Generator) -> Array:
    grey = stretch(blur(luminance(image), 1.5))
    path = rotated_coordinate(grey.shape, np.pi / 2 + rng.uniform(-0.4, 0.4)) + 14 * blur(grey, 5)
    grooves = 0.5 + 0.5 * np.sin(path * 2 * np.pi / rng.uniform(4.5, 7))
    paper = np.clip((grey * 1.1 - 0.05 - grooves * 0.9) * 10 + 0.5, 0, 1)
    paper[edges(grey, 0.1) > 1.0] = 0
    return apply_palette(paper, [(20, 15, 13), (237, 224, 194)])


def pixel_art(image: Array, rng: Generator) -> Array:
    return pixelate(saturate(image, 1.3), int(rng.integers(28, 48)), 16)


def low_poly(image: Array, rng: Generator) -> Array:
    height, width = image.shape[:2]
    weight = edges(luminance(image), 1.5).ravel() + 0.03
    chosen = rng.choice(weight.size, 300, replace=False, p=weight / weight.sum())
    rim = [(a, b) for a in np.linspace(0, width, 7) for b in np.linspace(0, height, 7)]
    points = np.unique(np.vstack([np.stack([chosen % width, chosen // width], 1), rim]), axis=0)
    canvas = Image.new("RGB", (width, height))
    pen = ImageDraw.Draw(canvas)
    smooth = blur(image, 2)
    for triangle in Delaunay(points).simplices:
        corners = points[triangle]
        x, y = np.minimum(corners.mean(0), (width - 1, height - 1)).astype(int)
        colour = tuple(np.clip(smooth[y, x] * 255 + rng.normal(0, 5), 0, 255).astype(int))
        pen.polygon([tuple(corner) for corner in corners], fill=colour)
    return saturate(from_pil(canvas), 1.25)


def cartoon(image: Array, rng: Generator) -> Array:
    levels = rng.integers(4, 7)
    flat = saturate(np.round(kuwahara(kuwahara(image, 7), 7) * levels) / levels, 1.5)
    outline = ndimage.binary_dilation(edges(luminance(kuwahara(image, 5)), 1) > 0.75)
    flat[outline] = 0.03
    return np.clip(flat * 1.1, 0, 1)


def ink_drawing(image: Array, rng: Generator) -> Array:
    grey = stretch(blur(luminance(image), 1))
    paper, spacing = np.ones_like(grey), rng.uniform(4.5, 6.5)
    for threshold, angle in ((0.75, 0.8), (0.5, -0.8), (0.3, 0.0), (0.15, np.pi / 2)):
        wobble = 3.6 * fractal_noise(grey.shape, rng, 4, 3)
        lines = np.mod(rotated_coordinate(grey.shape, angle) + wobble, spacing) < 1.3
        paper[(grey < threshold) & lines] = 0.05
    paper[edges(grey, 0.1) > 1.1] = 0.03
    return repeat_grey(blur(paper, 0.4))


def cross_stitch(image: Array, rng: Generator) -> Array:
    side = int(rng.integers(5, 8))
    height, width = image.shape[:2]
    cloth = pixelate(saturate(image, 1.3), height // side, 24)
    rows, columns = (np.mod(axis, side) for axis in grid((height, width)))
    distance = np.minimum(np.abs(rows - columns), np.abs(rows + columns - side + 1))
    thread = np.clip(1.4 - distance * 0.45, 0.35, 1)[..., None]
    return np.clip(cloth * thread + (1 - thread) * 0.6, 0, 1)


def blueprint(image: Array, rng: Generator) -> Array:
    lines = np.clip(edges(luminance(image), 0.9) * 1.3 - 0.1, 0, 1)[..., None]
    paper = np.ones_like(image) * np.array([0.07, 0.22, 0.55], np.float32) * rng.uniform(0.85, 1.15)
    step = int(rng.integers(14, 24))
    paper[::step] += 0.07
    paper[:, ::step] += 0.07
    return np.clip(paper + lines * 0.9, 0, 1)


def chalk(image: Array, rng: Generator) -> Array:
    grey = luminance(image)
    grain = fractal_noise(grey.shape, rng, 16, 5, 1.0)
    board = np.array([0.09, 0.16, 0.12]) + 0.05 * fractal_noise(grey.shape, rng, 4, 4)[..., None]
    lines = np.clip(edges(grey) * 1.1 - 0.08, 0, 1) * np.clip(grain * 2.2 - 0.4, 0, 1)
    dust = 0.15 * stretch(grey) * np.clip(grain * 2.5 - 1, 0, 1)
    return np.clip(board + (lines + dust)[..., None] * 0.95, 0, 1).astype(np.float32)


def crayon(image: Array, rng: Generator) -> Array:
    strokes = stroke_texture(image.shape[:2], rng, 5, rng.uniform(-60, 60))
    cover = 0.92 + 0.45 * strokes - 0.35 * stretch(luminance(image))
    cover = np.clip(cover, 0, 1)[..., None]
    return np.clip(saturate(kuwahara(image, 5), 1.7) * cover + (1 - cover) * 0.97, 0, 1)


def paper_cut(image: Array, rng: Generator) -> Array:
    grey, count = stretch(blur(luminance(image), 4)), int(rng.integers(4, 7))
    hues = rng.uniform(0.15, 0.95, (count, 3))
    layers = np.minimum((grey * count).astype(np.int64), count - 1)
    colours = hues[np.argsort(hues.sum(1))]
    sheet = colours[layers]
    shadow = np.clip(blur(layers.astype(np.float32), 3) - layers, 0, 1)
    shadow = np.roll(shadow, (2, 2), (0, 1))
    fibre = rng.normal(0, 0.015, (*grey.shape, 1))
    return np.clip(sheet * (1 - 0.7 * shadow[..., None]) + fibre, 0, 1).astype(np.float32)


def graffiti(image: Array, rng: Generator) -> Array:
    bricks = np.ones_like(image) * np.array([0.62, 0.55, 0.5], np.float32)
    rows, columns = grid(image.shape[:2])
    odd = np.mod(rows // 16, 2) * 16
    bricks[(np.mod(rows, 16) < 2) | (np.mod(columns + odd, 32) < 2)] *= 1.25
    paint = saturate(np.round(blur(image, 3) * 3) / 3, 2.6)
    outline = ndimage.binary_dilation(edges(luminance(blur(image, 2)), 1) > 0.45, iterations=2)
    paint[outline] = 0.04
    cover = np.clip(blur(rng.normal(size=image.shape[:2]).astype(np.float32), 1.2) * 1.6 + 0.85, 0, 1)
    return np.clip(paint * cover[..., None] + bricks * (1 - cover[..., None]), 0, 1)
