"""SANet: our network against a plain restatement of the published one, on random weights, and the method around it."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from benchmark.contracts import StyleCondition
from benchmark.errors import InputError
from benchmark.models.sanet import load_sanet
from benchmark.protocol.case import Case, Content, Style, WeightedStyle
from methods.sanet.method import SANet
from methods.sanet.settings import SANetSettings
from tests.models.test_adain_encoder import decode
from tools.published_weights import ADAIN_DECODER, ADAIN_ENCODER, convolutions, sanet_transformer

ENCODER, TRANSFORMER, DECODER = (
    convolutions(ADAIN_ENCODER, seed=0),
    sanet_transformer(seed=4),
    convolutions(ADAIN_DECODER, seed=3),
)


def encode(images: Tensor) -> tuple[Tensor, Tensor]:
    features, found = functional.conv2d(images, ENCODER["0.weight"], ENCODER["0.bias"]), []
    for position in (2, 5, 9, 12, 16, 19, 22, 25, 29, 32, 35, 38, 42):
        if position in (9, 16, 29, 42):
            features = functional.max_pool2d(features, 2, 2, ceil_mode=True)
        padded = functional.pad(features, (1, 1, 1, 1), mode="reflect")
        features = functional.conv2d(padded, ENCODER[f"{position}.weight"], ENCODER[f"{position}.bias"]).relu()
        if position in (29, 42):
            found.append(features)
    return found[0], found[1]


def normalized(features: Tensor) -> Tensor:
    values = features.flatten(2)
    return ((values - values.mean(2, keepdim=True)) / (values.var(2, keepdim=True) + 1e-5).sqrt()).view(features.shape)


def attention(level: int, content: Tensor, style: Tensor) -> Tensor:
    """The table of attention, content positions by style positions."""
    name = f"sanet{level}_1"
    f = functional.conv2d(normalized(content), TRANSFORMER[f"{name}.f.weight"], TRANSFORMER[f"{name}.f.bias"])
    g = functional.conv2d(normalized(style), TRANSFORMER[f"{name}.g.weight"], TRANSFORMER[f"{name}.g.bias"])
    return (f.flatten(2)[0].T @ g.flatten(2)[0]).softmax(-1)


def attended(level: int, content: Tensor, style: Tensor) -> Tensor:
    name = f"sanet{level}_1"
    h = functional.conv2d(style, TRANSFORMER[f"{name}.h.weight"], TRANSFORMER[f"{name}.h.bias"])
    mixed = (h.flatten(2)[0] @ attention(level, content, style).T).view(content.shape)
    weight, bias = TRANSFORMER[f"{name}.out_conv.weight"], TRANSFORMER[f"{name}.out_conv.bias"]
    return functional.conv2d(mixed, weight, bias) + content


def merged(content: tuple[Tensor, Tensor], style: tuple[Tensor, Tensor]) -> Tensor:
    deep = attended(5, content[1], style[1]).repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)
    padded = functional.pad(attended(4, content[0], style[0]) + deep, (1, 1, 1, 1), mode="reflect")
    return functional.conv2d(padded, TRANSFORMER["merge_conv.weight"], TRANSFORMER["merge_conv.bias"])


def picture(height: int, width: int, seed: int) -> Tensor:
    return torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(seed))


@pytest.fixture(scope="module")
def network(sanet_files):
    return load_sanet(*sanet_files)


@pytest.fixture
def stylize(models, generator):
    def run(content, style, **settings):
        method = SANet(SANetSettings(**settings))
        method.prepare(models)
        return method.stylize(content, [StyleCondition(style)], generator)

    return run


class TestNetwork:
    @pytest.mark.parametrize(("height", "width"), [(64, 64), (61, 90), (17, 33)])
    def test_the_encoder_is_the_published_one_at_both_depths(self, network, height, width):
        images = picture(height, width, seed=1)

        for ours, theirs in zip(network.encoder.at_both_levels(images), encode(images), strict=True):
            torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5)

    @pytest.mark.parametrize("level", [4, 5])
    def test_attention_is_the_published_one(self, network, level):
        content, style = (encode(picture(*size, seed=seed))[level - 4] for seed, size in ((1, (64, 96)), (2, (48, 80))))

        ours = getattr(network.transformer, f"sanet{level}_1")(content, style)

        torch.testing.assert_close(ours, attended(level, content, style), rtol=1e-4, atol=1e-4)

    def test_attention_of_the_test_is_neither_even_nor_to_one_position(self):
        (content, _), (style, _) = encode(picture(64, 64, seed=1)), encode(picture(64, 64, seed=2))

        table = attention(4, content, style)

        torch.testing.assert_close(table.sum(1), torch.ones(64))
        assert 1.5 / 64 < table.max(1).values.mean() < 0.9

    def test_the_transformer_is_the_published_one(self, network):
        content, style = encode(picture(64, 96, seed=1)), encode(picture(48, 80, seed=2))

        torch.testing.assert_close(network.transformer(content, style), merged(content, style), rtol=1e-4, atol=1e-4)

    def test_the_whole_is_the_published_one(self, network):
        content, style = picture(64, 96, seed=1), picture(50, 71, seed=2)

        expected = decode(DECODER, merged(encode(content), encode(style)))

        assert expected.std() > 0.05
        torch.testing.assert_close(network(content, style), expected, rtol=1e-4, atol=1e-4)

    def test_the_order_of_the_styles_positions_makes_no_difference(self, network):
        content, style = (encode(picture(64, 64, seed=seed))[0] for seed in (1, 2))
        order = torch.randperm(64, generator=torch.Generator().manual_seed(0))
        shuffled = style.flatten(2)[..., order].view(style.shape)

        attend = network.transformer.sanet4_1
        torch.testing.assert_close(attend(content, shuffled), attend(content, style), rtol=1e-4, atol=1e-4)

    def test_is_frozen(self, network):
        assert not any(parameter.requires_grad for parameter in network.parameters())
        assert not network.encoder.training

    @pytest.mark.parametrize(
        ("order", "refusal"),
        [
            ((1, 0, 2), r"decoder_iter_500000\.pth does not hold the transformer of SANet: it lacks merge_conv\.bias"),
            ((0, 2, 1), r"vgg_normalised\.pth does not hold the decoder of SANet: it "),
            ((0, 1, 0), r"transformer_iter_500000\.pth does not hold the encoder of AdaIN: it lacks"),
        ],
    )
    def test_a_file_of_another_network_is_one_clear_line(self, sanet_files, order, refusal):
        with pytest.raises(InputError, match=refusal) as refused:
            load_sanet(*(sanet_files[place] for place in order))
        assert "\n" not in str(refused.value)


class TestPictures:
    def test_whose_sides_are_multiples_of_16_go_through_as_they_are(self, stylize):
        content, style = picture(64, 96, seed=1)[0], picture(64, 80, seed=2)[0]

        expected = decode(DECODER, merged(encode(content[None]), encode(style[None])))[0].clamp(0, 1)

        torch.testing.assert_close(stylize(content, style), expected, rtol=1e-4, atol=1e-4)

    def test_of_other_sides_are_padded_and_cut_back(self, stylize):
        content, style = picture(72, 50, seed=1), picture(50, 60, seed=2)[0]
        padded = functional.pad(content, (0, 14, 0, 8), mode="reflect")

        expected = decode(DECODER, merged(encode(padded), encode(style[None])))[0, :, :72, :50].clamp(0, 1)

        torch.testing.assert_close(stylize(content[0], style), expected, rtol=1e-4, atol=1e-4)

    def test_can_pass_twice(self, stylize):
        content, style = picture(32, 48, seed=1)[0], picture(32, 32, seed=2)[0]

        torch.testing.assert_close(
            stylize(content, style, passes=2), stylize(stylize(content, style), style), rtol=1e-3, atol=1e-3
        )

    def test_of_one_color_are_no_problem(self, stylize):
        grey, other = torch.full((3, 40, 48), 0.5), picture(40, 48, seed=1)[0]

        for content, style in ((grey, other), (other, grey), (grey, torch.zeros(3, 64, 64)), (other, other)):
            assert stylize(content, style).isfinite().all()

    @pytest.mark.parametrize(("content", "style"), [((32, 32), (40, 40)), ((32, 300), (200, 20)), ((200, 33), (9, 90))])
    def test_of_extreme_shapes_are_no_problem(self, stylize, content, style):
        stylized = stylize(picture(*content, seed=1)[0], picture(*style, seed=2)[0])

        assert stylized.shape == (3, *content)
        assert stylized.isfinite().all()

    def test_too_small_ones_are_refused(self, stylize):
        with pytest.raises(ValueError, match="at least 32 pixels"):
            stylize(picture(31, 64, seed=1)[0], picture(64, 64, seed=2)[0])

    def test_a_case_of_two_styles_is_skipped_with_the_reason(self, tmp_path):
        shares = tuple(WeightedStyle(Style(name, tmp_path / name), 0.5) for name in ("one", "other"))

        assert SANet().skip(Case(Content("c", tmp_path), shares)) == "takes at most 1 style, the case has 2"
