"""The images of cases as methods get them."""

from __future__ import annotations

from pathlib import Path

import torch

from benchmark.execution.bench.inputs import CaseInputs, copy_of
from benchmark.images import load_mask, load_square, open_image, pixels_sha256
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


def test_a_method_is_told_the_pixels_of_the_whole_file(tmp_path):
    file = tmp_path / "painting.jpg"
    file.write_bytes(picture(1, 40))
    words = Style("w", prompt="a mosaic")
    case = Case(Content("c", file), (WeightedStyle(Style("s", file), 0.5), WeightedStyle(words, 0.5)))

    painting, described = CaseInputs(32, torch.device("cpu")).conditions(case)

    assert painting.pixels_sha256 == pixels_sha256(open_image(file))
    assert described.pixels_sha256 == ""


def test_where_files_are_copies_a_case_has_the_styles_that_are_here(tmp_path):
    elsewhere, copies = Path("/elsewhere/painting.jpg"), tmp_path / "copies"
    file = copy_of(elsewhere, copies)
    file.parent.mkdir(parents=True)
    file.write_bytes(picture(1, 40))
    shares = (WeightedStyle(Style("s", elsewhere), 0.5), WeightedStyle(Style("w", prompt="a mosaic"), 0.5))
    case = Case(Content("c", elsewhere), shares)
    inputs = CaseInputs(32, torch.device("cpu"), copies)

    local = inputs.local(case)

    assert [weighted.style.image for weighted in local.styles] == [file, None]
    assert local.id == case.id
    assert inputs.conditions(case)[0].pixels_sha256 == pixels_sha256(open_image(file))
    assert CaseInputs(32, torch.device("cpu")).local(case) is case
