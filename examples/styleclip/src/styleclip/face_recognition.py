"""A face recognition network, and the change of identity that it sees.

IR-SE50: a residual network with squeeze and excitation, trained by ArcFace (Deng, Guo, Xue and Zafeiriou, CVPR 2019,
arXiv:1801.07698). Modules have the names of TreB1eN/InsightFace_Pytorch, so that its weights map one to one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import torch
from benchmark.models.tensor_file import fill, read_tensors
from torch import Tensor, nn
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

IR_SE50: Final = ((64, 3), (128, 4), (256, 14), (512, 3))
"""Channels and number of blocks of each stage."""

_INPUT_SIDE: Final = 112
_EMBEDDING_SIZE: Final = 512
_ALIGNED_SIDE: Final = 256
_FACE: Final = (slice(35, 223), slice(32, 220))
"""Rows and columns of the face in a picture of 256×256 that is aligned as the generator's faces are."""


class FaceRecognition(nn.Module):
    """Embeds faces.

    Args:
        stages: Channels and number of blocks of each stage.
    """

    def __init__(self, stages: Sequence[tuple[int, int]] = IR_SE50) -> None:
        super().__init__()
        width, last = stages[0][0], stages[-1][0]
        self.input_layer = nn.Sequential(
            nn.Conv2d(3, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.PReLU(width)
        )
        blocks: list[nn.Module] = []
        for channels, count in stages:
            blocks += [ResidualBlock(width, channels, stride=2)]
            blocks += [ResidualBlock(channels, channels, stride=1) for _ in range(count - 1)]
            width = channels
        self.body = nn.Sequential(*blocks)
        side = _INPUT_SIDE // 2 ** len(stages)
        self.output_layer = nn.Sequential(
            nn.BatchNorm2d(last),
            nn.Dropout(0.6),
            nn.Flatten(),
            nn.Linear(last * side**2, _EMBEDDING_SIZE),
            nn.BatchNorm1d(_EMBEDDING_SIZE),
        )

    def forward(self, faces: Tensor) -> Tensor:
        """Embeds N×3×112×112 faces in [-1, 1]; returns N×512 embeddings of unit length."""
        return functional.normalize(self.output_layer(self.body(self.input_layer(faces))), dim=1)


class ResidualBlock(nn.Module):
    """Two convolutions whose channels are weighted, beside a shortcut.

    Args:
        inputs: Input channels.
        outputs: Output channels.
        stride: Stride of the second convolution, and of the shortcut.
    """

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.shortcut_layer: nn.Module = (
            nn.MaxPool2d(1, stride)
            if inputs == outputs
            else nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))
        )
        self.res_layer = nn.Sequential(
            nn.BatchNorm2d(inputs),
            nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
            nn.PReLU(outputs),
            nn.Conv2d(outputs, outputs, 3, stride, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
            ChannelWeights(outputs),
        )

    def forward(self, features: Tensor) -> Tensor:
        """Maps N×C×H×W features to the next ones."""
        changed: Tensor = self.res_layer(features) + self.shortcut_layer(features)
        return changed


class ChannelWeights(nn.Module):
    """Squeeze and excitation: weights channels by what all positions hold on average.

    Args:
        channels: Their number, at least 16.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.fc1 = nn.Conv2d(channels, channels // 16, 1, bias=False)
        self.fc2 = nn.Conv2d(channels // 16, channels, 1, bias=False)

    def forward(self, features: Tensor) -> Tensor:
        """Weights the channels of N×C×H×W features."""
        means = features.mean((2, 3), keepdim=True)
        return features * torch.sigmoid(self.fc2(functional.relu(self.fc1(means))))


class IdentityDistance:
    """1 - cosine of the embeddings of two faces.

    Args:
        network: The network.
        original: 1×3×S×S in [-1, 1], whose face is to be kept.
    """

    def __init__(self, network: FaceRecognition, original: Tensor) -> None:
        self._network = network
        with torch.no_grad():
            self._original: Tensor = network(crop_face(original))

    def __call__(self, pictures: Tensor) -> Tensor:
        """Returns the mean distance of N×3×S×S pictures in [-1, 1]."""
        embeddings: Tensor = self._network(crop_face(pictures))
        return 1 - (embeddings * self._original).sum(1).mean()


def crop_face(pictures: Tensor) -> Tensor:
    """Cuts the faces out of N×3×S×S pictures that are aligned as FFHQ is; returns N×3×112×112."""
    rows, columns = _FACE
    aligned = functional.adaptive_avg_pool2d(pictures, _ALIGNED_SIDE)
    return functional.adaptive_avg_pool2d(aligned[:, :, rows, columns], _INPUT_SIDE)


def load_face_recognition(path: Path) -> FaceRecognition:
    """Loads IR-SE50.

    Args:
        path: A file of its tensors, such as ``model_ir_se50.pth``, read without running anything that it holds.

    Returns:
        The network in evaluation mode, its parameters frozen.

    Raises:
        InputError: The file does not hold it.
    """
    network = FaceRecognition()
    fill(network, read_tensors(path), path, "the face recognition network IR-SE50")
    return network.requires_grad_(False).eval()
