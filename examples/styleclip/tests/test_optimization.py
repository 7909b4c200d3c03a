"""Schedule, distances, inversion and edit."""

import math

import pytest
import torch
from benchmark.testing import sample_image
from benchmark.testing.sample import embedded_models
from torch import nn

from styleclip.checkpoint import load_generator
from styleclip.edit import edit_codes
from styleclip.inversion import FeatureDistance, invert
from styleclip.prompt_distance import PromptDistance, block_shares
from styleclip.schedule import learning_rate
from styleclip.settings import ClipInput, StyleCLIPSettings
from styleclip.untrained import SMALL

PROMPT = "a painting of a red wave"


@pytest.fixture(scope="module")
def generator(generator_file):
    return load_generator(generator_file)


@pytest.fixture(scope="module")
def mean_code(generator):
    return generator.mean_code(torch.Generator().manual_seed(0))


def codes_near(mean_code, seed=0, spread=0.5):
    return mean_code + spread * torch.randn(
        1, SMALL.codes, SMALL.latent_size, generator=torch.Generator().manual_seed(seed)
    )


class TestSchedule:
    def test_rises_from_0_stays_and_falls_to_nearly_0(self):
        rates = [learning_rate(step, 300, 0.1) for step in range(300)]
        assert rates[0] == 0
        assert rates[:16] == sorted(rates[:16])
        assert rates[15:226] == pytest.approx([0.1] * 211)
        assert rates[225:] == sorted(rates[225:], reverse=True)
        assert 0 < rates[-1] < 1e-4

    def test_is_the_formula_of_the_authors(self):
        for step in range(40):
            t = step / 40
            ramp = 0.5 - 0.5 * math.cos(min(1, (1 - t) / 0.25) * math.pi)
            assert learning_rate(step, 40, 0.1) == pytest.approx(0.1 * ramp * min(1, t / 0.05))


class TestPromptDistance:
    @pytest.mark.parametrize("side", [32, 64, 256])
    def test_pictures_are_enlarged_seven_times_and_averaged_in_blocks(self, side):
        pictures = torch.randn(2, 3, side, side, generator=torch.Generator().manual_seed(0))
        wanted = nn.AvgPool2d(side // 32)(nn.Upsample(scale_factor=7)(pictures))
        shares = block_shares(side, 224)
        assert wanted.shape[-1] == 224
        assert torch.allclose(shares @ pictures @ shares.T, wanted, atol=1e-5)

    @pytest.mark.parametrize("size", [64, 96, 224])
    def test_rows_of_shares_sum_to_1_for_any_size_of_the_model(self, size):
        assert torch.allclose(block_shares(32, size).sum(1), torch.ones(size))

    def test_the_released_input_reaches_the_first_layer_as_it_is(self):
        clip = embedded_models().clip()
        pictures = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(0)) * 2 - 1
        shares = block_shares(32, clip.image_size)
        shown = PromptDistance(clip, PROMPT, 32, ClipInput.RELEASED).shown(pictures)
        normalised = (shown - clip.mean) / clip.standard_deviation
        assert torch.allclose(normalised, shares @ pictures @ shares.T, atol=1e-5)

    def test_the_corrected_input_is_in_0_to_1(self):
        clip = embedded_models().clip()
        pictures = sample_image(32, 32)[None] * 2 - 1
        shares = block_shares(32, clip.image_size)
        shown = PromptDistance(clip, PROMPT, 32, ClipInput.CORRECTED).shown(pictures)
        assert torch.allclose(shown, shares @ sample_image(32, 32)[None] @ shares.T, atol=1e-5)

    def test_is_1_minus_the_cosine(self):
        clip = embedded_models().clip()
        distance = PromptDistance(clip, PROMPT, 32, ClipInput.CORRECTED)
        pictures = sample_image(32, 32)[None] * 2 - 1
        image, text = clip.encode_image(distance.shown(pictures)), clip.encode_text([PROMPT])
        assert distance(pictures).item() == pytest.approx(1 - torch.cosine_similarity(image, text).item(), abs=1e-5)


