"""ArtFID: preservation of the content times match of the style, over all stylized images of a method."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmark.contracts.metric import Axis, Direction, Need
from benchmark.contracts.set_metric import SetMetricInfo
from benchmark.models.role import Role
from metrics.inception_distances import SMALLEST_SIDE, InceptionMetric
from metrics.perceptual import perceptual_distances
from metrics.shared.arguments import needed_contents
from metrics.shared.astra import Asked, published, worth
from metrics.shared.frechet import frechet_distance_of_features

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor


class ArtFid(InceptionMetric):
    """ArtFID: ``(1 + LPIPS) · (1 + FID)``, LPIPS averaged over the stylized images, FID as in ``fid``.

    Both networks are the ones that the protocol names; ``lpips-alex`` and ``art-inception`` are the paper's. What
    ``lpips`` and ``fid`` compute of an image is shared. Deviations: FID is computed once from all images, where the
    authors' program extrapolates it to infinitely many (their FID∞) if there are at least 5,000, and silently gives
    plain FID below; and every style image counts once.

    The product lets one part pay for the other: FID may be many times 1 and LPIPS hardly leaves 0 … 1, so that it is
    mostly FID, and on few style images unmodified contents can win it. That is why it is on the style axis.
    """

    info = SetMetricInfo(
        name="artfid",
        title="ArtFID",
        version="1",
        summary=(
            "Product of kept content (LPIPS) and style found (FID) over all stylized images of a method, which an"
            f" unmodified content can win; {worth(Asked.OVERALL, 'ArtFID')}."
        ),
        people=published(Asked.OVERALL, "ArtFID"),
        direction=Direction.LOWER,
        axis=Axis.STYLE,
        needs=(Need.CONTENT, Need.STYLE_IMAGE),
        minimum=1.0,
        backbone=(Role.INCEPTION, Role.LPIPS),
        minimum_side=SMALLEST_SIDE,
        paper="Wright and Ommer, ArtFID: Quantitative Evaluation of Neural Style Transfer, GCPR 2022",
        url="https://arxiv.org/abs/2207.12280",
        sample_size=10_000,
    )

    def describe(self, *, stylized: Sequence[Tensor], content: Sequence[Tensor] | None = None) -> Tensor:
        """Describes stylized images by their Inception features and their distances to their contents.

        Args:
            stylized: N RGB images, 3×H×W in [0, 1], sides at least 75 pixels.
            content: The N contents, each the size of its stylized image.

        Returns:
            N×2049, the distance last.

        Raises:
            ValueError: The contents are missing, or differ in size from the stylized images.
        """
        import torch

        content = needed_contents(content, stylized, self.info.name)
        self.info.require_sides(stylized)
        distances = perceptual_distances(self.models, Role.LPIPS, stylized, content)
        return torch.cat([super().describe(stylized=stylized), distances[:, None]], dim=1)

    def score(self, *, stylized: Tensor, style: Tensor) -> float:
        """Multiplies the two parts.

        Args:
            stylized: N×(D + 1), the distance to the content last.
            style: M×D.

        Returns:
            A number of at least 1; NaN if either set has a single image, which has no covariance.
        """
        distance = float(stylized[:, -1].double().mean())
        return (1 + distance) * (1 + frechet_distance_of_features(stylized[:, :-1], style))
