"""CLIPstyler: network, losses, crops, prompts and descent."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from torchvision.models.vgg import cfgs, make_layers

from benchmark.contracts import StyleCondition
from benchmark.images import fit_within, open_image, to_tensor
from benchmark.models.feature_scale import UNIT_VARIANCE_SCALE
from benchmark.models.vgg import load_vgg19
from methods.clipstyler.augmentation import Crop, cut_crops, draw_crops
from methods.clipstyler.batched_gradient import sum_over_batches
from methods.clipstyler.losses import content_distance, directional_distances, reject_below, total_variation
from methods.clipstyler.method import CLIPstyler
from methods.clipstyler.network import InstanceNorm, NetworkVariant, StyleNetwork, build_style_network
from methods.clipstyler.network_descent import NetworkDescent, orthogonal
from methods.clipstyler.optimization import PromptDescent, PromptLoss
from methods.clipstyler.prompt_templates import embed_prompts, templates_of
from methods.clipstyler.settings import (
    CLIPstylerSettings,
    NetworkOptimizer,
    Padding,
    PromptTemplates,
    Schedule,
    Upsampling,
)
from tools.speed.peers.clipstyler_updates import two_step_crop


def test_the_network_has_the_papers_parameters():
    assert sum(parameter.numel() for parameter in StyleNetwork().parameters()) == 615_267


def test_the_network_returns_images_of_any_size(generator):
    network = build_style_network((4, 6, 8), residual=False, generator=generator, device=torch.device("cpu"))

    image = network(torch.rand(1, 3, 37, 53, generator=generator))

    assert image.shape == (1, 3, 37, 53)
    assert 0 < image.min() < image.max() < 1


@pytest.mark.parametrize("pictures", [1, 2])
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_its_norm_is_instance_norm_and_leaves_channels_where_they_are(pictures, layout, generator):
    features = torch.rand(pictures, 6, 9, 7, generator=generator).contiguous(memory_format=layout).requires_grad_()
    weights = torch.rand(pictures, 6, 9, 7, generator=generator)

    found, expected = (norm(features) for norm in (InstanceNorm(6), torch.nn.InstanceNorm2d(6)))

    torch.testing.assert_close(found, expected)
    gradients = [torch.autograd.grad((weights * normal).sum(), features)[0] for normal in (found, expected)]
    torch.testing.assert_close(*gradients, rtol=1e-4, atol=1e-5)
    assert pictures > 1 or found.is_contiguous(memory_format=layout)


def test_a_residual_network_starts_at_its_input(picture, generator):
    network = build_style_network((4, 6, 8), residual=True, generator=generator, device=torch.device("cpu"))
    content = picture().clamp(0.03, 0.97)[None]

    residual = torch.logit(network(content)) - torch.logit(content)

    assert 0 < residual.abs().mean() < 0.5


def residual_network(seed=0, **variant):
    generator = torch.Generator().manual_seed(seed)
    return build_style_network(
        (4, 6, 8), residual=True, generator=generator, device=torch.device("cpu"), variant=NetworkVariant(**variant)
    )


def change(network, content):
    return torch.logit(network(content[None])) - torch.logit(content[None])


@pytest.mark.parametrize("size", [(37, 53), (64, 48)])
def test_a_varied_network_returns_images_of_any_size_and_starts_at_its_input(size, generator):
    network = residual_network(
        shrink=2, residual_limit=3.0, noise_channels=5, upsampling=Upsampling.NEAREST, padding=Padding.REFLECT
    )
    content = torch.rand(3, *size, generator=generator).clamp(0.03, 0.97)

    assert network(content[None]).shape == (1, 3, *size)
    assert 0 < change(network, content).abs().mean() < 0.5


def test_a_limit_bounds_the_change_in_logit_space(picture):
    content = picture().clamp(0.03, 0.97)
    free, limited = residual_network(), residual_network(residual_limit=0.5)
    for network in (free, limited):
        torch.nn.init.constant_(network.exit[-1].bias, 2.0)

    assert change(free, content).max() > 1.5
    torch.testing.assert_close(change(limited, content), 0.5 * torch.tanh(change(free, content) / 0.5))


def test_a_shrunk_network_changes_the_picture_coarsely_and_keeps_it_sharp(picture):
    content = picture(64, 64).clamp(0.03, 0.97)
    changed = change(residual_network(shrink=4), content)

    small = functional.avg_pool2d(content[None], 4)
    expected = torch.logit(residual_network()(small)) - torch.logit(small)
    torch.testing.assert_close(changed, functional.interpolate(expected, scale_factor=4, mode="bicubic"))


class TestNetworkDescent:
    """Updates of the network's parameters."""

    @pytest.fixture
    def networks(self):
        """Two networks of the same weights."""
        return residual_network(), residual_network()

    def follow(self, network, optimizer, pictures):
        """Lets an optimizer follow a few gradients."""
        for picture in pictures:
            network(picture[None]).square().mean().backward()
            optimizer()

    def pictures(self):
        return torch.rand(3, 3, 16, 16, generator=torch.Generator().manual_seed(0))

    def test_adam_is_pytorchs_with_the_factor_on_its_learning_rate(self, networks):
        ours, theirs = networks
        descent = NetworkDescent(ours, CLIPstylerSettings(learning_rate=0.02))
        adam = torch.optim.Adam(theirs.parameters(), lr=0.01)

        def update():
            adam.step()
            adam.zero_grad()

        self.follow(ours, lambda: descent.step(0.5), self.pictures())
        self.follow(theirs, update, self.pictures())

        for parameter, expected in zip(ours.parameters(), theirs.parameters(), strict=True):
            torch.testing.assert_close(parameter, expected, rtol=0, atol=0)

    def test_muon_updates_a_convolution_as_pytorchs_muon_updates_its_matrix(self):
        convolution, linear = nn.Conv2d(4, 6, 3, bias=False), nn.Linear(36, 6, bias=False)
        linear.weight.data.copy_(convolution.weight.detach().flatten(1))
        settings = CLIPstylerSettings(optimizer=NetworkOptimizer.MUON, learning_rate=0.1, momentum=0.6)
        descent = NetworkDescent(convolution, settings)
        muon = torch.optim.Muon(linear.parameters(), lr=0.1, momentum=0.6, weight_decay=0)

        for seed in range(3):
            gradient = torch.randn(6, 36, generator=torch.Generator().manual_seed(seed))
            convolution.weight.grad = gradient.view(6, 4, 3, 3).clone()
            linear.weight.grad = gradient.clone()
            descent.step(1.0)
            muon.step()

        # PyTorch's computes with numbers of eight bits.
        torch.testing.assert_close(convolution.weight.flatten(1), linear.weight, rtol=0, atol=0.01)

    def test_muon_makes_the_singular_values_of_an_update_alike_and_leaves_biases_to_adam(self, networks):
        network, before = networks
        descent = NetworkDescent(network, CLIPstylerSettings(optimizer=NetworkOptimizer.MUON, learning_rate=0.01))

        self.follow(network, lambda: descent.step(1.0), self.pictures()[:1])

        for (name, parameter), earlier in zip(network.named_parameters(), before.parameters(), strict=True):
            change = (parameter - earlier).detach()
            if parameter.ndim > 1:
                rows, columns = len(change), change[0].numel()
                values = torch.linalg.svdvals(change.flatten(1)) / (0.01 * max(1, rows / columns) ** 0.5)
                # The iteration ends between 0.5 and 1.5; a gradient of lower rank, as a rectifier may leave, has zeros.
                assert 0.5 < values.max() < 1.5, name
            else:
                # Adam's first update is its learning rate, but where a normalisation takes the bias out again.
                assert change.abs().max() < 0.00301, name
        change = network.exit[-1].bias - before.exit[-1].bias
        torch.testing.assert_close(change.abs(), torch.full((3,), 0.003), rtol=0.01, atol=0)

    def test_an_update_is_computed_in_float32_whatever_the_network_is(self):
        matrix = torch.randn(6, 36, generator=torch.Generator().manual_seed(0))
        expected = orthogonal(matrix)

        with torch.autocast("cpu", dtype=torch.bfloat16):
            found = orthogonal(matrix)

        assert torch.equal(found, expected)

    def test_gradients_are_forgotten_after_an_update(self, networks):
        for optimizer in NetworkOptimizer:
            network = networks[0]
            descent = NetworkDescent(network, CLIPstylerSettings(optimizer=optimizer))

            self.follow(network, lambda descent=descent: descent.step(1.0), self.pictures()[:1])

            assert all(parameter.grad is None for parameter in network.parameters())


