"""The method as a whole, with a small random generator."""

import re
from pathlib import Path

import pytest
import torch
from benchmark import Case, Content, InputError, Style, StyleCondition, UnfitCaseError, WeightedStyle
from benchmark.testing import MethodConformance, sample_image
from benchmark.testing.sample import embedded_models

from styleclip.checkpoint import load_generator
from styleclip.face_recognition import FaceRecognition
from styleclip.method import StyleCLIP
from styleclip.prompt_distance import PromptDistance
from styleclip.settings import StyleCLIPSettings
from styleclip.untrained import SMALL, main

ANYTHING = 1e9
"""A distance within which any picture is."""

STYLE = StyleCondition(prompt="a painting of a red wave")


def stylize(content, generator_file, **settings):
    method = StyleCLIP(StyleCLIPSettings(str(generator_file), **settings))
    method.prepare(embedded_models())
    return method.stylize(content, [STYLE], torch.Generator())


class TestPromises(MethodConformance):
    plugin = StyleCLIP

    @pytest.fixture(autouse=True)
    def _with_generator(self, generator_file):
        self.settings = StyleCLIPSettings(str(generator_file), steps=2, inversion_steps=2, reachable_distance=ANYTHING)


class TestGenerator:
    CASE = Case(Content("c", Path("c.png")), (WeightedStyle(Style("s", prompt="a sketch")),))

    def test_without_one_every_case_is_skipped_and_the_reason_says_what_to_do(self):
        assert "--set styleclip.generator=FILE" in StyleCLIP().skip(self.CASE)
        with pytest.raises(InputError, match="needs the weights of a StyleGAN2 generator"):
            StyleCLIP().prepare(embedded_models())

    def test_with_one_cases_with_a_prompt_are_not(self, generator_file):
        assert StyleCLIP(StyleCLIPSettings(str(generator_file))).skip(self.CASE) is None

    def test_one_to_try_with_is_written_by_a_command(self, tmp_path, monkeypatch):
        monkeypatch.setattr("sys.argv", ["untrained", str(tmp_path / "g.pt")])
        main()
        assert load_generator(tmp_path / "g.pt").shape.side == 32


class TestContents:
    @pytest.fixture
    def made(self, generator_file):
        """A picture that the generator makes."""
        generator = load_generator(generator_file)
        codes = generator.mean_code(torch.Generator().manual_seed(0)).expand(1, SMALL.codes, -1)
        drawn = torch.randn(codes.shape, generator=torch.Generator().manual_seed(3))
        with torch.no_grad():
            return ((generator(codes + 0.5 * drawn) + 1) / 2).clamp(0, 1)[0]

    def test_that_the_generator_can_make_are_edited_towards_the_prompt(self, generator_file, made):
        settings = {"inversion_steps": 60, "steps": 20, "clip_input": "corrected", "reachable_distance": 0.3}
        result = stylize(made, generator_file, **settings)
        distance = PromptDistance(embedded_models().clip(), STYLE.prompt, SMALL.side, "corrected")
        assert result.shape == made.shape
        assert distance(result[None] * 2 - 1) < distance(made[None] * 2 - 1)

    def test_that_it_cannot_make_are_skipped_with_the_distance(self, generator_file):
        words = r"can make: after 5 steps its nearest picture has a feature distance of \d.*, above 0.01 "
        with pytest.raises(UnfitCaseError, match=words):
            stylize(sample_image(), generator_file, inversion_steps=5, steps=1, reachable_distance=0.01)

    @pytest.mark.parametrize("content", [torch.zeros(3, 40, 40), torch.ones(3, 16, 16), torch.rand(3, 16, 200)])
    def test_of_one_colour_or_very_wide_give_pictures_of_their_size(self, generator_file, content):
        result = stylize(content, generator_file, inversion_steps=2, steps=2, reachable_distance=ANYTHING)
        assert result.shape == content.shape
        assert bool(torch.isfinite(result).all())


def test_the_identity_is_weighted_by_a_network_of_the_users(generator_file, tmp_path):
    file = tmp_path / "ir_se50.pth"
    with torch.random.fork_rng():
        torch.manual_seed(0)
        torch.save(FaceRecognition().state_dict(), file)
    options = {"inversion_steps": 2, "steps": 3, "reachable_distance": ANYTHING}
    without = stylize(sample_image(), generator_file, **options)
    kept = stylize(sample_image(), generator_file, identity_weight=5.0, face_recognition=str(file), **options)
    assert not torch.allclose(without, kept, atol=1e-3)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"generator": "nowhere.pt"}, "generator names a file that is not there: nowhere.pt"),
        ({"identity_weight": 0.1}, "set face_recognition"),
        ({"inversion_pixel_weight": 0.0, "inversion_feature_weight": 0.0}, "must be above 0"),
        ({"steps": 0}, "steps must be"),
        ({"learning_rate": 0.0}, "learning_rate must be"),
        ({"clip_input": "raw"}, "clip_input must be one of released, corrected"),
        ({"inversion_layers": ()}, "inversion_layers must be"),
    ],
)
def test_settings_that_make_no_sense_are_refused(wrong, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        StyleCLIPSettings(**wrong)
