"""Laplacian pyramids lose nothing, and a descent by them goes down."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from methods.shared.laplacian_pyramid import collapse, count_scales, decompose, descend


@pytest.mark.parametrize(("height", "width"), [(64, 64), (37, 53), (16, 400), (1, 9)])
@pytest.mark.parametrize("bands", [1, 5, 8])
def test_what_is_split_comes_together_again(picture, height, width, bands):
    image = picture(height, width)[None]

    torch.testing.assert_close(collapse(decompose(image, bands)), image, atol=1e-6, rtol=0)


def test_each_level_is_half_the_one_before_until_a_side_is_one_pixel():
    sizes = [tuple(level.shape[-2:]) for level in decompose(torch.rand(1, 3, 9, 40), bands=8)]

    assert sizes == [(9, 40), (4, 20), (2, 10), (1, 5)]


def test_the_coarser_levels_are_the_image_halved(picture):
    image = picture(64, 48)[None]

    halved = functional.avg_pool2d(functional.avg_pool2d(image, 2), 2)

    torch.testing.assert_close(collapse(decompose(image, bands=4)[2:]), halved)


@pytest.mark.parametrize(
    ("height", "width", "most", "number"), [(512, 512, 4, 4), (64, 512, 4, 3), (16, 400, 4, 1), (40, 61, 9, 2)]
)
def test_scales_keep_sixteen_pixels(height, width, most, number):
    assert count_scales(torch.zeros(3, height, width), most, smallest_side=16) == number


def test_a_descent_takes_the_updates_asked_for_and_leaves_the_pyramid_alone(picture):
    aim, pyramid = picture(seed=1)[None], decompose(picture()[None], bands=3)
    before = [level.clone() for level in pyramid]
    values = []

    def loss(image):
        values.append(functional.mse_loss(image, aim))
        return values[-1]

    image = descend(pyramid, loss, 30, lambda levels: torch.optim.Adam(levels, lr=0.01))

    assert len(values) == 30
    assert functional.mse_loss(image, aim) < 0.3 * values[0]
    assert not image.requires_grad
    assert all(map(torch.equal, pyramid, before))


def test_a_loss_that_is_no_number_fails_at_once(picture):
    with pytest.raises(FloatingPointError, match="the loss became nan: the images, weights or learning_rate"):
        descend([picture()[None]], lambda image: image.sum() * torch.nan, 5, lambda levels: torch.optim.SGD(levels, 1))
