"""EFDM: whole distributions of features, and nothing but the matching that differs from AdaIN."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

from benchmark.contracts import StyleCondition
from benchmark.errors import InputError
from benchmark.models.adain_decoder import load_adain_decoder
from benchmark.models.feature_statistics import adaptive_instance_normalization
from benchmark.models.provider import Models
from methods.adain.instance_normalization import normalize_region
from methods.adain.method import AdaIN
from methods.adain.settings import AdaINSettings
from methods.efdm import distribution_matching
from methods.efdm.distribution_matching import match_region
from methods.efdm.method import EFDM
from methods.efdm.settings import EFDMSettings
from methods.shared.color_preservation import match_color
from tests.models.test_adain_encoder import decode, encode
from tools.published_weights import ADAIN_DECODER, ADAIN_ENCODER, convolutions


@pytest.fixture
def stylize(models, generator):
    def run(content, styles, **settings):
        method = EFDM(EFDMSettings(**settings))
        method.prepare(models)
        return method.stylize(content, styles, generator)

    return run


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The published decoder and encoder in full size with random weights."""
    folder = tmp_path_factory.mktemp("weights")
    torch.save(convolutions(ADAIN_DECODER, seed=2), folder / "efdm_decoder.pth")
    torch.save(convolutions(ADAIN_ENCODER, seed=0), folder / "vgg_normalised.pth")
    return folder / "efdm_decoder.pth", folder / "vgg_normalised.pth"


def random_features(height: int, width: int, seed: int, channels: int = 4) -> Tensor:
    return torch.randn(1, channels, height, width, generator=torch.Generator().manual_seed(seed)).relu() * 7


def everywhere(features: Tensor, value: float = 1.0) -> Tensor:
    return torch.full(features.shape[2:], value)


def restated(content: Tensor, style: Tensor) -> Tensor:
    """The original, value by value, on Python's own sort, which keeps the order of equal values."""
    matched = torch.empty_like(content)
    for channel in range(content.shape[1]):
        values = content[0, channel].flatten().tolist()
        wanted = sorted(style[0, channel].flatten().tolist())
        places = sorted(range(len(values)), key=values.__getitem__)
        for rank, place in enumerate(places):
            matched[0, channel].view(-1)[place] = wanted[rank]
    return matched


