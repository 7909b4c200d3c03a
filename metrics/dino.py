"""Similarities by DINO: of whole images by its class token, and of their structure by its keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from benchmark.contracts.metric import Axis, Direction, Metric, MetricInfo, Need
from benchmark.models.role import Role
from metrics.shared.arguments import needed, needed_contents
from metrics.shared.astra import Asked, published, worth

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from benchmark.models.dino import DinoClassToken, DinoKeys
    from benchmark.models.provider import Models

_PAPER: Final = "Caron et al., Emerging Properties in Self-Supervised Vision Transformers, ICCV 2021"
_URL: Final = "https://arxiv.org/abs/2104.14294"


class DinoSimilarity(Metric):
    """Cosine of the class tokens of stylized image and content in DINO's ViT-S/16.

    What personalisation papers call "DINO" (DreamBooth), here with the content. Images are prepared as in DINO's own
    evaluation: shorter side to 256 pixels, centre square of 224. Numbers of DINOv2, or of ViT-B, are others. Which
    DINO the study asked, whose figures are given, is not stated in what is known of it.
    """

    info = MetricInfo(
        name="dino_similarity",
        title="DINO content similarity",
        version="1",
        summary=(
            "Cosine of the class tokens of stylized image and content in DINO ViT-S/16; some DINO's:"
            f" {worth(Asked.CONTENT, 'DINO')}."
        ),
        people=published(Asked.CONTENT, "DINO"),
        direction=Direction.HIGHER,
        axis=Axis.CONTENT,
        needs=(Need.CONTENT,),
        minimum=-1.0,
        maximum=1.0,
        backbone=Role.DINO,
        paper=_PAPER,
        url=_URL,
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
            content: The N contents.
            style: Not read.
            prompt: Not read.

        Returns:
            N cosines in [−1, 1]; 1 for the content itself.

        Raises:
            ValueError: The contents are missing.
        """
        content = needed(content, Need.CONTENT, self.info.name, len(stylized))
        return _cosines(self.models, stylized, content)


class DinoStyleSimilarity(Metric):
    """Cosine of the class tokens of stylized image and style image in DINO's ViT-S/16.

    As ``dino_similarity``, with the style image. The class token holds what a picture shows as well as its manner: a
    stylized image gains by showing the objects of the painting.
    """

    info = MetricInfo(
        name="dino_style_similarity",
        title="DINO style similarity",
        version="1",
        summary=(
            "Cosine of the class tokens of stylized image and style image in DINO ViT-S/16, which sees objects as well"
            f" as manner; some DINO's: {worth(Asked.STYLE, 'DINO')}."
        ),
        people=published(Asked.STYLE, "DINO"),
        direction=Direction.HIGHER,
        axis=Axis.STYLE,
        needs=(Need.STYLE_IMAGE,),
        minimum=-1.0,
        maximum=1.0,
        backbone=Role.DINO,
        paper=_PAPER,
        url=_URL,
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
            N cosines in [−1, 1]; 1 for the style image itself.

        Raises:
            ValueError: The style images are missing.
        """
        style = needed(style, Need.STYLE_IMAGE, self.info.name, len(stylized))
        return _cosines(self.models, stylized, style)


class DinoStructure(Metric):
    """Splice's structure distance between content and stylized image, "DINO structure distance" in later papers.

    ``mean_ij (S_ij(stylized) − S_ij(content))²`` with ``S_ij`` the cosine of the keys of tokens i and j in the last
    block of DINO's ViT-B/8, heads one after another, the class token included: 785² numbers at 224². Papers often give
    10³ times the number. Content and stylized image are seen whole, their shorter side at 224 pixels.

    Deviations from Splice: cosines are taken of keys of unit length, where it divides by a product of lengths of at
    least 1e-8, which is the same for all keys longer than 1e-4; the resizing of `benchmark.models.dino`.
    """

    info = MetricInfo(
        name="dino_structure",
        title="DINO structure distance",
        version="1",
        summary=(
            "Mean squared difference of the self-similarities of DINO ViT-B/8's keys in stylized image and content; not"
            f" compared with people itself, the class token of some DINO was: {worth(Asked.CONTENT, 'DINO')}."
        ),
        direction=Direction.LOWER,
        axis=Axis.CONTENT,
        needs=(Need.CONTENT,),
        minimum=0.0,
        maximum=4.0,
        backbone=Role.DINO_STRUCTURE,
        paper="Tumanyan, Bar-Tal, Bagon and Dekel, Splicing ViT Features for Semantic Appearance Transfer, CVPR 2022",
        url="https://arxiv.org/abs/2201.00424",
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
            content: The N contents, each the size of its stylized image.
            style: Not read.
            prompt: Not read.

        Returns:
            N distances in [0, 4]; 0 for the content itself.

        Raises:
            ValueError: The contents are missing, or differ in size from the stylized images.
        """
        import torch
        from torch.nn import functional

        from benchmark.models.batching import remember_in_batches

        content = needed_contents(content, stylized, self.info.name)
        network = cast("DinoKeys", self.models.load(Role.DINO_STRUCTURE))

        def self_similarities(batch: Tensor) -> list[Tensor]:
            keys = functional.normalize(network(batch), dim=-1)
            return list(keys @ keys.transpose(1, 2))

        found, wanted = (
            remember_in_batches(self.models, images, "self-similarity of DINO's keys", self_similarities)
            for images in (stylized, content)
        )
        return torch.stack([(one - other).square().mean() for one, other in zip(found, wanted, strict=True)])


def _cosines(models: Models, first: Sequence[Tensor], second: Sequence[Tensor]) -> Tensor:
    import torch
    from torch.nn import functional

    from benchmark.models.batching import remember_in_batches

    network = cast("DinoClassToken", models.load(Role.DINO))

    def tokens(images: Sequence[Tensor]) -> Tensor:
        return torch.stack(
            remember_in_batches(models, images, "DINO's class token", lambda batch: network(batch).unbind())
        )

    return functional.cosine_similarity(tokens(first), tokens(second), dim=1).clamp(-1.0, 1.0)