class TestInversion:
    def test_the_distance_of_a_picture_to_itself_is_0_and_of_other_pictures_is_large(self):
        one, other = sample_image(48, 48, seed=1)[None], sample_image(48, 48, seed=2)[None]
        distance = FeatureDistance(embedded_models().vgg(), ("relu1_1", "relu3_1"), one)
        assert distance(one).item() == 0
        assert distance(other).item() > 0.3

    def test_the_distance_is_the_mean_of_relative_squared_differences(self):
        one, other = sample_image(48, 48, seed=1)[None], sample_image(48, 48, seed=2)[None]
        vgg, layers = embedded_models().vgg(), ("relu1_1", "relu3_1")
        ours, theirs = vgg(other, layers), vgg(one, layers)
        wanted = sum(float((ours[k] - theirs[k]).norm() ** 2 / theirs[k].norm() ** 2) for k in layers) / 2
        assert FeatureDistance(vgg, layers, one)(other).item() == pytest.approx(wanted, rel=1e-4)

    def test_finds_its_way_to_a_picture_that_the_generator_made(self, generator, mean_code):
        with torch.no_grad():
            content = ((generator(codes_near(mean_code)) + 1) / 2).clamp(0, 1)[0]
        start = invert(generator, mean_code, embedded_models().vgg(), content, StyleCLIPSettings(inversion_steps=1))
        found = invert(generator, mean_code, embedded_models().vgg(), content, StyleCLIPSettings(inversion_steps=60))
        assert found.codes.shape == (1, SMALL.codes, SMALL.latent_size)
        assert torch.equal(start.codes, mean_code.expand_as(start.codes)), "the learning rate starts at 0"
        assert found.distance < 0.5 * start.distance

    def test_compares_at_the_side_that_is_set(self, generator, mean_code):
        content = sample_image(32, 32)
        layers = ("relu1_1",)
        settings = StyleCLIPSettings(inversion_steps=1, inversion_side=16, inversion_layers=layers)
        found = invert(generator, mean_code, embedded_models().vgg(), content, settings)
        with torch.no_grad():
            halves = [nn.functional.avg_pool2d(x, 2) for x in ((generator(found.codes) + 1) / 2, content[None])]
            wanted = FeatureDistance(embedded_models().vgg(), layers, halves[1])(halves[0]).item()
        assert found.distance == pytest.approx(wanted, rel=1e-4)


class TestEdit:
    def edit(self, generator, codes, **settings):
        chosen = StyleCLIPSettings(**settings)
        prompt = PromptDistance(embedded_models().clip(), PROMPT, SMALL.side, chosen.clip_input)
        return edit_codes(generator, codes, prompt, None, chosen), prompt

    def test_is_the_authors_loop(self, generator, mean_code):
        start = codes_near(mean_code)
        edited, prompt = self.edit(generator, start, steps=12)
        latent = start.clone().requires_grad_(True)
        adam = torch.optim.Adam([latent], lr=0.1)
        for i in range(12):
            t = i / 12
            ramp = 0.5 - 0.5 * math.cos(min(1, (1 - t) / 0.25) * math.pi)
            adam.param_groups[0]["lr"] = 0.1 * ramp * min(1, t / 0.05)
            loss = prompt(generator(latent)) + 0.008 * ((start - latent) ** 2).sum()
            adam.zero_grad()
            loss.backward()
            adam.step()
        assert not torch.allclose(edited, start, atol=0.05)
        assert torch.allclose(edited, latent, atol=1e-4)

    def test_brings_the_picture_closer_to_the_prompt(self, generator, mean_code):
        start = codes_near(mean_code)
        edited, prompt = self.edit(generator, start, steps=30)
        with torch.no_grad():
            assert prompt(generator(edited)) < prompt(generator(start)) - 0.05

    def test_the_squared_change_holds_it_back(self, generator, mean_code):
        start = codes_near(mean_code)
        free, held = (self.edit(generator, start, steps=15, l2_weight=weight)[0] for weight in (0.0, 1.0))
        assert (held - start).norm() < 0.5 * (free - start).norm()

    def test_the_two_inputs_of_clip_give_other_edits(self, generator, mean_code):
        start = codes_near(mean_code)
        released, corrected = (self.edit(generator, start, steps=5, clip_input=kind)[0] for kind in ClipInput)
        assert not torch.allclose(released, corrected, atol=1e-2)
