from __future__ import annotations

import gc
import weakref

import pytest
import torch

from benchmark.models.batching import compute_in_batches, group_by_size, remember_in_batches
from benchmark.models.provider import Models


def images(*sizes: tuple[int, int]) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    return [torch.rand(3, *size, generator=generator) for size in sizes]


class Mean:
    """Counts how it is called."""

    def __init__(self) -> None:
        self.batches: list[tuple[int, ...]] = []

    def __call__(self, batch: torch.Tensor) -> list[float]:
        self.batches.append(tuple(batch.shape))
        return batch.mean(dim=(1, 2, 3)).tolist()


def test_images_of_one_size_are_grouped_in_order_of_first_occurrence() -> None:
    assert group_by_size(images((4, 4), (4, 6), (4, 4), (6, 4))) == [[0, 2], [1], [3]]


def test_one_call_per_size_and_results_in_the_order_of_the_images() -> None:
    pictures = images((4, 4), (4, 6), (4, 4))
    mean = Mean()

    results = compute_in_batches(pictures, mean, torch.device("cpu"))

    assert results == pytest.approx([picture.mean().item() for picture in pictures])
    assert mean.batches == [(2, 3, 4, 4), (1, 3, 4, 6)]


def test_nothing_is_computed_of_no_images() -> None:
    mean = Mean()

    assert compute_in_batches([], mean, torch.device("cpu")) == []
    assert mean.batches == []


def test_a_wrong_number_of_results_is_an_error() -> None:
    with pytest.raises(ValueError, match="zip"):
        compute_in_batches(images((4, 4), (4, 4)), lambda batch: [0.0], torch.device("cpu"))


def test_only_images_not_yet_known_are_computed_and_each_once() -> None:
    models = Models({})
    first, second, third = images((4, 4), (4, 4), (4, 4))
    mean = Mean()

    remember_in_batches(models, [first, second, first], "mean", mean)
    results = remember_in_batches(models, [third, second], "mean", mean)

    assert results == pytest.approx([third.mean().item(), second.mean().item()])
    assert mean.batches == [(2, 3, 4, 4), (1, 3, 4, 4)]


def test_what_failed_is_computed_again() -> None:
    models = Models({})
    picture = images((4, 4))[0]

    def fail(batch: torch.Tensor) -> list[float]:
        raise RuntimeError("out of memory")

    with pytest.raises(RuntimeError):
        remember_in_batches(models, [picture], "mean", fail)

    assert remember_in_batches(models, [picture], "mean", Mean()) == pytest.approx([picture.mean().item()])


def test_no_gradient_is_recorded() -> None:
    picture = images((4, 4))[0].requires_grad_()

    (result,) = compute_in_batches([picture], lambda batch: (2 * batch).unbind(), torch.device("cpu"))

    assert not result.requires_grad


def test_what_is_remembered_of_an_image_is_dropped_with_it() -> None:
    models = Models({})
    pictures = images((4, 4))

    class Result:
        pass

    remembered = weakref.ref(remember_in_batches(models, pictures, "result", lambda batch: [Result()])[0])
    assert remembered() is not None
    pictures.clear()
    gc.collect()

    assert remembered() is None
