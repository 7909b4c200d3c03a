"""The transform network of Johnson et al. 2016, as pytorch/examples publishes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from torch import nn
from torch.nn import functional

if TYPE_CHECKING:
    from torch import Tensor

PUBLISHED_WIDTH: Final = 32
"""Channels of the first convolution in the paper and in pytorch/examples."""

DOWNSCALING: Final = 4
"""Factor by which the residual blocks' features are smaller than the picture."""

RESIDUAL_BLOCKS: Final = 5


class TransformNetwork(nn.Module):
    """Feed-forward network that paints any picture in the one manner that it was trained for.

    With w the width, and each convolution but the last followed by instance normalization with a scale and a shift per
    channel and, outside the sums of the residual blocks, by a ReLU::

        9×9, 3 → w;  3×3 stride 2, w → 2w;  3×3 stride 2, 2w → 4w;  five residual blocks of two 3×3, 4w → 4w;
        enlarged ×2 (nearest), 3×3, 4w → 2w;  enlarged ×2, 3×3, 2w → w;  9×9, w → 3, linear

    Parameters have the names that they have in the files of pytorch/examples, whose network is that of width 32 with
    1,679,235 parameters. It departs from the paper's: padding by reflection, in the residual blocks too, where the
    paper cuts their sums; enlargement before a convolution instead of fractional strides; no scaled tanh at the end.

    Args:
        width: Channels of the first convolution, w.
    """

    def __init__(self, width: int = PUBLISHED_WIDTH) -> None:
        super().__init__()
        self.conv1 = _Convolution(3, width, 9)
        self.in1 = _normalization(width)
        self.conv2 = _Convolution(width, 2 * width, 3, stride=2)
        self.in2 = _normalization(2 * width)
        self.conv3 = _Convolution(2 * width, 4 * width, 3, stride=2)
        self.in3 = _normalization(4 * width)
        for index in range(1, RESIDUAL_BLOCKS + 1):
            self.add_module(f"res{index}", _ResidualBlock(4 * width))
        self.deconv1 = _Convolution(4 * width, 2 * width, 3)
        self.in4 = _normalization(2 * width)
        self.deconv2 = _Convolution(2 * width, width, 3)
        self.in5 = _normalization(width)
        self.deconv3 = _Convolution(width, 3, 9)

    def forward(self, images: Tensor) -> Tensor:
        """Paints pictures.

        Args:
            images: N×3×H×W, RGB in 0–255, at least 16 pixels high and wide.

        Returns:
            N×3×H×W in 0–255, not clamped, for sides that are multiples of 4; others become the next multiple.
        """
        hidden = functional.relu(self.in1(self.conv1(images)))
        hidden = functional.relu(self.in2(self.conv2(hidden)))
        hidden = functional.relu(self.in3(self.conv3(hidden)))
        for index in range(1, RESIDUAL_BLOCKS + 1):
            hidden = self.get_submodule(f"res{index}")(hidden)
        hidden = functional.relu(self.in4(self.deconv1(_enlarge(hidden))))
        hidden = functional.relu(self.in5(self.deconv2(_enlarge(hidden))))
        painted: Tensor = self.deconv3(hidden)
        return painted


class _ResidualBlock(nn.Module):
    """Two convolutions whose result is added to what went in; nothing follows the sum."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = _Convolution(channels, channels, 3)
        self.in1 = _normalization(channels)
        self.conv2 = _Convolution(channels, channels, 3)
        self.in2 = _normalization(channels)

    def forward(self, features: Tensor) -> Tensor:
        hidden = functional.relu(self.in1(self.conv1(features)))
        changed: Tensor = self.in2(self.conv2(hidden))
        return features + changed


class _Convolution(nn.Module):
    """Convolution whose input is padded by reflection, half of the kernel on each side."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1) -> None:
        super().__init__()
        self.conv2d = nn.Conv2d(inputs, outputs, kernel, stride, padding=kernel // 2, padding_mode="reflect")

    def forward(self, features: Tensor) -> Tensor:
        result: Tensor = self.conv2d(features)
        return result


def _normalization(channels: int) -> nn.InstanceNorm2d:
    return nn.InstanceNorm2d(channels, affine=True)


def _enlarge(features: Tensor) -> Tensor:
    return functional.interpolate(features, scale_factor=2, mode="nearest")
