"""STROTSS: each loss is the formula, and the weights fall as the authors'."""

from __future__ import annotations

import itertools

import pytest
import torch

from benchmark.contracts import StyleCondition
from methods.strotss.hypercolumns import FeatureMaps, draw_grid, draw_pixels
from methods.strotss.losses import (
    content_distance,
    cosine_distances,
    feature_transport,
    moment_distance,
    moments,
    palette_transport,
    relaxed_transport,
    self_similarity,
)
from methods.strotss.method import STROTSS
from methods.strotss.optimization import TransportLoss, transfer
from methods.strotss.settings import STROTSSSettings

LAYERS = STROTSSSettings().layers
QUICK = STROTSSSettings(steps=(2, 1), samples=64, style_samples=100)
MEAN, DEVIATION = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])


# The published method, restated plainly: one pixel and one pair at a time.


def restated_hypercolumn(maps, row, column, *, interpolate):
    parts = []
    for index, features in enumerate(maps):
        step = 1 if index == 0 else 2 ** (int(LAYERS[index - 1][4]) - 1)
        last_row, last_column = features.shape[1] - 1, features.shape[2] - 1
        y, x = row / step, column / step
        top, left = int(y), int(x)
        below, right = min(top + 1, last_row), min(left + 1, last_column)
        top, left = min(top, last_row), min(left, last_column)
        if not interpolate:
            parts.append(features[:, top, left])
            continue
        v, u = y - int(y), x - int(x)
        upper = (1 - u) * features[:, top, left] + u * features[:, top, right]
        lower = (1 - u) * features[:, below, left] + u * features[:, below, right]
        parts.append((1 - v) * upper + v * lower)
    return torch.cat(parts)


def restated_columns(vgg, image, pixels, *, interpolate):
    # Torchvision's features are 57.63 times smaller than those that every network here is brought to.
    maps = [image, *(features[0] / (255 * 0.226) for features in vgg(image[None], LAYERS).values())]
    return torch.stack([restated_hypercolumn(maps, *map(int, pixel), interpolate=interpolate) for pixel in pixels])


def restated_cosine(x, y):
    return torch.stack([torch.stack([1 - (a @ b) / (a.norm() * b.norm()) for b in y]) for a in x])


def restated_remd(distances):
    rows = sum(min(row) for row in distances.tolist()) / distances.shape[0]
    columns = sum(min(column) for column in distances.t().tolist()) / distances.shape[1]
    return max(rows, columns)


def restated_loss(x, c, s, alpha):
    distances_x, distances_c = restated_cosine(x, x), restated_cosine(c, c)
    content = len(x) * (distances_x / distances_x.sum(0) - distances_c / distances_c.sum(0)).abs().mean().item()
    remd = restated_remd(restated_cosine(x, s))

    def centred(v):
        return v - v.mean(0)

    covariances = [centred(v).t() @ centred(v) / len(v) for v in (x, s)]
    moment = (x.mean(0) - s.mean(0)).abs().mean() + (covariances[0] - covariances[1]).abs().mean()
    rgb, style_rgb = x[:, :3] @ ORTHONORMAL.t(), s[:, :3] @ ORTHONORMAL.t()
    l2 = (((rgb[:, None] - style_rgb) ** 2).sum(2).clamp(min=1e-5) / 3).sqrt()
    palette = restated_remd(restated_cosine(rgb, style_rgb) + l2)
    return (alpha * content + remd + moment.item() + palette / max(alpha, 1)) / (alpha + 2)


# Grey and two axes of hue, as colours are decorrelated; any other orthonormal matrix does as well.
ORTHONORMAL = torch.tensor([[3**-0.5, 3**-0.5, 3**-0.5], [2**-0.5, -(2**-0.5), 0.0], [6**-0.5, 6**-0.5, -2 * 6**-0.5]])


class TestParity:
    @pytest.mark.parametrize("interpolate", [True, False])
    def test_hypercolumns_at_pixels(self, random_vgg, picture, interpolate):
        image = picture(35, 50)
        pixels = torch.tensor([[0, 0], [34, 49], [17, 31], [5, 48], [33, 2]])
        maps = FeatureMaps(random_vgg, image[None], LAYERS)

        read = maps.interpolated(pixels) if interpolate else maps.floored(pixels)

        assert read.shape == (5, 2179)
        torch.testing.assert_close(read, restated_columns(random_vgg, image, pixels, interpolate=interpolate))

    @pytest.mark.parametrize("weight", [16.0, 0.5])
    def test_the_loss_of_a_step(self, random_vgg, picture, weight):
        content, style, image = picture(24, 20), picture(32, 18, seed=1), picture(24, 20, seed=2)
        settings = STROTSSSettings(samples=12, style_samples=15)

        loss = TransportLoss(
            random_vgg, settings, content[None], style[None], weight, torch.Generator().manual_seed(3)
        )(image[None])

        draws = torch.Generator().manual_seed(3)
        grid = draw_grid(24, 20, draws)
        style_pixels = draw_pixels(32, 18, 15, draws)
        pixels = grid[torch.randperm(480, generator=draws)[:12]]
        x, c = (restated_columns(random_vgg, one, pixels, interpolate=True) for one in (image, content))
        s = restated_columns(random_vgg, style, style_pixels, interpolate=False)
        assert loss.item() == pytest.approx(restated_loss(x, c, s, weight), rel=1e-4)


