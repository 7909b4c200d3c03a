"""Structural similarity of the content and the stylized image, without any network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchmark.contracts.metric import Axis, Direction, Metric, MetricInfo, Need
from metrics.shared.arguments import needed_contents
from metrics.shared.astra import Asked, published, worth

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from torch import Tensor

WINDOW: Final = 11
"""Side of the Gaussian window (deviation 1.5), in pixels."""

MULTI_SCALE_SIDE: Final = (WINDOW - 1) * 2**4 + 1
"""Sides of the smallest images for five scales: the window must fit into an image halved four times."""


class Ssim(Metric):
    """SSIM at full resolution: on each of red, green and blue, then averaged.

    The constants are the paper's (window 11, deviation 1.5, K1 0.01, K2 0.03), with population covariances and without
    border. Deviations: the paper scores luminance; we average the three channels, as piq does. Neither the authors'
    script's nor piq's reduction of images of 384 pixels and more is applied, so that the number is that of
    scikit-image (``gaussian_weights=True, use_sample_covariance=False``) at every size.

    The components are what is published, on grey levels of 8 bits (`metrics.shared.windowed_ssim`): ``published`` is
    the number of the authors' script, which reduces pictures to a shorter side of about 256 pixels; ``uniform_window``
    is that of scikit-image's defaults, 7×7 equal weights and unbiased variances, as in evaluation scripts of style
    transfer such as MicroAST's.
    """

    info = MetricInfo(
        name="ssim",
        title="SSIM",
        version="1",
        summary=(
            "Local agreement of means, contrasts and structure of stylized image and content; not compared with people"
            f" itself, its multi-scale form was: {worth(Asked.CONTENT, 'MS-SSIM')}."
        ),
        direction=Direction.HIGHER,
        axis=Axis.CONTENT,
        needs=(Need.CONTENT,),
        minimum=-1.0,
        maximum=1.0,
        components=("published", "uniform_window"),
        minimum_side=WINDOW,
        paper=(
            "Wang, Bovik, Sheikh and Simoncelli, Image Quality Assessment: From Error Visibility to Structural"
            " Similarity, IEEE Transactions on Image Processing 13, 2004"
        ),
        url="https://doi.org/10.1109/TIP.2003.819861",
    )

    def score(
        self,
        *,
        stylized: Sequence[Tensor],
        content: Sequence[Tensor] | None = None,
        style: Sequence[Tensor] | None = None,
        prompt: Sequence[str] | None = None,
    ) -> Tensor:
        """Scores a batch.

        Args:
            stylized: N RGB images, 3×H×W in [0, 1], sides at least 11 pixels.
            content: The N contents, each the size of its stylized image.
            style: Not read.
            prompt: Not read.

        Returns:
            N×3 numbers in [−1, 1]: the score, ``published``, ``uniform_window``; 1 for the content itself.

        Raises:
            ValueError: The contents are missing, differ in size from the stylized images, or are too small.
        """
        import torch

        from metrics.shared.windowed_ssim import gaussian_ssim, grey_levels, reduced_ssim, uniform_ssim

        def ssim(image: Tensor, reference: Tensor) -> Tensor:
            greys = grey_levels(image), grey_levels(reference)
            published = [form(*greys).float() for form in (reduced_ssim, uniform_ssim)]
            return torch.stack([gaussian_ssim(image, reference), *published])

        return _compare(self.info, stylized, content, ssim)


class MsSsim(Metric):
    """MS-SSIM over five scales, on each of red, green and blue, then averaged.

    Weights 0.0448, 0.2856, 0.3001, 0.2363, 0.1333 as in the paper; negative factors count as 0, as in piq, so that the
    result is real. Deviation: the paper scores luminance. Sides must have at least 161 pixels.
    """

    info = MetricInfo(
        name="ms_ssim",
        title="MS-SSIM",
        version="1",
        summary=(
            "Agreement of contrast and structure of stylized image and content over five scales;"
            f" {worth(Asked.CONTENT, 'MS-SSIM')}."
        ),
        people=published(Asked.CONTENT, "MS-SSIM"),
        direction=Direction.HIGHER,
        axis=Axis.CONTENT,
        needs=(Need.CONTENT,),
        minimum=0.0,
        maximum=1.0,
        minimum_side=MULTI_SCALE_SIDE,
        paper=(
            "Wang, Simoncelli and Bovik, Multi-scale Structural Similarity for Image Quality Assessment, Asilomar"
            " Conference on Signals, Systems and Computers 2003"
        ),
        url="https://doi.org/10.1109/ACSSC.2003.1292216",
    )

    def score(
        self,
        *,
        stylized: Sequence[Tensor],
        content: Sequence[Tensor] | None = None,
        style: Sequence[Tensor] | None = None,
        prompt: Sequence[str] | None = None,
    ) -> Tensor:
        """Scores a batch.

        Args:
            stylized: N RGB images, 3×H×W in [0, 1], sides at least 161 pixels.
            content: The N contents, each the size of its stylized image.
            style: Not read.
            prompt: Not read.

        Returns:
            N numbers in [0, 1]; 1 for the content itself.

        Raises:
            ValueError: The contents are missing, differ in size from the stylized images, or are too small.
        """
        import piq

        def multi_scale_ssim(image: Tensor, reference: Tensor) -> Tensor:
            score: Tensor = piq.multi_scale_ssim(image[None], reference[None], kernel_size=WINDOW)
            return score

        return _compare(self.info, stylized, content, multi_scale_ssim)


def _compare(
    info: MetricInfo,
    stylized: Sequence[Tensor],
    content: Sequence[Tensor] | None,
    compare: Callable[[Tensor, Tensor], Tensor],
) -> Tensor:
    import torch

    scores = []
    content = needed_contents(content, stylized, info.name)
    info.require_sides(stylized)
    for image, reference in zip(stylized, content, strict=True):
        with torch.no_grad():
            # Rounding can leave the score of two equal images a few units of the last place above 1.
            scores.append(compare(image, reference.to(image.device)).clamp(max=1.0))
    return torch.stack(scores)
