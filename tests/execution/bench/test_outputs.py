"""What a method or a metric returns is taken only as the contract promises it."""

from __future__ import annotations

import pytest
import torch

from benchmark import Axis, Direction, MetricInfo
from benchmark.execution.bench.outputs import (
    InvalidOutputError,
    checked_description,
    checked_image,
    checked_maps,
    checked_scores,
    checked_set_score,
    require_range,
)

ROWS = torch.tensor([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]])


def facts(**more):
    return MetricInfo("m", "M", "1", "A metric.", Direction.HIGHER, Axis.STYLE, (), **more)


@pytest.mark.parametrize(
    ("stylized", "reason"),
    [
        (None, "returned NoneType, not a tensor"),
        (torch.zeros(1, 3, 4, 5), "returned an image of shape 1×3×4×5, the content is 3×4×5"),
        (torch.zeros(3, 4, 5, dtype=torch.uint8), "returned torch.uint8 pixels, not floating-point ones"),
        (torch.full((3, 4, 5), float("nan")), "returned 60 pixel values that are NaN or infinite"),
        (torch.full((3, 4, 5), 1.002), "returned pixel values from 1.002 to 1.002, outside 0 … 1"),
        (torch.full((3, 4, 5), -0.002), "returned pixel values from -0.002 to -0.002, outside 0 … 1"),
    ],
)
def test_images_of_another_form_are_refused(stylized, reason):
    with pytest.raises(InvalidOutputError) as caught:
        checked_image(stylized, torch.zeros(3, 4, 5))
    assert str(caught.value) == reason


def test_an_image_is_clamped_as_far_as_rounding_goes():
    stylized = torch.full((3, 4, 5), 1.0005, dtype=torch.float64, requires_grad=True)

    assert torch.equal(checked_image(stylized, torch.zeros(3, 4, 5)), torch.ones(3, 4, 5))


def test_maps_are_images_of_the_contents_size():
    grey, color = torch.full((1, 4, 5), 0.25), torch.full((3, 4, 5), 0.75)

    maps = checked_maps({"attention": grey, "edges_2": color}, torch.zeros(3, 4, 5))

    assert list(maps) == ["attention", "edges_2"]
    assert torch.equal(maps["attention"], torch.full((3, 4, 5), 0.25))
    assert torch.equal(maps["edges_2"], color)


@pytest.mark.parametrize(
    ("maps", "reason"),
    [
        ([torch.zeros(1, 4, 5)], "explained itself by list, not by maps with names"),
        ({"../x": torch.zeros(1, 4, 5)}, "named a map '../x': use small letters, digits and _"),
        ({1: torch.zeros(1, 4, 5)}, "named a map 1: use small letters, digits and _"),
        ({"a": None}, "map a: returned NoneType, not a tensor"),
        ({"a": torch.zeros(4, 5)}, "map a: returned an image of shape 4×5, the content is 3×4×5"),
        ({"a": torch.zeros(1, 2, 5)}, "map a: returned an image of shape 3×2×5, the content is 3×4×5"),
        ({"a": torch.full((1, 4, 5), 2.0)}, "map a: returned pixel values from 2 to 2, outside 0 … 1"),
    ],
)
def test_other_maps_are_refused(maps, reason):
    with pytest.raises(InvalidOutputError) as caught:
        checked_maps(maps, torch.zeros(3, 4, 5))
    assert str(caught.value) == reason


def test_scores_are_one_number_for_each_image():
    assert checked_scores(torch.tensor([1.0, 2.0]), 2, facts()).tolist() == [[1.0], [2.0]]


def test_components_follow_the_score_of_their_image():
    assert torch.equal(checked_scores(ROWS, 3, facts(components=("part",))), ROWS.double())


