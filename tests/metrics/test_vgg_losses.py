from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from benchmark.models.provider import Models
from benchmark.models.role import Role
from benchmark.models.specification import find_models
from metrics.shared.vgg_statistics import fit
from metrics.vgg_losses import VggContentLoss, VggStyleLoss

Picture = Callable[[str, int], torch.Tensor]

CHANNELS = {"relu1_1": 64, "relu2_1": 128, "relu3_1": 256, "relu4_1": 512, "relu5_1": 512}


@pytest.fixture(scope="module")
def models() -> Models:
    return Models(find_models({Role.VGG: "vgg19-embedded"}))


@pytest.fixture
def content_loss(models: Models) -> VggContentLoss:
    metric = VggContentLoss()
    metric.prepare(models)
    return metric


@pytest.fixture
def style_loss(models: Models) -> VggStyleLoss:
    metric = VggStyleLoss()
    metric.prepare(models)
    return metric


def test_content_loss_is_the_mean_squared_difference_of_relu4_2(
    content_loss: VggContentLoss, models: Models, content: torch.Tensor, style: torch.Tensor
) -> None:
    features = models.vgg()(torch.stack([style, content]), ["relu4_2"])["relu4_2"]

    score = content_loss.score(stylized=[style], content=[content])

    assert score.item() == pytest.approx(((features[0] - features[1]) ** 2).mean().item(), rel=1e-5)


def test_style_loss_is_the_weighted_difference_of_gram_matrices(
    style_loss: VggStyleLoss, models: Models, content: torch.Tensor, style: torch.Tensor
) -> None:
    features = models.vgg()(torch.stack([content, style]), list(CHANNELS))
    expected = []
    for layer, channels in CHANNELS.items():
        flat = features[layer].double().flatten(start_dim=2)
        gram, target = torch.einsum("nip,njp->nij", flat, flat) / flat.shape[2]
        expected.append(1000 / channels**2 * ((gram - target) ** 2).sum().item() / channels**2)

    total, *components = style_loss.score(stylized=[content], style=[style])[0].tolist()

    # float32 Gram matrices against float64.
    assert components == pytest.approx(expected, rel=1e-4)
    assert total == pytest.approx(sum(expected), rel=1e-4)


def test_components_are_named_by_layer_and_sum_to_the_total(
    style_loss: VggStyleLoss, content: torch.Tensor, style: torch.Tensor
) -> None:
    scores = style_loss.score(stylized=[content], style=[style])

    assert style_loss.info.components == tuple(CHANNELS)
    assert scores.shape == (1, 1 + len(CHANNELS))
    torch.testing.assert_close(scores[:, 0], scores[:, 1:].sum(dim=1))


def test_the_content_itself_has_no_content_loss(content_loss: VggContentLoss, content: torch.Tensor) -> None:
    assert content_loss.score(stylized=[content.clone()], content=[content]).item() == pytest.approx(0, abs=1e-3)


def test_the_style_image_itself_has_no_style_loss(
    style_loss: VggStyleLoss, content: torch.Tensor, style: torch.Tensor
) -> None:
    copied = style_loss.score(stylized=[style.clone()], style=[style])[0, 0].item()

    assert copied <= 1e-9 * style_loss.score(stylized=[content], style=[style])[0, 0].item()


def test_content_loss_grows_and_style_loss_falls_from_content_to_style(
    content_loss: VggContentLoss,
    style_loss: VggStyleLoss,
    content: torch.Tensor,
    style: torch.Tensor,
    blends: list[torch.Tensor],
) -> None:
    content_losses = content_loss.score(stylized=blends, content=[content] * 5).tolist()
    style_losses = style_loss.score(stylized=blends, style=[style] * 5)[:, 0].tolist()

    assert content_losses == sorted(content_losses)
    assert style_losses[1:] == sorted(style_losses[1:], reverse=True)
    assert style_losses[0] > style_losses[-1]


def test_a_batch_of_mixed_sizes_equals_single_images(
    content_loss: VggContentLoss, style_loss: VggStyleLoss, content: torch.Tensor, style: torch.Tensor
) -> None:
    stylized, contents = [style, style[:, :48], content.flip(2)], [content, content[:, :48], content]
    styles = [style, style, content]

    content_losses = content_loss.score(stylized=stylized, content=contents)
    style_losses = style_loss.score(stylized=stylized, style=styles)

    for position, image in enumerate(stylized):
        single = content_loss.score(stylized=[image.clone()], content=[contents[position].clone()])
        torch.testing.assert_close(content_losses[position], single[0], rtol=1e-4, atol=1e-3)
        single = style_loss.score(stylized=[image.clone()], style=[styles[position].clone()])
        torch.testing.assert_close(style_losses[position], single[0], rtol=1e-4, atol=1e-3)


def test_both_losses_need_one_pass_of_each_image(
    models: Models,
    content_loss: VggContentLoss,
    style_loss: VggStyleLoss,
    content: torch.Tensor,
    style: torch.Tensor,
    blends: list[torch.Tensor],
) -> None:
    batches: list[int] = []
    content, style = content.clone(), style.clone()
    handle = models.vgg().register_forward_pre_hook(lambda network, inputs: batches.append(len(inputs[0])))

    for stylized in ([image.clone() for image in blends[1:3]], [image.clone() for image in blends[3:]]):
        content_loss.score(stylized=stylized, content=[content, content])
        style_loss.score(stylized=stylized, style=[style, style])
    handle.remove()

    images = 4
    assert sum(batches) == images + 2


def test_a_style_image_is_compared_at_the_scale_of_the_stylized_image(
    style_loss: VggStyleLoss, content: torch.Tensor, style: torch.Tensor, picture: Picture
) -> None:
    large = picture("styles/starry_night", 96)

    scaled = style_loss.score(stylized=[style], style=[large])[0, 0].item()

    assert scaled < 0.05 * style_loss.score(stylized=[content], style=[style])[0, 0].item()


@pytest.mark.parametrize("size", [(40, 40), (30, 80), (200, 50), (96, 97)])
def test_fitting_covers_the_size_and_keeps_the_centre(size: tuple[int, int]) -> None:
    ramp = torch.linspace(0, 1, 48).expand(1, 3, 64, 48)

    fitted = fit(ramp, *size)

    assert fitted.shape[-2:] == size
    assert fitted.mean().item() == pytest.approx(0.5, abs=0.02)
    assert fitted.min() >= 0
    assert fitted.max() <= 1


def test_an_image_that_fits_is_left_alone(style: torch.Tensor) -> None:
    assert fit(style[None], *style.shape[-2:]).data_ptr() == style.data_ptr()
