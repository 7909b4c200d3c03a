"""Style distance: how differently the features of VGG-19 are distributed in the stylized image and the style image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmark.contracts.metric import Axis, Direction, Metric, MetricInfo, Need
from benchmark.models.role import Role
from metrics.shared.arguments import needed
from metrics.vgg_losses import SMALLEST_SIDE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor


class StyleDistance(Metric):
    """Sliced Wasserstein-1 distance of the features of stylized image and style image over five layers of VGG-19.

    At each position of relu1_1, 2_1, 3_1, 4_1 and 5_1 the feature is divided by its length over the channels, so that
    what kind of pattern there is counts, and not how strong it is. The features of all positions are projected on 64
    fixed directions among the channels, and multiplied by √C; along each direction, ``W₁ = ∫ |F⁻¹(q) − G⁻¹(q)| dq``
    says how far those of the one image have to be moved until they are distributed as those of the other. A layer's
    term is the mean over the directions, and the score the mean over the layers; the components are the terms.

    Where a pattern is in the picture does not matter, and how much of the picture it takes does: pieces of the style
    image that are pasted in count for their area. It was chosen among 24 candidates by a criterion that was stated
    before (docs/style_distance.md). At finding parts of a painting, its artist and its movement it is no better than
    the Gram loss of the same features; unlike there, no layer makes up most of the score, and half the resolution
    hardly changes the order of pictures (docs/audit.md).

    Deviations from the published style losses by sliced optimal transport: unit features, W₁ in place of the square of
    W₂, directions that are orthonormal and always the same (`metrics.shared.sliced_wasserstein`). The integral
    is a mean over 256 quantiles. The style image is brought to the size of the stylized one as by ``VggStyleLoss``.
    """

    info = MetricInfo(
        name="style_distance",
        title="Style distance",
        version="1",
        summary=(
            "Sliced Wasserstein distance of VGG-19 features of stylized image and style image, wherever in the picture"
            " they are; its agreement with people has not been measured."
        ),
        direction=Direction.LOWER,
        axis=Axis.STYLE,
        needs=(Need.STYLE_IMAGE,),
        minimum=0.0,
        backbone=Role.VGG,
        minimum_side=SMALLEST_SIDE,
        components=("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"),
        paper="Heitz et al., A Sliced Wasserstein Loss for Neural Texture Synthesis, CVPR 2021",
        url="https://arxiv.org/abs/2006.07229",
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
            N×6 distances: the mean, then the term of each layer; 0 for the style image itself.

        Raises:
            ValueError: The style images are missing, or the stylized images are too small.
        """
        import torch

        from metrics.shared.sliced_wasserstein import distance
        from metrics.shared.vgg_statistics import statistics, style_statistics

        style = needed(style, Need.STYLE_IMAGE, self.info.name, len(stylized))
        self.info.require_sides(stylized)
        found = statistics(self.models, stylized)
        wanted = style_statistics(self.models, style, stylized)
        terms = torch.stack(
            [
                torch.stack([distance(*pair) for pair in zip(one.style.quantiles, other.quantiles, strict=True)])
                for one, other in zip(found, wanted, strict=True)
            ]
        )
        return torch.cat([terms.mean(dim=1, keepdim=True), terms], dim=1)
