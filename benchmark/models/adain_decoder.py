"""The decoder of AdaIN: from VGG-19 features at relu4_1 back to a picture.

Huang and Belongie, "Arbitrary Style Transfer in Real-time with Adaptive Instance Normalization", ICCV 2017
(arXiv:1703.06868). The layers stand in the order of naoto0804/pytorch-AdaIN, so that its weights map one to one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from torch import Tensor, nn

from benchmark.models.adain_encoder import AdaINEncoder, load_adain_encoder
from benchmark.models.float32 import at_least_float32
from benchmark.models.tensor_file import fill, read_tensors
from benchmark.models.winograd import WinogradConv2d

if TYPE_CHECKING:
    from pathlib import Path

FEATURE_CHANNELS: Final = 512
UPSCALING: Final = 8
"""relu4_1 has passed three poolings."""


class AdaINDecoder(nn.Module):
    """Mirror of VGG-19 up to relu4_1: nine 3x3 convolutions, reflection padding, nearest upsampling for pooling.

    Attributes:
        encoder: The encoder that the weights were trained for, or `None` where that is the protocol's VGG-19.
    """

    def __init__(self) -> None:
        super().__init__()
        self.encoder: AdaINEncoder | None = None
        self.layers = nn.Sequential(
            *_convolution(FEATURE_CHANNELS, 256),
            nn.Upsample(scale_factor=2, mode="nearest"),
            *_convolution(256, 256),
            *_convolution(256, 256),
            *_convolution(256, 256),
            *_convolution(256, 128),
            nn.Upsample(scale_factor=2, mode="nearest"),
            *_convolution(128, 128),
            *_convolution(128, 64),
            nn.Upsample(scale_factor=2, mode="nearest"),
            *_convolution(64, 64),
            nn.ReflectionPad2d(1),
            nn.Conv2d(64, 3, kernel_size=3),
        )

    def forward(self, features: Tensor) -> Tensor:
        """Decodes features at relu4_1.

        Args:
            features: `N x 512 x h x w`, height and width at least two (reflection needs a neighbour), on the scale of
                the encoder that the weights were trained with.

        Returns:
            RGB images, `N x 3 x 8h x 8w`, around [0, 1] but not clamped to it.

        Raises:
            ValueError: If the features have another shape.
        """
        if features.ndim != 4 or features.shape[1] != FEATURE_CHANNELS or min(features.shape[2:]) < 2:
            raise ValueError(
                f"features must be N x {FEATURE_CHANNELS} x h x w, h and w >= 2, not {tuple(features.shape)}"
            )
        images: Tensor = self.layers(features)
        # Some methods go on with the picture: float32, whatever the convolutions were computed in.
        return at_least_float32(images)


def _convolution(inputs: int, outputs: int) -> tuple[nn.Module, nn.Module, nn.Module]:
    return nn.ReflectionPad2d(1), WinogradConv2d(inputs, outputs), nn.ReLU()


def load_adain_decoder_embedded(file: Path) -> AdaINDecoder:
    """Loads the decoder trained for the features of `vgg19-embedded` (docs/models/adain-decoder-embedded.md).

    Args:
        file: Its weights.

    Returns:
        The decoder in float32 (stored in float16) and evaluation mode, its parameters frozen.

    Raises:
        InputError: If the file does not hold it.
    """
    decoder = AdaINDecoder()
    fill(decoder, {name: tensor.float() for name, tensor in read_tensors(file).items()}, file, "the decoder of AdaIN")
    return decoder.requires_grad_(False).eval()


def load_adain_decoder(decoder_file: Path, encoder_file: Path) -> AdaINDecoder:
    """Loads the published decoder of naoto0804/pytorch-AdaIN together with the encoder that it was trained for.

    Args:
        decoder_file: `decoder.pth` of its release.
        encoder_file: `vgg_normalised.pth` of its release.

    Returns:
        The decoder, which carries its encoder, in evaluation mode, its parameters frozen.

    Raises:
        InputError: If a file does not hold its network.
    """
    decoder = AdaINDecoder()
    fill(decoder.layers, read_tensors(decoder_file), decoder_file, "the decoder of AdaIN")
    decoder.encoder = load_adain_encoder(encoder_file)
    return decoder.requires_grad_(False).eval()
