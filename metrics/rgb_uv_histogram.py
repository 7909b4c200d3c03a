"""Distance between the RGB-uv histograms of the stylized image and of the style image: StyleID's measure of colour."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from benchmark.contracts.metric import Axis, Direction, Metric, MetricInfo, Need
from metrics.shared.arguments import needed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

BINS: Final = 64
"""Bins on either axis of a plane, from −3 to 3."""

LARGEST_SIDE: Final = 256
"""Side of the square that larger images are reduced to, in pixels."""

_END: Final = 3.0
_FALL_OFF: Final = 0.02
_SMALL: Final = 1e-6
_PIXELS: Final = 8192
"""Pixels whose kernels are held at a time: six tables of 2 MB each."""

_PLANES: Final = ((0, 1, 2), (1, 0, 2), (2, 0, 1))
"""The channel of each plane, and the two that it is compared with."""


class RgbUvHistogramDistance(Metric):
    """Hellinger distance of the RGB-uv histograms of stylized image and style image, StyleID's "colour matching loss".

    ``‖√H(stylized) − √H(style)‖₂ / √2``. A histogram has three planes of 64 × 64 bins, one for each channel; a pixel
    is at the logarithms of that channel's ratios to the two others, ``u = ln(R + ε) − ln(G + ε)`` and ``v = ln(R + ε) −
    ln(B + ε)`` for red, and counts in every bin by ``1 / (1 + (Δ/0.02)²)`` of its distances in u and in v, weighted by
    its brightness ``√(R² + G² + B² + ε)``, ε = 1e-6. All planes together sum to 1. Ratios do not know how bright a
    picture is: a darker picture of the same hues has distance 0, which ``color_histogram_distance`` sees.

    Figures and order of operations are those of StyleID's evaluation script, which takes the histogram from HistoGAN
    but for the size: an image with a side above 256 pixels is reduced to 256 × 256, whatever its aspect (bilinear, not
    antialiased); HistoGAN's own default is 150. Deviation: sums are kept in float64, pixel block by pixel block. Bins
    are 0.095 apart and kernels 0.02 wide, so colours between two bins count less than those on one.
    """

    info = MetricInfo(
        name="rgb_uv_histogram_distance",
        title="RGB-uv histogram distance",
        version="1",
        summary=(
            "Hellinger distance of the hues of stylized image and style image, StyleID's colour matching loss; its"
            " agreement with people has not been measured."
        ),
        direction=Direction.LOWER,
        axis=Axis.STYLE,
        needs=(Need.STYLE_IMAGE,),
        minimum=0.0,
        maximum=1.0,
        paper=(
            "Afifi, Brubaker and Brown, HistoGAN: Controlling Colors of GAN-Generated and Real Images via Color"
            " Histograms, CVPR 2021; as in Chung, Hyun and Heo, Style Injection in Diffusion, CVPR 2024"
        ),
        url="https://arxiv.org/abs/2011.11731",
    )

    def score(
        self,
        *,
        stylized: Sequence[Tensor],
        content: Sequence[Tensor] | None = None,
        style: Sequence[Tensor] | None = None,
        prompt: Sequence[str] | None = None,
    ) -> Tensor:
        """Scores a batch.

        Args:
            stylized: N RGB images, 3×H×W in [0, 1].
            content: Not read.
            style: The N style images, of any size.
            prompt: Not read.

        Returns:
            N distances in [0, 1]; 0 for the style image itself.

        Raises:
            ValueError: The style images are missing.
        """
        import torch

        from benchmark.models.batching import remember_in_batches

        style = needed(style, Need.STYLE_IMAGE, self.info.name, len(stylized))
        found, wanted = (
            torch.stack(remember_in_batches(self.models, images, "roots of RGB-uv histograms", _roots_of_histograms))
            for images in (stylized, style)
        )
        lengths: Tensor = torch.linalg.vector_norm(found - wanted, dim=1)
        return (lengths / math.sqrt(2)).clamp(max=1.0).float()


def _roots_of_histograms(images: Tensor) -> list[Tensor]:
    """Returns the square roots of the 3 · 64 · 64 bins of each of N images, as float64."""
    import torch
    from torch.nn import functional

    images = images.clamp(0, 1)
    if max(images.shape[-2:]) > LARGEST_SIDE:
        images = functional.interpolate(images, (LARGEST_SIDE, LARGEST_SIDE), mode="bilinear", align_corners=False)
    bins = torch.linspace(-_END, _END, BINS, device=images.device)

    def kernel(ratios: Tensor) -> Tensor:
        return 1 / (1 + ((ratios[:, None] - bins) / _FALL_OFF).square())

    def histogram(pixels: Tensor) -> Tensor:
        planes = torch.zeros(3, BINS, BINS, dtype=torch.float64, device=pixels.device)
        for block in torch.split(pixels, _PIXELS):
            logarithms = (block + _SMALL).log()
            brightness = (block.square().sum(dim=1, keepdim=True) + _SMALL).sqrt()
            for plane, (channel, first, second) in zip(planes, _PLANES, strict=True):
                across = kernel(logarithms[:, channel] - logarithms[:, first])
                along = kernel(logarithms[:, channel] - logarithms[:, second])
                plane += (brightness * across).T @ along
        return planes / (planes.sum() + _SMALL)

    return [histogram(image.flatten(start_dim=1).T).sqrt().flatten() for image in images]
