"""The decoder of AdaIN: from VGG-19 features at relu4_1 back to a picture.

Huang and Belongie, "Arbitrary Style Transfer in Real-time with Adaptive Instance Normalization", ICCV 2017
(arXiv:1703.06868). The layers stand in the order of naoto0804/pytorch-AdaIN, so that its weights map one to one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from safetensors.torch import load_file
from torch import Tensor, nn

FEATURE_CHANNELS: Final = 512
UPSCALING: Final = 8
"""relu4_1 has passed three poolings."""

_EMBEDDED_FILE: Final = Path(__file__).parent / "weights" / "adain-decoder-embedded.safetensors"


class AdaINDecoder(nn.Module):
    """Mirror of VGG-19 up to relu4_1: nine 3x3 convolutions, reflection padding, nearest upsampling for pooling."""

    def __init__(self) -> None:
        super().__init__()
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
        """Decode features at relu4_1.

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
        return images


def _convolution(inputs: int, outputs: int) -> tuple[nn.Module, nn.Module, nn.Module]:
    return nn.ReflectionPad2d(1), nn.Conv2d(inputs, outputs, kernel_size=3), nn.ReLU()


def adain_decoder_embedded_file() -> Path:
    """Return the file with the decoder weights that ship with this package.

    Raises:
        FileNotFoundError: If the installation lacks it.
    """
    if not _EMBEDDED_FILE.is_file():
        raise FileNotFoundError(f"{_EMBEDDED_FILE.name} is missing from {_EMBEDDED_FILE.parent}: reinstall the package")
    return _EMBEDDED_FILE


def load_adain_decoder_embedded() -> AdaINDecoder:
    """Load the decoder trained for the features of `load_vgg19_embedded` (docs/models/adain-decoder-embedded.md).

    Returns:
        The decoder in float32 (stored in float16) and evaluation mode, its parameters frozen.

    Raises:
        FileNotFoundError: If the installation lacks the weights.
    """
    decoder = AdaINDecoder()
    state = load_file(adain_decoder_embedded_file())
    decoder.load_state_dict({name: tensor.float() for name, tensor in state.items()})
    return decoder.requires_grad_(False).eval()