class TestMatching:
    @pytest.mark.parametrize("share", [1.0, 0.3])
    def test_is_the_original(self, share):
        content, style = random_features(6, 5, seed=0), random_features(5, 6, seed=1)

        assert torch.equal(match_region(content, style, everywhere(content, share)), restated(content, style))

    def test_gives_exactly_the_styles_values(self):
        content, style = random_features(8, 9, seed=0), random_features(8, 9, seed=1)

        matched = match_region(content, style, everywhere(content))

        assert torch.equal(matched.flatten(2).sort().values, style.flatten(2).sort().values)

    def test_keeps_the_contents_order(self):
        content, style = random_features(8, 9, seed=0), random_features(11, 4, seed=1)

        matched = match_region(content, style, everywhere(content))

        in_order = matched.flatten(2).gather(2, content.flatten(2).argsort(stable=True))
        assert (in_order.diff() >= 0).all()

    def test_with_the_content_itself_is_the_identity(self):
        content = random_features(8, 9, seed=0)

        assert torch.equal(match_region(content, content, everywhere(content)), content)

    def test_of_distributions_that_differ_by_mean_and_deviation_is_adain(self):
        content = torch.randn(1, 3, 16, 16, generator=torch.Generator().manual_seed(0)) * 5
        style = (2.5 * content + 4).flatten(2).flip(2).view(content.shape)

        torch.testing.assert_close(
            match_region(content, style, everywhere(content)), adaptive_instance_normalization(content, style)
        )

    def test_of_gaussian_channels_comes_to_adain(self):
        normal = torch.distributions.Normal(0, 1)
        quantiles = [normal.icdf((torch.arange(n) + 0.5) / n) for n in (2000, 5000)]
        content = (3 * quantiles[0][torch.randperm(2000, generator=torch.Generator().manual_seed(0))] - 1).view(
            1, 1, 40, 50
        )
        style = (0.5 * quantiles[1] + 2).view(1, 1, 50, 100)

        matched = match_region(content, style, everywhere(content))

        torch.testing.assert_close(matched, normalize_region(content, style, everywhere(content)), atol=0.02, rtol=0)

    def test_of_other_distributions_is_not_adain(self):
        content, style = random_features(8, 9, seed=0), random_features(8, 9, seed=1).square()

        matched = match_region(content, style, everywhere(content))

        assert (matched - adaptive_instance_normalization(content, style)).abs().max() > 0.5

    def test_between_different_numbers_takes_quantiles(self):
        content, style = torch.tensor([5.0, 1.0, 3.0]).view(1, 1, 1, 3), torch.arange(6.0).view(1, 1, 2, 3)

        # Quantiles 1/6, 1/2 and 5/6 of six values that stand at 1/12, 3/12, …
        assert match_region(content, style, everywhere(content)).flatten().tolist() == [4.5, 0.5, 2.5]
        assert match_region(style, content, everywhere(style)).flatten().tolist() == [1.0, 1.5, 2.5, 3.5, 4.5, 5.0]

    def test_weights_of_a_region_are_quantiles_of_its_values(self):
        content, style = random_features(4, 4, seed=0), random_features(4, 3, seed=1)
        left = torch.zeros(4, 4)
        left[:, :2] = 1.0

        matched = match_region(content, style, left)

        alone = match_region(content[..., :2], style, torch.ones(4, 2))
        torch.testing.assert_close(matched[..., :2], alone)

    def test_unequal_weights_meet_equal_ones(self):
        content, style = random_features(6, 5, seed=0), random_features(5, 7, seed=1)

        equal = distribution_matching._quantiles(style.flatten(2)[0].sort().values, torch.full((4, 30), 0.2).double())

        matched = match_region(content, style, everywhere(content)).flatten(2)[0]
        torch.testing.assert_close(equal, matched.sort().values)

    def test_equal_values_are_ranked_by_position(self):
        content, style = torch.zeros(1, 1, 2, 3), torch.tensor([[3.0, 1.0, 2.0], [6.0, 5.0, 4.0]]).view(1, 1, 2, 3)

        assert match_region(content, style, everywhere(content)).flatten().tolist() == [1, 2, 3, 4, 5, 6]

    @pytest.mark.parametrize("share", [torch.zeros(4, 4), torch.eye(4)])
    def test_of_an_empty_or_thin_region_is_finite(self, share):
        assert match_region(random_features(4, 4, 0), random_features(2, 2, 1), share).isfinite().all()


class TestAgainstAdaIN:
    def test_only_the_matching_differs(self, models, picture, generator, monkeypatch):
        content = picture(40, 61)
        masked = StyleCondition(picture(seed=1), weight=0.4, mask=picture(40, 61, seed=3)[:1])
        styles = [masked, StyleCondition(picture(30, 50, seed=2), weight=0.6)]
        settings = {"alpha": 0.7, "preserve_color": True}
        efdm, adain = EFDM(EFDMSettings(**settings)), AdaIN(AdaINSettings(**settings))
        for method in (efdm, adain):
            method.prepare(models)
        normalized, exact = (method.stylize(content, styles, generator) for method in (adain, efdm))

        monkeypatch.setattr(distribution_matching, "match_region", normalize_region)

        assert torch.equal(efdm.stylize(content, styles, generator), normalized)
        assert not torch.equal(exact, normalized)

    def test_they_have_the_same_settings(self):
        assert vars(EFDMSettings()) == vars(AdaINSettings())


