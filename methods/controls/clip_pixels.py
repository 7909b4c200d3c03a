"""Control that changes pixels until a text-image model sees the prompt, and paints nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from benchmark.contracts import Condition, Method, MethodInfo, StyleCondition
from benchmark.models.role import Role
from benchmark.settings import check_settings
from methods.shared.setting_types import Count, LearningRate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Generator, Tensor

    from benchmark.models.provider import Models


@dataclass(frozen=True)
class ClipPixelsSettings:
    """Settings of `ClipPixels`.

    Attributes:
        steps: Updates of the pixels.
        learning_rate: Adam's learning rate, in units of the range of a pixel.
    """

    steps: Count = 40
    learning_rate: LearningRate = 0.01

    def __post_init__(self) -> None:
        check_settings(self)


class ClipPixels(Method[ClipPixelsSettings]):
    """Raises the cosine of picture and prompt by the pixels themselves: an adversarial example.

    With E the text-image model that methods may optimise and t_k the prompts of weights w_k, Adam descends::

        sum_k w_k (1 - cos(E(x), E(t_k)))

    from x = the content; after each step pixels are clamped to [0, 1]. There are no crops, no template around a prompt
    and nothing that keeps the content. What comes out is the content under coloured noise, in which a person sees
    nothing of the prompt. A judge that ranks it high is fooled by what fools the model that methods optimise, and says
    as little about the methods that optimise it.

    Masks are ignored. The model sees the centre square, so what lies beyond it stays the content's.
    """

    info = MethodInfo(
        name="clip_pixels",
        title="CLIP pixels",
        version="1",
        summary="Descends the distance of picture and prompt in CLIP by the pixels alone: noise that only CLIP reads.",
        condition=Condition.TEXT,
        licence="Apache-2.0",
        max_styles=None,
        uses=(Role.CLIP,),
        optimises=(Role.CLIP,),
        control=True,
        deterministic=True,
    )
    settings_type = ClipPixelsSettings

    def prepare(self, models: Models) -> None:
        """Loads the text-image model."""
        self._clip = models.clip()

    def warm_up(self, content: Tensor, styles: Sequence[StyleCondition], generator: Generator) -> None:
        """Updates the pixels once."""
        self._descend(content, styles, replace(self.settings, steps=1))

    def stylize(
        self,
        content: Tensor,
        styles: Sequence[StyleCondition],
        generator: Generator,
    ) -> Tensor:
        """Returns the changed content. Deterministic: the generator is not used."""
        return self._descend(content, styles, self.settings)

    def _descend(self, content: Tensor, styles: Sequence[StyleCondition], settings: ClipPixelsSettings) -> Tensor:
        import torch
        from torch.nn import functional

        from benchmark.models.float32 import in_float32

        prompts = [style.prompt for style in styles if style.prompt is not None]
        assert len(prompts) == len(styles)
        texts = functional.normalize(self._clip.encode_text(prompts), dim=-1)
        # The weighted sum of cosines is the dot product with the weighted sum of unit vectors.
        target = texts.new_tensor([style.weight for style in styles]) @ texts
        pixels = content.clone().requires_grad_()
        optimizer = torch.optim.Adam([pixels], lr=settings.learning_rate)
        for _ in range(settings.steps):
            embedding = functional.normalize(self._clip.encode_image(pixels[None])[0], dim=-1)
            # Gradients have the types of the forward pass, which automatic casting would lower again.
            (pixels.grad,) = in_float32(torch.autograd.grad)(1 - embedding @ target, pixels)
            optimizer.step()
            with torch.no_grad():
                pixels.clamp_(0, 1)
        return pixels.detach()
