"""Style transfer with strokes of several sizes, by where attention goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmark.contracts import Condition, MethodInfo, Precision, StyleCondition
from benchmark.models.role import Role
from methods.aams.settings import AAMSSettings
from methods.shared.decoding_method import DecodingMethod

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from torch import Generator, Tensor


class AAMS(DecodingMethod[AAMSSettings]):
    """Attention-aware multi-stroke style transfer, Yao, Ren, Xie, Liu, Liu and Wang 2019.

    With c and s the features of content and style at relu4_1 and W their whitening (ZCA)::

        a = attention map of c, in [0, 1];   m_1 < … < m_4: centres of a's clusters (k-means)
        t_k = swap(W(c), resize(W(s), b_k)),  b = 1/2, 1/sqrt(2), 1;   t_4 = W(c)
        t = sum_k softmax_k(50 (1 - |a - m_k|)) t_k
        result = decode(covariance(s)^{1/2} (alpha t + (1 - alpha) W(c)) + mean(s))

    where `swap` replaces each 5×5 patch by the style's most alike one. So what gets least attention is painted from the
    style at half its size, more attention means larger strokes, and what gets most keeps the content's own features.

    **The attention has no trained parameters.** The authors train 1×1 convolutions f, g, h on reconstruction with an
    L1 penalty: attention is softmax(f(x) g(x)^T) h(x), and the content becomes x + x * attention before the swap. Here
    f, g and h are the identity on features whose channels have mean 0 and deviation 1, products are scaled by
    1/sqrt(512), and the content stays x: untrained values would only scramble it. What this changes: the map marks what
    stands out from the rest of the same picture, not what a trained network found worth keeping; in a picture that is
    one texture all over it means little. `benchmark stylize --explain` shows it.

    Further deviations from JianqiangRen/AAMS: the map is smoothed by the mean of 3×3, where the authors draw a filter
    at random at each run; k-means starts from quantiles in place of random values, and an empty cluster keeps its
    centre, where there it becomes NaN; directions with less than 1e-5 of the largest variance are not whitened, where
    they cut at 1e-5 itself, below the rounding errors of float32; the decoder is AdaIN's, not trained for this and
    without AdaIN inside; the encoder is the decoder's, with maximum pooling (theirs: average); the style's shorter side
    is the content's (theirs: 448×448). Patches are smaller on contents below 24 pixels, which have too few features.
    """

    info = MethodInfo(
        name="aams",
        title="AAMS",
        version="1",
        summary="Swaps patches of VGG-19 features for the style's at several stroke sizes, fused by an attention map.",
        condition=Condition.IMAGE,
        licence="Apache-2.0",
        paper="Yao, Ren, Xie, Liu, Liu, Wang: Attention-aware Multi-stroke Style Transfer. CVPR 2019",
        year=2019,
        url="https://arxiv.org/abs/1901.05127",
        uses=(Role.VGG, Role.ADAIN_DECODER),
        optimises=(Role.VGG,),
        minimum_side=16,
        deterministic=True,
        precisions=(Precision.FLOAT32, Precision.BFLOAT16),
    )
    settings_type = AAMSSettings

    def stylize(
        self,
        content: Tensor,
        styles: Sequence[StyleCondition],
        generator: Generator,
    ) -> Tensor:
        """Returns the decoded picture, clamped to [0, 1]. Deterministic: the generator is not used.

        Raises:
            ValueError: If the content is less than 16 pixels high or wide.
        """
        from methods.aams.stylization import stylize_image

        (style,) = styles
        assert style.image is not None
        return stylize_image(self._models, self._encode, self._decoder, content, style.image, self.settings)

    def explain(
        self,
        content: Tensor,
        styles: Sequence[StyleCondition],
        generator: Generator,
    ) -> Mapping[str, Tensor]:
        """Returns ``attention`` and ``strokes``, which goes from 0 (the smallest) to 1 (the content's own features)."""
        from methods.aams.stylization import explain_image

        return explain_image(self._encode, content, self.settings)
