"""The two embedded text-image models: they load, they are different, and they know a pencil from a photograph."""

from __future__ import annotations

from collections.abc import Iterator

import open_clip
import pytest
import torch
from timm.layers.conv2d_same import Conv2dSame
from timm.layers.norm_act import BatchNormAct2d
from torch import Tensor, nn
from torch.nn import functional
from torchvision.transforms.v2 import functional as transforms

from benchmark.models import clip_tiny
from benchmark.models.clip import ClipModel
from benchmark.models.clip_tiny_tower import (
    OBJECT_SHARE,
    OBJECT_SIZE,
    LimitedReLU,
    ObjectHead,
    SameConv2d,
    fold_normalization,
    pad_by_kernel,
)
from benchmark.models.specification import find_model
from tests.models.test_resizing import ROUNDING, blocks

LARGEST_FILE = 20_000_000


@pytest.fixture(scope="module", autouse=True)
def _two_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def tiny() -> ClipModel:
    return find_model("clip-tiny").load()


@pytest.fixture(scope="module")
def judge() -> ClipModel:
    return find_model("clip-tiny-judge").load()


@pytest.fixture(params=["tiny", "judge"])
def model(request: pytest.FixtureRequest) -> ClipModel:
    loaded: ClipModel = request.getfixturevalue(request.param)
    return loaded


@pytest.fixture(scope="module")
def photo() -> Tensor:
    """The astronaut: a photograph that neither model was trained on, 3×256×256."""
    data = pytest.importorskip("skimage.data")
    image = torch.from_numpy(data.astronaut()).permute(2, 0, 1).float() / 255
    return transforms.resize(image, [256, 256], antialias=True)


def _pencil_like(image: Tensor) -> Tensor:
    """Dark lines where the image is darker than its surroundings: a colour dodge."""
    grey = transforms.rgb_to_grayscale(image)
    around = transforms.gaussian_blur(grey, [31, 31], [5.0, 5.0])
    return (grey / (around + 0.02)).clamp(0, 1).pow(2).expand(3, -1, -1)


def _similarity(model: ClipModel, image: Tensor, prompt: str) -> float:
    return float(functional.cosine_similarity(model.encode_image(image[None]), model.encode_text([prompt])))


@pytest.mark.parametrize("name", ["clip-tiny", "clip-tiny-judge"])
def test_the_weight_files_are_small_safetensors(name: str) -> None:
    (path,) = find_model(name).files()
    assert path.suffix == ".safetensors"
    assert 1_000_000 < path.stat().st_size < LARGEST_FILE


def test_no_normalization_is_left_to_compute(model: ClipModel) -> None:
    assert not any(isinstance(module, nn.BatchNorm2d) for module in model.modules())


