"""NNST: each stage is the authors', restated plainly, but for the faults that are mended."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
import torch
from torch import nn
from torch.nn import functional

from benchmark.contracts import StyleCondition
from methods.nnst.colors import match_style_colors
from methods.nnst.method import NNST
from methods.nnst.neighbors import hypercolumns, nearest
from methods.nnst.oklab import oklab_from_rgb, rgb_from_oklab
from methods.nnst.optimization import NeighborLoss, SplitLoss, transfer
from methods.nnst.settings import NNSTSettings

LAYERS = NNSTSettings().layers
FLAT = torch.tensor([0.2, 0.5, 0.7])[:, None, None]
QUICK = NNSTSettings(steps=(2, 1), final_steps=1)


# The authors' program, restated: lists of layers, distances in whole matrices, no name of ours.


def vgg_layers(net, x):
    return list(net(x, LAYERS).values())


def columns(net, x):
    size = (x.shape[2] // 4, x.shape[3] // 4)
    maps = [f / f.shape[1] for f in vgg_layers(net, x)]
    return torch.cat([functional.interpolate(f, size, mode="bilinear", align_corners=True) for f in maps], 1)


def turned(x):
    return [x, x.flip(2).transpose(2, 3), x.flip(2, 3), x.flip(3).transpose(2, 3)]


def grid_rows(x):
    return x[0].reshape(x.shape[1], -1).t()


def centred_cosine(x, y):
    x, y = x - x.mean(0, keepdim=True), y - y.mean(0, keepdim=True)
    return 1 - (x / x.norm(dim=1, keepdim=True)) @ (y / y.norm(dim=1, keepdim=True)).t()


def lap(x, levels):
    pyramid = []
    for _ in range(levels):
        small = functional.interpolate(x, (x.shape[2] // 2, x.shape[3] // 2), mode="bilinear")
        pyramid.append(x - functional.interpolate(small, x.shape[2:], mode="bilinear"))
        x = small
    return [*pyramid, x]


def syn(pyramid):
    x = pyramid[-1]
    for band in pyramid[-2::-1]:
        x = band + functional.interpolate(x, band.shape[2:], mode="bilinear")
    return x


def restated_targets(net, query, style, chunk):
    source = grid_rows(columns(net, query))
    known = torch.cat([grid_rows(columns(net, image)) for image in turned(style)])
    found = [known[centred_cosine(known, part).min(0)[1]] for part in source.split(chunk)]
    return torch.cat(found).t().reshape(1, -1, query.shape[2] // 4, query.shape[3] // 4)


def restated_split_loss(net, x, style, draws, *, stale):
    style_maps = None
    for index, image in enumerate(turned(style)):
        maps = [f if index in (0, 2) else f.transpose(2, 3) for f in vgg_layers(net, image)]
        style_maps = maps if style_maps is None else [torch.cat(both, 2) for both in zip(style_maps, maps, strict=True)]
    loss, sample = 0, None
    for s, own in zip(style_maps, vgg_layers(net, x), strict=True):
        channels = s.shape[1]
        side = max(own.shape[2:])
        if side > 64:
            stride = side // 64
            a, b = torch.randint(stride, (2,), generator=draws).tolist()
            s, sample = s[:, :, a::stride, b::stride], own[:, :, a::stride, b::stride]
        elif not stale:
            sample = own
        r, c = s.reshape(channels, -1).t(), sample.contiguous().view(channels, -1).t()
        loss = loss + centred_cosine(r, c).min(0)[0].mean()
    return loss


def adam(loss, variables, steps, *, keep_last):
    variables = [v.clone().requires_grad_() for v in variables]
    optimizer = torch.optim.Adam(variables, lr=2e-3)
    for _ in range(steps):
        optimizer.zero_grad()
        image = syn(variables)
        loss(image).backward()
        optimizer.step()
    return (syn(variables) if keep_last else image).detach()


def restated_transfer(net, content, style, scales, steps, final_steps, draws, *, released):
    levels = 5
    content_pyramid, style_pyramid, pyramid = lap(content, levels), lap(style, levels), lap(content, levels)
    for band in pyramid[: scales - 1]:
        band.zero_()
    for scale in reversed(range(scales)):
        small_style, query = syn(style_pyramid[scale:]), syn(content_pyramid[scale:])
        if scale != scales - 1:
            query = 0.25 * syn([content_pyramid[scale], *pyramid[scale + 1 :]]) + 0.75 * query
        aim = restated_targets(net, query, small_style, chunk=10**9)
        aim = aim / aim.pow(2).sum(1, keepdim=True).clamp(1e-8, 1e8).sqrt()

        def hypercolumn_loss(x, aim=aim):
            own = columns(net, x)
            return (1 - (aim * own / own.pow(2).sum(1, keepdim=True).clamp(1e-8, 1e8).sqrt()).sum(1)).mean()

        image = adam(hypercolumn_loss, pyramid[scale:], steps, keep_last=not released)
        pyramid[scale:] = lap(image, levels - scale)
    return adam(
        lambda x: restated_split_loss(net, x, style, draws, stale=released),
        pyramid,
        final_steps,
        keep_last=not released,
    )


class TestParity:
    def test_hypercolumns(self, random_vgg, picture):
        image = picture(44, 56)[None]

        torch.testing.assert_close(hypercolumns(random_vgg, image, LAYERS), columns(random_vgg, image))

    def test_the_loss_of_a_scale(self, random_vgg, picture):
        query, style, image = picture(40, 64)[None], picture(48, 36, seed=1)[None], picture(40, 64, seed=2)[None]
        aim = restated_targets(random_vgg, query, style, chunk=10**9)

        loss = NeighborLoss(random_vgg, NNSTSettings(), query, style)(image)

        expected = 1 - functional.cosine_similarity(aim, columns(random_vgg, image), dim=1).mean()
        torch.testing.assert_close(loss, expected)

    # At 96 pixels the first two layers are larger than 64 positions, at 136 the first four.
    @pytest.mark.parametrize("height", [96, 136])
    @pytest.mark.parametrize("stale", [False, True])
    def test_the_loss_of_the_final_pass(self, random_vgg, picture, height, stale):
        image, style = picture(height, 24)[None], picture(height - 24, 24, seed=1)[None]
        settings = NNSTSettings(released_faults=stale)

        loss = SplitLoss(random_vgg, settings, style, torch.Generator().manual_seed(3))(image)

        draws = torch.Generator().manual_seed(3)
        torch.testing.assert_close(loss, restated_split_loss(random_vgg, image, style, draws, stale=stale))

    @pytest.mark.parametrize("released", [False, True])
    def test_the_whole_way(self, random_vgg, picture, released):
        # In double precision, because Adam's first steps go by the gradient's sign, however small it is.
        random_vgg = copy.deepcopy(random_vgg).double()
        content, style = picture(96, 32).double(), picture(96, 40, seed=1).double()
        settings = NNSTSettings(steps=(2, 2), final_steps=2, match_colors=False, released_faults=released)

        stylized = transfer(random_vgg, settings, content, style, torch.Generator().manual_seed(3))

        draws = torch.Generator().manual_seed(3)
        expected = restated_transfer(random_vgg, content[None], style[None], 2, 2, 2, draws, released=released)
        torch.testing.assert_close(stylized, expected[0].clamp(0, 1), atol=1e-6, rtol=0)
        assert (stylized - content).abs().mean() > 1e-3

    def test_hypercolumns_are_centred_in_parts_where_the_released_program_does(self, picture, monkeypatch):
        monkeypatch.setattr("methods.nnst.optimization._RELEASED_PART", 60)
        net = small_network()
        query, style, image = picture(40, 64)[None], picture(40, 40, seed=1)[None], picture(40, 64, seed=2)[None]
        known = 4 * 10 * 10
        aim = restated_targets_of(net, query, style, chunk=60 // (known // 60))

        loss = NeighborLoss(net, NNSTSettings(layers=("relu1_1",), released_faults=True), query, style)(image)
        mended = NeighborLoss(net, NNSTSettings(layers=("relu1_1",)), query, style)(image)

        own = functional.interpolate(net(image, ())["relu1_1"] / 8, (10, 16), mode="bilinear", align_corners=True)
        torch.testing.assert_close(loss, 1 - functional.cosine_similarity(aim, own, dim=1).mean())
        assert (loss - mended).abs() > 1e-5


def small_network():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        convolution = nn.Conv2d(3, 8, 3, padding=1).requires_grad_(False)
    return lambda images, layers: {"relu1_1": convolution(images).relu()}


def restated_targets_of(net, query, style, chunk):
    def rows(x):
        size = (x.shape[2] // 4, x.shape[3] // 4)
        maps = net(x, ())["relu1_1"] / 8
        return grid_rows(functional.interpolate(maps, size, mode="bilinear", align_corners=True))

    known = torch.cat([rows(image) for image in turned(style)])
    found = [known[centred_cosine(known, part).min(0)[1]] for part in rows(query).split(chunk)]
    return torch.cat(found).t().reshape(1, 8, query.shape[2] // 4, query.shape[3] // 4)


class TestMatching:
    def test_of_an_image_in_itself_everything_is_its_own_neighbour(self):
        vectors = torch.randn(50, 7, generator=torch.Generator().manual_seed(0))

        assert torch.equal(nearest(vectors, vectors), torch.arange(50))

    def test_is_by_the_brute_force_distance(self, monkeypatch):
        draws = torch.Generator().manual_seed(0)
        queries, references = torch.rand(30, 5, generator=draws), torch.rand(101, 5, generator=draws)
        monkeypatch.setattr("methods.nnst.neighbors._LARGEST_BLOCK", 30 * 16)

        found = nearest(queries, references)

        assert torch.equal(found, centred_cosine(references, queries).argmin(0))

    def test_does_not_depend_on_a_vector_that_all_have_in_common(self):
        draws = torch.Generator().manual_seed(0)
        queries, references = torch.randn(30, 5, generator=draws), torch.randn(40, 5, generator=draws)
        shift = torch.tensor([3.0, -1.0, 0.5, 2.0, 0.0])

        found = nearest(queries, references)

        assert torch.equal(nearest(queries + shift, references), found)
        assert torch.equal(nearest(queries, references + shift), found)

    def test_equal_vectors_have_a_neighbour(self):
        assert nearest(torch.ones(3, 5), torch.full((4, 5), 2.0)).tolist() == [0, 0, 0]

    def test_a_style_that_is_the_content_has_nothing_to_gain(self, random_vgg, picture):
        image = picture(32, 32)[None]

        assert NeighborLoss(random_vgg, NNSTSettings(), image, image)(image) < 1e-6
        upright = NNSTSettings(rotate_style=False)  # rotations would move the style's mean
        assert SplitLoss(random_vgg, upright, image, torch.Generator())(image) < 1e-4


@pytest.mark.parametrize("released", [False, True])
def test_at_512_pixels_the_deepest_layers_are_compared_unless_the_released_fault_is_wanted(released):
    """Maps of relu4_1 are 64 positions wide there: the released program compares relu3_3 in their place."""

    def maps(scale):
        draws = torch.Generator().manual_seed(0)
        shallow, deep = torch.rand(1, 4, 128, 8, generator=draws), torch.rand(1, 8, 64, 4, generator=draws)
        other = torch.rand(1, 8, 64, 4, generator=draws)
        return {"relu3_3": shallow, "relu4_1": deep + scale * other}

    layers = ("relu3_3", "relu4_1")
    network = {0: maps(0.0), 1: maps(1.0)}

    def loss(picture):
        settings = NNSTSettings(layers=layers, rotate_style=False, released_faults=released)
        style = torch.zeros(1, 3, 512, 32)
        split = SplitLoss(lambda images, _: network[int(images.max())], settings, style, torch.Generator())
        return split(style + picture)

    assert (loss(0) == loss(1)).item() == released


class TestColors:
    def test_oklab_there_and_back(self, picture):
        image = picture(20, 30)

        torch.testing.assert_close(rgb_from_oklab(oklab_from_rgb(image)), image, atol=1e-5, rtol=0)

    def test_white_is_light_and_has_no_hue(self):
        white = oklab_from_rgb(torch.ones(3, 1, 1)).flatten()

        torch.testing.assert_close(white, torch.tensor([1.0, 0.0, 0.0]), atol=2e-3, rtol=0)

    def test_hues_have_the_styles_mean_and_covariance_before_they_are_smoothed(self, picture, monkeypatch):
        seen = []
        monkeypatch.setattr("methods.nnst.colors.smooth_within_edges", lambda hues, guide: seen.append(hues) or hues)
        content, style = picture(seed=1), picture(40, 61, seed=2)

        match_style_colors(picture(seed=3), content, style)

        wanted, hues = oklab_from_rgb(style)[1:].flatten(1), seen[0].flatten(1)
        torch.testing.assert_close(hues.mean(1), wanted.mean(1), atol=1e-5, rtol=0)
        # A ridge of 1e-4 on both covariances keeps them from being quite equal.
        torch.testing.assert_close(torch.cov(hues), torch.cov(wanted), atol=1.5e-4, rtol=0)

    def test_lightness_is_the_pictures_in_the_range_of_the_styles(self, picture, monkeypatch):
        # In OkLab itself: on the way back, colours that no RGB has are clamped.
        monkeypatch.setattr("methods.nnst.colors.rgb_from_oklab", lambda lab: lab)
        stylized, style = picture(seed=1), 0.3 + 0.4 * picture(seed=2)
        lightness, of_style = oklab_from_rgb(stylized)[0], oklab_from_rgb(style)

        colored = match_style_colors(stylized, picture(seed=3), style)

        torch.testing.assert_close(colored[0], lightness.clamp(of_style[0].min(), of_style[0].max()))
        for hue, reference in zip(colored[1:], of_style[1:], strict=True):
            assert reference.min() <= hue.min()
            assert hue.max() <= reference.max()

    def test_a_style_without_colour_gives_none(self, picture):
        grey = picture(seed=2).mean(0, keepdim=True).expand(3, -1, -1)

        colored = match_style_colors(picture(seed=1), picture(seed=3), grey)

        assert (colored.amax(0) - colored.amin(0)).max() < 0.06

    def test_a_style_of_one_colour_gives_that_colour(self, picture):
        style = FLAT.expand(3, 20, 30)

        colored = match_style_colors(picture(seed=1), picture(seed=3), style)

        torch.testing.assert_close(colored, FLAT.expand(3, 48, 48), atol=1e-3, rtol=0)

    @pytest.mark.parametrize("flat", ["stylized", "content", "style"])
    def test_one_colour_divides_nothing_by_zero(self, picture, flat):
        images = {name: picture(seed=index) for index, name in enumerate(("stylized", "content", "style"))}
        images[flat] = torch.full((3, 48, 48), 0.4)

        colored = match_style_colors(**images)

        assert colored.isfinite().all()
        assert colored.min() >= 0
        assert colored.max() <= 1


class TestUnusualPictures:
    @pytest.mark.parametrize(
        ("content", "style"),
        [
            (FLAT.expand(3, 40, 40), None),
            (None, FLAT.expand(3, 40, 40)),
            (torch.zeros(3, 40, 40), torch.ones(3, 40, 40)),
            (None, "content"),
            ((16, 16), (16, 16)),
            ((16, 200), None),
            (None, (200, 16)),
            ((40, 40), (1, 1)),
        ],
        ids=["flat content", "flat style", "black and white", "equal", "smallest", "wide", "high style", "a pixel"],
    )
    @pytest.mark.parametrize("released", [False, True])
    def test_become_pictures(self, models, picture, generator, content, style, released):
        def image(given, seed):
            return given if isinstance(given, torch.Tensor) else picture(*(given or (40, 40)), seed=seed)

        content = image(content, 1)
        style = content if isinstance(style, str) else image(style, 2)
        method = NNST(replace(QUICK, released_faults=released))
        method.prepare(models)

        stylized = method.stylize(content, [StyleCondition(style)], generator)

        assert stylized.shape == content.shape
        assert stylized.isfinite().all()
        assert stylized.min() >= 0
        assert stylized.max() <= 1

    def test_a_content_that_is_the_style_is_hardly_changed(self, models, picture, generator):
        content = picture(64, 64)
        method = NNST(replace(QUICK, steps=(4,), final_steps=0))
        method.prepare(models)

        stylized = method.stylize(content, [StyleCondition(content)], generator)

        assert (stylized - content).abs().mean() < 0.02


def test_the_style_is_approached(models, picture, generator):
    content, style = picture(48, 64, seed=1), picture(48, 64, seed=2)
    method = NNST(NNSTSettings(steps=(10, 10), final_steps=2, learning_rate=0.01, match_colors=False))
    method.prepare(models)
    split = SplitLoss(models.vgg(), NNSTSettings(), style[None], generator)

    stylized = method.stylize(content, [StyleCondition(style)], generator)

    with torch.no_grad():
        assert split(stylized[None]) < 0.8 * split(content[None])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"steps": ()}, "steps must be one or more whole numbers, at least 1 each"),
        ({"steps": (3, 0)}, "steps must be one or more whole numbers, at least 1 each, not 0"),
        ({"final_steps": -1}, "final_steps must be at least 0"),
        ({"alpha": 1.5}, "alpha must be between 0 and 1"),
        ({"layers": ()}, "layers must be at least one layer"),
    ],
)
def test_settings_out_of_range_are_named(settings, message):
    with pytest.raises(ValueError, match=message):
        NNSTSettings(**settings)
