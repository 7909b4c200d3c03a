from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from scipy.stats import wasserstein_distance

from benchmark.models.provider import Models
from benchmark.models.role import Role
from benchmark.models.specification import find_models
from metrics.shared.sliced_wasserstein import directions, projected_quantiles
from metrics.style_distance import StyleDistance
from metrics.vgg_losses import VggContentLoss, VggStyleLoss

Picture = Callable[[str, int], torch.Tensor]


@pytest.fixture(scope="module")
def models() -> Models:
    return Models(find_models({Role.VGG: "vgg19-embedded"}))


@pytest.fixture
def metric(models: Models) -> StyleDistance:
    metric = StyleDistance()
    metric.prepare(models)
    return metric


def score(metric: StyleDistance, stylized: torch.Tensor, style: torch.Tensor) -> float:
    return metric.score(stylized=[stylized.clone()], style=[style.clone()])[0, 0].item()


def features_of(models: Models, image: torch.Tensor) -> list[np.ndarray]:
    """P×C features of unit length of each layer, in double precision."""
    layers = models.vgg()(image[None], list(StyleDistance.info.components)).values()
    found = []
    for layer in layers:
        rows = layer[0].flatten(start_dim=1).T.double().numpy()
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        found.append(rows / np.where(lengths > 0, lengths, 1))
    return found


def restated(models: Models, stylized: torch.Tensor, style: torch.Tensor, quantiles: int | None) -> list[float]:
    """The terms by NumPy alone, or by SciPy from all positions where no number of quantiles is given."""
    terms = []
    for first, second in zip(features_of(models, stylized), features_of(models, style), strict=True):
        channels = first.shape[1]
        normal = np.random.RandomState(0).standard_normal((channels, 64))
        axes, _ = np.linalg.qr(normal)
        along = [np.sqrt(channels) * rows @ axes for rows in (first, second)]
        if quantiles is None:
            parts = [wasserstein_distance(along[0][:, k], along[1][:, k]) for k in range(64)]
        else:
            shares = (np.arange(quantiles) + 0.5) / quantiles
            found, wanted = (np.sort(rows, axis=0)[np.floor(shares * len(rows)).astype(int)] for rows in along)
            parts = np.abs(found - wanted)
        terms.append(float(np.mean(parts)))
    return terms


def test_it_is_the_mean_distance_of_quantiles_of_projected_features(
    metric: StyleDistance, models: Models, content: torch.Tensor, style: torch.Tensor
) -> None:
    expected = restated(models, content, style, 256)

    total, *terms = metric.score(stylized=[content], style=[style])[0].tolist()

    # float32 against float64.
    assert terms == pytest.approx(expected, rel=1e-4)
    assert total == pytest.approx(np.mean(expected), rel=1e-4)


def test_quantiles_lose_little_of_the_wasserstein_distance(
    metric: StyleDistance, models: Models, content: torch.Tensor, style: torch.Tensor
) -> None:
    terms = metric.score(stylized=[content], style=[style])[0, 1:].tolist()

    assert terms == pytest.approx(restated(models, content, style, None), rel=0.01)


def test_components_are_named_by_layer(metric: StyleDistance, content: torch.Tensor, style: torch.Tensor) -> None:
    assert metric.score(stylized=[content], style=[style]).shape == (1, 1 + len(metric.info.components))


def test_directions_are_orthonormal_and_always_the_same() -> None:
    for channels in (64, 128, 512):
        np.testing.assert_allclose(directions(channels) @ directions(channels).T, np.eye(64), atol=1e-6)
    # The first numbers of NumPy's generator of 1997, which it promises to keep; the sign is the decomposition's.
    drawn = np.random.RandomState(0).standard_normal((64, 64))[:, 0]
    assert drawn[:2] == pytest.approx([1.764052345967664, 0.17742614225375283])
    assert np.abs(directions(64)[0]) == pytest.approx(np.abs(drawn / np.linalg.norm(drawn)), rel=1e-5)


def test_the_style_image_itself_has_no_distance(metric: StyleDistance, style: torch.Tensor) -> None:
    assert score(metric, style, style) == 0


def test_it_is_symmetric_between_images_of_one_size(
    metric: StyleDistance, content: torch.Tensor, style: torch.Tensor
) -> None:
    assert score(metric, content, style) == pytest.approx(score(metric, style, content), rel=1e-6)


