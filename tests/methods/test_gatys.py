"""Gatys: the loss is the formula, and it goes down."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.optimize import Bounds, minimize
from torch.nn import functional

from benchmark.contracts import StyleCondition
from benchmark.images import open_image, to_tensor
from benchmark.models.specification import find_model
from benchmark.models.vgg import Pooling
from benchmark.protocol.embedded import mini
from methods.gatys.method import Gatys
from methods.gatys.optimization import GatysLoss, descend
from methods.gatys.quasi_newton import Curvature
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


def test_the_gradient_is_that_of_the_formula(vgg, picture):
    image, content, style = picture(seed=1), picture(seed=2), picture(40, 61, seed=3)
    loss = GatysLoss(vgg, GatysSettings(), content[None], style[None])

    gradient, restated = (
        torch.autograd.grad(function(variable), variable)[0]
        for function in (loss, lambda images: restated_loss(vgg, images[0], content, style))
        for variable in [image[None].requires_grad_(True)]
    )

    assert (gradient - restated).norm() < 1e-4 * restated.norm()


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


def descend_by_torch(loss, start, steps):
    """The same by PyTorch's own L-BFGS, in the unit that makes its first step move pixels by 1e-4 grey levels."""
    unit = 1e-4 / 255 * start.numel()
    change = torch.zeros_like(start).requires_grad_(True)
    optimizer = torch.optim.LBFGS([change], max_iter=1, tolerance_grad=0.0, tolerance_change=0.0)

    def evaluate():
        optimizer.zero_grad()
        value = loss(start + unit * change)
        value.backward()
        return value

    for _ in range(steps):
        optimizer.step(evaluate)
    return start + unit * change.detach()


@pytest.mark.parametrize("steps", [1, 2, 12])
def test_the_steps_are_those_of_torch(picture, steps):
    """In double precision, where rounding does not part their ways."""
    start = picture(24, 24, seed=1)[None].double()
    loss = narrow_style_loss(picture(24, 24, seed=2)[None].double(), start)

    image, expected = descend(loss, start, steps, learning_rate=1.0), descend_by_torch(loss, start, steps)

    torch.testing.assert_close(image, expected, rtol=0, atol=1e-6)
    assert not torch.equal(image, start)


def narrow_style_loss(style, start):
    """A Gram loss on 8 random filters, as large at the start as that of VGG-19 on a pair at 1024 px: 2.4e8."""
    filters = torch.randn(8, 3, 3, 3, generator=torch.Generator().manual_seed(0)).to(style)

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

    with pytest.raises(
        FloatingPointError, match="the loss became inf: the images, weights, first_step or learning_rate are"
    ):
        descend(loss, content, steps=50, learning_rate=1.0)
    assert len(values) == 1


@pytest.fixture
def passes(monkeypatch):
    """Starts of the passes; nothing is painted, and each tells of a curvature of 3."""
    starts = []

    def record(loss, start, steps, learning_rate, curvature, **others):
        starts.append((start, steps, curvature.scale))
        curvature.scale = 3.0
        return start

    monkeypatch.setattr("methods.gatys.optimization.descend", record)
    return starts


def stylize(models, content, style, generator, **settings):
    method = Gatys(GatysSettings(**settings))
    method.prepare(models)
    return method.stylize(content, [StyleCondition(style)], generator)


def test_coarse_passes_see_small_images(models, picture, generator, passes):
    stylize(models, picture(40, 60), picture(), generator, steps=3, coarse_sizes=(20, 400), coarse_steps=(9, 5))

    assert [(*start.shape[-2:], steps) for start, steps, _ in passes] == [(20, 30, 9), (40, 60, 5), (40, 60, 3)]


def test_a_margin_is_added_at_every_size_and_cut_off_again(models, picture, generator, passes):
    content = picture(40, 60)
    image = stylize(models, content, picture(), generator, steps=3, coarse_sizes=(40,), coarse_steps=(9,), margin=7)

    assert [start.shape[-2:] for start, _, _ in passes] == [(54, 74)] * 2
    for start, _, _ in passes:
        assert torch.equal(start[0], torch.from_numpy(np.pad(content, ((0, 0), (7, 7), (7, 7)), mode="reflect")))
    assert torch.equal(image, content)