class TestTransport:
    def test_of_equal_sets_is_nothing(self):
        vectors = torch.rand(20, 5, generator=torch.Generator().manual_seed(0))

        assert relaxed_transport(cosine_distances(vectors, vectors.flip(0))).abs() < 1e-6

    def test_is_the_larger_side(self):
        near, both = torch.tensor([[1.0, 0.0]]), torch.tensor([[1.0, 0.0], [0.0, 1.0]])

        assert relaxed_transport(cosine_distances(near, both)) == 0.5
        assert relaxed_transport(cosine_distances(both, near)) == 0.5

    @pytest.mark.parametrize("sizes", [(7, 40), (40, 7)])
    def test_through_nearest_pairs_has_the_value_and_gradient_of_the_whole_matrix(self, sizes):
        draws = torch.Generator().manual_seed(0)
        features = torch.randn(sizes[0], 6, generator=draws, requires_grad=True)
        style = torch.nn.functional.normalize(torch.randn(sizes[1], 6, generator=draws), dim=1)
        expected = relaxed_transport(cosine_distances(features, style))
        (gradient,) = torch.autograd.grad(expected, features)

        value = feature_transport(features, style)

        torch.testing.assert_close(value, expected)
        torch.testing.assert_close(torch.autograd.grad(value, features)[0], gradient)

    def test_of_colours_does_not_depend_on_an_orthonormal_matrix(self):
        draws = torch.Generator().manual_seed(0)
        colours, style = torch.rand(30, 3, generator=draws), torch.rand(40, 3, generator=draws)

        torch.testing.assert_close(ORTHONORMAL @ ORTHONORMAL.T, torch.eye(3))
        torch.testing.assert_close(
            palette_transport(colours @ ORTHONORMAL.T, style @ ORTHONORMAL.T), palette_transport(colours, style)
        )


class TestContentAndMoments:
    def test_self_similarity_does_not_depend_on_the_features_scale(self):
        vectors = torch.rand(20, 5, generator=torch.Generator().manual_seed(0))

        torch.testing.assert_close(self_similarity(7.5 * vectors), self_similarity(vectors))
        torch.testing.assert_close(self_similarity(vectors).sum(0), torch.ones(20))

    def test_content_is_kept_by_a_copy(self):
        vectors = torch.rand(20, 5, generator=torch.Generator().manual_seed(0))

        assert content_distance(2 * vectors, vectors) < 1e-5
        assert content_distance(vectors.flip(0), vectors) > 0.1

    def test_equal_vectors_divide_nothing_by_zero(self):
        vectors = torch.full((20, 5), 0.3, requires_grad=True)

        distance = content_distance(vectors, torch.rand(20, 5))
        distance.backward()

        assert distance.isfinite()
        assert vectors.grad.isfinite().all()

    def test_moments_of_permuted_vectors_are_equal(self):
        vectors = torch.rand(20, 5, generator=torch.Generator().manual_seed(0))

        assert moment_distance(vectors.flip(0), *moments(vectors)) < 1e-6
        assert moment_distance(vectors + 1, *moments(vectors)) == pytest.approx(1, abs=1e-5)

    def test_moments_have_the_gradient_that_automatic_differentiation_finds(self):
        draws = torch.Generator().manual_seed(0)
        vectors = torch.randn(20, 5, generator=draws, requires_grad=True)
        mean, covariance = moments(torch.randn(30, 5, generator=draws))
        own_mean, own_covariance = moments(vectors)
        expected = (own_mean - mean).abs().mean() + (own_covariance - covariance).abs().mean()
        (gradient,) = torch.autograd.grad(expected, vectors)

        distance = moment_distance(vectors, mean, covariance)

        torch.testing.assert_close(distance, expected)
        torch.testing.assert_close(torch.autograd.grad(distance, vectors)[0], gradient)


