"""Images on their way to files and back."""

from __future__ import annotations

import io

import torch
from PIL import Image

from benchmark.images import encode_png, quantize, to_tensor


def test_what_is_scored_is_to_the_bit_what_is_saved():
    # From below 0 to above 1, with ties between two levels, which 8-bit files decide too.
    image = torch.cat([torch.linspace(-0.5, 1.5, 3 * 64 * 63), torch.arange(3 * 64) % 256 / 255 + 0.5 / 255])
    image = image.reshape(3, 64, 64)

    with Image.open(io.BytesIO(encode_png(image))) as saved:
        assert torch.equal(quantize(image), to_tensor(saved))
