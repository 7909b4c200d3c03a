"""Renderings of a photograph in the manner of a painting: three generators for clip-tiny, two for the judge."""

from __future__ import annotations

import functools

import numpy as np
import torch
from numpy.random import Generator
from PIL import Image
from scipy import ndimage
from scipy.spatial import cKDTree
from torch import Tensor
from torch.nn import functional

from benchmark.models.adain_decoder import AdaINDecoder
from benchmark.models.feature_statistics import adaptive_instance_normalization
from benchmark.models.specification import find_model
from benchmark.models.vgg import VGG19
from tools.clip.image_operations import Array, blur, from_pil, to_pil

_STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1")
_ADAIN_LAYER = "relu4_1"
_OPTIMISATION_SIDE = 144
_OPTIMISATION_STEPS = 13


def random_square(image: Array, rng: Generator, side: int, smallest: float = 0.6) -> Array:
    """A random square of at least ``smallest`` times the shorter side, resized and mirrored at random."""
    height, width = image.shape[:2]
    edge = int(min(height, width) * rng.uniform(smallest, 1))
    top, left = rng.integers(0, height - edge + 1), rng.integers(0, width - edge + 1)
    crop = to_pil(image[top : top + edge, left : left + edge])
    square = from_pil(crop.resize((side, side), Image.Resampling.LANCZOS))
    return square[:, ::-1] if rng.random() < 0.5 else square


def match_colours(image: Array, reference: Array, strength: float = 1.0) -> Array:
    """Give the pixels the mean and covariance of the reference's (Reinhard et al. 2001, with covariance)."""
    source, target = image.reshape(-1, 3), reference.reshape(-1, 3)
    centred = source - source.mean(0)
    to_white = np.linalg.inv(_square_root(np.cov(centred.T) + 1e-4 * np.eye(3)))
    matched = centred @ to_white @ _square_root(np.cov(target.T) + 1e-4 * np.eye(3)) + target.mean(0)
    return np.clip(strength * matched.reshape(image.shape) + (1 - strength) * image, 0, 1).astype(np.float32)


def pyramid_rendering(image: Array, painting: Array, rng: Generator) -> Array:
    """Match the histograms of Laplacian bands to the painting's (after Heeger & Bergen 1995)."""
    reference = random_square(painting, rng, image.shape[0])
    mixture = rng.uniform(0.4, 0.8)
    rendered = np.zeros_like(image)
    current, other = match_colours(image, reference, rng.uniform(0.75, 1)), reference
    for sigma in (1.0, 2.0, 4.0, 8.0):
        low, low_other = blur(current, sigma), blur(other, sigma)
        band, band_other = current - low, other - low_other
        scale = band_other.std() / (band.std() + 1e-4)
        rendered += _match_histogram(band * scale + mixture * band_other, band_other)
        current, other = low, low_other
    return np.clip(rendered + current, 0, 1).astype(np.float32)


def statistics_rendering(image: Array, painting: Array, rng: Generator) -> Array:
    """Optimise pixels for the painting's VGG-19 Gram matrices (Gatys et al. 2016, few steps, small, Adam)."""
    side = _OPTIMISATION_SIDE
    start = match_colours(image, painting, rng.uniform(0.6, 1))
    network = _vgg19()
    with torch.no_grad():
        targets = _grams(network, _tensor(random_square(painting, rng, side, 0.5)))
        content = network(_tensor(_resize(image, side)), ["relu3_1"])["relu3_1"]
        content = content - content.mean((2, 3), keepdim=True)
    pixels = _tensor(_resize(start, side)).clone().requires_grad_(True)
    optimizer = torch.optim.Adam([pixels], lr=0.055)
    content_weight = rng.uniform(0.02, 0.1)
    for _ in range(_OPTIMISATION_STEPS):
        optimizer.zero_grad()
        features = network(pixels, _STYLE_LAYERS)
        style_loss = sum(
            functional.mse_loss(gram, target) / target.square().mean()
            for gram, target in zip(_gram_list(features), targets, strict=True)
        )
        deep = features["relu3_1"] - features["relu3_1"].mean((2, 3), keepdim=True)
        loss = style_loss + content_weight * functional.mse_loss(deep, content) / content.square().mean()
        loss.backward()
        optimizer.step()
    rendered = pixels.detach().clamp(0, 1)[0].permute(1, 2, 0).numpy()
    return _resize(rendered, image.shape[0])


@torch.no_grad()
def adain_rendering(image: Array, painting: Array, rng: Generator) -> Array:
    """Adaptive instance normalisation (Huang and Belongie 2017) with the embedded decoder, at a random strength."""
    network, strength = _vgg19(), rng.uniform(0.75, 1.0)
    reference = random_square(painting, rng, image.shape[0], 0.5)
    content, style = (network(_tensor(picture), [_ADAIN_LAYER])[_ADAIN_LAYER] for picture in (image, reference))
    target = strength * adaptive_instance_normalization(content, style) + (1 - strength) * content
    rendered: Array = _adain_decoder()(target).clamp(0, 1)[0].permute(1, 2, 0).numpy()
    return rendered