class TestPositions:
    def test_drawn_pixels_are_different_and_of_the_picture(self):
        pixels = draw_pixels(9, 30, 200, torch.Generator().manual_seed(0))

        assert len({tuple(pixel) for pixel in pixels.tolist()}) == 200
        assert (pixels.amax(0) <= torch.tensor([8, 29])).all()

    def test_of_a_small_picture_all_are_taken(self):
        assert len(draw_pixels(3, 4, 5000, torch.Generator())) == 12

    @pytest.mark.parametrize(("height", "width", "step"), [(40, 60, 1), (256, 256, 2), (512, 300, 3), (16, 9000, 2)])
    def test_a_grid_has_about_128_squared_points(self, height, width, step):
        grid = draw_grid(height, width, torch.Generator().manual_seed(1))

        rows, columns = (sorted(set(part.tolist())) for part in grid.T)
        assert {b - a for line in (rows, columns) for a, b in itertools.pairwise(line)} == {step}
        assert max(rows) < height
        assert max(columns) < width
        assert len(grid) <= 2.3 * 128**2


def test_the_contents_weight_is_halved_with_each_scale_and_so_is_the_last_rate(models, picture, monkeypatch):
    seen = []

    class Recorded(TransportLoss):
        def __init__(self, vgg, settings, content, style, content_weight, generator):
            seen.append((max(content.shape[-2:]), max(style.shape[-2:]), content_weight))

    def descend(pyramid, loss, steps, optimizer):
        (group,) = optimizer(pyramid).param_groups
        seen[-1] += (len(pyramid), steps, group["lr"])
        return torch.zeros(1, 3, *pyramid[0].shape[-2:])

    monkeypatch.setattr("methods.strotss.optimization.TransportLoss", Recorded)
    monkeypatch.setattr("methods.strotss.optimization.descend", descend)

    transfer(models.vgg(), STROTSSSettings(), picture(384, 512), picture(100, 90), torch.Generator())

    assert seen == [
        (64, 64, 16.0, 6, 250, 2e-3),
        (128, 128, 8.0, 6, 250, 2e-3),
        (256, 256, 4.0, 6, 250, 2e-3),
        (512, 512, 2.0, 6, 250, 1e-3),
    ]


FLAT = torch.tensor([0.2, 0.5, 0.7])[:, None, None]


@pytest.mark.parametrize(
    ("content", "style"),
    [
        (FLAT.expand(3, 40, 40), None),
        (None, FLAT.expand(3, 40, 40)),
        (torch.zeros(3, 40, 40), torch.ones(3, 40, 40)),
        (torch.ones(3, 40, 40), torch.zeros(3, 40, 40)),
        (None, "content"),
        ((16, 16), (16, 16)),
        ((16, 200), None),
        (None, (200, 16)),
        ((40, 40), (1, 1)),
    ],
    ids=["flat", "flat style", "on white", "on black", "equal", "smallest", "wide", "high style", "a pixel"],
)
def test_unusual_pictures_become_pictures(models, picture, generator, content, style):
    def image(given, seed):
        return given if isinstance(given, torch.Tensor) else picture(*(given or (40, 40)), seed=seed)

    content = image(content, 1)
    style = content if isinstance(style, str) else image(style, 2)
    method = STROTSS(QUICK)
    method.prepare(models)

    stylized = method.stylize(content, [StyleCondition(style)], generator)

    assert stylized.shape == content.shape
    assert stylized.isfinite().all()
    assert stylized.min() >= 0
    assert stylized.max() <= 1


def test_the_style_is_approached_and_the_content_kept(models, picture, generator):
    content, style = picture(48, 64, seed=1), picture(48, 64, seed=2)
    settings = STROTSSSettings(steps=(15, 10), learning_rate=4e-3, samples=200, style_samples=400)
    method = STROTSS(settings)
    method.prepare(models)

    stylized = method.stylize(content, [StyleCondition(style)], generator)

    pixels = draw_pixels(48, 64, 300, generator)
    columns = [FeatureMaps(models.vgg(), image[None], LAYERS).interpolated(pixels) for image in (content, stylized)]
    of_style = FeatureMaps(models.vgg(), style[None], LAYERS).floored(draw_pixels(48, 64, 900, generator))
    before, after = (relaxed_transport(cosine_distances(vectors, of_style)) for vectors in columns)
    assert after < 0.8 * before
    assert content_distance(columns[1], columns[0]) < content_distance(of_style[:300], columns[0])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"steps": ()}, "steps must be one or more whole numbers, at least 1 each"),
        ({"samples": 0}, "samples must be at least 1"),
        ({"last_learning_rate": 0.0}, "last_learning_rate must be above 0"),
        ({"content_weight": -1.0}, "content_weight must be at least 0"),
    ],
)
def test_settings_out_of_range_are_named(settings, message):
    with pytest.raises(ValueError, match=message):
        STROTSSSettings(**settings)
