"""Style transfer by a sliced Wasserstein loss on VGG-19 features: what it is and how it is set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from benchmark import Condition, Method, MethodInfo, Role, StyleCondition

# Listing methods imports this module: what needs torch is imported in `stylize`.
if TYPE_CHECKING:
    from benchmark.models.provider import Models
    from torch import Generator, Tensor


@dataclass(frozen=True)
class SlicedWassersteinSettings:
    """Settings.

    Attributes:
        steps: Adam steps.
        learning_rate: Adam's, for pixels in [0, 1].
        content_weight: Weight of the content loss.
        style_weight: Weight of the mean of the style layers' losses. 30 was chosen from 3, 10 and 30 by looking at
            three pairs of photograph and painting at 192 px: less leaves a recoloured photograph.
        directions: Random directions per step and layer; 0 takes as many as the layer has channels.
        content_layers: VGG-19 layers whose features are kept.
        style_layers: VGG-19 layers whose feature distributions are matched.
    """

    steps: int = 100
    learning_rate: float = 0.02
    content_weight: float = 1.0
    style_weight: float = 30.0
    directions: int = 32
    content_layers: tuple[str, ...] = ("relu4_2",)
    style_layers: tuple[str, ...] = ("relu1_1", "relu2_1", "relu3_1", "relu4_1")

    def __post_init__(self) -> None:
        if self.steps < 1:
            raise ValueError(f"steps must be at least 1, not {self.steps}")
        if self.learning_rate <= 0:
            raise ValueError(f"learning_rate must be above 0, not {self.learning_rate}")
        if min(self.content_weight, self.style_weight) < 0:
            raise ValueError("content_weight and style_weight must be at least 0")
        if self.directions < 0:
            raise ValueError(f"directions must be at least 0, not {self.directions}")
        if not self.style_layers:
            raise ValueError("style_layers must name at least one layer")


class SlicedWasserstein(Method[SlicedWassersteinSettings]):
    """Optimises the pixels so that VGG-19 features of image and style have the same distribution.

    The pixels x, starting from the content c, minimise by Adam::

        content_weight * mean_l |F_l(x) - F_l(c)|^2 / |F_l(c)|^2  +  style_weight * mean_l SW(F_l(x), F_l(s))

    with F_l the features at layer l and SW the sliced Wasserstein loss of Heitz et al. 2021: features are projected on
    random directions, the projections of image and style are sorted, and the mean squared difference of the sorted
    lists is taken. New directions are drawn in every step. Gram matrices (Gatys et al. 2016) compare second moments
    only; this compares whole distributions.

    Deviations from the paper, which synthesises textures: a content loss and the content as the start turn it into
    style transfer; fewer layers; Adam instead of L-BFGS, because the directions change; each layer's loss is divided
    by the mean square of the target's features, so that the weights mean the same for every VGG-19 and layer; where
    image and style have different numbers of positions, the sorted list of the style is interpolated.
    """

    info = MethodInfo(
        name="sliced_wasserstein",
        title="Sliced Wasserstein",
        version="1",
        summary="Optimises the pixels so that their VGG-19 features are distributed like the style's.",
        condition=Condition.IMAGE,
        licence="Apache-2.0",
        paper="Heitz, Vanhoey, Chambon, Belcour: A Sliced Wasserstein Loss for Neural Texture Synthesis. CVPR 2021",
        year=2021,
        url="https://arxiv.org/abs/2006.07229",
        uses=(Role.VGG,),
        optimises=(Role.VGG,),
    )
    settings_type = SlicedWassersteinSettings

    def prepare(self, models: Models) -> None:
        """Loads VGG-19."""
        self._vgg = models.vgg()

    def warm_up(self, content: Tensor, styles: Sequence[StyleCondition], generator: Generator) -> None:
        """Takes one step."""
        self._run(content, styles, generator, replace(self.settings, steps=1))

    def stylize(self, content: Tensor, styles: Sequence[StyleCondition], generator: Generator) -> Tensor:
        """Returns the optimised pixels, 3×H×W in [0, 1]; the generator draws the directions."""
        return self._run(content, styles, generator, self.settings)

    def _run(
        self,
        content: Tensor,
        styles: Sequence[StyleCondition],
        generator: Generator,
        settings: SlicedWassersteinSettings,
    ) -> Tensor:
        from sliced_wasserstein.optimization import optimize

        (style,) = styles
        assert style.image is not None  # cases without one were skipped
        return optimize(self._vgg, settings, content, style.image, generator)