class TestPictures:
    def test_the_content_as_style_only_encodes_and_decodes(self, stylize, picture):
        content = picture()

        itself = stylize(content, [StyleCondition(content)])

        assert torch.equal(itself, stylize(content, [StyleCondition(picture(seed=1))], alpha=0.0))

    def test_features_of_styles_are_interpolated_by_weight(self, stylize, vgg, decoder, picture):
        content, first, second = picture(), picture(seed=1), picture(seed=2)
        features, one, other = (vgg(image[None], ["relu4_1"])["relu4_1"] for image in (content, first, second))

        stylized = stylize(content, [StyleCondition(first, weight=0.25), StyleCondition(second, weight=0.75)])

        blend = 0.25 * restated(features, one) + 0.75 * restated(features, other)
        torch.testing.assert_close(stylized, decoder(blend)[0].clamp(0, 1), rtol=1e-4, atol=1e-5)

    def test_colors_can_stay(self, stylize, picture):
        content, style = picture(), picture(seed=1)

        preserved = stylize(content, [StyleCondition(style)], preserve_color=True)

        torch.testing.assert_close(preserved, stylize(content, [StyleCondition(match_color(style, content))]))

    @pytest.mark.parametrize(
        ("content", "style"),
        [
            (torch.full((3, 40, 48), 0.5), "picture"),
            ("picture", torch.full((3, 40, 48), 0.5)),
            (torch.zeros(3, 16, 16), torch.ones(3, 20, 16)),
        ],
        ids=["content", "style", "both"],
    )
    def test_of_one_color_are_no_problem(self, stylize, picture, content, style):
        given = [picture() if isinstance(image, str) else image for image in (content, style)]

        stylized = stylize(given[0], [StyleCondition(given[1])])

        assert stylized.shape == given[0].shape
        assert stylized.isfinite().all()

    @pytest.mark.parametrize(("content", "style"), [((16, 16), (40, 40)), ((16, 400), (300, 20)), ((300, 17), (9, 90))])
    def test_of_extreme_shapes_are_no_problem(self, stylize, picture, content, style):
        stylized = stylize(picture(*content), [StyleCondition(picture(*style, seed=1))])

        assert stylized.shape == (3, *content)
        assert stylized.isfinite().all()

    def test_too_small_ones_are_refused(self, stylize, picture):
        with pytest.raises(ValueError, match="at least 16 pixels"):
            stylize(picture(15, 40), [StyleCondition(picture())])


class TestPublishedNetwork:
    @pytest.mark.parametrize("alpha", [1.0, 0.6])
    def test_the_method_is_the_original_on_the_same_weights(self, files, alpha, generator):
        loaded = load_adain_decoder(*files)

        class Published:
            device = torch.device("cpu")
            remember = Models({}).remember

            def adain_decoder(self) -> nn.Module:
                return loaded

        content, style = (torch.rand(3, 64, 64, generator=torch.Generator().manual_seed(seed)) for seed in (4, 5))
        method = EFDM(EFDMSettings(alpha=alpha))
        method.prepare(Published())
        stylized = method.stylize(content, [StyleCondition(style)], generator)

        features, wanted = (encode(convolutions(ADAIN_ENCODER, seed=0), image[None]) for image in (content, style))
        target = alpha * restated(features, wanted) + (1 - alpha) * features
        expected = decode(convolutions(ADAIN_DECODER, seed=2), target)[0].clamp(0, 1)
        assert 0.05 < expected.std() < 0.5
        # Values that differ by rounding alone may change places, so a pixel here and there may.
        assert (stylized - expected).abs().mean() < 1e-4

    def test_the_weights_of_another_method_are_refused(self, files, sanet_files):
        with pytest.raises(InputError, match=r"transformer_\S+ does not hold the decoder of AdaIN: it lacks"):
            load_adain_decoder(sanet_files[0], files[1])


def test_alpha_is_a_share():
    with pytest.raises(ValueError, match="alpha must be a number, between 0 and 1, not nan"):
        EFDMSettings(alpha=math.nan)