def patch_rendering(image: Array, painting: Array, rng: Generator) -> Array:
    """Rebuild the photograph from the painting's own patches (after Hertzmann et al. 2001, Image Analogies)."""
    size, stride = int(rng.choice([12, 16, 20])), 4
    reference = random_square(painting, rng, 288, 0.7)
    guide = match_colours(image, reference)
    source, _ = _patches(blur(reference, 1.0), size, 5)
    exact, _ = _patches(reference, size, 5)
    query, corners = _patches(blur(guide, 1.0), size, stride)
    basis = _principal_axes(source, 10)
    _, candidates = cKDTree(source @ basis).query(query @ basis, k=5, eps=0.5)
    nearest = candidates[np.arange(len(query)), rng.integers(0, 5, len(query))]
    kept = rng.random(len(query)) < 0.3
    nearest, corners = nearest[kept], corners[kept]
    total, weight = guide * 1e-3, np.full((*image.shape[:2], 1), 1e-3, np.float32)
    ramp = 1 - np.abs(np.linspace(-1, 1, size)) * 0.8
    window = (ramp[:, None] * ramp[None])[..., None] ** 2
    for (top, left), index in zip(corners, nearest, strict=True):
        total[top : top + size, left : left + size] += exact[index].reshape(size, size, 3) * window
        weight[top : top + size, left : left + size] += window
    return np.clip(total / weight, 0, 1).astype(np.float32)


def transport_rendering(image: Array, painting: Array, rng: Generator) -> Array:
    """Sliced optimal transport of colours (Pitié et al. 2007), then the painting's texture as relief."""
    reference = random_square(painting, rng, image.shape[0], 0.5)
    pixels, target = image.reshape(-1, 3).copy(), reference.reshape(-1, 3)
    for _ in range(6):
        axes = np.linalg.qr(rng.normal(size=(3, 3)))[0]
        moved, goal = pixels @ axes, np.sort(target @ axes, axis=0)
        for axis in range(3):
            moved[np.argsort(moved[:, axis]), axis] = goal[:, axis]
        pixels = moved @ axes.T
    smooth = ndimage.median_filter(pixels.reshape(image.shape).astype(np.float32), (3, 3, 1))
    texture = reference - blur(reference, rng.uniform(3, 6))
    local_contrast = 0.6 + 1.2 * blur(np.abs(image - blur(image, 3)).mean(-1), 3)[..., None] / 0.06
    return np.clip(smooth + texture * np.clip(local_contrast, 0.6, 1.2), 0, 1).astype(np.float32)


def _square_root(matrix: np.ndarray) -> np.ndarray:
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(values.clip(0))) @ vectors.T


def _match_histogram(values: Array, reference: Array) -> Array:
    matched = np.empty_like(values)
    for channel in range(3):
        order = np.argsort(values[..., channel], axis=None)
        plane = np.empty(order.size, np.float32)
        plane[order] = np.sort(reference[..., channel], axis=None)
        matched[..., channel] = plane.reshape(values.shape[:2])
    return matched


def _patches(image: Array, size: int, stride: int) -> tuple[np.ndarray, np.ndarray]:
    windows = np.lib.stride_tricks.sliding_window_view(image, (size, size), axis=(0, 1))[::stride, ::stride]
    rows, columns = np.meshgrid(
        np.arange(windows.shape[0]) * stride, np.arange(windows.shape[1]) * stride, indexing="ij"
    )
    vectors = windows.transpose(0, 1, 3, 4, 2).reshape(-1, size * size * 3)
    return vectors, np.stack([rows.ravel(), columns.ravel()], 1)


def _principal_axes(vectors: np.ndarray, count: int) -> np.ndarray:
    sample = vectors[:: max(1, len(vectors) // 256)]
    centred = sample - sample.mean(0)
    return np.linalg.svd(centred, full_matrices=False)[2][:count].T


def _resize(image: Array, side: int) -> Array:
    return from_pil(to_pil(image).resize((side, side), Image.Resampling.BICUBIC))


def _tensor(image: Array) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(image)).permute(2, 0, 1)[None]


def _grams(network: VGG19, image: Tensor) -> list[Tensor]:
    return _gram_list(network(image, _STYLE_LAYERS))


def _gram_list(features: dict[str, Tensor]) -> list[Tensor]:
    flat = [features[layer].flatten(2) for layer in _STYLE_LAYERS]
    return [matrix @ matrix.transpose(1, 2) / matrix.shape[-1] for matrix in flat]


@functools.cache
def _vgg19() -> VGG19:
    return find_model("vgg19-embedded").load()


@functools.cache
def _adain_decoder() -> AdaINDecoder:
    return find_model("adain-decoder-embedded").load()
