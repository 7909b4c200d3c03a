"""Pretrained models of open_clip by name, and the weights that OpenAI published as a TorchScript archive."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import open_clip
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from benchmark.errors import InputError
from benchmark.models.clip import load_published_clip
from benchmark.models.open_clip_weights import find_open_clip_weights, openai_names
from benchmark.models.role import Role
from benchmark.models.specification import find_model
from tools.published_weights import write_openai_archive


@pytest.mark.parametrize("name", openai_names())
def test_what_is_known_of_openais_models_is_what_open_clip_says(name):
    weights = find_open_clip_weights(name)
    published = open_clip.get_pretrained_cfg(weights.architecture, weights.tag)

    assert weights.asset.addresses[0] == published["url"]
    assert weights.asset.sha256 in published["url"]
    assert weights.asset.is_pinned


def test_openais_models_are_found_without_importing_torch():
    program = (
        "import sys; from benchmark.models.specification import find_model;"
        "print(find_model('clip-ViT-L-14-openai').fingerprint(), 'torch' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert result.stdout.split() == ["b8cca3fd41ae0c99ba7e8951adf17d267cdb84cd88be6f7c2e0eca1737a03836", "False"]


def test_every_pair_of_open_clip_has_a_name_of_its_own_and_addresses_or_a_reason():
    pairs = open_clip.list_pretrained()
    found, refused = {}, []
    for architecture, tag in pairs:
        try:
            weights = find_open_clip_weights(f"clip-{architecture}-{tag}")
        except InputError:
            refused.append(architecture)
            continue
        found[architecture, tag] = weights
        assert (weights.architecture, weights.tag) == (architecture, tag)
        assert weights.asset.addresses
        assert all(address.startswith("https://") for address in weights.asset.addresses)

    assert len(found) + len(refused) == len(pairs)
    assert len(found) > 2 * len(refused)


def test_a_pair_whose_tokenizer_would_be_downloaded_is_refused():
    with pytest.raises(InputError, match="clip-ViT-B-16-SigLIP-webli cannot be used: its tokenizer is not part of"):
        find_model("clip-ViT-B-16-SigLIP-webli")


@pytest.mark.parametrize(
    ("name", "file", "sha256", "addresses"),
    [
        (
            "clip-ViT-B-32-laion2b_e16",
            "vit_b_32-laion2b_e16-af8dbd0c.pth",
            "af8dbd0c",
            [
                "https://github.com/mlfoundations/open_clip/releases/download/v0.2-weights/vit_b_32-laion2b_e16-af8dbd0c.pth"
            ],
        ),
        (
            "clip-ViT-B-32-laion2b_s34b_b79k",
            "clip-ViT-B-32-laion2b_s34b_b79k.weights",
            "",
            [
                "https://huggingface.co/laion/CLIP-ViT-B-32-laion2B-s34B-b79K/resolve/main/open_clip_model.safetensors",
                "https://huggingface.co/laion/CLIP-ViT-B-32-laion2B-s34B-b79K/resolve/main/open_clip_pytorch_model.bin",
            ],
        ),
        (
            "clip-ViTamin-S-datacomp1b",
            "clip-ViTamin-S-datacomp1b.weights",
            "",
            ["https://huggingface.co/jienengchen/ViTamin-S/resolve/main/pytorch_model.bin"],
        ),
    ],
)
def test_addresses_and_hashes_are_read_from_open_clips_table(name, file, sha256, addresses):
    asset = find_model(name, Role.CLIP_JUDGE).assets[0]

    assert (asset.file, asset.sha256, list(asset.addresses)) == (file, sha256, addresses)


def test_an_unknown_pair_is_suggested():
    with pytest.raises(InputError, match="did you mean clip-ViT-B-32-openai"):
        find_model("clip-ViT-B-32-openia")


@pytest.fixture(scope="module")
def towers() -> nn.Module:
    """The whole ViT-B/32 with OpenAI's activation and random weights."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        towers = open_clip.CLIP(**open_clip.get_model_config("ViT-B-32"), quick_gelu=True)
    # Half precision is how OpenAI stored them.
    return towers.half().float().eval()


@pytest.fixture(scope="module")
def pictures() -> Tensor:
    return torch.rand(2, 3, 224, 224, generator=torch.Generator().manual_seed(1))


def expected(towers: nn.Module, pictures: Tensor) -> tuple[Tensor, Tensor]:
    mean = torch.tensor(open_clip.OPENAI_DATASET_MEAN).view(1, 3, 1, 1)
    deviation = torch.tensor(open_clip.OPENAI_DATASET_STD).view(1, 3, 1, 1)
    with torch.no_grad():
        tokens = open_clip.get_tokenizer("ViT-B-32")(["a photo", "an etching"])
        return towers.encode_image((pictures - mean) / deviation), towers.encode_text(tokens)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The network of ``towers`` as OpenAI published it."""
    file = tmp_path_factory.mktemp("weights") / "ViT-B-32.pt"

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        write_openai_archive("ViT-B-32", file)
    return file


def test_openais_archive_gives_its_network_with_its_activation(archive, towers, pictures):
    model = load_published_clip("ViT-B-32", "openai", archive)

    images, texts = expected(towers, pictures)
    torch.testing.assert_close(model.encode_image(pictures), images)
    torch.testing.assert_close(model.encode_text(["a photo", "an etching"]), texts)


@pytest.mark.parametrize("suffix", [".safetensors", ".weights", ".pt"])
def test_weights_of_the_hub_are_read_whatever_their_name(towers, pictures, tmp_path, suffix):
    file = tmp_path / f"network{suffix}"
    if suffix == ".pt":
        torch.save({"state_dict": towers.state_dict()}, file)
    else:
        save_file(towers.state_dict(), file)

    model = load_published_clip("ViT-B-32", "metaclip_400m", file)

    torch.testing.assert_close(model.encode_image(pictures), expected(towers, pictures)[0])


def test_loading_leaves_the_global_random_state_alone(archive):
    before = torch.random.get_rng_state()

    load_published_clip("ViT-B-32", "openai", archive)

    assert torch.equal(torch.random.get_rng_state(), before)


def test_another_architecture_is_refused(archive):
    with pytest.raises(InputError, match=r"ViT-B-32\.pt does not hold ViT-B-16: "):
        load_published_clip("ViT-B-16", "openai", archive)


def test_a_pickle_with_code_is_refused(tmp_path):
    torch.save({"state_dict": nn.Linear(2, 2)}, tmp_path / "network.pt")

    with pytest.raises(InputError, match="could run code"):
        load_published_clip("ViT-B-32", "metaclip_400m", tmp_path / "network.pt")
