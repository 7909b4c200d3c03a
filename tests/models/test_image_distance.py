"""Distances and networks refuse images that they cannot take, and say why."""

from __future__ import annotations

import pytest
import torch

from benchmark.models.image_distance import ImageDistance, require_images


class Brightness(ImageDistance):
    def features(self, images):
        require_images(images, 4)
        return (images.mean(dim=(1, 2, 3)),)

    def distance(self, first, second):
        return (first[0] - second[0]).abs()


def test_a_distance_is_that_of_the_features_of_both_images():
    dark, light = torch.zeros(2, 3, 8, 8), torch.full((2, 3, 8, 8), 0.75)

    assert Brightness()(dark, light).tolist() == [0.75, 0.75]


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ((1, 3, 8, 8), (1, 3, 8, 9), r"images differ in size: \(8, 8\) and \(8, 9\)"),
        ((3, 8, 8), (3, 8, 8), "images must be N×3×H×W, not 3×8×8"),
        ((1, 1, 8, 8), (1, 1, 8, 8), "images must be N×3×H×W, not 1×1×8×8"),
        ((1, 3, 8, 3), (1, 3, 8, 3), "images of 8×3 pixels are too small: both sides must have 4"),
    ],
)
def test_other_images_are_refused(first, second, reason):
    with pytest.raises(ValueError, match=reason):
        Brightness()(torch.zeros(first), torch.zeros(second))
