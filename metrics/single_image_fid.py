"""SIFID: Fréchet distance of the features at all positions of the stylized image and of the style image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from benchmark.contracts.metric import Axis, Direction, Metric, MetricInfo, Need
from benchmark.models.role import Role
from metrics.shared.arguments import needed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from benchmark.models.inception_maps import InceptionMaps
    from metrics.shared.frechet import Normal

SMALLEST_SIDE: Final = 23
"""Sides of the smallest images, in pixels: smaller ones leave the last layer less than four positions."""


class Sifid(Metric):
    """Single image FID of stylized image and style image at Conv2d_4a of Inception-v3, 192 channels.

    ``‖μ_x − μ_y‖² + tr(Σ_x + Σ_y − 2 (Σ_x Σ_y)^½)`` with means and unbiased covariances over the positions of one
    image's feature map. The stored versions of the authors' script use two layers, whose numbers do not compare: both
    are given, as the components ``conv2d_2b`` (64 channels, before the first pooling) and ``conv2d_4a`` (192, before
    the second), and the latter is the number. As in the script, the network is torchvision's, not that of FID; images
    go in as 2x − 1 and are not resized, so their sizes may differ. Deviation: the root is exact where covariances are
    singular, where the script adds 1e-6 to their diagonals. That script also reads PNG files 255 times too dark:
    numbers that it gave for PNG files are of nearly black pictures.

    Means and covariances know textures and colours, not places. Their estimates need well over 192 positions: below
    about 96 pixels the number says little.
    """

    info = MetricInfo(
        name="sifid",
        title="SIFID (Conv2d_4a, 192)",
        version="1",
        summary=(
            "Fréchet distance of the Inception features over the positions of stylized image and style image; its"
            " agreement with people on style has not been measured."
        ),
        direction=Direction.LOWER,
        axis=Axis.STYLE,
        needs=(Need.STYLE_IMAGE,),
        minimum=0.0,
        backbone=Role.SIFID_INCEPTION,
        components=("conv2d_2b", "conv2d_4a"),
        minimum_side=SMALLEST_SIDE,
        paper="Shaham, Dekel and Michaeli, SinGAN: Learning a Generative Model from a Single Natural Image, ICCV 2019",
        url="https://arxiv.org/abs/1905.01164",
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
            stylized: N RGB images, 3×H×W in [0, 1], sides at least 23 pixels.
            content: Not read.
            style: The N style images, of any size from 23 pixels on.
            prompt: Not read.

        Returns:
            N×3 distances: that at Conv2d_4a, then those at Conv2d_2b and Conv2d_4a; 0 for the style image itself.

        Raises:
            ValueError: The style images are missing, or an image is too small.
        """
        import torch

        from benchmark.models.batching import remember_in_batches
        from metrics.shared.frechet import fit_normal, frechet_distance

        style = needed(style, Need.STYLE_IMAGE, self.info.name, len(stylized))
        self.info.require_sides(stylized)
        self.info.require_sides(style)
        network = cast("InceptionMaps", self.models.load(Role.SIFID_INCEPTION))

        def fit(batch: Tensor) -> list[tuple[Normal, ...]]:
            layers = [[fit_normal(maps.flatten(start_dim=1).T) for maps in layer] for layer in network(batch)]
            return list(zip(*layers, strict=True))

        found, wanted = (
            remember_in_batches(self.models, images, "SIFID's normal distributions", fit)
            for images in (stylized, style)
        )
        distances = [
            [frechet_distance(one, other) for one, other in zip(*layers, strict=True)]
            for layers in zip(found, wanted, strict=True)
        ]
        return torch.tensor([[layers[-1], *layers] for layers in distances])
