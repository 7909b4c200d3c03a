"""Arbitrary style transfer by attention over the style's features."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from benchmark.contracts import Condition, Method, MethodInfo, Precision, StyleCondition
from benchmark.models.role import Role
from methods.sanet.settings import SANetSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Generator, Tensor

    from benchmark.models.provider import Models
    from benchmark.models.sanet import SANet as SANetNetwork


class SANet(Method[SANetSettings]):
    """Arbitrary style transfer with style-attentional networks, Park and Lee 2019.

    With F_4, F_5 the encoder's features at relu4_1 and relu5_1, c the content, s the style and g the decoder::

        A(c, s) = c + out(softmax(f(norm(c))^T g(norm(s))) h(s))       f, g, h, out: 1×1 convolutions, per level
        result = g(conv3×3(A_4(F_4(c), F_4(s)) + enlarge(A_5(F_5(c), F_5(s)))))

    The network is that of GlebSBrykin/SANET, an unofficial training: the authors have published no code. It is the
    model `sanet`, whose weights a person has to get (docs/weights.md); without them the method is unavailable. It
    carries its own encoder, a VGG-19 with rescaled activations; the losses that it was trained on are that network's.

    Deviations: contents whose sides are no multiples of 16 are padded by reflection and cut back, where the original
    stops with an error; the style is resized so that its shorter side is the content's, where its size there is left
    to the user; between several passes pictures are clamped to [0, 1], as the original means to and does not.
    """

    info = MethodInfo(
        name="sanet",
        title="SANet",
        version="1",
        summary="Rewrites each of the content's VGG-19 features from the style's by attention and decodes them.",
        condition=Condition.IMAGE,
        licence="Apache-2.0",
        paper="Park, Lee: Arbitrary Style Transfer with Style-Attentional Networks. CVPR 2019",
        year=2019,
        url="https://arxiv.org/abs/1812.02342",
        # Its encoder is VGG-19, and VGG-19's losses are what it was trained on.
        uses=(Role.VGG, Role.SANET),
        optimises=(Role.VGG,),
        minimum_side=32,
        deterministic=True,
        precisions=(Precision.FLOAT32, Precision.BFLOAT16),
    )
    settings_type = SANetSettings

    def prepare(self, models: Models) -> None:
        """Loads the network."""
        self._network = cast("SANetNetwork", models.load(Role.SANET))

    def stylize(
        self,
        content: Tensor,
        styles: Sequence[StyleCondition],
        generator: Generator,
    ) -> Tensor:
        """Returns the decoded picture, clamped to [0, 1]. Deterministic: the generator is not used.

        Raises:
            ValueError: If the content is less than 32 pixels high or wide.
        """
        from methods.sanet.stylization import stylize_image

        (style,) = styles
        assert style.image is not None
        return stylize_image(self._network, content, style.image, self.settings.passes)
