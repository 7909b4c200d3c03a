"""Style transfer by neighbours among the style's features."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from benchmark.contracts import Condition, Method, MethodInfo, Precision, StyleCondition
from benchmark.models.role import Role
from methods.nnst.settings import NNSTSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Generator, Tensor

    from benchmark.models.provider import Models


class NNST(Method[NNSTSettings]):
    """Neural neighbor style transfer, Kolkin, Kucera, Paris, Sýkora, Shechtman and Shakhnarovich 2022, NNST-Opt.

    H(x) are the hypercolumns of an image: VGG features of ten layers, each divided by its number of channels, at a
    quarter of the resolution. At each scale, the coarsest first, the query ``alpha * content + (1 - alpha) * picture so
    far`` (with the content's finest detail; at the coarsest scale the content alone) is described by H, each
    hypercolumn is replaced by the style's nearest, by the cosine of vectors less their mean, and the picture x
    minimises by Adam over the levels of its Laplacian pyramid::

        mean over positions of 1 - cos(H(x), replaced)

    A final pass at the content's size minimises, over the ten layers one by one,
    ``sum_l mean over positions of min over the style of 1 - cos(F_l(x) - mean, F_l(s) - mean)``. At the end the picture
    keeps its lightness and gets the content's hues in OkLab, moved to the style's mean and covariance.

    Deviations from the authors' implementation (nkolkin13/NeuralNeighborStyleTransfer): the network is the protocol's.
    Theirs is torchvision's VGG-16, the model ``vgg16`` here; with a VGG-19, such as the embedded one, the layers of the
    same names are taken. The content keeps its size, there the longer side becomes 512 pixels; a scale is half the
    next, as there. The style's longer side becomes the content's, by an antialiased filter. Three faults are mended,
    and come back with ``released_faults``: there hypercolumns of the query are centred in parts, not over the picture;
    in the final pass, layers whose map has 64 positions or fewer a side (relu4_1 to relu4_3 at 512 pixels) compare
    the style with features of the layer before, reshaped; and each scale ends with the picture before its last update.
    The loss that keeps the content's self-similarity, which is off there, is left out, as is a blend of pyramids whose
    result is never used. The result is not rounded down to 8 bits. Published is the optimising variant only; the fast
    one, NNST-D, has neither code nor weights.
    """

    info = MethodInfo(
        name="nnst",
        title="NNST",
        version="2",
        summary="Optimises the picture so that its VGG hypercolumns are the style's nearest to the content's.",
        condition=Condition.IMAGE,
        licence="Apache-2.0",
        paper="Kolkin, Kucera, Paris, Sýkora, Shechtman, Shakhnarovich: Neural Neighbor Style Transfer. "
        "arXiv:2203.13215, 2022",
        year=2022,
        url="https://arxiv.org/abs/2203.13215",
        uses=(Role.VGG,),
        optimises=(Role.VGG,),
        minimum_side=16,
        precisions=(Precision.FLOAT32, Precision.BFLOAT16),
    )
    settings_type = NNSTSettings

    def prepare(self, models: Models) -> None:
        """Loads VGG."""
        self._vgg = models.vgg()

    def warm_up(self, content: Tensor, styles: Sequence[StyleCondition], generator: Generator) -> None:
        """Updates the picture once at each size."""
        settings = self.settings
        self._run(
            content,
            styles,
            generator,
            replace(settings, steps=(1,) * len(settings.steps), final_steps=min(1, settings.final_steps)),
        )

    def stylize(self, content: Tensor, styles: Sequence[StyleCondition], generator: Generator) -> Tensor:
        """Returns the optimised picture, by default in the style's colours."""
        return self._run(content, styles, generator, self.settings)

    def _run(
        self, content: Tensor, styles: Sequence[StyleCondition], generator: Generator, settings: NNSTSettings
    ) -> Tensor:
        from methods.nnst.optimization import transfer

        (style,) = styles
        assert style.image is not None
        return transfer(self._vgg, settings, content, style.image, generator)
