"""Checks of the sliced Wasserstein method."""

import pytest
import torch
from benchmark import StyleCondition
from benchmark.testing import MethodConformance, sample_image
from benchmark.testing.sample import embedded_models

from sliced_wasserstein.method import SlicedWasserstein, SlicedWassersteinSettings
from sliced_wasserstein.optimization import random_directions, sliced_wasserstein


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


class TestPromises(MethodConformance):
    plugin = SlicedWasserstein
    settings = SlicedWassersteinSettings(steps=2, directions=4)


class TestLoss:
    def test_is_zero_for_the_same_features_in_another_order(self):
        features = torch.randn(6, 50, generator=seeded())
        directions = random_directions(9, 6, seeded(1))
        shuffled = features[:, torch.randperm(50, generator=seeded(2))]
        assert sliced_wasserstein(features, shuffled, directions).item() == pytest.approx(0, abs=1e-10)

    def test_is_the_squared_length_of_a_shift_along_the_direction(self):
        features = torch.randn(3, 40, generator=seeded())
        shift = torch.tensor([0.5, 0.0, 0.0])[:, None]
        along, across = torch.tensor([[1.0, 0, 0]]), torch.tensor([[0, 1.0, 0]])
        assert sliced_wasserstein(features, features + shift, along).item() == pytest.approx(0.25)
        assert sliced_wasserstein(features, features + shift, across).item() == pytest.approx(0, abs=1e-10)

    def test_tells_distributions_apart_that_have_equal_means_and_covariances(self):
        flat = torch.linspace(-(3**0.5), 3**0.5, 1001)[None]
        two_points = torch.cat([-torch.ones(1, 500), torch.ones(1, 501)], dim=1)
        assert flat.var().item() == pytest.approx(two_points.var().item(), rel=0.01)
        assert sliced_wasserstein(flat, two_points, torch.ones(1, 1)).item() > 0.1

    def test_takes_a_target_of_another_size(self):
        features = torch.linspace(0, 1, 11)[None]
        assert sliced_wasserstein(features, torch.linspace(0, 1, 101)[None], torch.ones(1, 1)).item() < 1e-10

    def test_directions_have_unit_length(self):
        assert torch.allclose(random_directions(5, 7, seeded()).norm(dim=1), torch.ones(5))


class TestMethod:
    def stylize(self, content, style, **settings):
        method = SlicedWasserstein(SlicedWassersteinSettings(**settings))
        method.prepare(embedded_models())
        return method.stylize(content, [StyleCondition(image=style)], seeded())

    def test_brings_the_features_distribution_closer_to_the_styles(self):
        content, style = sample_image(seed=1), sample_image(seed=2)
        stylized = self.stylize(content, style, steps=15)
        vgg = embedded_models().vgg()

        def distance(image):
            features, target = (vgg(x[None], ("relu3_1",))["relu3_1"][0].flatten(1) for x in (image, style))
            return sliced_wasserstein(features, target, random_directions(64, 256, seeded(5))).item()

        assert distance(stylized) < 0.6 * distance(content)

    def test_without_a_style_weight_the_content_stays(self):
        content = sample_image(seed=1)
        assert torch.equal(self.stylize(content, sample_image(seed=2), steps=3, style_weight=0.0), content)

    @pytest.mark.parametrize(
        "wrong",
        [{"steps": 0}, {"learning_rate": 0.0}, {"style_weight": -1.0}, {"directions": -1}, {"style_layers": ()}],
    )
    def test_refuses_settings_that_make_no_sense(self, wrong):
        with pytest.raises(ValueError, match="must"):
            SlicedWassersteinSettings(**wrong)
