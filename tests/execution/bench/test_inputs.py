"""The images of cases as methods get them."""

from __future__ import annotations

import torch

from benchmark.execution.bench.inputs import CaseInputs
from benchmark.images import load_mask, load_square
from benchmark.protocol.case import Case, Content, Style, WeightedStyle
from tests.synthetic_wikiart import picture


def test_a_file_that_is_a_style_image_and_a_mask_is_read_as_each(tmp_path):
    file = tmp_path / "both.jpg"
    file.write_bytes(picture(1, 40))
    case = Case(Content("c", file), (WeightedStyle(Style("s", file), mask=file),))
    inputs = CaseInputs(32, torch.device("cpu"))
    assert inputs.content(case).shape == (3, 32, 32)
    (condition,) = inputs.conditions(case)
    assert condition.image is not None
    assert torch.equal(condition.image, load_square(file, 32))
    assert condition.mask is not None
    assert torch.equal(condition.mask, load_mask(file, 32))
    assert inputs.conditions(case)[0].image is condition.image, "what a method computes of a style can be remembered"
    assert inputs.content(case) is inputs.style_images(case)[0], "what was computed for one tensor can be remembered"
