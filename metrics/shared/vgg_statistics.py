"""What the metrics on VGG-19 compare: features and statistics of one pass of the network, small enough to cache."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from torch.nn import functional

from benchmark.models.batching import group_by_size, remember_in_batches
from benchmark.models.feature_statistics import gram_matrix
from metrics.shared.sliced_wasserstein import projected_quantiles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from benchmark.models.provider import Models

STYLE_LAYERS: Final = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
CONTENT_LAYER: Final = "relu4_2"
STRUCTURE_LAYER: Final = "relu3_1"


@dataclass(frozen=True)
class ContentFeatures:
    """Content features of an image in VGG-19.

    Attributes:
        content: relu4_2, 512×H/8×W/8.
        structure: relu3_1, 256×H/4×W/4.
    """

    content: Tensor
    structure: Tensor


@dataclass(frozen=True)
class StyleStatistics:
    """Style statistics of an image in VGG-19.

    Attributes:
        grams: Gram matrix of each style layer, C×C.
        quantiles: Quantiles of the projected features of unit length of each style layer, 64×256.
    """

    grams: tuple[Tensor, ...]
    quantiles: tuple[Tensor, ...]


@dataclass(frozen=True)
class VggStatistics(ContentFeatures):
    """Content features and style statistics of an image in VGG-19.

    Attributes:
        style: The style statistics.
    """

    style: StyleStatistics


def statistics(models: Models, images: Sequence[Tensor]) -> list[VggStatistics]:
    """Computes content features and style statistics of stylized images, in one pass of the network.

    Args:
        models: The networks of the run.
        images: RGB images, 3×H×W in [0, 1].
    """

    def compute(batch: Tensor) -> list[VggStatistics]:
        features = models.vgg()(batch, (*STYLE_LAYERS, CONTENT_LAYER))
        contents, structures = (features[layer].unbind() for layer in (CONTENT_LAYER, STRUCTURE_LAYER))
        together = zip(contents, structures, _style_statistics(features), strict=True)
        return [VggStatistics(content, structure, style) for content, structure, style in together]

    return remember_in_batches(models, images, "VGG content features and style statistics", compute)


def content_features(models: Models, contents: Sequence[Tensor]) -> list[ContentFeatures]:
    """Computes relu4_2 and relu3_1 of contents, in one pass of the network.

    Args:
        models: The networks of the run.
        contents: RGB images, 3×H×W in [0, 1].
    """

    def compute(batch: Tensor) -> list[ContentFeatures]:
        features = models.vgg()(batch, [CONTENT_LAYER, STRUCTURE_LAYER])
        layers = (features[layer].unbind() for layer in (CONTENT_LAYER, STRUCTURE_LAYER))
        return [ContentFeatures(*maps) for maps in zip(*layers, strict=True)]

    return remember_in_batches(models, contents, "VGG content features", compute)


def style_statistics(models: Models, styles: Sequence[Tensor], stylized: Sequence[Tensor]) -> list[StyleStatistics]:
    """Computes statistics of style images at the sizes of the stylized images that are compared with them.

    Args:
        models: The networks of the run.
        styles: N RGB images, 3×H'×W' in [0, 1].
        stylized: N RGB images, 3×H×W; only their sizes are read.

    Returns:
        The statistics of each style image.
    """
    found: dict[int, StyleStatistics] = {}
    for positions in group_by_size(stylized):
        height, width = stylized[positions[0]].shape[-2:]

        def compute(batch: Tensor, height: int = height, width: int = width) -> list[StyleStatistics]:
            return _style_statistics(models.vgg()(fit(batch, height, width), STYLE_LAYERS))

        same_size = [styles[position] for position in positions]
        name = ("VGG style statistics", height, width)
        found.update(zip(positions, remember_in_batches(models, same_size, name, compute), strict=True))
    return [found[position] for position in range(len(styles))]


def fit(images: Tensor, height: int, width: int) -> Tensor:
    """Scales images until they just cover a size (bicubic, antialiased) and cuts out the centre.

    A bilinear filter would blur away brush strokes that the Gram matrices see.

    Args:
        images: N×3×H'×W' in [0, 1]; those of the size asked for are returned as they are.
        height: H, in pixels.
        width: W, in pixels.

    Returns:
        N×3×H×W in [0, 1].
    """
    if tuple(images.shape[-2:]) == (height, width):
        return images
    scale = max(height / images.shape[-2], width / images.shape[-1])
    covering = (max(height, round(images.shape[-2] * scale)), max(width, round(images.shape[-1] * scale)))
    resized = functional.interpolate(images, size=covering, mode="bicubic", antialias=True)
    top, left = (covering[0] - height) // 2, (covering[1] - width) // 2
    return resized[..., top : top + height, left : left + width].clamp(0.0, 1.0)


def _style_statistics(features: dict[str, Tensor]) -> list[StyleStatistics]:
    layers = [features[layer] for layer in STYLE_LAYERS]
    grams = zip(*(gram_matrix(layer).unbind() for layer in layers), strict=True)
    quantiles = zip(*(projected_quantiles(layer).unbind() for layer in layers), strict=True)
    return [StyleStatistics(*both) for both in zip(grams, quantiles, strict=True)]
