"""Agreement of many crops of the stylized image with the prompt, as CLIPstyler's table measures it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Final

from annotated_types import Ge, Le

from benchmark.contracts.metric import Axis, Direction, Metric, MetricInfo, Need
from benchmark.models.role import Role
from metrics.shared.arguments import needed
from metrics.shared.astra import Asked, worth

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from benchmark.models.provider import Models

SIDES: Final = (64, 224)
"""Sides of the smallest and of the largest crop of an image whose shorter side has ``REFERENCE_SIDE`` pixels."""

REFERENCE_SIDE: Final = 512

_BATCH: Final = 4
"""Crops that the judge embeds at a time. More are slower on a processor: the features of eight take so much memory at a
time that the allocator returns it to the system after each layer and gets it back empty, to be cleared again."""

_SEED: Final = 20220318
"""Seed of the crops: the same for every image, so that images of one size are compared in the same places."""


@dataclass(frozen=True)
class ClipPatchSettings:
    """Settings of the CLIP patch score.

    Attributes:
        patches: Crops per image, 64 in CLIPstyler's table. Fewer are the first of these, in proportionally less time.
    """

    patches: Annotated[int, Ge(1), Le(4096)] = 64


class ClipPatchScore(Metric):
    """Mean cosine between the embeddings of random crops of the stylized image and that of the prompt.

    ``mean_p cos(E(crop_p), E(prompt))``, the patch-wise CLIP score of CLIPstyler's table: 64 square crops of 64 to 224
    pixels of an image of 512, neither scaled nor clamped, no template around the prompt. Sides and places are uniformly
    random, drawn with a fixed seed: they depend on the size of the image alone, so the score of an image is always the
    same and methods are compared in the same places. Deviations: the sides are scaled with the shorter side of the
    image (at 256 px the crops have 32 to 112), and the judge sees them, where the paper used the model that CLIPstyler
    had optimised. Crops smaller than the judge's input are enlarged (bicubic), which the judge was not trained on.
    """

    info = MetricInfo(
        name="clip_patch_score",
        title="CLIP patch score",
        version="2",
        summary=(
            "Mean raw cosine of random crops of the stylized image and the prompt in the judge CLIP, CLIPstyler's"
            " own number: manner without composition; the embedded judges see texture where people see things, and tell"
            " next to nothing of what is depicted; not compared with people itself, CLIP with whole images and style"
            f" images was: {worth(Asked.STYLE, 'CLIP')}."
        ),
        direction=Direction.HIGHER,
        axis=Axis.TEXT,
        needs=(Need.PROMPT,),
        minimum=-1.0,
        maximum=1.0,
        backbone=Role.CLIP_JUDGE,
        paper="Kwon and Ye, CLIPstyler: Image Style Transfer with a Single Text Condition, CVPR 2022",
        url="https://arxiv.org/abs/2112.00374",
    )

    settings_type: ClassVar[type[ClipPatchSettings]] = ClipPatchSettings
    settings: ClipPatchSettings

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
            N mean cosines in [−1, 1].

        Raises:
            ValueError: The prompts are missing.
        """
        import torch

        from benchmark.models.embedding import prompt_embedding

        prompt = needed(prompt, Need.PROMPT, self.info.name, len(stylized))
        # The mean of cosines is the cosine's dot product with the mean of the unit-length embeddings.
        crops = torch.stack(_mean_patch_embeddings(self.models, stylized, self.settings.patches))
        texts = torch.stack([prompt_embedding(self.models, Role.CLIP_JUDGE, text) for text in prompt])
        return (crops * texts).sum(dim=1).clamp(-1.0, 1.0)


def patch_boxes(height: int, width: int, patches: int) -> list[tuple[int, int, int]]:
    """Returns top, left and side, in pixels, of each crop of an image of a given size.

    Args:
        height: H, in pixels.
        width: W, in pixels.
        patches: Number of crops.
    """
    import torch

    shorter = min(height, width)
    shares = torch.rand(patches, 3, generator=torch.Generator().manual_seed(_SEED), dtype=torch.float64).tolist()
    boxes = []
    for size, down, across in shares:
        pixels = SIDES[0] + int(size * (SIDES[1] - SIDES[0] + 1))
        side = max(1, round(pixels * shorter / REFERENCE_SIDE))
        boxes.append((int(down * (height - side + 1)), int(across * (width - side + 1)), side))
    return boxes


def _mean_patch_embeddings(models: Models, images: Sequence[Tensor], number: int) -> list[Tensor]:
    import torch
    from torch.nn import functional
    from torchvision.transforms.v2 import InterpolationMode

    from benchmark.models.batching import remember_in_batches
    from benchmark.models.resizing import resize

    judge = models.clip_judge()

    def patches(image: Tensor) -> Tensor:
        size = judge.image_size
        height, width = image.shape[-2:]
        boxes = patch_boxes(height, width, number)
        crops = (image[:, top : top + side, left : left + side] for top, left, side in boxes)
        return torch.stack([resize(crop, size, size, InterpolationMode.BICUBIC) for crop in crops])

    def mean_embedding(image: Tensor) -> Tensor:
        embeddings = [
            judge.encode_image(crops)
            for crops in torch.split(patches(image), _BATCH if image.device.type == "cpu" else number)
        ]
        return functional.normalize(torch.cat(embeddings), dim=1).mean(dim=0)

    def compute(batch: Tensor) -> list[Tensor]:
        return [mean_embedding(image) for image in batch]

    return remember_in_batches(models, images, (Role.CLIP_JUDGE, "mean patch embedding", number), compute)