def test_noise_gives_an_even_picture_texture_that_stays_and_is_drawn_from_the_generator():
    even = torch.full((3, 32, 32), 0.5)

    def texture(**variant):
        return change(residual_network(padding=Padding.REFLECT, **variant), even)[..., 8:24, 8:24].std(dim=(2, 3)).max()

    assert texture(noise_channels=4) > 3 * texture()
    network = residual_network(noise_channels=4)
    torch.testing.assert_close(network(even[None]), network(even[None]), rtol=0, atol=0)
    other = residual_network(seed=1, noise_channels=4)
    other.load_state_dict(network.state_dict())
    assert not torch.equal(network(even[None]), other(even[None]))


def test_nearest_upsampling_repeats():
    hidden = torch.rand(1, 2, 3, 3)

    assert torch.equal(residual_network(upsampling=Upsampling.NEAREST)._enlarge(hidden)[..., ::2, 1::2], hidden)
    assert not torch.equal(residual_network()._enlarge(hidden)[..., ::2, 1::2], hidden)


def test_initial_weights_are_pytorchs_default_distribution():
    network = build_style_network(
        (16, 32, 64), residual=False, generator=torch.Generator().manual_seed(0), device=torch.device("cpu")
    )
    expected = StyleNetwork()

    for (name, parameter), reference in zip(network.named_parameters(), expected.parameters(), strict=True):
        # Both are uniform in ±1/sqrt(inputs); the extremes of many draws are near the bound.
        if parameter.numel() > 500:
            assert parameter.abs().max().item() == pytest.approx(reference.abs().max().item(), rel=0.05), name


