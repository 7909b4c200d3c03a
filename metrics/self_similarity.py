"""Structure without appearance: whether parts alike within the content are still alike within the stylized image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchmark.contracts.metric import Axis, Direction, Metric, MetricInfo, Need
from benchmark.models.feature_scale import UNIT_VARIANCE_SCALE
from benchmark.models.role import Role
from metrics.shared.arguments import needed_contents
from metrics.shared.astra import Asked, published, worth
from metrics.vgg_losses import SMALLEST_SIDE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

_ROWS: Final = 256
"""Positions that are compared with all others at a time: the whole matrix grows with the square of the area, and is
slower than a few rows of it, which stay in the processor's cache."""


class Cfsd(Metric):
    """Content feature structural distance (CFSD) of StyleID: divergence of the self-similarities of VGG-19 relu3_1.

    ``Σ_i KL(P_i(content) ‖ P_i(stylized))`` in nats, where row ``P_i = softmax_j(⟨f_i, f_j⟩ / C²)`` says how alike
    position i and all positions j are, and C = 256. This is what StyleID's code computes and prints: the sum grows with
    the number of positions, so numbers of different sizes must not be compared. The component ``per_position`` is the
    mean over the positions instead, as other programs under this name compute it.

    The divisor presumes the features of torchvision's VGG-19. They are taken on its scale, that of a network for
    colours of unit variance, whichever network plays ``vgg`` (`benchmark.models.feature_scale`): on the scale of the
    original network every row would put all its weight on one position.
    """

    info = MetricInfo(
        name="cfsd",
        title="CFSD",
        version="2",
        summary=(
            "Divergence of the self-similarities of content and stylized image in VGG-19 relu3_1: is what was alike"
            f" still alike; {worth(Asked.CONTENT, 'CFSD')}."
        ),
        people=published(Asked.CONTENT, "CFSD"),
        direction=Direction.LOWER,
        axis=Axis.CONTENT,
        needs=(Need.CONTENT,),
        minimum=0.0,
        unit="nat",
        components=("per_position",),
        backbone=Role.VGG,
        minimum_side=SMALLEST_SIDE,
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
            N×2 divergences: the sum over the positions, and their mean; 0 for the content itself.

        Raises:
            ValueError: The contents are missing, differ in size from the stylized images, or are too small.
        """
        import torch

        from metrics.shared.vgg_statistics import content_features, statistics

        content = needed_contents(content, stylized, self.info.name)
        self.info.require_sides(stylized)
        found = statistics(self.models, stylized)
        wanted = content_features(self.models, content)
        with torch.no_grad():
            pairs = zip(found, wanted, strict=True)
            sums = torch.stack([self_similarity_divergence(other.structure, one.structure) for one, other in pairs])
            positions = sums.new_tensor([one.structure[0].numel() for one in found])
            return torch.stack([sums, sums / positions], dim=1)


def self_similarity_divergence(content: Tensor, stylized: Tensor) -> Tensor:
    """Returns the summed divergence of the rows of two self-similarity matrices; see ``Cfsd``.

    With ``a`` and ``b`` the similarities of the two images, ``P_ij = exp a_ij / Σ_k exp a_ik`` and ``d = b − a``, row i
    diverges by ``log E[exp d] − E[d]`` under ``P_i``. All that is summed over a row, ``exp a`` and its products with
    ``d`` and ``exp d − 1 − d``, is symmetric in i and j, so half of the matrix is computed and summed both ways.

    Args:
        content: Features on the original network's scale, C×H×W.
        stylized: Features on the same scale, C×H×W.

    Returns:
        One number, not negative.
    """
    scale = UNIT_VARIANCE_SCALE / len(content)
    first, second = ((features * scale).flatten(start_dim=1).T.contiguous() for features in (content, stylized))
    # Adding one number to all similarities changes no row. The first keeps exp from overflowing; nothing underflows,
    # because similarities are between 0 and 2 even for noise and chessboards of two colours. The second keeps the
    # differences near 0, where little is lost in their rounding.
    largest = first.square().sum(dim=1).amax()
    offset = second.mean(dim=0).square().sum() - first.mean(dim=0).square().sum()
    sums = first.new_zeros(3, len(first))
    for start in range(0, len(first), _ROWS):
        rows, columns = slice(start, start + _ROWS), slice(start + _ROWS, None)
        weights = first[rows] @ first[start:].T
        # The matrices are large, so operations work in place where they can.
        differences = (second[rows] @ second[start:].T).sub_(weights).sub_(offset)
        weights.sub_(largest).exp_()
        # A row's divergence is about 1e-5: it is summed apart from the mean difference, in whose rounding it would go.
        remainders = differences.expm1().sub_(differences)
        for total, terms in zip(sums, (weights, differences.mul_(weights), remainders.mul_(weights)), strict=True):
            total[rows] += terms.sum(dim=1)
            total[columns] += terms[:, _ROWS:].sum(dim=0)
    shares, means, rests = sums.double()
    means, rests = means / shares, rests / shares
    divergence: Tensor = ((means + rests).log1p() - means).sum()
    return divergence.clamp(min=0.0).float()
