"""Neural style transfer by optimising pixels."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from benchmark.contracts import Condition, Method, MethodInfo, StyleCondition
from benchmark.models.role import Role
from methods.shared.setting_checks import require

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Generator, Tensor

    from benchmark.models.provider import Models


@dataclass(frozen=True)
class GatysSettings:
    """Settings of `Gatys`; the defaults are the authors' implementation's.

    Attributes:
        steps: Closure evaluations (loss and gradient) of L-BFGS at the content's own size.
        coarse_sizes: Shorter sides in pixels of passes before that, each starting from the enlarged result of the one
            before; a size above the content's is lowered to it. The authors' high-resolution variant is ``512`` with
            ``coarse_steps`` 500 and ``steps`` 200 on a content of 800 px.
        coarse_steps: Closure evaluations of each coarse pass.
        learning_rate: Length of an L-BFGS step; there is no line search.
        content_weight: Weight of each content layer's loss.
        style_weight: Weight of each style layer's loss, divided by the square of the layer's number of channels.
        content_layers: VGG-19 layers whose features are kept.
        style_layers: VGG-19 layers whose Gram matrices are matched.
        average_pooling: Halve the features by averages, as the paper prefers, instead of maxima, as the code does.
    """

    steps: int = 500
    coarse_sizes: tuple[int, ...] = ()
    coarse_steps: tuple[int, ...] = ()
    learning_rate: float = 1.0
    content_weight: float = 1.0
    style_weight: float = 1000.0
    content_layers: tuple[str, ...] = ("relu4_2",)
    style_layers: tuple[str, ...] = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
    average_pooling: bool = False

    def __post_init__(self) -> None:
        require(self.steps >= 1, "steps", "at least 1", self.steps)
        # relu5_1 halves the image four times.
        require(all(size >= 16 for size in self.coarse_sizes), "coarse_sizes", "at least 16 each", self.coarse_sizes)
        require(
            len(self.coarse_steps) == len(self.coarse_sizes) and all(steps >= 1 for steps in self.coarse_steps),
            "coarse_steps",
            f"{len(self.coarse_sizes)} numbers, one for each of coarse_sizes, at least 1 each",
            self.coarse_steps,
        )
        require(self.learning_rate > 0, "learning_rate", "above 0", self.learning_rate)
        require(self.content_weight >= 0, "content_weight", "at least 0", self.content_weight)
        require(self.style_weight >= 0, "style_weight", "at least 0", self.style_weight)
        require(len(self.style_layers) > 0, "style_layers", "at least one layer", self.style_layers)


class Gatys(Method[GatysSettings]):
    """Image style transfer with convolutional networks, Gatys, Ecker and Bethge 2016.

    The pixels x, starting from the content c, minimise by L-BFGS::

        sum_l content_weight * MSE(F_l(x), F_l(c))  +  sum_l style_weight / n_l^2 * MSE(G_l(x), G_l(s))

    with F_l the features of VGG-19 at layer l, n_l their channels, G_l = F_l F_l^T / (H W) their Gram matrix and s the
    style image, resized so that its shorter side is the content's. The weights belong to the features of the original
    network (0–255 input), whose scale every network of a protocol is brought to (`benchmark.models.feature_scale`).

    Deviations from leongatys/PytorchNeuralStyleTransfer: a pass is one L-BFGS run with exactly ``steps`` evaluations,
    each followed by an update, where the authors restart its loop every 20 and stop at the first multiple of 20 above
    the number; nothing else ends it, where there a change of the loss below 1e-9 ends a loop. L-BFGS without a line
    search is not indifferent to how the pixels are stored: the sum of the first step's changes is 1 in their unit.
    There they are stored in 0–255, BGR around the training mean; here as changes of RGB, in a unit that makes the
    first step move a pixel by a tenth of a grey level on average at every size. The path is therefore another one from
    the first step on, the loss is the same. Style images are resized with an antialiased filter. The paper itself
    prefers average pooling and does not divide the Gram matrices.
    """

    info = MethodInfo(
        name="gatys",
        title="Gatys et al.",
        version="2",
        summary="Optimises the pixels so that VGG-19 sees the content's features and the style's Gram matrices.",
        condition=Condition.IMAGE,
        licence="Apache-2.0",
        paper="Gatys, Ecker, Bethge: Image Style Transfer Using Convolutional Neural Networks. CVPR 2016",
        year=2016,
        url="https://openaccess.thecvf.com/content_cvpr_2016/html/Gatys_Image_Style_Transfer_CVPR_2016_paper.html",
        uses=(Role.VGG,),
        optimises=(Role.VGG,),
        minimum_side=16,
    )
    settings_type = GatysSettings

    def prepare(self, models: Models) -> None:
        """Loads VGG-19."""
        self._vgg = models.vgg()

    def warm_up(
        self,
        content: Tensor,
        styles: Sequence[StyleCondition],
        generator: Generator,
    ) -> None:
        """Evaluates the loss once at each size."""
        self._run(content, styles, replace(self.settings, steps=1, coarse_steps=(1,) * len(self.settings.coarse_steps)))

    def stylize(
        self,
        content: Tensor,
        styles: Sequence[StyleCondition],
        generator: Generator,
    ) -> Tensor:
        """Returns the optimised pixels, clamped to [0, 1]. Deterministic: the generator is not used."""
        return self._run(content, styles, self.settings)

    def _run(self, content: Tensor, styles: Sequence[StyleCondition], settings: GatysSettings) -> Tensor:
        from methods.gatys.optimization import optimize_coarse_to_fine

        (style,) = styles
        assert style.image is not None
        return optimize_coarse_to_fine(self._vgg, settings, content, style.image)
