"""The usual FID's Inception-v3: TensorFlow's network of 2015 in torchvision's layers, as pytorch-fid converted it.

Heusel et al., "GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash Equilibrium", NIPS 2017.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

import torch
from torch import Tensor, nn
from torch.nn import functional
from torchvision.models import Inception3
from torchvision.models.inception import InceptionA, InceptionC, InceptionE

from benchmark.models.image_distance import require_images
from benchmark.models.tensor_file import fill, read_tensors

if TYPE_CHECKING:
    from pathlib import Path

SIDE: Final = 299
"""Side of the square that every image is resized to, in pixels."""

_CLASSES: Final = 1008


class FidInception(nn.Module):
    """The features of the usual FID: 2048 numbers after the average pooling.

    Every image is resized to 299 × 299, whatever its aspect, bilinearly and without antialiasing, and goes in as
    2x − 1: the numbers of pytorch-fid. Other programs resize otherwise, which moves FID.

    Args:
        body: torchvision's network with the pooling of TensorFlow's; its classifier is taken off.
    """

    def __init__(self, body: Inception3) -> None:
        super().__init__()
        self.body = body
        self.body.fc = nn.Identity()

    def forward(self, images: Tensor) -> Tensor:
        """Maps images to features.

        Args:
            images: N×3×H×W in [0, 1], of any size.

        Returns:
            N×2048.

        Raises:
            ValueError: The images have another shape.
        """
        require_images(images)
        resized = functional.interpolate(images, (SIDE, SIDE), mode="bilinear", align_corners=False)
        return cast("Tensor", self.body(2 * resized - 1))


class _AveragesPixelsOnly:
    """Replaces the pooling branch of a block: TensorFlow's averages do not count the zeros beyond the border."""

    branch_pool: nn.Module

    def _forward(self, features: Tensor) -> list[Tensor]:
        outputs = cast("list[Tensor]", super()._forward(features))  # type: ignore[misc]
        return [*outputs[:-1], self.branch_pool(self._pool(features))]

    def _pool(self, features: Tensor) -> Tensor:
        return functional.avg_pool2d(features, 3, stride=1, padding=1, count_include_pad=False)


class _BlockA(_AveragesPixelsOnly, InceptionA):  # type: ignore[misc]
    pass


class _BlockC(_AveragesPixelsOnly, InceptionC):  # type: ignore[misc]
    pass


class _BlockE(_AveragesPixelsOnly, InceptionE):  # type: ignore[misc]
    pass


class _LastBlock(_BlockE):
    """The last block of TensorFlow's network takes maxima instead."""

    def _pool(self, features: Tensor) -> Tensor:
        return functional.max_pool2d(features, 3, stride=1, padding=1)


def empty_fid_inception() -> FidInception:
    """Makes the network with weights that mean nothing."""
    body = Inception3(
        num_classes=_CLASSES,
        aux_logits=False,
        transform_input=False,
        init_weights=False,
        inception_blocks=_blocks(),
    )
    body.Mixed_7c = _LastBlock(2048)
    return FidInception(body)


def _blocks() -> list[type[nn.Module]]:
    from torchvision.models import inception

    return [
        inception.BasicConv2d,
        _BlockA,
        inception.InceptionB,
        _BlockC,
        inception.InceptionD,
        _BlockE,
        inception.InceptionAux,
    ]


def load_fid_inception(file: Path) -> FidInception:
    """Loads the network, frozen, in evaluation mode, on the CPU.

    Args:
        file: The weights of pytorch-fid.

    Raises:
        InputError: The file does not hold this network.
    """
    stored = read_tensors(file)
    with torch.random.fork_rng(devices=[]):
        network = empty_fid_inception()
    wanted = network.body.state_dict()
    counters = {name: value for name, value in wanted.items() if name.endswith("num_batches_tracked")}
    tensors = {name: value for name, value in stored.items() if not name.startswith("fc.")}
    fill(network.body, {**counters, **tensors}, file, "the usual FID's Inception-v3")
    return network.requires_grad_(False).eval()
