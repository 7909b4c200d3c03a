"""Learned perceptual distances between the content and the stylized image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from benchmark.contracts.metric import Axis, Direction, Metric, MetricInfo, Need
from benchmark.models.role import Role
from metrics.shared.arguments import needed_contents
from metrics.shared.astra import Asked, published, worth

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from benchmark.models.image_distance import ImageDistance
    from benchmark.models.provider import Models


SMALLEST_SIDE: Final = 32
"""Sides of the smallest images for LPIPS and its descendants, in pixels: what is smaller vanishes in AlexNet."""


class _PerceptualMetric(Metric):
    """A distance between content and stylized image by the metric's one network."""

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
            stylized: N RGB images, 3×H×W in [0, 1], sides at least ``info.minimum_side`` pixels.
            content: The N contents, each the size of its stylized image.
            style: Not read.
            prompt: Not read.

        Returns:
            N distances.

        Raises:
            ValueError: The contents are missing, differ in size from the stylized images, or are too small.
        """
        content = needed_contents(content, stylized, self.info.name)
        self.info.require_sides(stylized)
        (role,) = self.info.backbones
        return perceptual_distances(self.models, role, stylized, content)


class StLpips(_PerceptualMetric):
    """ST-LPIPS between content and stylized image.

    The network is the one that the protocol names (``st-lpips-alex`` or ``st-lpips-vgg``); numbers of the two must not
    be compared. Like every perceptual distance it depends on the resolution: compare only at one size.
    """

    info = MetricInfo(
        name="st_lpips",
        title="ST-LPIPS",
        version="1",
        summary=(
            "Shift-tolerant learned distance of the stylized image to its content; not compared with people on style"
            f" transfer itself, its ancestor LPIPS was: {worth(Asked.CONTENT, 'LPIPS')}."
        ),
        direction=Direction.LOWER,
        axis=Axis.CONTENT,
        needs=(Need.CONTENT,),
        minimum=0.0,
        backbone=Role.PERCEPTUAL,
        minimum_side=SMALLEST_SIDE,
        paper="Ghildyal and Liu, Shift-tolerant Perceptual Similarity Metric, ECCV 2022",
        url="https://arxiv.org/abs/2207.13686",
    )


class Lpips(_PerceptualMetric):
    """LPIPS v0.1 between content and stylized image.

    The network is the one that the protocol names (``lpips-alex``); the original comes with three, whose numbers must
    not be compared. It depends on the resolution: compare only at one size.
    """

    info = MetricInfo(
        name="lpips",
        title="LPIPS",
        version="1",
        summary=(f"Learned distance (v0.1) of the stylized image to its content; {worth(Asked.CONTENT, 'LPIPS')}."),
        people=published(Asked.CONTENT, "LPIPS"),
        direction=Direction.LOWER,
        axis=Axis.CONTENT,
        needs=(Need.CONTENT,),
        minimum=0.0,
        backbone=Role.LPIPS,
        minimum_side=SMALLEST_SIDE,
        paper=(
            "Zhang, Isola, Efros, Shechtman and Wang, The Unreasonable Effectiveness of Deep Features as a Perceptual"
            " Metric, CVPR 2018"
        ),
        url="https://arxiv.org/abs/1801.03924",
    )


class Dists(_PerceptualMetric):
    """DISTS between content and stylized image, as its authors' program computes it.

    ``1 − Σ_lc (α_lc · luminance_lc + β_lc · structure_lc)`` over the image itself and relu1_2, 2_2, 3_3, 4_3 and 5_3 of
    VGG-16 with L2 pooling: SSIM's two terms, each of a whole feature map, so that a texture may be replaced by another
    sample of the same. Images whose shorter side is above 256 pixels are reduced to it (bilinear, antialiased), as the
    authors' ``prepare_image`` does through PIL; piq reduces without antialiasing and gives other numbers there.
    Deviation: no rounding to 8 bits after reducing. 0 for the content itself; numbers above 1 are possible and rare.
    """

    info = MetricInfo(
        name="dists",
        title="DISTS",
        version="2",
        summary=(
            "Learned distance of the stylized image to its content that forgives resampled texture; its agreement with"
            " people on style transfer has not been measured."
        ),
        direction=Direction.LOWER,
        axis=Axis.CONTENT,
        needs=(Need.CONTENT,),
        minimum=0.0,
        backbone=Role.DISTS,
        paper=(
            "Ding, Ma, Wang and Simoncelli, Image Quality Assessment: Unifying Structure and Texture Similarity, IEEE"
            " Transactions on Pattern Analysis and Machine Intelligence 44, 2022"
        ),
        url="https://arxiv.org/abs/2004.07728",
    )


def perceptual_distances(models: Models, role: Role, stylized: Sequence[Tensor], content: Sequence[Tensor]) -> Tensor:
    """Returns distances between contents and stylized images, each of which passes the network once.

    Args:
        models: The networks of the run.
        role: Role of the network, which names the distance.
        stylized: N RGB images, 3×H×W in [0, 1].
        content: The N contents, each the size of its stylized image.

    Returns:
        N distances.
    """
    import torch

    from benchmark.models.batching import remember_in_batches

    network = cast("ImageDistance", models.load(role))

    def features(batch: Tensor) -> list[tuple[Tensor, ...]]:
        layers = network.features(batch)
        return [tuple(layer[index : index + 1] for layer in layers) for index in range(len(batch))]

    name = (role, "perceptual features")
    references, images = (remember_in_batches(models, pictures, name, features) for pictures in (content, stylized))
    with torch.no_grad():
        pairs = zip(images, references, strict=True)
        return torch.cat([network.distance(image, reference) for image, reference in pairs])
