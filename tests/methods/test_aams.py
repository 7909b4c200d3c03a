"""AAMS: each step against a plain restatement of the original, and the whole on awkward pictures."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from benchmark.contracts import StyleCondition
from benchmark.protocol.case import Case, Content, Style, WeightedStyle
from benchmark.settings import make_settings
from methods.aams import style_swap
from methods.aams.attention import attend, attention_map
from methods.aams.method import AAMS
from methods.aams.settings import AAMSSettings
from methods.aams.stroke_fusion import cluster_centers, stroke_weights
from methods.aams.style_swap import swap_style
from methods.aams.stylization import transfer_features
from methods.aams.whitening import whiten


@pytest.fixture
def prepared(models):
    def make(**settings):
        method = AAMS(AAMSSettings(**settings))
        method.prepare(models)
        return method

    return make


@pytest.fixture
def stylize(prepared, generator):
    def run(content, style, **settings):
        return prepared(**settings).stylize(content, [StyleCondition(style)], generator)

    return run


def random_features(height: int, width: int, seed: int, channels: int = 6) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    mixing = torch.randn(channels, channels, generator=generator)
    return (mixing @ torch.randn(channels, height * width, generator=generator)).view(channels, height, width) + 3


class TestWhitening:
    def test_gives_identity_covariance(self):
        whitened = whiten(random_features(9, 11, seed=0)).features.flatten(1)

        torch.testing.assert_close(whitened.mean(1), torch.zeros(6), atol=1e-5, rtol=0)
        torch.testing.assert_close(torch.cov(whitened, correction=0), torch.eye(6), atol=1e-4, rtol=0)

    def test_is_undone_by_colouring(self):
        features = random_features(9, 11, seed=0)
        whitened = whiten(features)

        torch.testing.assert_close(whitened.color(whitened.features), features, atol=1e-4, rtol=1e-4)

    def test_colours_with_the_styles_mean_and_covariance(self):
        style = random_features(7, 8, seed=1)

        colored = whiten(style).color(whiten(random_features(9, 11, seed=0)).features).flatten(1)

        torch.testing.assert_close(colored.mean(1), style.flatten(1).mean(1), atol=1e-4, rtol=1e-4)
        torch.testing.assert_close(
            *(torch.cov(values, correction=0) for values in (colored, style.flatten(1))), atol=1e-3, rtol=1e-4
        )

    def test_is_the_originals_by_singular_values(self):
        features = random_features(9, 11, seed=0)
        centred = features.flatten(1) - features.flatten(1).mean(1, keepdim=True)
        u, s, v = torch.linalg.svd(centred @ centred.T / centred.shape[1])

        whitened = whiten(features)

        torch.testing.assert_close(
            whitened.features.flatten(1), u @ (s.rsqrt()[:, None] * (v @ centred)), atol=1e-4, rtol=1e-4
        )
        torch.testing.assert_close(whitened.colouring, (u * s.sqrt()) @ v, atol=1e-4, rtol=1e-4)

    @pytest.mark.parametrize("value", [0.0, 1234.5678])
    def test_of_one_value_is_zero_and_colours_with_the_mean(self, value):
        constant = torch.full((6, 5, 5), value)
        whitened = whiten(constant)

        assert torch.equal(whitened.features, torch.zeros(6, 5, 5))
        torch.testing.assert_close(whitened.color(random_features(5, 5, seed=0)), constant)

    def test_does_not_blow_up_directions_without_variance(self):
        features = random_features(3, 3, seed=0, channels=20)

        whitened = whiten(features).features

        assert whitened.abs().max() <= 3.01, "nine positions of unit variance cannot be further from their mean"


def patches_of(features: Tensor, side: int) -> Tensor:
    return features.unfold(1, side, 1).unfold(2, side, 1).permute(1, 2, 0, 3, 4).flatten(0, 1)


def swapped_by_convolutions(content: Tensor, style: Tensor, side: int) -> Tensor:
    """The original: the style's patches are kernels of a convolution and of a transposed one."""
    pad = side // 2
    kernels = patches_of(functional.pad(style, (pad,) * 4), side)
    normalized = kernels / (kernels.flatten(1).norm(dim=1)[:, None, None, None] + 1e-7)
    alike = functional.conv2d(functional.pad(content[None], (pad,) * 4, mode="reflect"), normalized)
    chosen = functional.one_hot(alike.argmax(1), len(kernels)).permute(0, 3, 1, 2).float()
    total = functional.conv_transpose2d(chosen, kernels)
    counts = functional.conv_transpose2d(torch.ones(1, 1, *content.shape[1:]), torch.ones(1, 1, side, side))
    return (total / counts)[0, :, pad : pad + content.shape[1], pad : pad + content.shape[2]]