def test_a_margin_is_at_most_what_can_be_reflected(models, picture, generator, passes):
    stylize(models, picture(16, 20), picture(), generator, steps=1, margin=64)

    assert passes[0][0].shape[-2:] == (46, 50)


def border_contrast(image):
    """Deviation of the pixels along the second to fourth line from each border, as a multiple of that of the inside."""
    lines = [side[:, line] for side in (image, image.flip(1), image.mT, image.flip(2).mT) for line in (1, 2, 3)]
    return (torch.stack([line.std() for line in lines]).mean() / image[:, 8:-8, 8:-8].std()).item()


def test_a_margin_takes_the_frame_away(models, generator):
    """On an even content nothing but the zeros around the features tells the border from the inside."""
    content = 0.5 + 0.02 * (torch.rand(3, 64, 64, generator=generator) - 0.5)
    painting = to_tensor(open_image(next(style.image for style in mini().styles if style.id == "starry_night")))
    style = resize_shorter_side(painting, 64)

    framed = stylize(models, content, style, generator, steps=12)
    even = stylize(models, content, style, generator, steps=12, margin=16)

    assert border_contrast(framed) > 1.4
    assert border_contrast(even) < 1.2


def test_style_colors_start_from_the_content_in_the_styles_colours(models, picture, generator, passes):
    content, style = 0.4 + 0.2 * picture(40, 60), 0.3 + 0.3 * picture(seed=1)
    stylize(models, content, style, generator, steps=1, style_colors=True)

    (start,), _, _ = passes[0]
    torch.testing.assert_close(start.mean(dim=(1, 2)), style.mean(dim=(1, 2)))
    torch.testing.assert_close(start.flatten(1).cov(), style.flatten(1).cov(), rtol=0.05, atol=1e-4)


@pytest.mark.parametrize("keep_scale", [False, True])
def test_a_pass_knows_the_scale_of_the_one_before(models, picture, generator, passes, keep_scale):
    settings = {"steps": 1, "coarse_sizes": (16, 32), "coarse_steps": (1, 1), "keep_scale": keep_scale}
    stylize(models, picture(48, 48), picture(), generator, **settings)

    # As many times as there are pixels more.
    assert [scale for _, _, scale in passes] == ([None, 12.0, 6.75] if keep_scale else [None, None, None])


def test_the_first_step_is_as_long_as_wanted(picture):
    start = picture(64, 64)[None]

    image = descend(
        narrow_style_loss(picture(64, 64, seed=1)[None], start), start, 1, learning_rate=1.0, first_step=2.0
    )

    assert (255 * (image - start)).abs().mean().item() == pytest.approx(2.0)


def test_backtracking_quarters_an_update_that_raises_the_loss(picture):
    start = picture(16, 16)[None]
    seen = []

    def loss(images):
        """The distance to 1, and a steep rise once a pixel has moved by more than 0.01."""
        seen.append(images.detach().clone())
        return (images - 1).square().sum() + 1e12 * ((images - start).abs() - 0.01).relu().max()

    image = descend(loss, start, 4, learning_rate=1.0, curvature=Curvature(1.0), backtracking=True)

    # Updates of 2, 0.5 and 0.125 times the distance to 1 pass the limit of 0.01; then there is no evaluation left.
    moved = [(images - start).abs().max().item() for images in (*seen, image)]
    longest = 2 * (1 - start).max().item()
    assert moved == pytest.approx([0, longest, longest / 4, longest / 16, longest / 64], abs=1e-6)


def test_backtracking_leaves_an_infinite_loss_again(picture):
    start = picture(16, 16)[None]

    def distance(images):
        return (images - 1).square().sum()

    def edge(images):
        return distance(images) + torch.where((images > 1.5).any(), torch.inf, 0.0)

    image = descend(edge, start, 8, learning_rate=1.0, curvature=Curvature(2.0), backtracking=True)

    assert distance(image) < 0.1 * distance(start)
    with pytest.raises(FloatingPointError, match="the loss became inf"):
        descend(edge, start, 8, learning_rate=1.0, curvature=Curvature(2.0))


