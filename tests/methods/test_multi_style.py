"""The multi-style composite: images, prompts, weights, regions, and what it skips."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from benchmark.contracts import StyleCondition
from benchmark.protocol.case import Case, Content, Style, WeightedStyle
from methods.adain.method import AdaIN
from methods.clipstyler.method import CLIPstyler
from methods.clipstyler.optimization import PromptDescent
from methods.clipstyler.settings import CLIPstylerSettings
from methods.multi_style.method import MultiStyle
from methods.multi_style.settings import MultiStyleSettings, StyleOrder, StyleParts

SMALL = {"steps": 3, "patches": 3, "crop_sizes": (16, 24), "channels": (4, 6, 8), "learning_rate": 0.01}


@pytest.fixture
def stylize(models):
    def run(method, content, styles):
        method.prepare(models)
        return method.stylize(content, styles, torch.Generator().manual_seed(0))

    return run


@pytest.fixture
def halves():
    left = torch.zeros(1, 48, 48)
    left[..., :24] = 1
    return left, 1 - left


def test_images_alone_are_adain_interpolation(stylize, picture):
    styles = [StyleCondition(picture(seed=1), "ink", 0.3), StyleCondition(picture(seed=2), "fire", 0.7)]

    composite = stylize(MultiStyle(MultiStyleSettings(conditions=StyleParts.IMAGE)), picture(), styles)

    assert torch.equal(composite, stylize(AdaIN(), picture(), styles))


def test_one_prompt_alone_is_clipstyler(stylize, picture):
    styles = [StyleCondition(picture(seed=1), "ink")]
    text = MultiStyleSettings(conditions=StyleParts.TEXT, **SMALL)

    composite = stylize(MultiStyle(text), picture(), styles)

    clipstyler = CLIPstyler(CLIPstylerSettings(residual=True, **SMALL))
    assert torch.equal(composite, stylize(clipstyler, picture(), styles))


def test_both_start_from_the_composite_of_the_images(stylize, picture):
    styles = [StyleCondition(picture(seed=1), "ink")]
    images = stylize(MultiStyle(MultiStyleSettings(conditions=StyleParts.IMAGE)), picture(), styles)

    both = stylize(MultiStyle(MultiStyleSettings(**SMALL | {"steps": 1, "learning_rate": 1e-9})), picture(), styles)

    # An update of no size leaves the residual network at its start, near its input.
    assert (both - images.clamp(0.03, 0.97)).abs().mean() < 0.1


def test_an_image_and_a_prompt_of_different_styles_work_together(stylize, picture):
    styles = [StyleCondition(image=picture(seed=1), weight=0.5), StyleCondition(prompt="fire", weight=0.5)]

    composite = stylize(MultiStyle(MultiStyleSettings(**SMALL)), picture(), styles)

    assert composite.shape == (3, 48, 48)
    assert composite.isfinite().all()


@pytest.mark.parametrize("parts", list(StyleParts))
def test_in_turn_each_style_is_whole_and_gets_what_the_one_before_left(models, picture, parts):
    styles = [StyleCondition(picture(seed=1), "ink", 0.3), StyleCondition(picture(seed=2), "fire", 0.7)]
    alone = MultiStyle(MultiStyleSettings(conditions=parts, **SMALL))
    in_turn = MultiStyle(MultiStyleSettings(conditions=parts, order=StyleOrder.IN_TURN, **SMALL))
    for method in (alone, in_turn):
        method.prepare(models)
    generator = torch.Generator().manual_seed(0)

    first = alone.stylize(picture(), styles[:1], generator)
    second = alone.stylize(first, styles[1:], generator)

    assert torch.equal(in_turn.stylize(picture(), styles, torch.Generator().manual_seed(0)), second)
    assert not torch.equal(alone.stylize(picture(), styles, torch.Generator().manual_seed(0)), second)


def test_in_turn_a_style_stays_in_its_region(models, picture, halves):
    styles = [StyleCondition(picture(seed=1), mask=halves[0]), StyleCondition(prompt="fire", mask=halves[1])]
    method = MultiStyle(MultiStyleSettings(order=StyleOrder.IN_TURN, **SMALL))
    method.prepare(models)

    both = method.stylize(picture(), styles, torch.Generator().manual_seed(0))

    assert torch.equal(both[..., :24], method.stylize(picture(), styles[:1], torch.Generator())[..., :24])


def test_in_turn_each_style_has_maps_of_what_the_one_before_left(models, picture):
    styles = [StyleCondition(prompt="ink"), StyleCondition(prompt="fire")]
    method = MultiStyle(MultiStyleSettings(order=StyleOrder.IN_TURN, **SMALL))
    method.prepare(models)
    generator = torch.Generator().manual_seed(0)
    first = method.stylize(picture(), styles[:1], generator)

    maps = method.explain(picture(), styles, torch.Generator().manual_seed(0))

    assert list(maps) == [f"{name}_{number}" for number in (1, 2) for name in ("prompt_attention", "source_attention")]
    expected = method.explain(first, styles[1:], generator)
    assert torch.equal(maps["prompt_attention_2"], expected["prompt_attention"])


def test_directions_are_mixed_by_weight(vgg, models, picture):
    descent = PromptDescent(vgg, models.clip(), CLIPstylerSettings())
    styles = [StyleCondition(prompt="ink", weight=0.3), StyleCondition(prompt="fire", weight=0.7)]
    targets = descent._targets(styles, picture())

    direction, _, weight = targets.at(targets.shares.mean((1, 2))[None])

    torch.testing.assert_close(direction[0], 0.3 * targets.directions[0] + 0.7 * targets.directions[1])
    torch.testing.assert_close(weight, torch.ones(1))


def test_a_crop_follows_the_prompts_by_their_shares_of_it(vgg, models, picture, halves):
    from methods.clipstyler.augmentation import Crop, mean_in_windows

    left, right = halves
    styles = [
        StyleCondition(prompt="ink", weight=0.5, mask=left),
        StyleCondition(prompt="fire", weight=0.5, mask=right),
    ]
    targets = PromptDescent(vgg, models.clip(), CLIPstylerSettings())._targets(styles, picture())

    shares = mean_in_windows(targets.shares, [Crop(0, left_edge, 16, ()) for left_edge in (0, 20, 30)])

    torch.testing.assert_close(shares, torch.tensor([[1.0, 0.0], [0.25, 0.75], [0.0, 1.0]]))


def test_the_picture_stays_where_no_mask_reaches_in_the_second_stage(stylize, picture, halves):
    styles = [StyleCondition(prompt="fire", mask=halves[0])]

    composite = stylize(MultiStyle(MultiStyleSettings(**SMALL)), picture(), styles)

    assert torch.equal(composite[..., 24:], picture()[..., 24:])


@pytest.mark.parametrize(
    ("conditions", "style", "reason"),
    [
        (StyleParts.IMAGE, Style("words", prompt="ink"), "conditions=image needs style images, style words has none"),
        (StyleParts.TEXT, Style("photo", image=Path("a.png")), "conditions=text needs prompts, style photo has none"),
        (StyleParts.BOTH, Style("empty"), "needs an image or a prompt, style empty has neither"),
        (StyleParts.BOTH, Style("words", prompt="ink"), None),
    ],
)
def test_cases_that_lack_a_part_are_skipped(conditions, style, reason):
    case = Case(Content("c", Path("c.png")), (WeightedStyle(style),))

    assert MultiStyle(MultiStyleSettings(conditions=conditions)).skip(case) == reason


def test_settings_are_checked_as_those_of_the_parts():
    with pytest.raises(ValueError, match="alpha must be between 0 and 1"):
        MultiStyleSettings(alpha=-1.0)
    with pytest.raises(ValueError, match="patches must be at least 1"):
        MultiStyleSettings(patches=0)
