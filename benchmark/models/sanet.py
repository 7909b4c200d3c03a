"""The network of SANet: style features, attended to by the content's at two depths, and a decoder.

Park and Lee, "Arbitrary Style Transfer with Style-Attentional Networks", CVPR 2019 (arXiv:1812.02342). Modules have the
names of GlebSBrykin/SANET, so that its weights map one to one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from torch import Tensor, nn
from torch.nn import functional

from benchmark.models.adain_decoder import FEATURE_CHANNELS, AdaINDecoder
from benchmark.models.adain_encoder import AdaINEncoder, load_adain_encoder
from benchmark.models.feature_statistics import mean_and_standard_deviation
from benchmark.models.float32 import in_float32
from benchmark.models.tensor_file import fill, read_tensors
from benchmark.models.winograd import WinogradConv2d

if TYPE_CHECKING:
    from pathlib import Path

UPSCALING: Final = 16
"""Contents need sides of a multiple of this, so that features at relu5_1 are half as high and wide as at relu4_1."""


class StyleAttention(nn.Module):
    """Attention of each position of the content over all positions of the style.

    ``out_conv(softmax(f(norm(c))^T g(norm(s))) h(s)) + c`` with 1x1 convolutions `f`, `g`, `h` and `out_conv`; `norm`
    gives each channel mean 0 and deviation 1. The products are not scaled.
    """

    def __init__(self) -> None:
        super().__init__()
        self.f = nn.Conv2d(FEATURE_CHANNELS, FEATURE_CHANNELS, kernel_size=1)
        self.g = nn.Conv2d(FEATURE_CHANNELS, FEATURE_CHANNELS, kernel_size=1)
        self.h = nn.Conv2d(FEATURE_CHANNELS, FEATURE_CHANNELS, kernel_size=1)
        self.out_conv = nn.Conv2d(FEATURE_CHANNELS, FEATURE_CHANNELS, kernel_size=1)

    def forward(self, content: Tensor, style: Tensor) -> Tensor:
        """Rewrites the content's features with the style's.

        Args:
            content: `N x 512 x H x W`, at least two positions.
            style: `N x 512 x H' x W'`, at least two positions.

        Returns:
            Features with the content's shape.
        """
        queries, keys, values = (
            maps.flatten(2).transpose(1, 2)[:, None]
            for maps in (self.f(_normalized(content)), self.g(_normalized(style)), self.h(style))
        )
        # One head; this never holds the whole table of attention in memory.
        attended = _attend(queries, keys, values)
        rewritten: Tensor = self.out_conv(attended[:, 0].transpose(1, 2).reshape(content.shape))
        return rewritten + content


class StyleTransformer(nn.Module):
    """Style attention at relu4_1 and at relu5_1, added up and merged by a 3x3 convolution."""

    def __init__(self) -> None:
        super().__init__()
        self.sanet4_1 = StyleAttention()
        self.sanet5_1 = StyleAttention()
        self.merge_conv = WinogradConv2d(FEATURE_CHANNELS, FEATURE_CHANNELS)

    def forward(self, content: tuple[Tensor, Tensor], style: tuple[Tensor, Tensor]) -> Tensor:
        """Stylizes features.

        Args:
            content: Features at relu4_1, height and width even, and at relu5_1.
            style: The style's.

        Returns:
            Features at relu4_1.
        """
        shallow = self.sanet4_1(content[0], style[0])
        deep = functional.interpolate(self.sanet5_1(content[1], style[1]), scale_factor=2, mode="nearest")
        merged: Tensor = self.merge_conv(functional.pad(shallow + deep, (1, 1, 1, 1), mode="reflect"))
        return merged


class SANet(nn.Module):
    """The whole network: the encoder of AdaIN to relu5_1, the style transformer, and AdaIN's decoder, newly trained."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = AdaINEncoder(to_relu5_1=True)
        self.transformer = StyleTransformer()
        self.decoder = AdaINDecoder()

    def forward(self, content: Tensor, style: Tensor) -> Tensor:
        """Stylizes images.

        Args:
            content: RGB in [0, 1], `N x 3 x H x W`, sides multiples of 16 and at least 32.
            style: RGB in [0, 1], `N x 3 x H' x W'`, sides at least 17.

        Returns:
            RGB images of the content's size, around [0, 1] but not clamped to it.
        """
        features = self.transformer(self.encoder.at_both_levels(content), self.encoder.at_both_levels(style))
        images: Tensor = self.decoder(features)
        return images


def load_sanet(transformer_file: Path, decoder_file: Path, encoder_file: Path) -> SANet:
    """Loads SANet.

    Args:
        transformer_file: The style transformer, `transformer_iter_….pth` of GlebSBrykin/SANET or of its training.
        decoder_file: The decoder, `decoder_iter_….pth`.
        encoder_file: `vgg_normalised.pth`.

    Returns:
        The network in evaluation mode, its parameters frozen.

    Raises:
        InputError: If a file does not hold its part.
    """
    network = SANet()
    fill(network.transformer, read_tensors(transformer_file), transformer_file, "the transformer of SANet")
    fill(network.decoder.layers, read_tensors(decoder_file), decoder_file, "the decoder of SANet")
    network.encoder = load_adain_encoder(encoder_file, to_relu5_1=True)
    return network.requires_grad_(False).eval()


# In float32: products of 512 channels are not scaled down, and the exponential of their rounding would decide.
@in_float32
def _attend(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    return functional.scaled_dot_product_attention(queries, keys, values, scale=1.0)


def _normalized(features: Tensor) -> Tensor:
    mean, deviation = mean_and_standard_deviation(features)
    return (features - mean) / deviation
