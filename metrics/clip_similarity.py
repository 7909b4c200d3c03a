"""Agreement of the stylized image with the prompt, by the judge, a text-image model that no method may use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchmark.contracts.metric import Axis, Direction, Metric, MetricInfo, Need
from benchmark.models.role import Role
from metrics.shared.arguments import needed
from metrics.shared.astra import Asked, worth

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor


SOURCE_PROMPT: Final = "a photo"
"""The text for a content before it is stylized, where the direction of the text starts."""

SHORTEST_DIRECTION: Final = 1e-4
"""Length, between embeddings of unit length, below which a direction is rounding noise and counts as none."""


class ClipTextSimilarity(Metric):
    """Cosine between the embeddings of the stylized image and of the prompt, ``cos(E(image), E(prompt))``.

    It is the raw cosine: no template around the prompt, no crops, no factor, no clamping at 0. Other "CLIP scores" are
    100 · max(cos, 0) (torchmetrics), 2.5 · max(cos, 0) with "A photo depicts" before the prompt (Hessel et al. 2021),
    or the mean cosine of random crops (CLIPstyler's table). The judge sees the centre square of the image.
    """

    info = MetricInfo(
        name="clip_text_similarity",
        title="CLIP text similarity",
        version="1",
        summary=(
            "Raw cosine (not scaled, no template) of stylized image and prompt in the judge CLIP; the embedded judges"
            " see texture where people see things, and tell next to nothing of what is depicted; not compared with"
            f" people on prompts, CLIP with style images was: {worth(Asked.STYLE, 'CLIP')}."
        ),
        direction=Direction.HIGHER,
        axis=Axis.TEXT,
        needs=(Need.PROMPT,),
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
            style: Not read.
            prompt: The N prompts.

        Returns:
            N cosines in [−1, 1].

        Raises:
            ValueError: The prompts are missing.
        """
        import torch

        from benchmark.models.embedding import image_embeddings, prompt_embedding

        prompt = needed(prompt, Need.PROMPT, self.info.name, len(stylized))
        images = torch.stack(image_embeddings(self.models, Role.CLIP_JUDGE, stylized))
        texts = torch.stack([prompt_embedding(self.models, Role.CLIP_JUDGE, text) for text in prompt])
        return (images * texts).sum(dim=1).clamp(-1.0, 1.0)


class ClipDirectionalSimilarity(Metric):
    """Cosine between the change of the image and the change of the text, in the judge's embedding space.

    ``cos(E(stylized) − E(content), E(prompt) − E("a photo"))``, each ``E`` scaled to unit length before subtracting:
    the direction of StyleGAN-NADA (Gal et al. 2022, equation 2) as CLIPstyler (Kwon and Ye 2022) uses it, here as a
    similarity. Deviation from CLIPstyler: whole images instead of crops, and neither prompt nor source text is averaged
    over templates.

    An image equal to its content has no direction and scores 0, as does any whose embedding moved by less than 1e-4, or
    a prompt equal to the source text.
    """

    info = MetricInfo(
        name="clip_directional_similarity",
        title="CLIP directional similarity",
        version="1",
        summary=(
            'Cosine of the change from content to stylized image and the change from "a photo" to the prompt in the'
            " judge CLIP; the embedded judges see texture where people see things, and tell next to nothing of what is"
            " depicted; not compared with people on prompts, CLIP with style images was:"
            f" {worth(Asked.STYLE, 'CLIP')}."
        ),
        direction=Direction.HIGHER,
        axis=Axis.TEXT,
        needs=(Need.CONTENT, Need.PROMPT),
        minimum=-1.0,
        maximum=1.0,
        backbone=Role.CLIP_JUDGE,
        paper="Gal et al., StyleGAN-NADA: CLIP-Guided Domain Adaptation of Image Generators, SIGGRAPH 2022",
        url="https://arxiv.org/abs/2108.00946",
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
            prompt: The N prompts.

        Returns:
            N cosines in [−1, 1]; 0 where there is no direction.

        Raises:
            ValueError: The contents or the prompts are missing.
        """
        import torch

        from benchmark.models.embedding import image_embeddings, prompt_embedding

        content = needed(content, Need.CONTENT, self.info.name, len(stylized))
        prompt = needed(prompt, Need.PROMPT, self.info.name, len(stylized))
        models, role = self.models, Role.CLIP_JUDGE
        images = torch.stack(image_embeddings(models, role, stylized))
        photos = torch.stack(image_embeddings(models, role, content))
        texts = torch.stack([prompt_embedding(models, role, text) for text in prompt])
        return _cosine(images - photos, texts - prompt_embedding(models, role, SOURCE_PROMPT))


def _cosine(first: Tensor, second: Tensor) -> Tensor:
    import torch
    from torch.nn import functional

    lengths = torch.minimum(torch.linalg.vector_norm(first, dim=1), torch.linalg.vector_norm(second, dim=1))
    cosine = functional.cosine_similarity(first, second, dim=1).clamp(-1.0, 1.0)
    return cosine.masked_fill(lengths < SHORTEST_DIRECTION, 0.0)
