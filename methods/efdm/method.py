"""Arbitrary style transfer by matching whole distributions of features."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmark.contracts import Condition, MethodInfo, Precision, StyleCondition
from benchmark.models.role import Role
from methods.efdm.settings import EFDMSettings
from methods.shared.decoding_method import DecodingMethod

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Generator, Tensor


class EFDM(DecodingMethod[EFDMSettings]):
    """Exact feature distribution matching, Zhang et al. 2022.

    With f the encoder (VGG-19 up to relu4_1), g the decoder, c the content and s_k the styles of weights w_k::

        t = sum_k w_k EFDM(f(c), f(s_k)),   EFDM(x, y) in each channel: the i-th smallest of x becomes that of y
        result = g(alpha t + (1 - alpha) f(c))

    Everything but the matching is `adain`'s, encoder and decoder included: run both to see what the matching alone
    changes. AdaIN is the case in which every channel is Gaussian. Equal values of the content are ranked in the order
    of their positions, where the authors leave it to an unstable sort.

    Deviations from YBZh/EFDM: the authors resize and cut both pictures to one size, so that the numbers of values are
    equal; here the style keeps its proportions, its shorter side is the content's, and where the numbers differ its
    sorted values are interpolated at the content's ranks. Masks, which the authors do not have, weight the content's
    ranks. Their script with several styles matches and blends as here.

    With the model `efdm-decoder` the networks are the authors' (docs/weights.md). `adain-decoder` and
    `adain-decoder-embedded` were trained to decode AdaIN's features, not these; the latter deviates further, as said
    for `adain`. Color control divides covariances by the number of pixels (`methods.shared.color_preservation`).
    """

    info = MethodInfo(
        name="efdm",
        title="EFDM",
        version="1",
        summary="Gives the content's VGG-19 features the style's whole distribution in each channel and decodes them.",
        condition=Condition.IMAGE,
        licence="Apache-2.0",
        paper="Zhang, Li, Li, Jia, Zhang: Exact Feature Distribution Matching for Arbitrary Style Transfer and Domain"
        " Generalization. CVPR 2022",
        year=2022,
        url="https://arxiv.org/abs/2203.07740",
        max_styles=None,
        uses=(Role.VGG, Role.ADAIN_DECODER),
        optimises=(Role.VGG,),
        minimum_side=16,
        deterministic=True,
        precisions=(Precision.FLOAT32, Precision.BFLOAT16),
    )
    settings_type = EFDMSettings

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
        from methods.efdm.distribution_matching import match_region
        from methods.shared.feature_transfer import stylize_features

        return stylize_features(
            self._models,
            self._encode,
            self._decoder,
            match_region,
            content,
            styles,
            alpha=self.settings.alpha,
            preserve_color=self.settings.preserve_color,
        )