def test_directional_distance_is_the_formula():
    generator = torch.Generator().manual_seed(0)
    images, source, text = (torch.randn(n, 8, generator=generator) for n in (5, 1, 5))
    moved = images - source

    expected = 1 - (moved * text).sum(1) / moved.norm(dim=1) / text.norm(dim=1)

    torch.testing.assert_close(directional_distances(images, source, text), expected)


def test_rejected_patches_count_as_zero_in_the_mean():
    distances = torch.tensor([0.2, 0.69, 0.7, 1.4])

    torch.testing.assert_close(reject_below(distances, 0.7).mean(), torch.tensor((0.7 + 1.4) / 4))


def test_total_variation_is_a_sum_of_four_norms():
    image = torch.tensor([[1.0, 2.0], [4.0, 8.0]]).expand(1, 3, 2, 2)

    # Per channel: right (1, 4), down (3, 6), 4 - 2 and 1 - 8 across.
    expected = 3**0.5 * (17**0.5 + 45**0.5 + 2 + 7)

    assert total_variation(image).item() == pytest.approx(expected, rel=1e-6)


def test_content_distance_sums_layers_on_torchvisions_scale():
    features = {"a": torch.ones(2, 3), "b": torch.full((4,), 3.0)}
    targets = {"a": torch.zeros(2, 3), "b": torch.ones(4)}

    # Colours of unit variance instead of 0–255 divide features by 57.63.
    assert content_distance(features, targets).item() == pytest.approx((1 + 4) / 57.63**2)


