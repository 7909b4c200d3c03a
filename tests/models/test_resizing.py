"""Resizing agrees with PIL's, at edges too, and lets gradients through."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torchvision.transforms.v2 import InterpolationMode
from torchvision.transforms.v2 import functional as transforms

from benchmark.models.resizing import resize, resize_shorter_side

ROUNDING = 1.25 / 255
"""PIL rounds to 8 bits after each of its two passes: half a step, which the second pass passes on, and another half."""


def blocks(height: int, width: int, side: int) -> Tensor:
    """A picture of black and white squares in each channel: nothing but hard edges."""
    rows, columns = -(-height // side), -(-width // side)
    small = torch.randint(0, 2, (3, rows, columns), generator=torch.Generator().manual_seed(side)).float()
    return small.repeat_interleave(side, 1).repeat_interleave(side, 2)[:, :height, :width]


@pytest.mark.parametrize("interpolation", [InterpolationMode.BICUBIC, InterpolationMode.BILINEAR])
@pytest.mark.parametrize("height_and_width", [(90, 140), (140, 90), (20, 24), (64, 300)])
@pytest.mark.parametrize("side", [1, 3, 16])
@pytest.mark.parametrize("target", [32, 64])
def test_the_result_is_pils_up_to_rounding(
    height_and_width: tuple[int, int], side: int, target: int, interpolation: InterpolationMode
) -> None:
    image = blocks(*height_and_width, side)
    expected = transforms.to_image(transforms.resize(transforms.to_pil_image(image), [target], interpolation)) / 255

    result = resize_shorter_side(image, target, interpolation)

    torch.testing.assert_close(result, expected.as_subclass(Tensor), rtol=0, atol=ROUNDING)


def test_an_image_of_the_size_is_returned_as_it_is() -> None:
    image = 3 * torch.rand(3, 20, 30) - 1

    assert resize(image, 20, 30, InterpolationMode.BICUBIC) is image


def test_the_gradient_is_lost_only_where_the_filter_overshot() -> None:
    def overshooting(image: Tensor) -> Tensor:
        return transforms.resize(image, [40, 40], InterpolationMode.BICUBIC, antialias=True)

    images = 0.3 + 0.4 * blocks(20, 20, 5)
    images.requires_grad_()
    result = resize(images, 40, 40, InterpolationMode.BICUBIC)
    # Between 0.3 and 0.7 nothing leaves the range, and nothing is cut off.
    torch.testing.assert_close(result, overshooting(images), rtol=0, atol=1e-6)
    (ours,) = torch.autograd.grad(result.square().sum(), images)
    (free,) = torch.autograd.grad(overshooting(images).square().sum(), images)
    torch.testing.assert_close(ours, free, rtol=1e-5, atol=1e-5)

    hard = blocks(20, 20, 5).requires_grad_()
    assert resize(hard, 40, 40, InterpolationMode.BICUBIC).detach().min() == 0 > overshooting(hard).detach().min()
    (through,) = torch.autograd.grad(resize(hard, 40, 40, InterpolationMode.BICUBIC).square().sum(), hard)
    assert through.isfinite().all()
    assert (through != 0).any()
