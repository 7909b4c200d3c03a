"""CSD against a plain restatement on the same random weights, in a checkpoint of the authors' layout."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import open_clip
import pytest
import torch
from torch.nn import functional
from torchvision.transforms.v2.functional import to_pil_image

from benchmark.errors import InputError
from benchmark.models.style_descriptors import load_csd, load_style_descriptors
from benchmark.testing.sample import sample_image
from tests.models.test_resizing import ROUNDING
from tests.random_networks import SMALL_CLIP


@pytest.fixture(scope="module")
def state() -> dict[str, torch.Tensor]:
    """Random weights by the names of the authors' model."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        tower = open_clip.CLIP(**SMALL_CLIP, quick_gelu=True).visual
        weights = {name: torch.randn_like(value) * 0.2 for name, value in tower.state_dict().items()}
        heads = {f"last_layer_{name}": torch.randn(128, 12) for name in ("style", "content")}
    del weights["proj"]
    return {f"backbone.{name}": value for name, value in weights.items()} | heads


def write(file: Path, state: Mapping[str, torch.Tensor]) -> Path:
    named = {f"module.{name}": value for name, value in state.items()}
    torch.save({"model_state_dict": named, "optimizer_state_dict": {"state": {0: torch.zeros(3)}}, "iter": 7}, file)
    return file


def restated(state: Mapping[str, torch.Tensor], images: torch.Tensor) -> torch.Tensor:
    """OpenAI's image tower without projection, the style head, and unit length."""
    of = {name.removeprefix("backbone."): value for name, value in state.items()}

    def norm(values: torch.Tensor, name: str) -> torch.Tensor:
        return functional.layer_norm(values, (128,), of[f"{name}.weight"], of[f"{name}.bias"], eps=1e-5)

    patches = functional.conv2d(images, of["conv1.weight"], stride=8).flatten(2).transpose(1, 2)
    tokens = torch.cat([of["class_embedding"].expand(len(images), 1, -1), patches], dim=1)
    tokens = norm(tokens + of["positional_embedding"], "ln_pre")
    for block in range(2):
        name = f"transformer.resblocks.{block}"
        joint = functional.linear(
            norm(tokens, f"{name}.ln_1"), of[f"{name}.attn.in_proj_weight"], of[f"{name}.attn.in_proj_bias"]
        )
        queries, keys, values = joint.split(128, dim=-1)
        attended = [
            (queries[..., part] @ keys[..., part].transpose(1, 2) / 8).softmax(dim=-1) @ values[..., part]
            for part in (slice(0, 64), slice(64, 128))
        ]
        tokens = tokens + functional.linear(
            torch.cat(attended, dim=-1), of[f"{name}.attn.out_proj.weight"], of[f"{name}.attn.out_proj.bias"]
        )
        hidden = functional.linear(
            norm(tokens, f"{name}.ln_2"), of[f"{name}.mlp.c_fc.weight"], of[f"{name}.mlp.c_fc.bias"]
        )
        hidden = hidden * torch.sigmoid(1.702 * hidden)
        tokens = tokens + functional.linear(hidden, of[f"{name}.mlp.c_proj.weight"], of[f"{name}.mlp.c_proj.bias"])
    described = norm(tokens[:, 0], "ln_post") @ of["last_layer_style"]
    return described / described.norm(dim=1, keepdim=True)


def test_descriptors_are_those_of_the_authors_model(state: dict[str, torch.Tensor], tmp_path: Path) -> None:
    network = load_style_descriptors(SMALL_CLIP, write(tmp_path / "csd.bin", state))
    image = (sample_image(48, 40) * 255).round() / 255
    shown = open_clip.image_transform(32, is_train=False)(to_pil_image(image))[None]
    given: list[torch.Tensor] = []
    network.tower.register_forward_pre_hook(lambda _, inputs: given.append(inputs[0]))

    descriptor = network(image[None])

    torch.testing.assert_close(given[0], shown, rtol=0, atol=ROUNDING / 0.26)
    torch.testing.assert_close(descriptor, restated(state, given[0]), rtol=1e-4, atol=1e-4)
    assert descriptor.norm().item() == pytest.approx(1, abs=1e-6)
    assert not any(parameter.requires_grad for parameter in network.parameters())


def test_half_precision_is_read_as_single(state: dict[str, torch.Tensor], tmp_path: Path) -> None:
    halves = {name: value.half() for name, value in state.items()}

    network = load_style_descriptors(SMALL_CLIP, write(tmp_path / "csd.bin", halves))

    assert network(sample_image(32, 32)[None]).dtype is torch.float32


@pytest.mark.parametrize(
    ("lacking", "message"),
    [
        ("last_layer_style", "it lacks last_layer_style, the style head"),
        ("backbone.ln_post.weight", "it lacks ln_post.weight"),
    ],
)
def test_a_checkpoint_without_a_part_is_refused(
    state: dict[str, torch.Tensor], tmp_path: Path, lacking: str, message: str
) -> None:
    file = write(tmp_path / "csd.bin", {name: value for name, value in state.items() if name != lacking})

    with pytest.raises(InputError, match=f"does not hold CSD: {message}"):
        load_style_descriptors(SMALL_CLIP, file)


def test_plain_clip_is_refused(tmp_path: Path) -> None:
    torch.save({"visual.proj": torch.zeros(1024, 768)}, tmp_path / "clip.pt")

    with pytest.raises(InputError, match="does not hold CSD: it lacks last_layer_style"):
        load_csd(tmp_path / "clip.pt")


def test_the_published_size_is_that_of_the_papers_head() -> None:
    configuration = open_clip.get_model_config("ViT-L-14")

    assert (configuration["vision_cfg"]["width"], configuration["embed_dim"]) == (1024, 768)
    assert configuration["vision_cfg"]["image_size"] == 224