def test_folding_a_normalization_keeps_the_function() -> None:
    normalization = BatchNormAct2d(5, act_layer=nn.ReLU6)
    network = nn.Sequential(nn.Conv2d(3, 5, 3, bias=False), normalization, nn.Conv2d(5, 2, 1))
    for tensor in (normalization.weight, normalization.bias, normalization.running_mean, normalization.running_var):
        nn.init.uniform_(tensor, 0.5, 2.0)
    network.double().eval().requires_grad_(False)
    images = torch.randn(2, 3, 8, 8, dtype=torch.float64)
    expected = network(images)

    fold_normalization(network)

    assert isinstance(network[1], nn.ReLU6)
    torch.testing.assert_close(network(images), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("size", [(8, 8), (9, 9), (8, 9), (1, 2)])
@pytest.mark.parametrize(("kernel", "stride"), [(3, 2), (5, 2), (3, 1)])
def test_padding_by_the_kernel_keeps_the_function(size: tuple[int, int], kernel: int, stride: int) -> None:
    network = nn.Sequential(Conv2dSame(4, 4, kernel, stride, groups=4)).double().requires_grad_(False)
    images = torch.randn(2, 4, *size, dtype=torch.float64)
    expected = network(images)

    pad_by_kernel(network)

    assert isinstance(network[0], SameConv2d)
    torch.testing.assert_close(network(images), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", ["clip-tiny", "clip-tiny-judge"])
def test_open_clip_alone_loads_them(name: str, tiny: ClipModel, judge: ClipModel) -> None:
    ours = tiny if name == "clip-tiny" else judge
    (weights,) = find_model(name).files()
    towers, _, transform = open_clip.create_model_and_transforms(name, pretrained=str(weights))
    picture = transforms.to_pil_image(torch.rand(3, ours.image_size, ours.image_size))
    with torch.no_grad():
        embedding = towers.eval().encode_image(transform(picture)[None])
    exact = transforms.to_image(picture)[None].float() / 255
    torch.testing.assert_close(ours.encode_image(exact), embedding, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("height_and_width", [(256, 320), (100, 90)])
def test_both_are_shown_what_open_clips_transform_shows(model: ClipModel, height_and_width: tuple[int, int]) -> None:
    picture = transforms.to_pil_image(blocks(*height_and_width, 7))
    visual = model.towers.visual
    transform = open_clip.image_transform(
        model.image_size, is_train=False, mean=visual.image_mean, std=visual.image_std
    )
    shown: list[Tensor] = []
    hook = visual.register_forward_pre_hook(lambda _, inputs: shown.append(inputs[0]))
    model.encode_image(transforms.to_image(picture)[None].float() / 255)
    hook.remove()

    difference = (shown[0] - transform(picture)[None]) * model.standard_deviation
    assert float(difference.abs().max()) <= ROUNDING


def test_embeddings_have_the_stated_size_and_are_not_of_unit_length(model: ClipModel, photo: Tensor) -> None:
    images, prompts = model.encode_image(photo[None]), model.encode_text(["a", "b", "c"])
    assert images.shape == (1, model.embedding_size)
    assert prompts.shape == (3, model.embedding_size)
    assert abs(float(images.norm()) - 1) > 0.05


def test_an_embedding_does_not_depend_on_the_rest_of_the_batch(model: ClipModel, photo: Tensor) -> None:
    crops = torch.stack([photo[:, :128, :128], photo[:, 60:188, 60:188], photo[:, 128:, 128:]])
    together = model.encode_image(crops)
    alone = torch.cat([model.encode_image(crop[None]) for crop in crops])
    # Kernels choose other summation orders for other batch sizes; anything beyond rounding is a leak.
    torch.testing.assert_close(together, alone, rtol=1e-3, atol=1e-3)


def test_the_gradient_reaches_every_pixel_and_no_weight(model: ClipModel, photo: Tensor) -> None:
    image = transforms.resize(photo, [model.image_size] * 2, antialias=True)[None].requires_grad_(True)
    (-model.encode_image(image) @ model.encode_text(["neon light"]).T).sum().backward()
    assert image.grad is not None
    assert image.grad.isfinite().all()
    assert (image.grad.abs().amax(1) > 0).float().mean() > 0.95
    assert all(parameter.grad is None for parameter in model.parameters())


@pytest.mark.parametrize("prompt", ["", "   ", "🎨🖼️", "ωμέγα 墨絵", "zzyzxqk", "a " * 500, "<end_of_text>", "x" * 400])
def test_no_prompt_is_refused(model: ClipModel, prompt: str) -> None:
    assert model.encode_text([prompt]).isfinite().all()


def test_an_unknown_word_falls_into_known_pieces() -> None:
    tokenizer = clip_tiny.reduced_tokenizer()
    tokens = tokenizer(["pencil", "phantasmagorical"])
    lengths = (tokens == tokenizer.vocabulary_size - 1).int().argmax(1) - 1
    assert lengths[0] == 1
    assert lengths[1] > 1
    assert int(tokens.max()) == tokenizer.vocabulary_size - 1
    assert tokens.shape == (2, clip_tiny.CONTEXT_LENGTH)


def test_a_word_kept_whole_is_spelled_as_in_the_published_encoding() -> None:
    tokenizer = clip_tiny.reduced_tokenizer()
    published = open_clip.SimpleTokenizer()
    for word in ("watercolor", "pointillism", "starry", "kanagawa"):
        indices = [i for i in tokenizer([word])[0].tolist() if 0 < i < tokenizer.vocabulary_size - 2]
        assert [tokenizer.symbols[i] for i in indices] == [published.decoder[i] for i in published.encode(word)]


def test_a_pencil_rendering_is_nearer_to_the_words_than_the_photograph(model: ClipModel, photo: Tensor) -> None:
    drawn = _pencil_like(photo)
    assert _similarity(model, drawn, "a pencil drawing") > _similarity(model, photo, "a pencil drawing") + 0.1


def test_a_photograph_is_nearer_to_a_photo_than_its_pencil_rendering(model: ClipModel, photo: Tensor) -> None:
    drawn = _pencil_like(photo)
    assert _similarity(model, photo, "a photo") > _similarity(model, drawn, "a photo") + 0.1


def test_similarity_to_a_style_grows_with_its_strength(model: ClipModel, photo: Tensor) -> None:
    drawn = _pencil_like(photo)
    similarities = [
        _similarity(model, strength * drawn + (1 - strength) * photo, "a pencil drawing")
        for strength in (0.0, 0.5, 1.0)
    ]
    assert similarities == sorted(similarities)


def _parts(embeddings: Tensor) -> tuple[Tensor, Tensor]:
    """Splits embeddings into their parts about style and about things."""
    return embeddings[:, :-OBJECT_SIZE], embeddings[:, -OBJECT_SIZE:]


def test_the_parts_of_an_image_embedding_have_fixed_lengths(model: ClipModel, photo: Tensor) -> None:
    style, things = _parts(model.encode_image(torch.stack([photo, _pencil_like(photo), torch.rand_like(photo)])))
    torch.testing.assert_close(style.norm(dim=1), torch.ones(3), rtol=1e-3, atol=1e-3)
    torch.testing.assert_close(things.norm(dim=1), torch.full((3,), OBJECT_SHARE), rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("style", ["pencil sketch", "The Starry Night by Vincent van Gogh", "stained glass", "a photo"])
def test_a_style_alone_says_nothing_about_things_and_a_thing_does(model: ClipModel, style: str) -> None:
    style_part, things = _parts(model.encode_text([style, f"a dog in the style of {style}", "a photo of a dog"]))
    presence = things.norm(dim=1) / style_part.norm(dim=1)
    assert float(presence[0]) < 0.35
    assert float(presence[1:].min()) > 0.6


def test_naming_a_thing_leaves_the_style_what_it_was(model: ClipModel) -> None:
    prompts = ["mosaic", "a dog in the style of mosaic", "a castle in the style of mosaic", "pencil sketch"]
    mosaic, dog, castle, pencil = functional.normalize(_parts(model.encode_text(prompts))[0], dim=1)
    assert min(float(mosaic @ dog), float(mosaic @ castle)) > float(mosaic @ pencil) + 0.3


def test_words_for_like_things_are_nearer_than_those_for_unlike_things(model: ClipModel) -> None:
    dog, puppy, wolf, castle = functional.normalize(
        _parts(model.encode_text([f"a photo of a {thing}" for thing in ("dog", "puppy", "wolf", "castle")]))[1], dim=1
    )
    assert float(dog @ puppy) > float(dog @ wolf) > float(dog @ castle)


def test_a_picture_of_things_of_several_classes_is_between_them() -> None:
    head = ObjectHead(4, 3, rank=2, classes=2)
    with torch.no_grad():
        head.classifier.weight.copy_(torch.eye(2))
        head.classifier.bias.zero_()
    pooled = torch.rand(5, 7, 4)
    shares = head.probabilities(pooled)
    torch.testing.assert_close(shares.sum(-1), torch.ones(5, 7))
    first, second = head.vectors.weight.T
    torch.testing.assert_close(head(pooled), shares[..., :1] * first + shares[..., 1:] * second)


def test_the_judge_is_another_model(tiny: ClipModel, judge: ClipModel, photo: Tensor) -> None:
    assert tiny.image_size != judge.image_size
    stages = [model.towers.visual.trunk.trunk.feature_size for model in (tiny, judge)]
    assert stages[0] != stages[1]
    embeddings = [functional.normalize(model.encode_image(photo[None]), dim=1) for model in (tiny, judge)]
    assert float((embeddings[0] * embeddings[1]).sum()) < 0.5


class TestLimitedReLU:
    def test_is_relu6_with_its_gradient(self) -> None:
        numbers = torch.tensor([-1.0, 0.0, 0.5, 6.0, 7.0], requires_grad=True)

        limited = LimitedReLU()(numbers * 1)
        (gradient,) = torch.autograd.grad(limited.sum(), numbers)

        assert limited.tolist() == [0, 0, 0.5, 6, 6]
        assert gradient.tolist() == [0, 0, 1, 0, 0]

    @pytest.mark.parametrize("with_gradient", [True, False])
    def test_takes_no_memory_of_its_own(self, with_gradient: bool) -> None:
        numbers = torch.rand(8, requires_grad=with_gradient) * 10

        assert LimitedReLU()(numbers).data_ptr() == numbers.data_ptr()

    def test_refuses_a_gradient_through_what_it_has_overwritten(self) -> None:
        numbers = torch.rand(8, requires_grad=True) * 10
        squared = numbers**2
        LimitedReLU()(numbers)

        with pytest.raises(RuntimeError, match="modified by an inplace operation"):
            squared.sum().backward()
