"""What a program left is brought to the size of its content, or refused with both sizes."""

from __future__ import annotations

import pytest
from PIL import Image

from benchmark.errors import InputError
from benchmark.programs.geometry import Geometry, fit_output


@pytest.mark.parametrize(
    ("found", "wanted", "geometry", "note"),
    [
        ((64, 64), (64, 64), Geometry.FIT, ""),
        ((512, 512), (64, 64), Geometry.FIT, "resized from 512×512"),
        ((1024, 680), (512, 341), Geometry.FIT, "resized from 1024×680"),
        ((520, 344), (512, 341), Geometry.FIT, "resized from 520×344"),
        ((504, 336), (512, 341), Geometry.FIT, "resized from 504×336"),
        ((256, 256), (512, 341), Geometry.SQUASH, "resized from 256×256"),
        ((512, 512), (64, 64), Geometry.CROP, "resized from 512×512"),
    ],
)
def test_one_picture_of_the_size_of_the_content(found, wanted, geometry, note):
    image, said = fit_output(Image.new("RGB", found), wanted, geometry)
    assert image.size == wanted
    assert said == note


@pytest.mark.parametrize(
    ("found", "wanted", "geometry"),
    [
        ((512, 512), (512, 341), Geometry.FIT),
        ((341, 512), (512, 341), Geometry.FIT),
        ((1536, 512), (512, 512), Geometry.FIT),
        ((32, 26), (32, 32), Geometry.FIT),
        ((512, 512), (512, 341), Geometry.CROP),
        ((512, 300), (512, 512), Geometry.CROP),
    ],
)
def test_another_aspect_is_refused_with_both_sizes(found, wanted, geometry):
    with pytest.raises(InputError) as error:
        fit_output(Image.new("RGB", found), wanted, geometry)
    assert "{}×{}".format(*found) in str(error.value)
    assert "{}×{}".format(*wanted) in str(error.value)


def test_a_reduction_is_antialiased():
    board = Image.new("RGB", (256, 256))
    board.putdata([(255 * ((x + y) % 2),) * 3 for y in range(256) for x in range(256)])
    image, _ = fit_output(board, (32, 32), Geometry.FIT)
    low, high = image.crop((4, 4, 28, 28)).convert("L").getextrema()
    assert low > 120
    assert high < 135
