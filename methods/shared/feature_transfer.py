"""Transfer of feature statistics with several styles, weights and masks, between an encoder and a decoder."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeAlias

import torch
from torch import Tensor
from torch.nn import functional

from benchmark.models.adain_decoder import UPSCALING
from methods.shared.color_preservation import match_color
from methods.shared.image_geometry import pad_to_multiple, resize_shorter_side
from methods.shared.region_shares import region_shares

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmark.contracts import StyleCondition
    from benchmark.models.adain_decoder import AdaINDecoder
    from benchmark.models.provider import Models

ENCODER_LAYER: Final = "relu4_1"

Matching: TypeAlias = Callable[[Tensor, Tensor, Tensor], Tensor]
"""Gives the content's features, 1×C×H×W, the statistics of the style's, 1×C×H'×W'.

The third argument, H×W and at least 0, is the style's share at each position: the content's own statistics are weighted
by it, and the result counts only where it is above 0. A constant factor of it makes no difference.
"""


def feature_encoder(models: Models) -> Callable[[Tensor], Tensor]:
    """Returns the encoder of the protocol's AdaIN decoder: the one it carries, or else VGG-19 up to relu4_1.

    Args:
        models: The networks of the protocol.

    Returns:
        A function from images, N×3×H×W in [0, 1], to their features at relu4_1, N×512×H/8×W/8.
    """
    own = models.adain_decoder().encoder
    if own is not None:
        return own
    vgg = models.vgg()

    def encode(images: Tensor) -> Tensor:
        features: Tensor = vgg(images, (ENCODER_LAYER,))[ENCODER_LAYER]
        return features

    return encode


@torch.no_grad()
def style_features(models: Models, encode: Callable[[Tensor], Tensor], image: Tensor, side: int) -> Tensor:
    """Encodes a style image, once for all contents of a size that are stylized in it.

    The features stay in memory as long as the image does: 2 MB at 256 pixels, 8 MB at 512.

    Args:
        models: The networks of the protocol, which remember.
        encode: The encoder; see ``feature_encoder``.
        image: 3×H×W in [0, 1].
        side: Shorter side to which it is resized, in pixels.

    Returns:
        Features at relu4_1, 1×512×H'×W'.
    """
    # An image that was changed in place since is another one.
    name = ("features of the AdaIN encoder", side, 0 if image.is_inference() else image._version)
    return models.remember(image, name, lambda: encode(resize_shorter_side(image, side)[None]))


@torch.no_grad()
def stylize_features(
    models: Models,
    encode: Callable[[Tensor], Tensor],
    decoder: AdaINDecoder,
    match: Matching,
    content: Tensor,
    styles: Sequence[StyleCondition],
    *,
    alpha: float,
    preserve_color: bool,
) -> Tensor:
    """Stylizes a content with the styles that have an image; the share of the others stays with the content.

    Args:
        models: The networks of the protocol.
        encode: The encoder; see ``feature_encoder``.
        decoder: Its decoder.
        match: The matching of features, which is where methods differ.
        content: 3×H×W in [0, 1], at least 16 pixels high and wide.
        styles: Styles with weights and masks.
        alpha: Share of the stylized features.
        preserve_color: Whether styles get the content's colours first.

    Returns:
        3×H×W in [0, 1].

    Raises:
        ValueError: If the content is too small, or a mask is not of its size.
    """
    height, width = content.shape[-2:]
    content_features = encode(pad_to_multiple(content[None], UPSCALING))
    shares = pad_to_multiple(region_shares(styles, content)[None], UPSCALING)
    shares = functional.avg_pool2d(shares, UPSCALING)[0]
    blend = (1 - alpha * shares.sum(dim=0)) * content_features
    for style, share in zip(styles, shares, strict=True):
        if style.image is None:
            blend = blend + alpha * share * content_features
            continue
        side = min(height, width)
        if preserve_color:
            features = encode(match_color(resize_shorter_side(style.image, side), content)[None])
        else:
            features = style_features(models, encode, style.image, side)
        blend = blend + alpha * share * match(content_features, features, share)
    images: Tensor = decoder(blend)
    return images[0, :, :height, :width].clamp(0, 1)