def test_the_whole_loss_is_the_formula(vgg, models, picture):
    """All four losses put together as the paper writes them, on the crops that the generator draws."""
    clip, content, styled = models.clip(), picture(seed=1), picture(seed=2)
    settings = CLIPstylerSettings(patches=6, crop_sizes=(20, 30), absolute_weight=0.5, threshold=0.9)
    targets = PromptDescent(vgg, clip, settings)._targets([StyleCondition(prompt="fire")], content)
    loss = PromptLoss(vgg, clip, settings, content[None], targets, scale=1.0)
    actual = loss(styled[None], torch.Generator().manual_seed(3))

    def unit(vectors):
        return vectors / vectors.norm(dim=-1, keepdim=True)

    def embed(images):
        square = functional.interpolate(images, size=(32, 32), mode="bicubic", antialias=True)
        return unit(clip.encode_image(square))

    def phrase(prompt):
        return unit(clip.encode_text([t.format(prompt) for t in templates_of(PromptTemplates.IMAGENET)]).mean(0))

    crops = draw_crops(48, 48, 6, (20, 30), torch.Generator().manual_seed(3))
    patches = unit(clip.encode_image(cut_crops(styled[None], crops, 32)[:, 0]))
    whole, source = embed(styled[None]), embed(content[None])
    direction = unit(phrase("fire") - phrase("a Photo"))
    patch = 1 - unit(patches - source) @ direction
    patch = torch.where(patch < 0.9, 0.0, patch).mean() + 0.5 * (1 - patches @ phrase("fire")).mean()
    directional = 1 - (unit(whole - source) @ direction)[0] + 0.5 * (1 - whole[0] @ phrase("fire"))
    layers = ("relu4_2", "relu5_2")
    ours, theirs = (vgg(image[None], layers) for image in (styled, content))
    content_loss = sum(((ours[layer] - theirs[layer]) ** 2).mean() for layer in layers) / (255 * 0.226) ** 2
    expected = 9000 * patch + 500 * directional + 150 * content_loss + 2e-3 * total_variation(styled[None])
    torch.testing.assert_close(actual, expected)


