"""Stylization by one feed-forward network per painting."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, cast

from benchmark.contracts import Condition, Method, MethodInfo, Precision, StyleCondition
from benchmark.models.role import Role
from benchmark.protocol.style_pixels import style_pixels_sha256
from methods.johnson.settings import JohnsonSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Generator, Tensor

    from benchmark.models.provider import Models
    from benchmark.models.transform_network_file import Painting, TransformNetworks
    from benchmark.protocol.case import Case


class Johnson(Method[JohnsonSettings]):
    """Fast neural style, Johnson, Alahi and Fei-Fei 2016.

    A transform network f_s, trained for one painting s, paints a content c in one pass: ``result = f_s(255 c) / 255``.
    Its training minimises, over photographs c, with F_l the features of a VGG, G_l their Gram matrices::

        content_weight * MSE(F_2_2(f_s(c)), F_2_2(c))  +  style_weight * sum_l MSE(G_l(f_s(c)), G_l(s))

    at l = relu1_2, relu2_2, relu3_3, relu4_3. The network is that of pytorch/examples; it differs from the paper's in
    padding by reflection, in enlarging before convolutions in place of fractional strides, and in having no scaled tanh
    at its end.

    The shipped networks know the three paintings of `mini`, by the pixels of their files; cases of other styles are
    skipped. They were trained for this benchmark (docs/models/johnson-embedded.md), and deviate: half of the published
    channels; VGG-19 in place of VGG-16; terms that are made shares of the painting's and the photograph's own
    features; total variation, which the paper has and pytorch/examples has not; a further term, Gatys' style loss over
    relu1_1, 2_1, 3_1, 4_1; 2,300 to 3,400 steps each on squares of 37 photographs in place of two passes over COCO.
    Other networks are trained by `tools/train_johnson.py` and given as
    ``weights``, which also takes files of pytorch/examples: one of those is used for every style, or for the one that
    ``style`` names.

    Contents whose sides are no multiples of 4 are padded by reflection and cut back, where the published code returns
    a larger picture. The style's picture itself is not read.
    """

    info = MethodInfo(
        name="johnson",
        title="Johnson et al.",
        version="1",
        summary="Paints the content in one pass through a small network that was trained for the style.",
        condition=Condition.IMAGE,
        licence="Apache-2.0",
        paper="Johnson, Alahi, Fei-Fei: Perceptual Losses for Real-Time Style Transfer and Super-Resolution. ECCV 2016",
        year=2016,
        url="https://arxiv.org/abs/1603.08155",
        # It loads no VGG; VGG-19's losses are what the shipped networks were trained on.
        uses=(Role.VGG, Role.TRANSFORM_NETWORKS),
        optimises=(Role.VGG,),
        minimum_side=16,
        deterministic=True,
        precisions=(Precision.FLOAT32, Precision.BFLOAT16),
    )
    settings_type = JohnsonSettings

    def skip(self, case: Case) -> str | None:
        """Says for which paintings there are networks, where the case's style is none of them."""
        if reason := super().skip(case):
            return reason
        (style,) = (weighted.style for weighted in case.styles)
        if self.settings.style and style.id != self.settings.style:
            return f"trained for {self.settings.style}, not for style {style.id}"
        pixels = style_pixels_sha256(style)
        if not self._paintings or pixels in {painting.pixels_sha256 for painting in self._paintings}:
            return None
        return f"trained for {', '.join(painting.title for painting in self._paintings)}, not for style {style.id}"

    def prepare(self, models: Models) -> None:
        """Loads the networks."""
        if self.settings.weights:
            from benchmark.models.transform_network_file import read_transform_networks

            self._networks = read_transform_networks(self.settings.file).to(models.device)
        else:
            self._networks = cast("TransformNetworks", models.load(Role.TRANSFORM_NETWORKS))

    def stylize(
        self,
        content: Tensor,
        styles: Sequence[StyleCondition],
        generator: Generator,
    ) -> Tensor:
        """Returns the painted content, clamped to [0, 1]. Deterministic: the generator is not used.

        Raises:
            ValueError: There is no network for the style, or the content is less than 8 pixels high or wide.
        """
        from methods.johnson.stylization import paint

        (style,) = styles
        network = self._networks.of(style.pixels_sha256)
        if network is None:
            raise ValueError(f"no network is trained for style {style.name or 'image'}")
        return paint(network, content)

    @cached_property
    def _paintings(self) -> tuple[Painting, ...]:
        from benchmark.models.specification import OWN_NETWORKS, find_model
        from benchmark.models.transform_network_file import read_paintings

        if self.settings.weights:
            return read_paintings(self.settings.file)
        (file,) = find_model(OWN_NETWORKS[Role.TRANSFORM_NETWORKS]).files()
        return read_paintings(file)
