"""Neural style transfer by optimising pixels."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from benchmark.contracts import Condition, Method, MethodInfo, Precision, StyleCondition
from benchmark.models.role import Role
from methods.gatys.settings import GatysSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Generator, Tensor

    from benchmark.models.provider import Models


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
    first step move a pixel by 0.0001 grey levels on average at every size. The path is therefore another one from
    the first step on, the loss is the same. Style images are resized with an antialiased filter. The paper itself
    prefers average pooling and does not divide the Gram matrices.

    Five settings go beyond both and are off by default: ``margin``, ``style_colors``, ``keep_scale``, ``backtracking``
    and ``in_range``. With ``first_step``, whose default is said above, they change where the descent starts, how long
    its steps are, where they may lead and what becomes of the border (docs/methods/gatys.md). With a margin the loss is
    that of the extended content.
    """

    info = MethodInfo(
        name="gatys",
        title="Gatys et al.",
        version="4",
        summary="Optimises the pixels so that VGG-19 sees the content's features and the style's Gram matrices.",
        condition=Condition.IMAGE,
        licence="Apache-2.0",
        paper="Gatys, Ecker, Bethge: Image Style Transfer Using Convolutional Neural Networks. CVPR 2016",
        year=2016,
        url="https://openaccess.thecvf.com/content_cvpr_2016/html/Gatys_Image_Style_Transfer_CVPR_2016_paper.html",
        uses=(Role.VGG,),
        optimises=(Role.VGG,),
        minimum_side=16,
        deterministic=True,
        precisions=(Precision.FLOAT32, Precision.BFLOAT16),
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
