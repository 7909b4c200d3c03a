"""Similarity of the stylized image and the style image by the judge, a model that no method may use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmark.contracts.metric import Axis, Direction, Metric, MetricInfo, Need
from benchmark.models.role import Role
from metrics.shared.arguments import needed
from metrics.shared.astra import Asked, published, worth
from metrics.shared.unit_cosines import unit_cosines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor


class ClipStyleSimilarity(Metric):
    """Cosine between the embeddings of the stylized image and of the style image, ``cos(E(stylized), E(style))``.

    The raw cosine, neither scaled nor clamped at 0. The judge sees the centre square of each image, so their sizes may
    differ. An embedding holds what a picture shows as well as how it is painted: a copy of the style image scores 1,
    and a stylized image gains by showing the objects of the painting. Read it beside a content metric.
    """

    info = MetricInfo(
        name="clip_style_similarity",
        title="CLIP style similarity",
        version="1",
        summary=(
            "Raw cosine of stylized image and style image in the judge CLIP, which sees their objects as well as their"
            f" manner; CLIP's: {worth(Asked.STYLE, 'CLIP')}."
        ),
        people=published(Asked.STYLE, "CLIP"),
        direction=Direction.HIGHER,
        axis=Axis.STYLE,
        needs=(Need.STYLE_IMAGE,),
        minimum=-1.0,
        maximum=1.0,
        backbone=Role.CLIP_JUDGE,
        paper="Radford et al., Learning Transferable Visual Models From Natural Language Supervision, ICML 2021",
        url="https://arxiv.org/abs/2103.00020",
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
        from benchmark.models.embedding import image_embeddings

        style = needed(style, Need.STYLE_IMAGE, self.info.name, len(stylized))
        return unit_cosines(
            *(image_embeddings(self.models, Role.CLIP_JUDGE, pictures) for pictures in (stylized, style))
        )