def test_in_range_finds_the_minimum_within_the_range(generator):
    """Of a quadratic loss that couples the pixels, its own minimum out of range; SciPy's L-BFGS-B finds it too."""
    start = torch.rand(1, 3, 4, 4, generator=generator).double()
    roots = torch.randn(48, 48, generator=generator).double()
    matrix, target = roots @ roots.mT + 20 * torch.eye(48), 0.5 + 1.5 * torch.randn(48, generator=generator).double()
    seen = []

    def loss(images):
        seen.append(images.detach())
        apart = images.flatten() - target
        return apart @ matrix @ apart

    image = descend(loss, start, 60, learning_rate=1.0, first_step=5.0, backtracking=True, in_range=True)

    found = minimize(
        lambda pixels: (pixels - target.numpy()) @ matrix.numpy() @ (pixels - target.numpy()),
        start.flatten().numpy(),
        jac=lambda pixels: 2 * matrix.numpy() @ (pixels - target.numpy()),
        method="L-BFGS-B",
        bounds=Bounds(0, 1),
        options={"ftol": 1e-15, "gtol": 1e-10},
    )
    at_an_end = (found.x == 0) | (found.x == 1)
    assert 10 < at_an_end.sum() < 40, "some pixels are held, some are free"
    torch.testing.assert_close(image.flatten(), torch.from_numpy(found.x), rtol=0, atol=1e-4)
    assert all(images.min() >= 0 and images.max() <= 1 for images in (*seen, image))


def test_in_range_no_loss_is_lost_by_clipping(models, picture, generator):
    """With colours that the content lacks: what leaves the range is clipped away at the end, or never leaves."""
    content, style = picture(48, 48).round(), picture(48, 48, seed=1).round()
    loss = GatysLoss(models.vgg(), GatysSettings(), content[None], style[None])
    settings = {"steps": 40, "first_step": 5.0, "backtracking": True}

    clipped = stylize(models, content, style, generator, **settings)
    within = stylize(models, content, style, generator, **settings, in_range=True)

    with torch.no_grad():
        assert loss(within[None]) < 0.5 * loss(clipped[None])


def test_the_settings_of_steps_reach_the_descent(models, picture, generator):
    """One update by 3 grey levels; with a learning rate of 0.5, by half of that."""
    content, style = 0.25 + 0.5 * picture(32, 32), picture(32, 32, seed=1)
    for rate in (1.0, 0.5):
        image = stylize(models, content, style, generator, steps=1, first_step=3.0, learning_rate=rate)
        assert (255 * (image - content)).abs().mean().item() == pytest.approx(3 * rate, rel=0.02)


def test_a_known_scale_makes_the_first_step(picture):
    start = picture(16, 16)[None]

    image = descend(lambda images: images.square().sum() / 2, start, 1, learning_rate=0.5, curvature=Curvature(0.2))

    torch.testing.assert_close(image, 0.9 * start)


@pytest.mark.parametrize("plain", ["content", "style", "both"])
def test_pictures_of_one_colour_are_painted(models, picture, generator, plain):
    content, style = (
        torch.full((3, 32, 32), value) if plain in (name, "both") else picture(32, 32)
        for name, value in (("content", 0.3), ("style", 0.7))
    )
    settings = {"coarse_sizes": (16,), "coarse_steps": (3,), "keep_scale": True, "style_colors": True, "margin": 8}

    image = stylize(models, content, style, generator, steps=3, **settings)

    assert image.isfinite().all()
    assert image.shape == content.shape


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"steps": 0}, "steps must be at least 1, not 0"),
        ({"coarse_sizes": (8,), "coarse_steps": (1,)}, "coarse_sizes must be at least 16 each"),
        ({"coarse_sizes": (64,)}, "coarse_steps must be 1 number, one for each of coarse_sizes"),
        ({"learning_rate": 0.0}, "learning_rate must be above 0"),
        ({"first_step": 0.0}, "first_step must be above 0"),
        ({"margin": -1}, "margin must be at least 0, not -1"),
        ({"style_weight": -1.0}, "style_weight must be at least 0"),
        ({"style_layers": ()}, "style_layers must be at least one layer"),
    ],
)
def test_settings_out_of_range_are_named(settings, message):
    with pytest.raises(ValueError, match=message):
        GatysSettings(**settings)