def test_it_falls_from_content_to_style(metric: StyleDistance, style: torch.Tensor, blends: list[torch.Tensor]) -> None:
    scores = metric.score(stylized=blends, style=[style] * 5)[:, 0].tolist()

    # In a batch of another size the network rounds otherwise.
    assert scores[-1] == pytest.approx(0, abs=1e-5)
    assert scores[1:] == sorted(scores[1:], reverse=True)
    assert scores[0] > scores[2]


def test_the_places_of_features_do_not_matter(style: torch.Tensor) -> None:
    features = torch.rand(1, 64, 6, 8, generator=torch.Generator().manual_seed(0))
    shuffled = features.flatten(start_dim=2)[..., torch.randperm(48, generator=torch.Generator().manual_seed(1))]

    torch.testing.assert_close(projected_quantiles(features), projected_quantiles(shuffled.view(1, 64, 6, 8)))


def test_the_strength_of_features_does_not_matter() -> None:
    features = torch.rand(1, 64, 6, 8, generator=torch.Generator().manual_seed(0))
    strength = 1 + 9 * torch.rand(1, 1, 6, 8, generator=torch.Generator().manual_seed(1))

    torch.testing.assert_close(projected_quantiles(strength * features), projected_quantiles(features))


def test_features_of_more_positions_that_are_distributed_alike_have_the_same_quantiles() -> None:
    features = torch.rand(1, 64, 16, 32, generator=torch.Generator().manual_seed(0))

    torch.testing.assert_close(projected_quantiles(features.repeat(1, 1, 2, 3)), projected_quantiles(features))


@pytest.mark.parametrize("shade", [0.0, 0.4, 1.0])
def test_images_of_one_colour_have_finite_scores(metric: StyleDistance, style: torch.Tensor, shade: float) -> None:
    flat = torch.full_like(style, shade)

    scores = metric.score(stylized=[flat, style, flat.clone()], style=[style, flat, flat])

    assert torch.isfinite(scores).all()
    assert scores[2, 0].item() == pytest.approx(0, abs=1e-5)
    assert (scores[:2, 0] > 0).all()


@pytest.mark.parametrize("size", [(16, 16), (16, 75), (40, 24)])
def test_images_of_any_size_are_compared(metric: StyleDistance, style: torch.Tensor, size: tuple[int, int]) -> None:
    image = torch.rand(3, *size, generator=torch.Generator().manual_seed(0))

    assert 0 < score(metric, image, style) < 10
    assert 0 < score(metric, style, image) < 10


def test_a_style_image_is_compared_at_the_scale_of_the_stylized_image(
    metric: StyleDistance, content: torch.Tensor, style: torch.Tensor, picture: Picture
) -> None:
    large = picture("styles/starry_night", 96)

    assert score(metric, style, large) < 0.25 * score(metric, content, style)


def test_a_batch_of_mixed_sizes_equals_single_images(
    metric: StyleDistance, content: torch.Tensor, style: torch.Tensor
) -> None:
    stylized, styles = [style, style[:, :48], content.flip(2)], [content, style, style]

    together = metric.score(stylized=stylized, style=styles)[:, 0].tolist()

    assert together == pytest.approx([score(metric, *pair) for pair in zip(stylized, styles, strict=True)], rel=1e-4)


def test_all_metrics_on_vgg_need_one_pass_of_each_image(
    models: Models, metric: StyleDistance, content: torch.Tensor, style: torch.Tensor
) -> None:
    stylized, content, style = torch.lerp(content, style, 0.5), content.clone(), style.clone()
    others = [VggStyleLoss(), VggContentLoss()]
    batches: list[int] = []
    handle = models.vgg().register_forward_pre_hook(lambda network, inputs: batches.append(len(inputs[0])))

    for one in (metric, *others):
        one.prepare(models)
        one.score(stylized=[stylized], content=[content], style=[style])
    handle.remove()

    assert sum(batches) == 3


def test_what_is_remembered_of_a_style_does_not_grow_with_its_size(
    metric: StyleDistance, models: Models, picture: Picture
) -> None:
    sizes = []
    for side in (32, 128):
        image, style = picture("contents/cat", side), picture("styles/starry_night", side)
        metric.score(stylized=[image], style=[style])
        statistics = models.remember(style, ("VGG style statistics", side, side), list)[0]
        sizes.append(sum(tensor.untyped_storage().nbytes() for tensor in (*statistics.grams, *statistics.quantiles)))

    assert sizes[0] == sizes[1] < 3e6


def test_methods_that_descend_vgg_are_circular(metric: StyleDistance) -> None:
    assert metric.info.backbones == (Role.VGG,)
