"""Arbitrary style transfer by one pass through an encoder and a decoder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmark.contracts import Condition, MethodInfo, Precision, StyleCondition
from benchmark.models.role import Role
from methods.adain.settings import AdaINSettings
from methods.shared.decoding_method import DecodingMethod

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Generator, Tensor


class AdaIN(DecodingMethod[AdaINSettings]):
    """Adaptive instance normalization, Huang and Belongie 2017.

    With f the encoder (VGG-19 up to relu4_1), g the decoder, c the content and s_k the styles of weights w_k::

        t = sum_k w_k AdaIN(f(c), f(s_k)),   AdaIN(x, y) = std(y) (x - mean(x)) / std(x) + mean(y)
        result = g(alpha t + (1 - alpha) f(c))

    Several styles are the paper's style interpolation. Masks are its spatial control: weights become shares at each
    location (see `methods.shared.region_shares`), and the content's mean and deviation are those of the style's own
    region. Each style image is resized so that its shorter side is the content's, as the reference does by default;
    sides that are no multiple of 8 are padded by reflection and cut back.

    With the model `adain-decoder` the networks are those of naoto0804/pytorch-AdaIN: the decoder carries the encoder
    that it was trained for. With `adain-decoder-embedded` they deviate: the encoder is the protocol's VGG-19 with its
    original zero padding (the reference pads by reflection), and the decoder was trained for that. Color control
    divides covariances by the number of pixels (see `methods.shared.color_preservation`).
    """

    info = MethodInfo(
        name="adain",
        title="AdaIN",
        version="1",
        summary="Gives the content's VGG-19 features the style's channel means and deviations and decodes them.",
        condition=Condition.IMAGE,
        licence="Apache-2.0",
        paper="Huang, Belongie: Arbitrary Style Transfer in Real-time with Adaptive Instance Normalization. ICCV 2017",
        year=2017,
        url="https://arxiv.org/abs/1703.06868",
        max_styles=None,
        uses=(Role.VGG, Role.ADAIN_DECODER),
        optimises=(Role.VGG,),
        minimum_side=16,
        deterministic=True,
        precisions=(Precision.FLOAT32, Precision.BFLOAT16),
    )
    settings_type = AdaINSettings

    def stylize(
        self,
        content: Tensor,
        styles: Sequence[StyleCondition],
        generator: Generator,
    ) -> Tensor:
        """Returns the decoded blend, clamped to [0, 1]. Deterministic: the generator is not used.

        Raises:
            ValueError: If the content is less than 16 pixels high or wide.
        """
        from methods.adain.instance_normalization import normalize_region
        from methods.shared.feature_transfer import stylize_features

        return stylize_features(
            self._models,
            self._encode,
            self._decoder,
            normalize_region,
            content,
            styles,
            alpha=self.settings.alpha,
            preserve_color=self.settings.preserve_color,
        )
