"""Gatys: the loss is the formula, and it goes down."""

from __future__ import annotations

import pytest
import torch

from benchmark.contracts import StyleCondition
from benchmark.models.vgg import Pooling
from methods.gatys import Gatys, GatysSettings
from methods.gatys_optimization import GatysLoss, descend


def restated_loss(vgg, image, content, style, pooling=Pooling.MAX):
    def features(x, layer):
        return vgg(x[None], [layer], pooling=pooling)[layer][0]

    def gram(maps):
        flat = maps.reshape(maps.shape[0], -1)
        return torch.einsum("ip,jp->ij", flat, flat) / flat.shape[1]

    loss = ((features(image, "relu4_2") - features(content, "relu4_2")) ** 2).mean()
    for layer, channels in zip(
        ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"), (64, 128, 256, 512, 512), strict=True
    ):
        difference = gram(features(image, layer)) - gram(features(style, layer))
        loss = loss + 1e3 / channels**2 * (difference**2).mean()
    return loss


@pytest.mark.parametrize("average_pooling", [False, True])
def test_the_loss_is_the_formula(vgg, picture, average_pooling):
    image, content, style = picture(seed=1), picture(seed=2), picture(40, 61, seed=3)
    loss = GatysLoss(vgg, GatysSettings(average_pooling=average_pooling), content[None], style[None])

    pooling = Pooling.AVERAGE if average_pooling else Pooling.MAX
    torch.testing.assert_close(loss(image[None]), restated_loss(vgg, image, content, style, pooling))


def test_the_loss_goes_down_to_a_fraction(vgg, picture):
    content, style = picture(seed=1)[None], picture(seed=2)[None]
    loss = GatysLoss(vgg, GatysSettings(), content, style)

    assert loss(descend(loss, content, steps=20, learning_rate=1.0)) < 0.3 * loss(content)


def test_steps_are_evaluations(vgg, picture):
    content = picture()[None]
    loss, evaluations = GatysLoss(vgg, GatysSettings(), content, picture(seed=1)[None]), []

    def counted(images):
        evaluations.append(images)
        return loss(images)

    descend(counted, content, steps=5, learning_rate=1.0)

    assert len(evaluations) == 5


def test_coarse_passes_see_small_images(models, picture, generator, monkeypatch):
    sizes = []

    def recorded(loss, start, steps, learning_rate):
        sizes.append((*start.shape[-2:], steps))
        return start

    monkeypatch.setattr("methods.gatys_optimization.descend", recorded)
    method = Gatys(GatysSettings(steps=3, coarse_sizes=(20, 400), coarse_steps=(9, 5)))
    method.prepare(models)
    method.stylize(picture(40, 60), [StyleCondition(picture())], generator)

    assert sizes == [(20, 30, 9), (40, 60, 5), (40, 60, 3)]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"steps": 0}, "steps must be at least 1, not 0"),
        ({"coarse_sizes": (8,), "coarse_steps": (1,)}, "coarse_sizes must be at least 16 each"),
        ({"coarse_sizes": (64,)}, "coarse_steps must be 1 numbers"),
        ({"learning_rate": 0.0}, "learning_rate must be above 0"),
        ({"style_weight": -1.0}, "style_weight must be at least 0"),
        ({"style_layers": ()}, "style_layers must be at least one layer"),
    ],
)
def test_settings_out_of_range_are_named(settings, message):
    with pytest.raises(ValueError, match=message):
        GatysSettings(**settings)
