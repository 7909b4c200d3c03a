"""The perceptual loss of Johnson et al. 2016, by which a transform network learns one painting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import torch
from torch.nn import functional

from benchmark.models.feature_scale import UNIT_VARIANCE_SCALE
from benchmark.models.feature_statistics import gram_matrix

if TYPE_CHECKING:
    from torch import Tensor

    from benchmark.models.vgg import VGG

STYLE_LAYERS: Final = ("relu1_2", "relu2_2", "relu3_3", "relu4_3")
CONTENT_LAYER: Final = "relu2_2"
GATYS_LAYERS: Final = ("relu1_1", "relu2_1", "relu3_1", "relu4_1")


@dataclass(frozen=True)
class Losses:
    """The terms of the loss, unweighted scalars."""

    content: Tensor
    style: Tensor
    gatys_style: Tensor
    total_variation: Tensor


class PerceptualLoss:
    """Compares painted pictures with their photographs and with one painting.

    With F_l the features of VGG at layer l, brought to torchvision's scale, and G_l = F_l F_l^T / (C H W)::

        content = MSE(F_2_2(painted), F_2_2(photograph))
        style = sum over relu1_2, relu2_2, relu3_3, relu4_3 of MSE(G_l(painted), G_l(painting))
        total variation = mean |difference of neighbours down| + mean |difference of neighbours across|

    as in pytorch/examples, which has no total variation; the paper has (Johnson et al. 2016, section 3.2), squared.
    With the package's VGG-19 in place of VGG-16 the layers of the same names are taken: a deviation, because relu3_3
    and relu4_3 are the last of their blocks in VGG-16 alone.

    Unbalanced, relu1_2 and relu3_3 of that VGG-19 have some ten times the weight of the others. Balanced, each layer's
    term of the style is divided by the mean square of the painting's Gram matrix there, and the content by that of the
    photographs' features, so that all terms are shares and do not depend on the network's scale.

    The style loss of Gatys et al. 2016, as the metric `vgg_style_loss` has it, is a further term, a share of the
    painting's own. With C_l channels, and Gram matrices not divided by them::

        Gatys' style = sum_l |G_l(painted) - G_l(painting)|^2 / C_l^4  /  sum_l |G_l(painting)|^2 / C_l^4

    over relu1_1, 2_1, 3_1, 4_1. The metric's relu5_1 is left out: it is less than a thousandth of the sum. Nine tenths
    are relu4_1, large forms, which the balanced style hardly sees.

    Args:
        vgg: The network, its features on the original scale (`benchmark.models.feature_scale`).
        painting: 3×H×W in [0, 1].
        balanced: Whether the terms are made shares.
        dtype: Number format of the features while they are computed; Gram matrices and means are of float32.
    """

    def __init__(
        self, vgg: VGG, painting: Tensor, *, balanced: bool = False, dtype: torch.dtype = torch.float32
    ) -> None:
        self._balanced = balanced
        self._vgg = vgg.to(dtype=dtype)
        self._dtype = dtype
        with torch.no_grad():
            features = self._features(painting[None], (*STYLE_LAYERS, *GATYS_LAYERS))
        self._grams = {layer: _gram(features[layer]) for layer in STYLE_LAYERS}
        self._gatys_grams = {layer: _gatys_gram(features[layer]) for layer in GATYS_LAYERS}

    def __call__(self, painted: Tensor, photographs: Tensor) -> Losses:
        """Computes the terms for N pictures.

        Args:
            painted: N×3×H×W in [0, 1], not clamped.
            photographs: N×3×H×W in [0, 1].
        """
        with torch.no_grad():
            wanted = self._features(photographs, (CONTENT_LAYER,))[CONTENT_LAYER]
        found = self._features(painted, (*STYLE_LAYERS, *GATYS_LAYERS))
        down = (painted[..., 1:, :] - painted[..., :-1, :]).abs().mean()
        across = (painted[..., 1:] - painted[..., :-1]).abs().mean()
        content = functional.mse_loss(found[CONTENT_LAYER], wanted)
        return Losses(
            content=content / _mean_square(wanted) if self._balanced else content,
            style=self._style(found),
            gatys_style=self._gatys_style(found),
            total_variation=down + across,
        )

    @torch.no_grad()
    def style(self, pictures: Tensor) -> Tensor:
        """Returns the style term of N pictures, N×3×H×W in [0, 1], as a scalar."""
        return self._style(self._features(pictures, STYLE_LAYERS))

    def _style(self, found: dict[str, Tensor]) -> Tensor:
        terms = []
        for layer, gram in self._grams.items():
            ours = _gram(found[layer])
            error = functional.mse_loss(ours, gram.expand_as(ours))
            terms.append(error / _mean_square(gram) if self._balanced else error)
        return torch.stack(terms).sum()

    def _gatys_style(self, found: dict[str, Tensor]) -> Tensor:
        errors, own = [], []
        for layer, gram in self._gatys_grams.items():
            errors.append((_gatys_gram(found[layer]) - gram).square().sum(dim=(1, 2)).mean())
            own.append(gram.square().sum())
        return torch.stack(errors).sum() / torch.stack(own).sum()

    def _features(self, images: Tensor, layers: tuple[str, ...]) -> dict[str, Tensor]:
        inputs = images.to(self._dtype).contiguous(memory_format=torch.channels_last)
        features: dict[str, Tensor] = self._vgg(inputs, layers)
        return {layer: value.float() * UNIT_VARIANCE_SCALE for layer, value in features.items()}


def _gram(features: Tensor) -> Tensor:
    return gram_matrix(features) / features.shape[1]


def _gatys_gram(features: Tensor) -> Tensor:
    """Computes Gram matrices of which a sum of squares over layers weighs each as Gatys' style loss does."""
    return gram_matrix(features) / features.shape[1] ** 2


def _mean_square(values: Tensor) -> Tensor:
    return values.square().mean().clamp_min(torch.finfo(values.dtype).tiny)
