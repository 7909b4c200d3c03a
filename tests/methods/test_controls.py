"""The controls do exactly what their names say."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from benchmark.cie_lab import lab_from_rgb
from benchmark.contracts import StyleCondition
from benchmark.images import load_square
from benchmark.models.specification import find_model
from benchmark.protocol.case import Case, Content, Style, WeightedStyle
from benchmark.protocol.embedded import smoke
from methods.controls.clip_pixels import ClipPixels, ClipPixelsSettings
from methods.controls.color_transfer import ColorTransfer
from methods.controls.identity import Identity
from methods.controls.style_copy import StyleCopy


def test_identity_returns_the_content(picture, generator):
    content = picture()

    assert torch.equal(Identity().stylize(content, [StyleCondition()], generator), content)


def test_style_copy_cuts_the_centre(generator):
    style = torch.zeros(3, 20, 40)
    style[:, :, 10:30] = 1

    assert torch.equal(
        StyleCopy().stylize(torch.zeros(3, 20, 20), [StyleCondition(style)], generator), torch.ones(3, 20, 20)
    )


def test_style_copy_takes_the_heaviest_style(picture, generator):
    light, heavy = picture(seed=1), picture(seed=2)
    styles = [StyleCondition(light, weight=0.4), StyleCondition(heavy, weight=0.6)]

    assert torch.equal(StyleCopy().stylize(picture(), styles, generator), heavy)


def test_color_transfer_gives_the_styles_statistics(generator):
    # Low contrast in the middle of the gamut, so that nothing is clamped.
    content, style = (0.45 + 0.1 * torch.rand(3, 32, 32, generator=generator) + shift for shift in (0.0, 0.05))

    lab = lab_from_rgb(ColorTransfer().stylize(content, [StyleCondition(style)], generator))

    expected = lab_from_rgb(style)
    torch.testing.assert_close(lab.mean((1, 2)), expected.mean((1, 2)), atol=0.02, rtol=0)
    torch.testing.assert_close(lab.std((1, 2)), expected.std((1, 2)), atol=0.02, rtol=0)


def test_color_transfer_mixes_by_weight(generator):
    content = torch.rand(3, 16, 16, generator=generator) * 0.1 + 0.4
    grey, white = torch.full((3, 8, 8), 0.3), torch.full((3, 8, 8), 0.6)
    styles = [StyleCondition(grey, weight=0.25), StyleCondition(white, weight=0.75)]

    lightness = lab_from_rgb(ColorTransfer().stylize(content, styles, generator))[0]

    expected = 0.25 * lab_from_rgb(grey)[0, 0, 0] + 0.75 * lab_from_rgb(white)[0, 0, 0]
    assert lightness.mean().item() == pytest.approx(expected.item(), abs=0.02)
    assert lightness.std().item() < 0.02


def test_color_transfer_takes_a_flat_content(picture, generator):
    stylized = ColorTransfer().stylize(torch.full((3, 16, 16), 0.5), [StyleCondition(picture())], generator)

    assert stylized.isfinite().all()


class TestClipPixels:
    PROMPTS = ("a swirl of blue paint", "a woodcut")

    def run(self, clip, content, styles, generator, **settings):
        method = ClipPixels(ClipPixelsSettings(**settings))
        method._clip = clip
        return method.stylize(content, styles, generator)

    def cosine(self, clip, image, prompt):
        return functional.cosine_similarity(clip.encode_image(image[None]), clip.encode_text([prompt])).squeeze()

    def test_takes_a_step_of_adam_down_the_weighted_distance_of_picture_and_prompts(self, models, picture, generator):
        content, clip = picture(), models.clip()
        styles = [StyleCondition(prompt=prompt, weight=w) for prompt, w in zip(self.PROMPTS, (0.25, 0.75), strict=True)]
        moving = content.clone().requires_grad_()
        cosines = [self.cosine(clip, moving, prompt) for prompt in self.PROMPTS]
        (gradient,) = torch.autograd.grad(0.25 * (1 - cosines[0]) + 0.75 * (1 - cosines[1]), moving)

        stepped = self.run(clip, content, styles, generator, steps=1, learning_rate=0.02)

        # Adam's first step has the length of the learning rate in every pixel.
        expected = content - 0.02 * gradient / (gradient.abs() + 1e-8)
        torch.testing.assert_close(stepped, expected.clamp(0, 1), rtol=0, atol=1e-5)

    def test_raises_the_models_cosine_above_the_paintings_while_the_picture_stays(self, generator):
        clip, case = find_model("clip-tiny").load(), smoke().cases[0]
        content, painting = load_square(case.content.image, 128), load_square(case.styles[0].style.image, 128)
        prompt = case.styles[0].style.prompt

        stylized = self.run(clip, content, [StyleCondition(prompt=prompt)], generator)

        assert self.cosine(clip, stylized, prompt) > self.cosine(clip, painting, prompt) > 0.5
        assert (stylized - content).abs().mean() < 0.08

    def test_leaves_what_the_model_does_not_see_as_it_was(self, picture, generator):
        content = picture(32, 64)

        stylized = self.run(
            find_model("clip-tiny").load(), content, [StyleCondition(prompt=self.PROMPTS[0])], generator, steps=2
        )

        torch.testing.assert_close(stylized[..., :14], content[..., :14])
        assert not torch.allclose(stylized[..., 16:48], content[..., 16:48], atol=0.005)

    def test_needs_prompts(self, tmp_path):
        case = Case(Content("c", tmp_path), (WeightedStyle(Style("picture", tmp_path), 1.0),))

        assert ClipPixels().skip(case) == "needs a prompt, style picture has none"
