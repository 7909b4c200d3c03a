"""3×3 convolutions of fixed kernels in fewer multiplications, on the CPU.

Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016 (arXiv:1509.09308): F(4×4, 3×3).
"""

from __future__ import annotations

import math
from typing import Any, Final, cast

import torch
from torch import Tensor, nn
from torch.autograd import Function
from torch.autograd.function import once_differentiable

_TILE: Final = 4
"""Side of a tile of the output, in pixels."""
_PATCH: Final = _TILE + 2
"""Side of the patch of the input that it is computed from."""
_PLACES: Final = _PATCH * _PATCH

# What polynomials through the points 0, 1, -1, 2, -2 and infinity give: equation 14 and section 4.3 of the paper.
_FROM_INPUT: Final = torch.tensor(
    (
        (4, 0, -5, 0, 1, 0),
        (0, -4, -4, 1, 1, 0),
        (0, 4, -4, -1, 1, 0),
        (0, -2, -1, 2, 1, 0),
        (0, 2, -1, -2, 1, 0),
        (0, 4, 0, -5, 0, 1),
    ),
    dtype=torch.float32,
)
_FROM_KERNEL: Final = torch.tensor(
    (
        (1 / 4, 0, 0),
        (-1 / 6, -1 / 6, -1 / 6),
        (-1 / 6, 1 / 6, -1 / 6),
        (1 / 24, 1 / 12, 1 / 6),
        (1 / 24, -1 / 12, 1 / 6),
        (0, 0, 1),
    ),
    dtype=torch.float64,
)
_TO_OUTPUT: Final = torch.tensor(
    ((1, 1, 1, 1, 1, 0), (0, 1, -1, 2, -2, 0), (0, 1, 1, 4, 4, 0), (0, 1, -1, 8, -8, 1)),
    dtype=torch.float32,
)
# Both sides of a patch are transformed at once: one product of matrices in place of many small ones.
_FROM_PATCH: Final = torch.kron(_FROM_INPUT, _FROM_INPUT)
_TO_TILE: Final = torch.kron(_TO_OUTPUT, _TO_OUTPUT)

_TILES_OF_A_THREAD: Final = 64
_TILES_AT_ONCE: Final = (128, 1024)
"""Fewest and most: so few that what is between the transforms, some megabytes, stays in the caches of the cores, and so
many that each thread has enough to do before it waits for the others. Measured on one and two cores."""
_FEWEST_TILES: Final = 16
_FEWEST_KERNELS: Final = 64 * 128
"""With fewer tiles, reading the transformed kernels takes longer than what is saved; with fewer kernels, transforming
the patches does. On two cores of a Xeon (AVX-512) a convolution is 1.2 times as fast with 64 to 128 channels, 2.3
times with 512."""


class WinogradConv2d(nn.Conv2d):
    """A 3×3 convolution that takes a quarter of the multiplications where it can.

    With d a patch of 6×6 pixels, g a kernel and ⊙ the product of elements, a tile of 4×4 pixels of the output is
    ``Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A``: 36 products in place of 144. Over all channels they are products of matrices.
    The kernels are transformed once, which takes them to be fixed, and kept, which takes four times their memory.
    Outputs deviate from the exact ones by less than 1.5e-6 of their norm, about twice as much as those of ``Conv2d``;
    the gradient of the input is computed alike.

    It is an ``nn.Conv2d`` otherwise, with its parameters: on other devices, in other precisions, inside of
    ``torch.autocast``, while its kernels are trained, and where it would save no time.

    Args:
        inputs: Number of channels of the input.
        outputs: Number of channels of the output.
        padding: Number of zeros around the input, 0 or 1.

    Attributes:
        margin: The same.
    """

    def __init__(self, inputs: int, outputs: int, *, padding: int = 0) -> None:
        super().__init__(inputs, outputs, kernel_size=3, padding=padding)
        self.margin = padding
        self._transformed: dict[bool, Tensor] = {}
        self._transformed_from: tuple[int, int] | None = None

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002
        """Convolves a batch.

        Args:
            input: N×C×H×W.
        """
        if not self._saves_time(input):
            return super().forward(input)
        return cast("Tensor", _Winograd.apply(input, self))

    def kernels(self, *, for_gradient: bool) -> Tensor:
        """Returns the transformed kernels, 36 × inputs × outputs; those of the input's gradient the other way round.

        Args:
            for_gradient: Whether to return these.
        """
        # Loading a network may change its kernels in place.
        state = (self.weight.data_ptr(), self.weight._version)
        if state != self._transformed_from:
            self._transformed, self._transformed_from = {}, state
        if for_gradient not in self._transformed:
            kernels = self.weight.detach()
            if for_gradient:
                kernels = kernels.flip(2, 3).transpose(0, 1)
            transformed = _FROM_KERNEL @ kernels.double() @ _FROM_KERNEL.T
            self._transformed[for_gradient] = transformed.float().permute(2, 3, 1, 0).flatten(0, 1).contiguous()
        return self._transformed[for_gradient]

    def _saves_time(self, features: Tensor) -> bool:
        if (
            features.ndim != 4
            or features.shape[1] != self.in_channels
            or features.device.type != "cpu"
            or features.dtype is not torch.float32
            or self.weight.dtype is not torch.float32
            or (torch.is_grad_enabled() and self.weight.requires_grad)
            or torch.is_autocast_enabled("cpu")
        ):
            return False
        number, _, *sides = features.shape
        down, across = (_tiles(side + 2 * self.margin - 2) for side in sides)
        return self.in_channels * self.out_channels >= _FEWEST_KERNELS and number * down * across >= _FEWEST_TILES