class TestStyleSwap:
    @pytest.mark.parametrize("side", [1, 3, 5])
    @pytest.mark.parametrize("sizes", [((9, 11), (7, 6)), ((3, 3), (1, 1)), ((4, 20), (12, 3))])
    def test_is_the_originals_by_convolutions(self, side, sizes):
        content, style = (random_features(*size, seed=seed) - 3 for seed, size in enumerate(sizes))

        torch.testing.assert_close(swap_style(content, style, side), swapped_by_convolutions(content, style, side))

    def test_in_strips_is_the_same(self, monkeypatch):
        content, style = random_features(12, 9, seed=0), random_features(8, 7, seed=1)
        whole = swap_style(content, style, 5)

        monkeypatch.setattr(style_swap, "_MOST_PRODUCTS", 1)

        assert torch.equal(swap_style(content, style, 5), whole)

    @pytest.mark.parametrize("side", [1, 3])
    def test_of_features_with_themselves_is_the_identity(self, side):
        features = whiten(random_features(9, 11, seed=0)).features
        unit = functional.normalize(features, dim=0)

        torch.testing.assert_close(swap_style(unit, unit, side)[:, 1:-1, 1:-1], unit[:, 1:-1, 1:-1])

    def test_does_not_depend_on_the_contents_strength(self):
        content, style = random_features(9, 11, seed=0), random_features(7, 6, seed=1)

        torch.testing.assert_close(swap_style(7 * content, style, 5), swap_style(content, style, 5))

    def test_takes_smaller_patches_where_the_content_has_two_positions(self):
        content, style = random_features(2, 9, seed=0), random_features(7, 6, seed=1)

        torch.testing.assert_close(swap_style(content, style, 5), swapped_by_convolutions(content, style, 3))

    def test_of_an_empty_style_is_empty(self):
        assert torch.equal(swap_style(random_features(4, 4, seed=0), torch.zeros(6, 3, 3), 5), torch.zeros(6, 4, 4))

    def test_an_even_patch_fits_too(self):
        features = functional.normalize(random_features(8, 8, seed=0), dim=0)

        swapped = swap_style(features, features, 2)

        torch.testing.assert_close(swapped[:, 1:-1, 1:-1], features[:, 1:-1, 1:-1])


class TestAttention:
    def test_is_a_softmax_over_positions(self):
        features = random_features(4, 5, seed=0)
        values = features.flatten(1)
        values = (values - values.mean(1, keepdim=True)) / (values.var(1, keepdim=True) + 1e-5).sqrt()
        table = (values.T @ values / 6**0.5).exp()
        table /= table.sum(1, keepdim=True)

        torch.testing.assert_close(attend(features).flatten(1), values @ table.T)

    def test_map_is_the_share_of_strong_channels_smoothed_and_stretched(self):
        attended = random_features(5, 4, seed=0) - 3
        strong = (attended.abs() > 2 * attended.abs().mean()).float().mean(0)
        smooth = torch.empty(5, 4)
        for row in range(5):
            for column in range(4):
                smooth[row, column] = strong[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2].mean()

        expected = (smooth - smooth.min()) / (smooth.max() - smooth.min())
        torch.testing.assert_close(attention_map(attended), expected)

    def test_marks_what_stands_out(self):
        features = random_features(12, 12, seed=0) * 0.1
        features[:, 4:7, 4:7] += torch.tensor([9.0, -9.0, 9.0, -9.0, 9.0, -9.0])[:, None, None]

        found = attention_map(attend(features))

        assert found[5, 5] == 1
        assert found[4:7, 4:7].min() > found[8:, 8:].max()

    def test_of_equal_positions_is_zero(self):
        assert torch.equal(attention_map(attend(torch.full((6, 4, 4), 5.0))), torch.zeros(4, 4))


class TestStrokeFusion:
    def test_clusters_are_those_of_k_means(self):
        values = torch.tensor([[0.0, 0.02, 0.3, 0.32], [0.6, 0.62, 0.98, 1.0]])

        torch.testing.assert_close(cluster_centers(values, 4), torch.tensor([0.01, 0.31, 0.61, 0.99]))

    def test_centres_are_the_means_of_what_is_nearest(self):
        values = torch.rand(20, 20, generator=torch.Generator().manual_seed(0))

        centers = cluster_centers(values, 4)

        nearest = (values.flatten()[:, None] - centers).abs().argmin(1)
        torch.testing.assert_close(centers, torch.stack([values.flatten()[nearest == k].mean() for k in range(4)]))
        assert (centers.diff() > 0).all()

    def test_clusters_do_not_depend_on_the_order(self):
        values = torch.rand(20, 20, generator=torch.Generator().manual_seed(0))

        torch.testing.assert_close(cluster_centers(values, 4), cluster_centers(values.T.flip(0), 4))

    def test_an_empty_cluster_is_no_problem(self):
        values = torch.zeros(4, 4)
        values[0, 0] = 1.0

        assert cluster_centers(values, 4).isfinite().all()

    def test_weights_are_the_originals(self):
        attention = torch.rand(6, 7, generator=torch.Generator().manual_seed(0))
        closeness = torch.stack([50 * (1 - (attention - center).abs()) for center in cluster_centers(attention, 4)])

        weights = stroke_weights(attention, 4, 50.0)

        torch.testing.assert_close(weights, closeness.exp() / closeness.exp().sum(0))
        torch.testing.assert_close(weights.sum(0), torch.ones(6, 7))

    def test_the_least_attention_gets_the_first_stroke_and_the_most_the_last(self):
        weights = stroke_weights(torch.tensor([[0.0, 0.3, 0.6, 1.0]]), 4, 50.0)

        assert weights.argmax(0).tolist() == [[0, 1, 2, 3]]

    def test_where_attention_is_the_same_everywhere_all_strokes_mix(self):
        torch.testing.assert_close(stroke_weights(torch.zeros(3, 3), 4, 50.0), torch.full((4, 3, 3), 0.25))


