"""CSD: similarity of the stylized image and the style image by descriptors of style."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from benchmark.contracts.metric import Axis, Direction, Metric, MetricInfo, Need
from benchmark.models.role import Role
from metrics.shared.arguments import needed
from metrics.shared.astra import Asked, published, worth
from metrics.shared.unit_cosines import unit_cosines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from benchmark.models.style_descriptors import StyleDescriptors


class Csd(Metric):
    """Cosine of the style descriptors of stylized image and style image, neither scaled nor clamped at 0.

    The descriptors are those of the published ViT-L/14: CLIP's image tower, tuned on pictures with style labels, with a
    style head in place of the projection. The centre square of each image is seen, so the sizes may differ.

    Read it with doubt. The authors say that the weights which they released do not reproduce the numbers of the paper,
    and a user found them below plain CLIP ViT-L/14 at finding paintings of one style in WikiArt (learn2phoenix/CSD,
    issue 14), which was not answered. It is "CSD by the released weights", not the paper's CSD; read
    ``clip_style_similarity`` beside it.
    """

    info = MetricInfo(
        name="csd",
        title="CSD",
        version="1",
        summary=(
            "Cosine of the style descriptors of stylized image and style image by the released weights, which do not"
            f" reproduce their paper; {worth(Asked.STYLE, 'CSD')}."
        ),
        people=published(Asked.STYLE, "CSD"),
        direction=Direction.HIGHER,
        axis=Axis.STYLE,
        needs=(Need.STYLE_IMAGE,),
        minimum=-1.0,
        maximum=1.0,
        backbone=Role.CSD,
        paper="Somepalli et al., Measuring Style Similarity in Diffusion Models, ECCV 2024",
        url="https://arxiv.org/abs/2404.01292",
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
        from benchmark.models.batching import remember_in_batches

        style = needed(style, Need.STYLE_IMAGE, self.info.name, len(stylized))
        network = cast("StyleDescriptors", self.models.load(Role.CSD))
        return unit_cosines(
            *(
                remember_in_batches(self.models, images, "style descriptor", lambda batch: network(batch).unbind())
                for images in (stylized, style)
            )
        )
