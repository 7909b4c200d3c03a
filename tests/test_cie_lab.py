"""CIE L*a*b* is that of scikit-image, for one image and for many."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from skimage import color, data

from benchmark.cie_lab import lab_from_rgb, rgb_from_lab


def test_both_directions_are_those_of_scikit_image():
    image = torch.rand(3, 20, 20, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    image[:, 0, :4] = torch.tensor([0.0, 0.003, 0.04, 1.0])
    expected = torch.from_numpy(color.rgb2lab(image.permute(1, 2, 0).numpy())).permute(2, 0, 1)

    # Both use the same constants; what is left is rounding.
    torch.testing.assert_close(lab_from_rgb(image), expected, atol=1e-6, rtol=0)
    back = torch.from_numpy(color.lab2rgb(expected.permute(1, 2, 0).numpy())).permute(2, 0, 1)
    torch.testing.assert_close(rgb_from_lab(expected), back, atol=1e-6, rtol=0)


@pytest.mark.parametrize("name", ["astronaut", "coffee", "chelsea"])
def test_single_precision_is_enough_for_photographs(name):
    photograph = getattr(data, name)()[:200, :160]
    expected = color.rgb2lab(photograph / 255)

    found = lab_from_rgb(torch.from_numpy(photograph.copy()).permute(2, 0, 1).float() / 255).permute(1, 2, 0)

    # float32 against float64 through a power of 2.4, a cube root and factors up to 500; matrices with six digits.
    np.testing.assert_allclose(found.double().numpy(), expected, atol=2e-3)


def test_images_of_a_batch_are_converted_as_each_by_itself():
    images = torch.rand(2, 3, 16, 24, generator=torch.Generator().manual_seed(0))

    assert torch.equal(lab_from_rgb(images), torch.stack([lab_from_rgb(image) for image in images]))
    lab = lab_from_rgb(images)
    assert torch.equal(rgb_from_lab(lab), torch.stack([rgb_from_lab(image) for image in lab]))