class _Winograd(Function):
    """A convolution and the gradient of its input."""

    @staticmethod
    def forward(ctx: Any, features: Tensor, layer: WinogradConv2d) -> Tensor:
        ctx.layer = layer
        return _convolve(features, layer.kernels(for_gradient=False), layer.bias, layer.margin)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        layer: WinogradConv2d = ctx.layer
        return _convolve(gradient, layer.kernels(for_gradient=True), None, 2 - layer.margin), None


def _convolve(features: Tensor, kernels: Tensor, bias: Tensor | None, padding: int) -> Tensor:
    """Convolves a batch with transformed kernels.

    Args:
        features: N×C×H×W.
        kernels: 36×C×D.
        bias: One number for each of the D outputs, or ``None``.
        padding: Number of zeros around the input.

    Returns:
        N×D×(H + 2 padding - 2)×(W + 2 padding - 2), channels last in memory.
    """
    number, inputs, *sides = features.shape
    outputs = kernels.shape[2]
    height, width = (side + 2 * padding - 2 for side in sides)
    down, across = _tiles(height), _tiles(width)
    channels_last = features.permute(0, 2, 3, 1)
    result = features.new_empty(number, down, _TILE, across, _TILE, outputs)
    # Several small pictures at once, or some rows of tiles of a large one.
    fewest, most = _TILES_AT_ONCE
    wanted = min(max(fewest, _TILES_OF_A_THREAD * torch.get_num_threads()), most)
    pictures = min(number, max(1, wanted // (down * across)))
    rows = min(down, max(1, wanted // across))
    tiles_at_once = pictures * rows * across
    # Written again and again: memory that was not in use before takes longer than the work in it.
    padded = features.new_zeros(pictures, rows * _TILE + 2, across * _TILE + 2, inputs)
    taken, transformed = features.new_empty(2, _PLACES * tiles_at_once * inputs).unbind()
    products, tiles = (features.new_empty(places * tiles_at_once * outputs) for places in (_PLACES, _TILE * _TILE))
    for picture in range(0, number, pictures):
        for row in range(0, down, rows):
            here = result[picture : picture + pictures, row : row + rows]
            shape = here.shape[0], here.shape[1], across
            count = math.prod(shape)
            _fill(padded, channels_last[picture : picture + pictures], row * _TILE - padding, padding)
            patch = _first(taken, _PATCH, _PATCH, *shape, inputs)
            patch.copy_(_patches(padded, shape))
            on_inputs = _first(transformed, _PLACES, count, inputs)
            torch.mm(_FROM_PATCH, patch.view(_PLACES, -1), out=on_inputs.view(_PLACES, -1))
            on_outputs = torch.bmm(on_inputs, kernels, out=_first(products, _PLACES, count, outputs))
            tile = _first(tiles, _TILE, _TILE, *shape, outputs)
            torch.mm(_TO_TILE, on_outputs.view(_PLACES, -1), out=tile.view(_TILE * _TILE, -1))
            in_place = tile.permute(2, 3, 0, 4, 1, 5)
            if bias is None:
                here.copy_(in_place)
            else:
                torch.add(in_place, bias, out=here)
    joined = result.view(number, down * _TILE, across * _TILE, outputs)[:, :height, :width]
    return joined.contiguous().permute(0, 3, 1, 2)


def _fill(padded: Tensor, features: Tensor, top: int, left: int) -> None:
    """Fills memory with rows of features, and with zeros what lies above and below them.

    Args:
        padded: N×height×width×C, or for more pictures; beside the features it holds zeros already.
        features: N×H×W×C.
        top: First row that is wanted; before 0 and from H on there are zeros.
        left: Number of zeros to the left.
    """
    number, height, width, _ = features.shape
    first, last = max(top, 0), min(top + padded.shape[1], height)
    here = padded[:number]
    here[:, : first - top] = 0
    here[:, first - top : last - top, left : left + width] = features[:, first:last]
    here[:, last - top :] = 0


def _patches(padded: Tensor, shape: tuple[int, int, int]) -> Tensor:
    """Returns the overlapping patches of a batch as a view, 6×6×pictures×rows×columns×C.

    Args:
        padded: N×height×width×C.
        shape: How many pictures, and rows and columns of patches in each.
    """
    picture, row, column, channel = padded.stride()
    return padded.as_strided(
        (_PATCH, _PATCH, *shape, padded.shape[3]), (row, column, picture, _TILE * row, _TILE * column, channel)
    )


def _tiles(side: int) -> int:
    """Returns how many tiles cover a side of the output."""
    return -(-side // _TILE)


def _first(memory: Tensor, *shape: int) -> Tensor:
    """Returns the beginning of a flat tensor in a shape."""
    return memory[: math.prod(shape)].view(shape)
