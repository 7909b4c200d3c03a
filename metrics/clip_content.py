"""Similarity of the stylized image and its content by the judge, a model that no method may use."""

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


class ClipContentSimilarity(Metric):
    """Cosine between the embeddings of the stylized image and of its content, ``cos(E(stylized), E(content))``.

    The raw cosine between images that personalisation papers call CLIP-I, here with the content: no text, no factor,
    not clamped at 0. Their models differ (ViT-B/32, ViT-L/14, …), and so do the numbers. The judge sees the centre
    square of each image. An embedding holds how a picture is painted as well as what it shows, so a stylized image
    loses by taking on the manner of the painting; an unchanged content scores 1.
    """

    info = MetricInfo(
        name="clip_content_similarity",
        title="CLIP content similarity",
        version="1",
        summary=(
            "Raw cosine of stylized image and content in the judge CLIP, which sees their manner as well as their"
            f" objects; CLIP's: {worth(Asked.CONTENT, 'CLIP')}."
        ),
        people=published(Asked.CONTENT, "CLIP"),
        direction=Direction.HIGHER,
        axis=Axis.CONTENT,
        needs=(Need.CONTENT,),
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
            content: The N contents.
            style: Not read.
            prompt: Not read.

        Returns:
            N cosines in [−1, 1]; 1 for the content itself.

        Raises:
            ValueError: The contents are missing.
        """
        from benchmark.models.embedding import image_embeddings

        content = needed(content, Need.CONTENT, self.info.name, len(stylized))
        return unit_cosines(
            *(image_embeddings(self.models, Role.CLIP_JUDGE, pictures) for pictures in (stylized, content))
        )
