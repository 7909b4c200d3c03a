from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from benchmark.models.role import Role
from metrics.shared.frechet import frechet_distance_of_features
from metrics.single_image_fid import Sifid
from tests.random_networks import EmbeddedAndRandom, random_networks

Picture = Callable[[str, int], torch.Tensor]


@pytest.fixture
def metric() -> Sifid:
    metric = Sifid()
    metric.prepare(EmbeddedAndRandom())
    return metric


def restated(first: np.ndarray, second: np.ndarray) -> float:
    """The script's formula on features at positions, N×C."""
    one, other = np.cov(first, rowvar=False), np.cov(second, rowvar=False)
    # The random network has channels that are always 0, for which SciPy's root of the product is not defined.
    values, vectors = np.linalg.eigh(one)
    half = vectors * np.sqrt(values.clip(min=0)) @ vectors.T
    root = np.sqrt(np.linalg.eigvalsh(half @ other @ half).clip(min=0))
    distance = ((first.mean(axis=0) - second.mean(axis=0)) ** 2).sum()
    return float(distance + np.trace(one) + np.trace(other) - 2 * root.sum())


def test_components_are_the_distances_of_both_layers_and_the_number_is_the_second(
    metric: Sifid, picture: Picture
) -> None:
    stylized, style = picture("contents/cat", 96), picture("styles/starry_night", 128)
    network = random_networks()[Role.SIFID_INCEPTION]
    expected = []
    for layer in (0, 1):
        maps = [network(image[None])[layer][0].flatten(start_dim=1).T.double().numpy() for image in (stylized, style)]
        expected.append(restated(*maps))

    number, *components = metric.score(stylized=[stylized], style=[style])[0].tolist()

    assert [len(maps) for maps in (metric.info.components, components)] == [2, 2]
    assert components == pytest.approx(expected, rel=1e-4)
    assert number == components[1]
    assert "192" in metric.info.title


def test_it_is_symmetric_and_zero_on_itself(metric: Sifid, content: torch.Tensor, style: torch.Tensor) -> None:
    there, back = (metric.score(stylized=[a], style=[b])[0] for a, b in ((content, style), (style, content)))

    torch.testing.assert_close(there, back)
    assert metric.score(stylized=[content.clone()], style=[content])[0].tolist() == pytest.approx([0] * 3, abs=1e-6)


def test_positions_do_not_matter(metric: Sifid, content: torch.Tensor) -> None:
    features = random_networks()[Role.SIFID_INCEPTION](content[None])[1][0].flatten(start_dim=1).T
    shuffled = features[torch.randperm(len(features), generator=torch.Generator().manual_seed(0))]

    assert frechet_distance_of_features(features, shuffled) == pytest.approx(0, abs=1e-6)


def test_a_texture_of_twice_the_size_is_near(metric: Sifid, picture: Picture) -> None:
    tile, other = picture("styles/starry_night", 64), picture("contents/cat", 64)
    small, large = tile.repeat(1, 2, 2), tile.repeat(1, 4, 4)

    same, different = (metric.score(stylized=[image], style=[small])[0, 0] for image in (large, other.repeat(1, 4, 4)))

    assert same < different / 10
