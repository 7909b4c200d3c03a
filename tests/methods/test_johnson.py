"""Fast neural style: one network per painting, known by the pixels of its file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image

from benchmark.contracts import StyleCondition
from benchmark.errors import InputError
from benchmark.images import open_image, pixels_sha256
from benchmark.models.provider import Models
from benchmark.models.role import Role
from benchmark.models.specification import find_model
from benchmark.models.transform_network_file import Painting, read_transform_networks
from benchmark.protocol.case import Case, Content, Style, WeightedStyle
from benchmark.protocol.embedded import mini
from benchmark.settings import make_settings
from methods.johnson.method import Johnson
from methods.johnson.settings import JohnsonSettings
from tests.transform_networks import transform_stages, transform_tensors
from tools.johnson.weights_file import write_networks


@pytest.fixture
def published_file(tmp_path):
    """A file in the format of pytorch/examples, of a narrow network."""
    torch.save(transform_tensors(8), tmp_path / "mosaic.pth")
    return tmp_path / "mosaic.pth"


@pytest.fixture
def painting(tmp_path):
    """A picture of 24×20 pixels."""
    file = tmp_path / "painting.png"
    Image.effect_noise((24, 20), 50).convert("RGB").save(file)
    return file


@pytest.fixture
def painted_file(tmp_path, published_file, painting):
    """A file that says which painting it was trained for."""
    known = Painting(title="Noise", pixels_sha256=pixels_sha256(open_image(painting)))
    write_networks(read_transform_networks(published_file).networks, [known], tmp_path / "noise.safetensors")
    return tmp_path / "noise.safetensors"


@pytest.fixture
def stylize(published_file, generator):
    method = Johnson(JohnsonSettings(weights=str(published_file)))
    method.prepare(Models({}))
    return lambda content: method.stylize(content, [StyleCondition()], generator)


def case_of(*styles):
    shares = tuple(WeightedStyle(style, 1 / len(styles)) for style in styles)
    return Case(Content("content", Path("content.png")), shares)


class TestStylizedContents:
    @torch.no_grad()
    def test_are_those_of_the_published_network(self, stylize, picture):
        content = picture(32, 48)

        expected = transform_stages(transform_tensors(8), 255 * content[None])[-1][0] / 255

        assert ((expected > 0) & (expected < 1)).float().mean() > 0.05
        torch.testing.assert_close(stylize(content), expected.clamp(0, 1), rtol=1e-3, atol=1e-3)

    @torch.no_grad()
    def test_of_other_sides_are_padded_and_cut_back(self, stylize, picture):
        content = picture(33, 50)
        padded = torch.nn.functional.pad(content[None], (0, 2, 0, 3), mode="reflect")

        expected = transform_stages(transform_tensors(8), 255 * padded)[-1][0, :, :33, :50] / 255

        torch.testing.assert_close(stylize(content), expected.clamp(0, 1), rtol=1e-3, atol=1e-3)

    @pytest.mark.parametrize("size", [(16, 16), (16, 700), (301, 17)])
    def test_of_extreme_shapes_are_no_problem(self, stylize, picture, size):
        assert stylize(picture(*size)).shape == (3, *size)

    @pytest.mark.parametrize("level", [0.0, 0.5, 1.0])
    def test_of_one_color_are_no_problem(self, stylize, level):
        assert stylize(torch.full((3, 20, 24), level)).isfinite().all()

    def test_that_are_too_small_are_refused(self, stylize):
        with pytest.raises(ValueError, match="at least 8 pixels"):
            stylize(torch.rand(3, 7, 40))


class TestTheShippedNetworks:
    def test_know_the_paintings_of_mini(self):
        method, cases = Johnson(), mini().cases

        single = [case for case in cases if len(case.styles) == 1]

        assert len(single) == 9
        assert [method.skip(case) for case in single] == [None] * 9

    def test_know_a_painting_under_another_name_and_format(self, tmp_path):
        style = mini().styles[0]
        open_image(style.image).save(tmp_path / "renamed.png")

        assert Johnson().skip(case_of(Style("mine", tmp_path / "renamed.png"))) is None

    def test_do_not_know_another_painting_of_the_same_name(self, painting):
        reason = Johnson().skip(case_of(Style("starry_night", painting)))

        assert reason == (
            "trained for The Starry Night, The Great Wave off Kanagawa, Composition VIII, not for style starry_night"
        )

    def test_are_not_chosen_by_a_file_that_is_not_here(self):
        assert "trained for The Starry Night" in Johnson().skip(case_of(Style("gone", Path("gone.png"))))

    def test_skip_mixes_of_styles_with_the_reason(self):
        mix = next(case for case in mini().cases if len(case.styles) == 2)

        assert Johnson().skip(mix) == "takes at most 1 style, the case has 2"

    def test_skip_a_style_in_words(self):
        assert Johnson().skip(case_of(Style("words", prompt="a mosaic"))) == "needs a style image, style words has none"

    def test_paint_each_painting_differently_and_others_not_at_all(self, picture, generator):
        method = Johnson()
        method.prepare(Models({Role.TRANSFORM_NETWORKS: find_model("johnson-embedded")}))
        hashes = [pixels_sha256(open_image(style.image)) for style in mini().styles]

        painted = [method.stylize(picture(), [StyleCondition(pixels_sha256=known)], generator) for known in hashes]

        assert all((painted[i] - painted[j]).abs().mean() > 0.05 for i, j in ((0, 1), (0, 2), (1, 2)))
        with pytest.raises(ValueError, match="no network is trained for style lion"):
            method.stylize(picture(), [StyleCondition(name="lion", pixels_sha256="0" * 64)], generator)

    def test_take_at_most_two_megabytes_each(self):
        (file,) = find_model("johnson-embedded").files()

        assert file.stat().st_size / len(read_transform_networks(file).networks) <= 2e6


class TestAFileOfTheUsers:
    def test_that_says_its_painting_is_used_for_that_one(self, painted_file, painting):
        method = Johnson(JohnsonSettings(weights=str(painted_file)))

        assert method.skip(case_of(Style("any", painting))) is None
        assert method.skip(case_of(mini().styles[0])) == "trained for Noise, not for style starry_night"

    def test_that_does_not_say_is_used_for_every_style(self, published_file, painting):
        method = Johnson(JohnsonSettings(weights=str(published_file)))

        assert method.skip(case_of(Style("any", painting))) is None
        assert method.skip(case_of(mini().styles[0])) is None

    def test_that_does_not_say_is_used_for_the_style_that_is_named(self, published_file, painting):
        method = Johnson(JohnsonSettings(weights=str(published_file), style="mosaic"))

        assert method.skip(case_of(Style("mosaic", painting))) is None
        assert method.skip(case_of(mini().styles[0])) == "trained for mosaic, not for style starry_night"

    @pytest.mark.parametrize(
        ("values", "reason"),
        [
            ({"weights": "gone.pth"}, r"weights: there is no file gone\.pth"),
            ({"style": "mosaic"}, "style is for a file of weights that does not say .* set weights too"),
            ({"weights": "{painted}", "style": "noise"}, "style: .* says that it was trained for Noise; leave it out"),
            ({"weights": "{decoder}"}, r"does not hold a transform network of Johnson et al\.: it has no conv1"),
        ],
        ids=["gone", "style alone", "style twice", "another method's"],
    )
    def test_that_cannot_be_used_is_refused_in_one_line(self, painted_file, values, reason):
        (decoder,) = find_model("adain-decoder-embedded").files()
        filled = {name: value.format(painted=painted_file, decoder=decoder) for name, value in values.items()}

        with pytest.raises(InputError, match=f"settings of method johnson: .*{reason}") as refused:
            make_settings("johnson", JohnsonSettings, filled)

        assert "\n" not in str(refused.value)

    def test_may_be_named_from_the_home(self, painted_file, monkeypatch):
        monkeypatch.setenv("HOME", str(painted_file.parent))

        assert JohnsonSettings(weights="~/noise.safetensors").file == painted_file


def test_a_condition_without_a_file_is_told_from_a_known_painting(picture, generator):
    method = Johnson()
    method.prepare(Models({Role.TRANSFORM_NETWORKS: find_model("johnson-embedded")}))
    known = StyleCondition(image=picture(), pixels_sha256=pixels_sha256(open_image(mini().styles[0].image)))

    assert method.stylize(picture(), [known], generator).isfinite().all()
    with pytest.raises(ValueError, match="no network is trained for style image"):
        method.stylize(picture(), [replace(known, pixels_sha256="")], generator)
