"""The steps of AAMS between encoder and decoder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch.nn import functional

from benchmark.models.adain_decoder import UPSCALING
from benchmark.models.float32 import in_float32
from methods.aams.attention import attend, attention_map
from methods.aams.stroke_fusion import stroke_weights
from methods.aams.style_swap import swap_style
from methods.aams.whitening import whiten
from methods.shared.feature_transfer import style_features
from methods.shared.image_geometry import pad_to_multiple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from torch import Tensor

    from benchmark.models.adain_decoder import AdaINDecoder
    from benchmark.models.provider import Models
    from methods.aams.settings import AAMSSettings


@dataclass(frozen=True, eq=False)
class StrokePlan:
    """The places of the strokes on a content.

    Attributes:
        attention: H×W in [0, 1].
        weights: K×H×W, how much of each stroke there is; the last one keeps the content's features.
    """

    attention: Tensor
    weights: Tensor


# In float32: attention sharpens differences of large products, and clusters hang on them.
@in_float32
def plan_strokes(features: Tensor, settings: AAMSSettings) -> StrokePlan:
    """Plans the strokes on a content.

    Args:
        features: The content's, C×H×W, at least two positions.
        settings: Settings of the method.
    """
    attention = attention_map(attend(features))
    return StrokePlan(attention, stroke_weights(attention, len(settings.stroke_sizes) + 1, settings.sharpness))


# In float32: sums of products choose one of many patches that are alike, and covariances are inverted.
@in_float32
def transfer_features(content: Tensor, style: Tensor, settings: AAMSSettings) -> Tensor:
    """Stylizes features.

    Args:
        content: C×H×W, at least two positions high and wide.
        style: C×H'×W'.
        settings: Settings of the method.

    Returns:
        C×H×W.
    """
    plan = plan_strokes(content, settings)
    whitened, style_whitened = whiten(content).features, whiten(style)
    swapped = [
        swap_style(whitened, _resized(style_whitened.features, size), settings.patch_size)
        for size in settings.stroke_sizes
    ]
    fused = (torch.stack([*swapped, whitened]) * plan.weights[:, None]).sum(dim=0)
    return style_whitened.color(settings.alpha * fused + (1 - settings.alpha) * whitened)


@torch.no_grad()
def stylize_image(
    models: Models,
    encode: Callable[[Tensor], Tensor],
    decoder: AdaINDecoder,
    content: Tensor,
    style: Tensor,
    settings: AAMSSettings,
) -> Tensor:
    """Stylizes a content.

    Args:
        models: The networks of the protocol.
        encode: The encoder, see `methods.shared.feature_transfer.feature_encoder`.
        decoder: Its decoder.
        content: 3×H×W in [0, 1], at least 16 pixels high and wide.
        style: 3×H'×W' in [0, 1].
        settings: Settings of the method.

    Returns:
        3×H×W in [0, 1].

    Raises:
        ValueError: If the content is too small.
    """
    height, width = content.shape[-2:]
    features = encode(pad_to_multiple(content[None], UPSCALING))[0]
    encoded_style = style_features(models, encode, style, min(height, width))[0]
    images: Tensor = decoder(transfer_features(features, encoded_style, settings)[None])
    return images[0, :, :height, :width].clamp(0, 1)


@torch.no_grad()
def explain_image(encode: Callable[[Tensor], Tensor], content: Tensor, settings: AAMSSettings) -> Mapping[str, Tensor]:
    """Shows where attention goes and which strokes are planned.

    Args:
        encode: The encoder.
        content: 3×H×W in [0, 1], at least 16 pixels high and wide.
        settings: Settings of the method.

    Returns:
        Maps, 1×H×W in [0, 1]: ``attention``, and ``strokes``, from 0 for the first stroke size to 1 for the content's
        own features.
    """
    height, width = content.shape[-2:]
    plan = plan_strokes(encode(pad_to_multiple(content[None], UPSCALING))[0], settings)
    places = torch.linspace(0, 1, len(plan.weights), dtype=plan.weights.dtype, device=plan.weights.device)
    maps = {"attention": plan.attention, "strokes": (places[:, None, None] * plan.weights).sum(dim=0)}
    return {
        name: functional.interpolate(map_[None, None], scale_factor=UPSCALING, mode="nearest")[0, :, :height, :width]
        .clamp(0, 1)
        .contiguous()
        for name, map_ in maps.items()
    }


def _resized(features: Tensor, factor: float) -> Tensor:
    size = [max(1, int(length * factor)) for length in features.shape[1:]]
    if size == list(features.shape[1:]):
        return features
    resized: Tensor = functional.interpolate(features[None], size=size, mode="bilinear", align_corners=False)[0]
    return resized
