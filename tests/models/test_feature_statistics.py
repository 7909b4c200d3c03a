"""Channel moments, AdaIN and Gram matrices equal the formulas of their papers."""

from __future__ import annotations

import pytest
import torch

from benchmark.models.feature_statistics import (
    adaptive_instance_normalization,
    gram_matrix,
    mean_and_standard_deviation,
)


@pytest.fixture
def features() -> torch.Tensor:
    return torch.randn(2, 5, 7, 6, generator=torch.Generator().manual_seed(3)) * 4 + 2


def test_moments_equal_the_reference_formula(features: torch.Tensor) -> None:
    mean, deviation = mean_and_standard_deviation(features)

    flat = features.reshape(2, 5, 42)
    torch.testing.assert_close(mean, flat.mean(dim=2).reshape(2, 5, 1, 1))
    expected = (flat.var(dim=2, unbiased=True) + 1e-5).sqrt()
    torch.testing.assert_close(deviation, expected.reshape(2, 5, 1, 1))


def test_a_flat_channel_has_the_floor_as_deviation_and_a_finite_gradient() -> None:
    flat = torch.full((1, 1, 4, 4), 3.0, requires_grad=True)

    _, deviation = mean_and_standard_deviation(flat)
    deviation.sum().backward()

    assert deviation.item() == pytest.approx(1e-5**0.5)
    assert flat.grad is not None
    assert torch.isfinite(flat.grad).all()


def test_moments_of_a_single_position_are_refused() -> None:
    with pytest.raises(ValueError, match="single position"):
        mean_and_standard_deviation(torch.zeros(1, 3, 1, 1))


def test_adain_gives_the_content_the_moments_of_a_style_of_another_size(features: torch.Tensor) -> None:
    style = torch.randn(2, 5, 9, 11, generator=torch.Generator().manual_seed(4)) * 0.5 - 1

    moved = adaptive_instance_normalization(features, style)

    assert moved.shape == features.shape
    for ours, wanted in zip(mean_and_standard_deviation(moved), mean_and_standard_deviation(style), strict=True):
        torch.testing.assert_close(ours, wanted, rtol=1e-4, atol=1e-5)


def test_adain_keeps_the_arrangement_of_the_content(features: torch.Tensor) -> None:
    moved = adaptive_instance_normalization(features, features.flip(0))

    torch.testing.assert_close(moved.flatten(2).argsort(dim=2), features.flatten(2).argsort(dim=2))


def test_adain_of_a_picture_with_its_own_style_changes_nothing(features: torch.Tensor) -> None:
    torch.testing.assert_close(adaptive_instance_normalization(features, features), features)


def test_adain_refuses_features_of_different_layers(features: torch.Tensor) -> None:
    with pytest.raises(ValueError, match="differ in batch or channels"):
        adaptive_instance_normalization(features, features[:, :3])


def test_gram_matrix_is_the_mean_product_of_two_channels(features: torch.Tensor) -> None:
    gram = gram_matrix(features)

    assert gram.shape == (2, 5, 5)
    torch.testing.assert_close(gram, gram.transpose(1, 2))
    assert gram[1, 0, 3].item() == pytest.approx((features[1, 0] * features[1, 3]).mean().item(), rel=1e-5)


def test_gram_matrix_forgets_where_things_are(features: torch.Tensor) -> None:
    order = torch.randperm(42, generator=torch.Generator().manual_seed(5))
    shuffled = features.flatten(2)[:, :, order].reshape(features.shape)

    torch.testing.assert_close(gram_matrix(shuffled), gram_matrix(features), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("function", [mean_and_standard_deviation, gram_matrix])
def test_features_without_a_batch_are_refused(function) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match="N x C x H x W"):
        function(torch.zeros(3, 4, 4))
