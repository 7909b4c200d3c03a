"""Style transfer by relaxed optimal transport between hypercolumns."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from benchmark.contracts import Condition, Method, MethodInfo, Precision, StyleCondition
from benchmark.models.role import Role
from methods.strotss.settings import STROTSSSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Generator, Tensor

    from benchmark.models.provider import Models


class STROTSS(Method[STROTSSSettings]):
    """Style transfer by relaxed optimal transport and self-similarity, Kolkin, Salavon and Shakhnarovich 2019.

    With X, C and S hypercolumns (the colour and VGG features of nine layers) of picture and content at the same places,
    and of the style, D the cosine distances, D' the same of colours plus their Euclidean distances, and R(D) the larger
    of the mean smallest entries of rows and columns, the picture minimises by RMSprop over the levels of its Laplacian
    pyramid, at each scale, the coarsest first::

        ( a * N * mean |D(X, X) / column sums - D(C, C) / column sums|
          + R(D(X, S)) + mean |mean(X) - mean(S)| + mean |cov(X) - cov(S)| + R(D'(X, S)) / max(a, 1) ) / (a + 2)

    a is 16 at the first of four scales and is halved with each: it ends at 2. The first picture is the style's mean
    colour with the content's finest detail; each next scale starts from the enlarged picture, with that detail again
    but at the last.

    Written from the paper and from facts about the authors' implementation (nkolkin13/STROTSS), which states no
    licence. Deviations from it: the network is the protocol's. Theirs is torchvision's VGG-16, the model ``vgg16``
    here; with a VGG-19, such as the embedded one, the layers of the same names are taken. Features are divided by 57.63
    on every network, to stand beside colours as torchvision's do. The content keeps its size, there the longer side
    becomes 512 pixels; sizes of scales are halvings. The style's longer side becomes that of the scale's content. The
    grid that positions are drawn from lies where it falls once a scale; positions of the style are drawn once, all
    different, there in five draws that can overlap. Colours are not decorrelated first, which changes no distance.
    Masks of regions are left out. Pictures of one colour, whose distances have no sum to be divided by, are taken to
    have a small one.
    """

    info = MethodInfo(
        name="strotss",
        title="STROTSS",
        version="2",
        summary="Optimises the picture for the content's self-similarity and relaxed transport to the style's "
        "features.",
        condition=Condition.IMAGE,
        licence="Apache-2.0",
        paper="Kolkin, Salavon, Shakhnarovich: Style Transfer by Relaxed Optimal Transport and Self-Similarity. "
        "CVPR 2019",
        year=2019,
        url="https://arxiv.org/abs/1904.12785",
        uses=(Role.VGG,),
        optimises=(Role.VGG,),
        minimum_side=16,
        precisions=(Precision.FLOAT32, Precision.BFLOAT16),
    )
    settings_type = STROTSSSettings

    def prepare(self, models: Models) -> None:
        """Loads VGG."""
        self._vgg = models.vgg()

    def warm_up(self, content: Tensor, styles: Sequence[StyleCondition], generator: Generator) -> None:
        """Updates the picture once at each size."""
        self._run(content, styles, generator, replace(self.settings, steps=(1,) * len(self.settings.steps)))

    def stylize(self, content: Tensor, styles: Sequence[StyleCondition], generator: Generator) -> Tensor:
        """Returns the optimised picture, clamped to [0, 1]."""
        return self._run(content, styles, generator, self.settings)

    def _run(
        self, content: Tensor, styles: Sequence[StyleCondition], generator: Generator, settings: STROTSSSettings
    ) -> Tensor:
        from methods.strotss.optimization import transfer

        (style,) = styles
        assert style.image is not None
        return transfer(self._vgg, settings, content, style.image, generator)
