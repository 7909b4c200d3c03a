"""The losses of Gatys et al. 2016 as metrics: content features and Gram matrices of VGG-19."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchmark.contracts.metric import Axis, Direction, Metric, MetricInfo, Need
from benchmark.models.role import Role
from metrics.shared.arguments import needed, needed_contents
from metrics.shared.astra import Asked, published, worth

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor


SMALLEST_SIDE: Final = 16
"""Sides of the smallest images, in pixels: relu5_1, which is computed in the same pass, halves them four times."""

STYLE_SCALE: Final = 1e3
"""Numerator of a style layer's weight, over the square of its number of channels, as in Gatys' implementation."""

_PAPER: Final = "Gatys, Ecker and Bethge, Image Style Transfer Using Convolutional Neural Networks, CVPR 2016"
_ADDRESS: Final = "https://openaccess.thecvf.com/content_cvpr_2016/html/Gatys_Image_Style_Transfer_CVPR_2016_paper.html"


class VggContentLoss(Metric):
    """Mean squared difference of the relu4_2 features of stylized image and content.

    ``mean_chw (F(stylized) − F(content))²``, the content loss of Gatys' reference implementation (weight 1; the paper
    has half the sum instead of the mean). Features have the scale of the original network (0–255 input) whichever
    VGG-19 the protocol names (`benchmark.models.feature_scale`); numbers of two networks are still not the same.
    """

    info = MetricInfo(
        name="vgg_content_loss",
        title="VGG content loss",
        version="1",
        summary=(
            "Mean squared difference of VGG-19 relu4_2 features of stylized image and content; what Gatys descends, its"
            " agreement with people has not been measured."
        ),
        direction=Direction.LOWER,
        axis=Axis.CONTENT,
        needs=(Need.CONTENT,),
        minimum=0.0,
        backbone=Role.VGG,
        minimum_side=SMALLEST_SIDE,
        paper=_PAPER,
        url=_ADDRESS,
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
            stylized: N RGB images, 3×H×W in [0, 1], sides at least 16 pixels.
            content: The N contents, each the size of its stylized image.
            style: Not read.
            prompt: Not read.

        Returns:
            N losses; 0 for the content itself.

        Raises:
            ValueError: The contents are missing, differ in size from the stylized images, or are too small.
        """
        import torch

        from metrics.shared.vgg_statistics import content_features, statistics

        content = needed_contents(content, stylized, self.info.name)
        self.info.require_sides(stylized)
        found = statistics(self.models, stylized)
        wanted = content_features(self.models, content)
        losses = [(one.content - other.content).square().mean() for one, other in zip(found, wanted, strict=True)]
        return torch.stack(losses)


class VggStyleLoss(Metric):
    """Difference of the Gram matrices of stylized image and style image over five layers of VGG-19.

    ``Σ_l 1000 / C_l² · mean_ij (G_l(stylized) − G_l(style))²_ij`` over relu1_1, 2_1, 3_1, 4_1 and 5_1, which have
    C = 64, 128, 256, 512 and 512 channels, with ``G = F Fᵀ / (H W)``: the style loss of Gatys' implementation. The
    components are the terms of the sum, weighted. Deviations: the paper sums undivided Gram matrices, and prefers
    average pooling; here blocks are halved by the maximum, as in the implementation.

    Gram matrices depend on the size of brush strokes in pixels. The style image is therefore scaled (bicubic) until it
    just covers the stylized image (which for squares means: the same shorter side) and its centre is cut out; one that
    already has the size is taken as it is. On the scale of the features see ``VggContentLoss``.
    """

    info = MetricInfo(
        name="vgg_style_loss",
        title="VGG style loss (Gram)",
        version="1",
        summary=(
            "Difference of VGG-19 Gram matrices of stylized image and style image, which Gatys descends; such losses:"
            f" {worth(Asked.STYLE, 'Gram')}."
        ),
        people=published(Asked.STYLE, "Gram"),
        direction=Direction.LOWER,
        axis=Axis.STYLE,
        needs=(Need.STYLE_IMAGE,),
        minimum=0.0,
        backbone=Role.VGG,
        minimum_side=SMALLEST_SIDE,
        components=("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"),
        paper=_PAPER,
        url=_ADDRESS,
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
            stylized: N RGB images, 3×H×W in [0, 1], sides at least 16 pixels.
            content: Not read.
            style: The N style images, of any size.
            prompt: Not read.

        Returns:
            N×6 losses: the sum, then the weighted term of each layer; 0 for the style image itself.

        Raises:
            ValueError: The style images are missing, or the stylized images are too small.
        """
        import torch

        from metrics.shared.vgg_statistics import statistics, style_statistics

        style = needed(style, Need.STYLE_IMAGE, self.info.name, len(stylized))
        self.info.require_sides(stylized)
        found = statistics(self.models, stylized)
        wanted = style_statistics(self.models, style, stylized)
        terms = torch.stack(
            [
                torch.stack(
                    [_layer_loss(gram, target) for gram, target in zip(one.style.grams, other.grams, strict=True)]
                )
                for one, other in zip(found, wanted, strict=True)
            ]
        )
        return torch.cat([terms.sum(dim=1, keepdim=True), terms], dim=1)


def _layer_loss(gram: Tensor, target: Tensor) -> Tensor:
    return STYLE_SCALE / gram.shape[0] ** 2 * (gram - target).square().mean()
