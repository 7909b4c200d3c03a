"""AdaIN: the formula, interpolation, regions, colour control."""

from __future__ import annotations

import pytest
import torch

from benchmark.contracts import StyleCondition
from benchmark.models.feature_statistics import adaptive_instance_normalization
from methods.aams.method import AAMS
from methods.adain.method import AdaIN
from methods.adain.settings import AdaINSettings
from methods.efdm.method import EFDM
from methods.shared.color_preservation import match_color
from methods.shared.region_shares import region_shares


@pytest.fixture
def stylize(models, generator):
    def run(content, styles, **settings):
        method = AdaIN(AdaINSettings(**settings))
        method.prepare(models)
        return method.stylize(content, styles, generator)

    return run


def encode(vgg, image):
    return vgg(image[None], ["relu4_1"])["relu4_1"]


def test_alpha_1_is_the_paper(stylize, vgg, decoder, picture):
    content, style = picture(), picture(seed=1)

    expected = decoder(adaptive_instance_normalization(encode(vgg, content), encode(vgg, style)))[0].clamp(0, 1)

    torch.testing.assert_close(stylize(content, [StyleCondition(style)]), expected)


@pytest.mark.parametrize("method", [AdaIN, EFDM, AAMS])
def test_a_style_is_encoded_once_for_all_contents_of_a_size(method, models, vgg, picture, generator):
    encoded = []
    hook = vgg.register_forward_pre_hook(lambda _, arguments: encoded.append(arguments[0]))
    made = method()
    made.prepare(models)
    style, other = StyleCondition(picture(seed=1)), StyleCondition(picture(seed=2))
    for seed in (3, 4, 5):
        for condition in (style, other):
            made.stylize(picture(seed=seed), [condition], generator)
    hook.remove()

    assert len(encoded) == 3 * 2 + 2


def test_a_style_that_changed_in_place_is_encoded_anew(models, picture, generator):
    method = AdaIN()
    method.prepare(models)
    content, style, other = picture(), picture(seed=1), picture(seed=2)
    method.stylize(content, [StyleCondition(style)], generator)
    expected = method.stylize(content, [StyleCondition(other)], generator)

    style.copy_(other)

    assert torch.equal(method.stylize(content, [StyleCondition(style)], generator), expected)


def test_a_style_is_encoded_at_each_size_of_contents(models, picture, generator):
    method, fresh = AdaIN(), AdaIN()
    for one in (method, fresh):
        one.prepare(models)
    style = picture(seed=1)
    method.stylize(picture(64, 64), [StyleCondition(style)], generator)
    small = picture(40, 48)

    assert torch.equal(
        method.stylize(small, [StyleCondition(style)], generator),
        fresh.stylize(small, [StyleCondition(style.clone())], generator),
    )


def test_alpha_0_only_encodes_and_decodes(stylize, vgg, decoder, picture):
    content = picture()

    expected = decoder(encode(vgg, content))[0].clamp(0, 1)

    torch.testing.assert_close(stylize(content, [StyleCondition(picture(seed=1))], alpha=0.0), expected)


def test_two_equal_styles_are_one(stylize, picture):
    content, style = picture(), picture(seed=1)

    halves = stylize(content, [StyleCondition(style, weight=0.3), StyleCondition(style, weight=0.7)])

    torch.testing.assert_close(halves, stylize(content, [StyleCondition(style)]))


def test_features_of_styles_are_interpolated_by_weight(stylize, vgg, decoder, picture):
    content, first, second = picture(), picture(seed=1), picture(seed=2)
    one, other = (adaptive_instance_normalization(encode(vgg, content), encode(vgg, s)) for s in (first, second))

    stylized = stylize(content, [StyleCondition(first, weight=0.25), StyleCondition(second, weight=0.75)])

    torch.testing.assert_close(stylized, decoder(0.25 * one + 0.75 * other)[0].clamp(0, 1))


def test_masks_send_each_style_to_its_region(stylize, picture):
    content, first, second, third = picture(64, 128), picture(seed=1), picture(seed=2), picture(seed=3)
    left = torch.zeros(1, 64, 128)
    left[..., :64] = 1
    # Four feature positions are beyond the reach of the decoder's nine convolutions at three sizes.
    far_left = slice(0, 20)

    def halves(right_style):
        styles = [StyleCondition(first, weight=0.5, mask=left), StyleCondition(right_style, weight=0.5, mask=1 - left)]
        return stylize(content, styles)

    one, other = halves(second), halves(third)

    torch.testing.assert_close(one[..., far_left], other[..., far_left])
    assert (one - other)[..., 100:].abs().mean() > 1e-3


def test_where_no_mask_reaches_the_content_stays(stylize, picture):
    content = picture(64, 128)
    left = torch.zeros(1, 64, 128)
    left[..., :64] = 1

    stylized = stylize(content, [StyleCondition(picture(seed=1), mask=left)])

    kept = stylize(content, [StyleCondition(picture(seed=1))], alpha=0.0)
    torch.testing.assert_close(stylized[..., 108:], kept[..., 108:])


def test_shares_follow_weights_and_masks():
    mask = torch.tensor([[[0.0, 0.5, 1.0]]])
    content = torch.zeros(3, 1, 3)

    alone = region_shares([StyleCondition(mask=mask)], content)
    beside = region_shares([StyleCondition(weight=0.2, mask=mask), StyleCondition(weight=0.8)], content)

    torch.testing.assert_close(alone, mask)
    torch.testing.assert_close(beside[:, 0], torch.tensor([[0.0, 0.1 / 0.9, 0.2], [1.0, 0.8 / 0.9, 0.8]]))


def test_a_mask_of_another_size_is_refused(stylize, picture):
    with pytest.raises(ValueError, match="a mask must be 1×48×48"):
        stylize(picture(), [StyleCondition(picture(), mask=torch.ones(1, 8, 8))])


def test_a_content_too_small_to_pad_is_refused(stylize, picture):
    with pytest.raises(ValueError, match="at least 16 pixels"):
        stylize(picture(15, 40), [StyleCondition(picture())])


def test_the_smallest_content_is_stylized(stylize, picture):
    assert stylize(picture(16, 16), [StyleCondition(picture(seed=1))]).shape == (3, 16, 16)


def test_color_control_uses_the_style_in_the_contents_colours(stylize, picture):
    content, style = picture(), picture(seed=1)

    preserved = stylize(content, [StyleCondition(style)], preserve_color=True)

    torch.testing.assert_close(preserved, stylize(content, [StyleCondition(match_color(style, content))]))


def test_matched_colours_have_the_references_mean_and_covariance(picture):
    reference = picture(32, 40, seed=2)

    matched = match_color(picture(seed=1), reference)

    torch.testing.assert_close(matched.mean((1, 2)), reference.mean((1, 2)))
    covariances = (torch.cov(image.flatten(1), correction=0) for image in (matched, reference))
    # The floor of 1e-5 under the variances is what remains.
    torch.testing.assert_close(*covariances, atol=2e-5, rtol=0)


def test_alpha_is_a_share():
    with pytest.raises(ValueError, match=r"alpha must be between 0 and 1, not 1\.5"):
        AdaINSettings(alpha=1.5)
