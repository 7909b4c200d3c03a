"""DINO's transformers against a plain restatement on the same random weights, in files of DINO's names and shapes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
from torch.nn import functional
from torchvision.transforms import v2
from torchvision.transforms.v2.functional import to_pil_image

from benchmark.errors import InputError
from benchmark.models.dino import DinoKeys, load_dino_class_token, load_dino_keys
from benchmark.testing.sample import sample_image
from tests.models.test_resizing import ROUNDING
from tests.random_networks import small_transformer

MEAN, DEVIATION = (torch.tensor(one).view(1, 3, 1, 1) for one in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))


def shapes(width: int, patch: int) -> dict[str, tuple[int, ...]]:
    """Names and shapes of the weights in DINO's files."""
    found: dict[str, tuple[int, ...]] = {
        "cls_token": (1, 1, width),
        "pos_embed": (1, 1 + (224 // patch) ** 2, width),
        "patch_embed.proj.weight": (width, 3, patch, patch),
        "patch_embed.proj.bias": (width,),
    }
    for block in range(12):
        for name, inputs, outputs in (("attn.qkv", 1, 3), ("attn.proj", 1, 1), ("mlp.fc1", 1, 4), ("mlp.fc2", 4, 1)):
            found[f"blocks.{block}.{name}.weight"] = (outputs * width, inputs * width)
            found[f"blocks.{block}.{name}.bias"] = (outputs * width,)
        for name in ("norm1", "norm2"):
            found |= dict.fromkeys((f"blocks.{block}.{name}.weight", f"blocks.{block}.{name}.bias"), (width,))
    return found | {"norm.weight": (width,), "norm.bias": (width,)}


def restated(state: Mapping[str, torch.Tensor], images: torch.Tensor, heads: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Returns the normed class token, N×D, and the keys of the last block, N×T×D; images are normalised squares."""
    weight = state["patch_embed.proj.weight"]
    patches = functional.conv2d(images, weight, state["patch_embed.proj.bias"], stride=weight.shape[-1])
    tokens = torch.cat([state["cls_token"].expand(len(images), -1, -1), patches.flatten(2).transpose(1, 2)], dim=1)
    tokens = tokens + state["pos_embed"]
    width, keys = tokens.shape[-1], tokens

    def linear(values: torch.Tensor, name: str) -> torch.Tensor:
        return functional.linear(values, state[f"{name}.weight"], state[f"{name}.bias"])

    def norm(values: torch.Tensor, name: str) -> torch.Tensor:
        return functional.layer_norm(values, (width,), state[f"{name}.weight"], state[f"{name}.bias"], eps=1e-6)

    for block in range(1 + max(int(name.split(".")[1]) for name in state if name.startswith("blocks."))):
        prefix = f"blocks.{block}"
        joint = linear(norm(tokens, f"{prefix}.norm1"), f"{prefix}.attn.qkv")
        queries, keys, values = joint[..., :width], joint[..., width : 2 * width], joint[..., 2 * width :]
        size, attended = width // heads, []
        for head in range(heads):
            part = slice(head * size, (head + 1) * size)
            weights = (queries[..., part] @ keys[..., part].transpose(1, 2) / size**0.5).softmax(dim=-1)
            attended.append(weights @ values[..., part])
        tokens = tokens + linear(torch.cat(attended, dim=-1), f"{prefix}.attn.proj")
        hidden = functional.gelu(linear(norm(tokens, f"{prefix}.norm2"), f"{prefix}.mlp.fc1"))
        tokens = tokens + linear(hidden, f"{prefix}.mlp.fc2")
    return norm(tokens, "norm")[:, 0], keys


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of DINO's ViT-S/16 with random weights."""
    generator = torch.Generator().manual_seed(0)
    state = {name: torch.randn(shape, generator=generator) * 0.1 for name, shape in shapes(384, 16).items()}
    file = tmp_path_factory.mktemp("weights") / "dino_deitsmall16_pretrain.pth"
    torch.save(state, file)
    return file


def test_the_class_token_is_that_of_dinos_evaluation(published: Path) -> None:
    image = (sample_image(60, 80) * 255).round() / 255
    shown = v2.Compose([v2.Resize(256, v2.InterpolationMode.BICUBIC), v2.CenterCrop(224), v2.PILToTensor()])
    seen = (shown(to_pil_image(image))[None].float() / 255 - MEAN) / DEVIATION
    network = load_dino_class_token(published)
    given: list[torch.Tensor] = []
    network.transformer.register_forward_pre_hook(lambda _, inputs: given.append(inputs[0]))

    token = network(image[None])

    torch.testing.assert_close(given[0], seen, rtol=0, atol=ROUNDING / 0.22)
    expected, _ = restated(torch.load(published, weights_only=True), given[0], heads=6)
    assert token.shape == (1, 384)
    torch.testing.assert_close(token, expected, rtol=1e-3, atol=1e-3)
    assert not any(parameter.requires_grad for parameter in network.parameters())
    assert not network.training


def test_keys_are_those_of_the_last_block_heads_one_after_another() -> None:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        transformer = small_transformer(28).eval().requires_grad_(False)
    image = sample_image(224, 224)[None]
    # A square of 224 is neither resized nor are its positions.
    _, expected = restated(transformer.state_dict(), (image - MEAN) / DEVIATION, heads=3)

    torch.testing.assert_close(DinoKeys(transformer)(image), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("height", "width", "grid"), [(224, 224, (8, 8)), (100, 150, (8, 12)), (50, 200, (4, 17)), (1, 300, (1, 17))]
)
def test_the_whole_picture_is_seen_in_whole_patches(height: int, width: int, grid: tuple[int, int]) -> None:
    keys = DinoKeys(small_transformer(28).eval())(torch.rand(1, 3, height, width))

    assert keys.shape == (1, 1 + grid[0] * grid[1], 24)
    assert bool(torch.isfinite(keys).all())


def test_splices_transformer_has_the_names_and_shapes_of_dinos_file(tmp_path: Path) -> None:
    file = tmp_path / "dino_vitbase8_pretrain.pth"
    # One number each, seen as the whole tensor: the file is small.
    torch.save({name: torch.full((1,), 0.01).expand(shape) for name, shape in shapes(768, 8).items()}, file)

    network = load_dino_keys(file)

    assert len(network.transformer.blocks) == 12
    assert network.transformer.blocks[-1].attn.num_heads == 12


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda state: state.pop("blocks.11.mlp.fc2.bias"), "it lacks blocks.11.mlp.fc2.bias"),
        (lambda state: state.update({"head.weight": torch.zeros(1)}), "it has head.weight"),
        (lambda state: state.update({"cls_token": torch.zeros(1, 1, 768)}), "cls_token is 1×1×768, not 1×1×384"),
    ],
)
def test_another_network_is_refused(published: Path, tmp_path: Path, change, message: str) -> None:
    state = torch.load(published, weights_only=True)
    change(state)
    torch.save(state, tmp_path / "other.pth")

    with pytest.raises(InputError, match=f"does not hold DINO's vit_small_patch16_224: {message}"):
        load_dino_class_token(tmp_path / "other.pth")
