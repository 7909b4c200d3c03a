"""What is alike within the content, and still alike within the stylized image: structure without looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchmark.contracts.metric import Axis, Direction, Metric, MetricInfo, Need
from benchmark.models.role import Role
from metrics._arguments import needed_contents
from metrics._astra import Asked, worth

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

_ROWS: Final = 128
"""Positions that are compared with all others at a time. The whole matrix grows with the square of the area; so few
rows of it stay in the processor's cache, which is faster."""

_SMALLEST_SCALE: Final = 1e-12
"""Mean square of features below which an image has none."""


class Cfsd(Metric):
    """Content feature structural distance (CFSD) of StyleID: divergence of the self-similarities of VGG-19 relu3_1.

    ``mean_i KL(P_i(content) ‖ P_i(stylized))`` in nats, where row ``P_i = softmax_j(⟨f_i, f_j⟩ / (C s))`` says how
    alike position i and all positions j are, and C = 256.

    Deviations from StyleID's code, in which each feature is divided by C, ``s = C``, and the rows are summed: here s is
    the mean square of the *content's* features, and the rows are averaged. The original divisor presumes torchvision's
    VGG-19, whose features are about 1; those of the original network (``vgg19-embedded``) are several hundred, with
    which every row would put all its weight on one position. The mean makes sizes of images agree better. Numbers must
    therefore not be put beside published ones.
    """

    info = MetricInfo(
        name="cfsd",
        title="CFSD",
        version="1",
        summary=(
            "Divergence of the self-similarities of content and stylized image in VGG-19 relu3_1: is what was alike"
            f" still alike; with the original scaling {worth(Asked.CONTENT, 'CFSD')}."
        ),
        direction=Direction.LOWER,
        axis=Axis.CONTENT,
        needs=(Need.CONTENT,),
        minimum=0.0,
        unit="nat",
        backbone=Role.VGG,
        paper="Chung, Hyun and Heo, Style Injection in Diffusion (StyleID), CVPR 2024",
        url="https://arxiv.org/abs/2312.09008",
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
            N divergences; 0 for the content itself.

        Raises:
            ValueError: The contents are missing, or differ in size from the stylized images.
        """
        import torch

        from metrics._vgg_statistics import content_features, statistics

        content = needed_contents(content, stylized, self.info.name)
        found = statistics(self.models, stylized)
        wanted = content_features(self.models, content)
        with torch.no_grad():
            pairs = zip(found, wanted, strict=True)
            return torch.stack([self_similarity_divergence(other.structure, one.structure) for one, other in pairs])


def self_similarity_divergence(content: Tensor, stylized: Tensor) -> Tensor:
    """Mean divergence of the rows of two self-similarity matrices; see ``Cfsd``.

    Args:
        content: Features, C×H×W; they set the scale of both.
        stylized: Features, C×H×W.

    Returns:
        One number, not negative.
    """
    scale = 1 / (len(content) * content.square().mean().clamp(min=_SMALLEST_SCALE))
    first, second = (features.flatten(start_dim=1).T.contiguous() for features in (content, stylized))
    total = first.new_zeros(())
    for start in range(0, len(first), _ROWS):
        rows = slice(start, start + _ROWS)
        wanted = ((first[rows] * scale) @ first.T).log_softmax(dim=1)
        found = ((second[rows] * scale) @ second.T).log_softmax(dim=1)
        # The matrices are large: what can be done in place is, and the product is summed in the same pass.
        differences = found.neg_().add_(wanted)
        total = total + wanted.exp_().flatten().dot(differences.flatten())
    return (total / len(first)).clamp(min=0.0)