@pytest.mark.parametrize(
    ("scores", "components", "reason"),
    [
        (0.5, (), "returned float, not a tensor"),
        ([0.5, 0.5, 0.5], (), "returned list, not a tensor"),
        (None, (), "returned NoneType, not a tensor"),
        (torch.zeros(2), (), "returned numbers of shape (2,), expected (3,): one score for each image"),
        (torch.zeros(6), (), "returned numbers of shape (6,), expected (3,): one score for each image"),
        (torch.tensor(0.5), (), "returned numbers of shape (), expected (3,): one score for each image"),
        (torch.zeros(3, 1), (), "returned numbers of shape (3, 1), expected (3,): one score for each image"),
        (ROWS, (), "returned numbers of shape (3, 2), expected (3,): one score for each image"),
        (
            ROWS.T,
            ("part",),
            "returned numbers of shape (2, 3), expected (3, 2): the score and its components for each image",
        ),
        (
            torch.zeros(3),
            ("part",),
            "returned numbers of shape (3,), expected (3, 2): the score and its components for each image",
        ),
        (torch.tensor([1.0, float("nan"), 1.0]), (), "returned a score that is NaN or infinite"),
    ],
)
def test_scores_of_another_form_are_refused(scores, components, reason):
    with pytest.raises(InvalidOutputError) as caught:
        checked_scores(scores, 3, facts(components=components))
    assert str(caught.value) == reason


@pytest.mark.parametrize(
    ("described", "reason"),
    [
        ([1.0], "returned list, not a tensor"),
        (torch.zeros(2), "described images by numbers of shape (2,), expected 1 rows, one for each"),
        (torch.zeros(2, 4), "described images by numbers of shape (2, 4), expected 1 rows, one for each"),
        (torch.full((1, 4), float("inf")), "described an image by numbers that are NaN or infinite"),
    ],
)
def test_descriptions_of_another_form_are_refused(described, reason):
    with pytest.raises(InvalidOutputError) as caught:
        checked_description(described, 1)
    assert str(caught.value) == reason


@pytest.mark.parametrize(
    ("score", "reason"),
    [
        (None, "returned NoneType, not a number"),
        ([1.0], "returned list, not a number"),
        ("1.0", "returned str, not a number"),
        (torch.zeros(2), "returned 2 numbers, expected one for all images"),
        (float("-inf"), "returned a score that is infinite"),
    ],
)
def test_a_score_of_a_set_of_another_form_is_refused(score, reason):
    with pytest.raises(InvalidOutputError) as caught:
        checked_set_score(score)
    assert str(caught.value) == reason


def test_a_score_of_a_set_may_be_a_number_of_any_type():
    assert [checked_set_score(score) for score in (1, 1.0, torch.tensor([1.0]))] == [1.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("score", "ends", "reason"),
    [
        (7.0, {"minimum": 0, "maximum": 1}, "returned a score of 7, above its announced maximum 1"),
        (1.01, {"maximum": 1}, "returned a score of 1.01, above its announced maximum 1"),
        (-0.5, {"minimum": 0}, "returned a score of -0.5, below its announced minimum 0"),
        (-0.2, {"minimum": 0, "maximum": 1000}, "returned a score of -0.2, below its announced minimum 0"),
    ],
)
def test_a_score_outside_the_announced_range_is_refused(score, ends, reason):
    with pytest.raises(InvalidOutputError) as caught:
        require_range(torch.tensor([0.5, score]), facts(**ends))
    assert str(caught.value) == reason


@pytest.mark.parametrize(
    ("score", "ends"),
    [
        (1.00005, {"minimum": 0, "maximum": 1}),
        (-0.05, {"minimum": 0, "maximum": 1000}),
        (-5e-5, {"minimum": 0}),
        (-7.0, {}),
        (float("nan"), {"minimum": 0, "maximum": 1}),
    ],
    ids=["by rounding", "by a small share of a wide range", "at an open range", "no range", "no number for a set"],
)
def test_what_the_range_allows_is_taken(score, ends):
    require_range(torch.tensor([score]), facts(**ends))
