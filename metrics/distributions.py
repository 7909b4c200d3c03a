"""Distance between the distributions of a method's images and of the style images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchmark.contracts.metric import Axis, Direction, Need
from benchmark.contracts.set_metric import SetMetric, SetMetricInfo
from benchmark.models.role import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

BANDWIDTH: Final = 10.0
"""Deviation σ of the Gaussian kernel between embeddings of unit length."""

SCALE: Final = 1000.0
"""Factor that makes the number readable."""

_ROWS: Final = 1024
"""Rows of a kernel matrix that are held at a time."""


class Cmmd(SetMetric):
    """CMMD: squared maximum mean discrepancy of the judge's embeddings of stylized images and of style images.

    ``1000 · (mean k(x, x') + mean k(y, y') − 2 mean k(x, y))`` with ``k(x, y) = exp(−‖x − y‖² / (2 · 10²))`` over all
    pairs, a vector with itself included, of embeddings of unit length: the constants and the (biased, minimum-variance)
    estimator of the authors' code. It assumes no normal distribution, as FID does, and is steady with far fewer images.

    Deviations: the judge of the protocol instead of CLIP ViT-L/14 at 336 pixels, and its centre crop. Every style image
    counts once, however many cases it has, and an image of a mix of styles counts like any other.

    Pairs with itself make small sets look apart: for n and m images of one distribution, whose embeddings have the mean
    cosine c, about ``10 (1 − c) (1/n + 1/m)`` is expected instead of 0. From 100 images of each kind on that is at most
    0.2; numbers of two methods from the same cases and styles share most of it.
    """

    info = SetMetricInfo(
        name="cmmd",
        title="CMMD",
        version="1",
        summary=(
            "Discrepancy of all stylized images of a method and the style images in the judge CLIP, objects and manner"
            " alike; agrees with people on photorealism better than FID does, on style transfer it was not measured."
        ),
        direction=Direction.LOWER,
        axis=Axis.STYLE,
        needs=(Need.STYLE_IMAGE,),
        minimum=0.0,
        backbone=Role.CLIP_JUDGE,
        paper="Jayasumana et al., Rethinking FID: Towards a Better Evaluation Metric for Image Generation, CVPR 2024",
        url="https://arxiv.org/abs/2401.09603",
        sample_size=100,
    )

    def describe(self, *, stylized: Sequence[Tensor], content: Sequence[Tensor] | None = None) -> Tensor:
        """Embeds stylized images with the judge.

        Args:
            stylized: N RGB images, 3×H×W in [0, 1].
            content: Not read.

        Returns:
            N×D embeddings of unit length.
        """
        return self.describe_style(style=stylized)

    def describe_style(self, *, style: Sequence[Tensor]) -> Tensor:
        """Embeds style images with the judge.

        Args:
            style: M RGB images, 3×H×W in [0, 1].

        Returns:
            M×D embeddings of unit length.
        """
        import torch

        from benchmark.models.embedding import image_embeddings

        return torch.stack(image_embeddings(self.models, Role.CLIP_JUDGE, style))

    def score(self, *, stylized: Tensor, style: Tensor) -> float:
        """Compares two sets of embeddings.

        Args:
            stylized: N×D, of unit length.
            style: M×D, of unit length.

        Returns:
            A number, not negative; 0 for equal sets.
        """
        x, y = stylized.double(), style.double()
        # Rounding can leave the discrepancy of equal sets a few units of the last place below 0.
        return max(0.0, SCALE * (_mean_kernel(x, x) + _mean_kernel(y, y) - 2 * _mean_kernel(x, y)))


def _mean_kernel(first: Tensor, second: Tensor) -> float:
    """Returns the mean of ``exp(−‖x − y‖² / (2 σ²))`` over all pairs of rows."""
    import torch

    total = 0.0
    for rows in torch.split(first, _ROWS):
        squares = rows.square().sum(dim=1)[:, None] + second.square().sum(dim=1) - 2 * rows @ second.T
        total += torch.exp(-squares / (2 * BANDWIDTH**2)).sum().item()
    return total / (len(first) * len(second))
