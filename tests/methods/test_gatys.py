"""Gatys: the loss is the formula, and it goes down."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from benchmark.contracts import StyleCondition
from benchmark.images import open_image, to_tensor
from benchmark.models.specification import find_model
from benchmark.models.vgg import Pooling
from benchmark.protocol.embedded import mini
from methods.gatys.method import Gatys
from methods.gatys.optimization import GatysLoss, descend
from methods.gatys.settings import GatysSettings
from methods.shared.image_geometry import resize_shorter_side


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


def counting(loss):
    values = []

    def counted(images):
        value = loss(images)
        values.append(value.item())
        return value

    return counted, values


@pytest.mark.parametrize("steps", [1, 2, 3, 20, 21])
def test_steps_are_evaluations_and_each_is_followed_by_an_update(vgg, picture, steps):
    content = picture(32, 32)[None]
    loss = GatysLoss(vgg, GatysSettings(), content, picture(32, 32, seed=1)[None])
    counted, values = counting(loss)

    image = descend(counted, content, steps=steps, learning_rate=1.0)

    assert len(values) == steps
    assert loss(image) < min(values)


def test_five_hundred_steps_are_evaluations_where_nothing_is_left_to_gain():
    content, aim = torch.full((1, 3, 16, 16), 0.25), torch.full((1, 3, 16, 16), 0.75)
    loss, values = counting(lambda images: 1e6 * functional.mse_loss(images, aim))

    image = descend(loss, content, steps=500, learning_rate=1.0)

    assert len(values) == 500
    torch.testing.assert_close(image, aim)


def narrow_style_loss(style, start):
    """A Gram loss on 8 random filters, as large at the start as that of VGG-19 on a pair at 1024 px: 2.4e8."""
    filters = torch.randn(8, 3, 3, 3, generator=torch.Generator().manual_seed(0))

    def gram(images):
        features = functional.conv2d(255 * images, filters, padding=1).relu().flatten(2)
        return features @ features.transpose(1, 2) / features.shape[2]

    wanted = gram(style)
    weight = 2.4e8 / functional.mse_loss(gram(start), wanted)
    return lambda images: weight * functional.mse_loss(gram(images), wanted)


def test_a_large_picture_changes_from_the_first_evaluation_on(picture):
    """A first step whose changes sum to 1 grey level is below the resolution of float32 here."""
    content, style = 0.5 + 0.5 * picture(1024, 1024, seed=1)[None], picture(1024, 1024, seed=2)[None]
    loss = narrow_style_loss(style, content)
    counted, values = counting(loss)

    image = descend(counted, content, steps=4, learning_rate=1.0)

    assert len(values) == 4
    assert values[1] < values[0]
    assert loss(image) < values[3] < 0.5 * values[0]
    assert ((image - content).abs() > 0.5 / 255).float().mean() > 0.5


@pytest.mark.parametrize("size", [16, 64, 256])
def test_the_first_step_moves_pixels_equally_far_at_every_size(picture, size):
    content, style = picture(size, size, seed=1)[None], picture(size, size, seed=2)[None]

    image = descend(narrow_style_loss(style, content), content, steps=1, learning_rate=1.0)

    # Half a unit in the last place of a pixel is up to 8e-6 grey levels.
    assert (255 * (image - content)).abs().mean().item() == pytest.approx(1e-4, abs=1.5e-5)


def test_a_descent_does_not_overshoot_into_infinity():
    """With a first step of a thousandth of a grey level this one does."""
    protocol = mini()
    content, style = (
        resize_shorter_side(to_tensor(open_image(next(item.image for item in items if item.id == name))), 128)[None]
        for items, name in ((protocol.contents, "mont_saint_michel"), (protocol.styles, "starry_night"))
    )
    loss = GatysLoss(find_model("vgg19-embedded").load(), GatysSettings(content_weight=10.0), content, style)

    image = descend(loss, content, steps=40, learning_rate=1.0)

    with torch.no_grad():
        assert loss(image) < 0.1 * loss(content)


def test_a_content_that_is_the_style_is_returned_as_it_is(vgg, picture):
    content = picture(32, 32)[None]
    loss, values = counting(GatysLoss(vgg, GatysSettings(), content, content))

    image = descend(loss, content, steps=3, learning_rate=1.0)

    assert values == [0.0, 0.0, 0.0]
    assert torch.equal(image, content)


def test_a_loss_that_is_no_number_fails_at_once(vgg, picture):
    content = picture(32, 32)[None]
    settings = GatysSettings(style_weight=1e36)
    loss, values = counting(GatysLoss(vgg, settings, content, picture(32, 32, seed=1)[None]))

    with pytest.raises(FloatingPointError, match="the loss became inf: the images, weights or learning_rate are"):
        descend(loss, content, steps=50, learning_rate=1.0)
    assert len(values) == 1


def test_coarse_passes_see_small_images(models, picture, generator, monkeypatch):
    sizes = []

    def recorded(loss, start, steps, learning_rate):
        sizes.append((*start.shape[-2:], steps))
        return start

    monkeypatch.setattr("methods.gatys.optimization.descend", recorded)
    method = Gatys(GatysSettings(steps=3, coarse_sizes=(20, 400), coarse_steps=(9, 5)))
    method.prepare(models)
    method.stylize(picture(40, 60), [StyleCondition(picture())], generator)

    assert sizes == [(20, 30, 9), (40, 60, 5), (40, 60, 3)]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"steps": 0}, "steps must be at least 1, not 0"),
        ({"coarse_sizes": (8,), "coarse_steps": (1,)}, "coarse_sizes must be at least 16 each"),
        ({"coarse_sizes": (64,)}, "coarse_steps must be 1 number, one for each of coarse_sizes"),
        ({"learning_rate": 0.0}, "learning_rate must be above 0"),
        ({"style_weight": -1.0}, "style_weight must be at least 0"),
        ({"style_layers": ()}, "style_layers must be at least one layer"),
    ],
)
def test_settings_out_of_range_are_named(settings, message):
    with pytest.raises(ValueError, match=message):
        GatysSettings(**settings)