@pytest.fixture(scope="module")
def torchvision_layers() -> nn.Sequential:
    """Torchvision's VGG-19 as the authors' script has it, its ReLUs in place, with random weights of even scale."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        layers = make_layers(cfgs["E"])
        for layer in layers:
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight)
                nn.init.normal_(layer.bias, std=0.1)
    assert all(layer.inplace for layer in layers if isinstance(layer, nn.ReLU))
    return layers.requires_grad_(False).eval()


def test_the_content_loss_is_that_of_the_released_script(torchvision_layers, models, picture, tmp_path):
    """The script keeps what its layers 21 and 31 return while the picture passes through, one layer after another."""
    torch.save({f"features.{name}": value for name, value in torchvision_layers.state_dict().items()}, tmp_path / "vgg")
    content, styled = picture(seed=1), picture(seed=2)

    def script_features(image: Tensor) -> list[Tensor]:
        deviation = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)
        hidden = (image[None] - torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)) / deviation
        kept = []
        for index, layer in enumerate(torchvision_layers):
            hidden = layer(hidden)
            if index in (21, 31):
                kept.append(hidden)
        return kept

    pairs = zip(script_features(styled), script_features(content), strict=True)
    expected = sum((ours - theirs).square().mean() for ours, theirs in pairs)

    settings = CLIPstylerSettings(patches=1, directional_weight=0, patch_weight=0, total_variation_weight=0)
    vgg = load_vgg19(tmp_path / "vgg")
    vgg.multiply_features(1 / UNIT_VARIANCE_SCALE)
    targets = PromptDescent(vgg, models.clip(), settings)._targets([StyleCondition(prompt="fire")], content)
    loss = PromptLoss(vgg, models.clip(), settings, content[None], targets, scale=1.0)
    torch.testing.assert_close(loss(styled[None], torch.Generator().manual_seed(0)), 150 * expected)


def test_crops_stay_inside_and_keep_their_sizes(generator):
    crops = draw_crops(40, 60, 200, (10, 20), generator)

    assert {crop.size for crop in crops} == set(range(10, 21))
    assert all(0 <= crop.top <= 40 - crop.size and 0 <= crop.left <= 60 - crop.size for crop in crops)
    assert max(crop.top + crop.size for crop in crops) == 40
    assert max(crop.left + crop.size for crop in crops) == 60


def test_corners_move_inward_by_at_most_half_the_half_side(generator):
    corners = torch.tensor([crop.corners for crop in draw_crops(32, 32, 300, (32, 32), generator)])

    assert corners.amin(0).tolist() == [[0, 0], [23, 0], [23, 23], [0, 23]]
    assert corners.amax(0).tolist() == [[8, 8], [31, 8], [31, 31], [8, 31]]


def test_crops_larger_than_the_picture_are_lowered(generator):
    assert {crop.size for crop in draw_crops(24, 40, 5, (128, 128), generator)} == {24}


def test_an_undistorted_crop_is_the_window(picture):
    content = picture()
    crop = Crop(5, 9, 20, ((0, 0), (19, 0), (19, 19), (0, 19)))

    torch.testing.assert_close(cut_crops(content[None], [crop], 20)[0, 0], content[:, 5:25, 9:29], atol=1e-4, rtol=0)


@pytest.mark.parametrize(("sizes", "tolerance"), [((64, 64), 1e-4), ((32, 63), 0.02), ((65, 130), 0.02)])
def test_one_pass_is_the_two_of_the_authors(sizes, tolerance, generator):
    path = files("benchmark.protocol") / "data/contents/astronaut.jpg"
    photograph = to_tensor(fit_within(open_image(Path(str(path))), 160))
    crops = draw_crops(*photograph.shape[-2:], 12, sizes, generator)

    views = cut_crops(photograph[None], crops, 64)[:, 0]

    expected = torch.stack([two_step_crop(photograph, crop, 64) for crop in crops])
    assert (views - expected).abs().mean() < tolerance


def test_crops_of_several_images_and_sizes_keep_their_order(picture, generator):
    images = torch.stack([picture(seed=1), picture(seed=2)])
    crops = draw_crops(48, 48, 6, (8, 48), generator)

    views = cut_crops(images, crops, 16)

    assert views.shape == (6, 2, 3, 16, 16)
    for crop, view in zip(crops, views, strict=True):
        torch.testing.assert_close(view, cut_crops(images, [crop], 16)[0])


def test_a_sum_in_batches_has_the_gradient_of_the_whole():
    images = torch.rand(37, 3, 2, 2, requires_grad=True)
    factors = torch.arange(37.0)
    batches = []

    def function(part, rows):
        batches.append(len(part))
        return (factors[rows] * part.sin().sum(dim=(1, 2, 3))).sum()

    (actual,) = torch.autograd.grad(3 * sum_over_batches(function, images), images)

    expected = 3 * factors.view(-1, 1, 1, 1) * images.cos()
    torch.testing.assert_close(actual, expected)
    assert batches == [16, 16, 5]


def test_what_perspective_uncovers_is_black():
    crop = Crop(0, 0, 32, ((8, 8), (23, 8), (23, 23), (8, 23)))

    view = cut_crops(torch.ones(1, 3, 32, 32), [crop], 32)[0, 0]

    assert view[:, 10:22, 10:22].min() > 0.99
    assert view[:, :7].max() == 0


def test_the_papers_templates_are_seventy_nine():
    templates = templates_of(PromptTemplates.IMAGENET)

    assert len(set(templates)) == len(templates) == 79
    assert "a photo of many {}." not in templates
    assert templates[0] == "a bad photo of a {}."
    assert templates[-1] == "a tattoo of the {}."


def test_templates_are_averaged_before_scaling(models):
    clip = models.clip()

    texts = clip.encode_text([template.format("ink") for template in templates_of(PromptTemplates.STYLE)])

    expected = functional.normalize(texts.mean(0), dim=0)
    torch.testing.assert_close(embed_prompts(clip, ["fire", "ink"], PromptTemplates.STYLE)[1], expected)


def test_the_rate_halves_at_step_100_as_the_authors_do(vgg, models):
    decay = PromptDescent(vgg, models.clip(), CLIPstylerSettings())._decay

    assert [decay(step) for step in (0, 98, 99, 198, 199)] == [1, 1, 0.5, 0.5, 0.25]


def test_the_cosine_ends_at_a_fifth(vgg, models):
    decay = PromptDescent(vgg, models.clip(), CLIPstylerSettings(schedule=Schedule.COSINE))._decay

    assert decay(0) == 1
    assert decay(100) == pytest.approx(0.6)
    assert decay(200) == pytest.approx(0.2)


@pytest.mark.parametrize("paired_crops", [False, True])
def test_the_descent_approaches_the_prompt(models, picture, paired_crops):
    clip, content = models.clip(), picture()
    settings = CLIPstylerSettings(
        steps=25,
        learning_rate=0.01,
        patches=4,
        crop_sizes=(24, 32),
        channels=(4, 6, 8),
        residual=True,
        content_weight=0.0,
        content_layers=("relu1_1",),
        paired_crops=paired_crops,
    )
    method = CLIPstyler(settings)
    method.prepare(models)
    stylized = method.stylize(content, [StyleCondition(prompt="fire")], torch.Generator().manual_seed(0))

    before, after = (functional.normalize(clip.encode_image(image[None])) for image in (content, stylized))
    prompt, source = embed_prompts(clip, ["fire", settings.source_prompt], settings.templates)
    assert functional.cosine_similarity(after - before, (prompt - source)[None]) > 0.3


def test_a_mask_keeps_the_rest_of_the_content(models, picture, generator):
    content, mask = picture(), torch.zeros(1, 48, 48)
    mask[..., :24] = 1
    method = CLIPstyler(CLIPstylerSettings(steps=2, patches=2, crop_sizes=(16, 16), channels=(4, 6, 8)))
    method.prepare(models)

    stylized = method.stylize(content, [StyleCondition(prompt="fire", mask=mask)], generator)

    assert torch.equal(stylized[..., 24:], content[..., 24:])
    assert (stylized - content)[..., :24].abs().mean() > 0.01


def test_contrast_is_a_factor_on_the_result(models, picture):
    def run(contrast):
        method = CLIPstyler(CLIPstylerSettings(steps=1, patches=1, channels=(4, 6, 8), contrast=contrast))
        method.prepare(models)
        return method.stylize(picture(), [StyleCondition(prompt="fire")], torch.Generator().manual_seed(0))

    assert run(1.5).std() > 1.3 * run(1.0).std()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"steps": 0}, "steps must be at least 1, not 0"),
        ({"patches": 0}, "patches must be at least 1"),
        ({"learning_rate": 0.0}, "learning_rate must be above 0"),
        ({"content_weight": -1.0}, "content_weight must be at least 0"),
        ({"coarse_size": 8, "coarse_steps": 1}, "coarse_size must be 0 or at least 16"),
        ({"coarse_size": 64}, "coarse_steps must be 0 exactly where coarse_size is 0"),
        ({"crop_sizes": (128, 64)}, "crop_sizes must be a smallest and a largest side"),
        ({"channels": (16, 32)}, "channels must be a comma-separated list of 3 whole numbers, at least 1 each"),
        ({"noise_channels": -1}, "noise_channels must be at least 0"),
        ({"residual": True, "network_shrink": 0}, "network_shrink must be at least 1"),
        ({"network_shrink": 2}, "network_shrink must be 1 unless residual is on"),
        ({"source_prompt": " "}, "source_prompt must be a prompt"),
    ],
)
def test_settings_out_of_range_are_named(settings, message):
    with pytest.raises(ValueError, match=message):
        CLIPstylerSettings(**settings)
