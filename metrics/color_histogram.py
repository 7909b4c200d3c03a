"""Distance between the colours of the stylized image and of the style image, wherever in the image they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchmark.contracts.metric import Axis, Direction, Metric, MetricInfo, Need
from metrics.shared.arguments import needed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

BIN_WIDTH: Final = 0.5
"""Width of a bin, in units of L*a*b*: a fraction of a just noticeable difference (about 2.3)."""

RANGES: Final = ((0.0, 100.0), (-128.0, 128.0), (-128.0, 128.0))
"""Ends of the histograms of L*, a* and b*."""


class ColorHistogramDistance(Metric):
    """Wasserstein distances of the L*, a* and b* histograms of stylized image and style image, as one length.

    ``√(W_L² + W_a² + W_b²)`` with ``W_k = ∫ |CDF_k(stylized) − CDF_k(style)|``, the earth mover's distance of a
    channel of CIE L*a*b* (D65), from histograms with bins half a unit wide. A mean of lengths is at least as long as
    the mean of their parts, so it is a lower bound of the mean colour difference (ΔE*ab 1976) by which the pixels of
    one image have to change so that it has the colours of the other, each as often. The components are W_L, W_a, W_b.

    The Hellinger and χ² distances of a joint histogram would depend on the bins, call every pair of images without a
    common bin equally far, and have no unit. Deviation from Rubner et al.: channels are transported one by one, which
    is exact and fast but does not see how channels go together; two pictures that combine the same channel values
    differently can have distance 0. Positions are not read, so the sizes may differ.
    """

    info = MetricInfo(
        name="color_histogram_distance",
        title="Colour histogram distance",
        version="1",
        summary=(
            "Earth mover's distance of the Lab histograms of stylized image and style image: palette alone, which a"
            " mere colour transfer brings near 0; its agreement with people has not been measured."
        ),
        direction=Direction.LOWER,
        axis=Axis.STYLE,
        needs=(Need.STYLE_IMAGE,),
        minimum=0.0,
        unit="ΔE",
        components=("lightness", "green_red", "blue_yellow"),
        paper="Rubner, Tomasi and Guibas, The Earth Mover's Distance as a Metric for Image Retrieval, IJCV 40, 2000",
        url="https://doi.org/10.1023/A:1026543900054",
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
            N×4 distances: the length, then those of L*, a* and b*; 0 for the style image itself.

        Raises:
            ValueError: The style images are missing.
        """
        import torch

        from benchmark.models.batching import remember_in_batches

        style = needed(style, Need.STYLE_IMAGE, self.info.name, len(stylized))
        found, wanted = (
            remember_in_batches(self.models, images, "Lab distribution functions", _distribution_functions)
            for images in (stylized, style)
        )
        channels = torch.stack(
            [
                torch.stack([(a - b).abs().sum() * BIN_WIDTH for a, b in zip(one, other, strict=True)])
                for one, other in zip(found, wanted, strict=True)
            ]
        )
        return torch.cat([torch.linalg.vector_norm(channels, dim=1, keepdim=True), channels], dim=1)


def _distribution_functions(images: Tensor) -> list[tuple[Tensor, ...]]:
    """Returns, for each of N images, the cumulative share of its pixels, bin by bin, in L*, a* and b*."""
    import torch

    from benchmark.cie_lab import lab_from_rgb

    def distribution(values: Tensor, low: float, high: float) -> Tensor:
        bins = round((high - low) / BIN_WIDTH)
        positions = ((values.flatten() - low) / BIN_WIDTH).long().clamp(0, bins - 1)
        return torch.bincount(positions, minlength=bins).double().cumsum(dim=0) / len(positions)

    return [
        tuple(distribution(channel, *ends) for channel, ends in zip(image, RANGES, strict=True))
        for image in lab_from_rgb(images)
    ]