class TestTransfer:
    def test_is_the_originals_stage_by_stage(self):
        content, style = random_features(9, 11, seed=0), random_features(8, 10, seed=1)
        settings = AAMSSettings(alpha=0.8)
        white, white_style = whiten(content), whiten(style)
        maps = [
            swapped_by_convolutions(white.features, functional.interpolate(
                white_style.features[None], size=(int(8 * size), int(10 * size)), mode="bilinear")[0], 5)
            for size in (1 / 2, 1 / 2**0.5, 1.0)
        ]  # fmt: skip
        attention = attention_map(attend(content))
        centers = cluster_centers(attention, 4)
        weights = torch.stack([50 * (1 - (attention - center).abs()) for center in centers]).softmax(0)
        fused = sum(stroke * weight for stroke, weight in zip([*maps, white.features], weights, strict=True))
        mixed = (0.8 * fused + 0.2 * white.features).flatten(1)
        expected = white_style.colouring @ mixed + style.flatten(1).mean(1, keepdim=True)

        torch.testing.assert_close(
            transfer_features(content, style, settings).flatten(1), expected, atol=1e-4, rtol=1e-4
        )

    def test_with_alpha_0_is_whitening_and_colouring(self):
        content, style = random_features(9, 11, seed=0), random_features(8, 10, seed=1)

        torch.testing.assert_close(
            transfer_features(content, style, AAMSSettings(alpha=0.0)), whiten(style).color(whiten(content).features)
        )


class TestPictures:
    def test_of_one_color_are_no_problem(self, stylize, picture):
        grey = torch.full((3, 40, 48), 0.5)

        for content, style in ((grey, picture()), (picture(40, 48), grey), (grey, torch.zeros(3, 30, 30))):
            assert stylize(content, style).isfinite().all()

    def test_content_and_style_may_be_the_same(self, stylize, picture):
        assert stylize(picture(), picture()).isfinite().all()

    @pytest.mark.parametrize(
        ("content", "style"), [((16, 16), (40, 40)), ((16, 300), (300, 20)), ((200, 17), (9, 90)), ((24, 24), (8, 8))]
    )
    def test_of_extreme_shapes_are_no_problem(self, stylize, picture, content, style):
        stylized = stylize(picture(*content), picture(*style, seed=1))

        assert stylized.shape == (3, *content)
        assert stylized.isfinite().all()

    def test_too_small_ones_are_refused(self, stylize, picture):
        with pytest.raises(ValueError, match="at least 16 pixels"):
            stylize(picture(15, 40), picture())

    def test_stroke_sizes_change_the_picture(self, stylize, picture):
        content, style = picture(), picture(seed=1)

        assert not torch.equal(stylize(content, style), stylize(content, style, stroke_sizes=(0.5,)))

    def test_a_case_of_two_styles_is_skipped_with_the_reason(self, tmp_path):
        shares = tuple(WeightedStyle(Style(name, tmp_path / name), 0.5) for name in ("one", "other"))

        assert AAMS().skip(Case(Content("c", tmp_path), shares)) == "takes at most 1 style, the case has 2"


class TestExplanation:
    def test_maps_are_of_the_contents_size(self, prepared, picture, generator):
        maps = prepared().explain(picture(45, 61), [StyleCondition(picture())], generator)

        assert {name: tuple(found.shape) for name, found in maps.items()} == {
            "attention": (1, 45, 61),
            "strokes": (1, 45, 61),
        }
        assert all(found.min() >= 0 and found.max() <= 1 for found in maps.values())
        assert maps["attention"].max() == 1

    def test_more_attention_means_a_later_stroke(self, prepared, picture, generator):
        maps = prepared(sharpness=1000.0).explain(picture(96, 96), [StyleCondition(picture())], generator)

        attention, strokes = (found.flatten() for found in maps.values())
        assert (strokes[attention.argsort()].diff() > -1e-3).all()
        assert strokes.unique().numel() >= 4


@pytest.mark.parametrize(
    ("setting", "value"),
    [("patch_size", "0"), ("stroke_sizes", ""), ("stroke_sizes", "0.5,0"), ("sharpness", "-1"), ("alpha", "1.1")],
)
def test_settings_out_of_range_are_refused(setting, value):
    with pytest.raises(Exception, match=setting):
        make_settings("aams", AAMSSettings, {setting: value})


def test_stroke_sizes_can_be_written_on_the_command_line():
    assert make_settings("aams", AAMSSettings, {"stroke_sizes": "0.5,1"}).stroke_sizes == (0.5, 1.0)
