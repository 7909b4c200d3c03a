"""CLIP checkpoints of the user's own, in the formats that people have, of a small architecture with random weights."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import open_clip
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from benchmark.errors import InputError
from benchmark.models.clip import load_own_clip
from benchmark.models.role import Role
from benchmark.models.specification import find_model
from benchmark.protocol.reading import read_protocol

ARCHITECTURE = "own-tiny"
CONFIGURATION = {
    "embed_dim": 32,
    "vision_cfg": {"image_size": 32, "layers": 2, "width": 64, "patch_size": 16, "head_width": 32},
    "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 1},
}
PROTOCOL = """
schema_version = 1
name = "own"
version = "1"
title = "Own"
resolution = 64
[models]
clip_judge = "clip-own-tiny:{file}"
[[contents]]
id = "photo"
image = "photo.png"
[[styles]]
id = "sketch"
prompt = "a sketch"
"""


@pytest.fixture(scope="module", autouse=True)
def towers(tmp_path_factory) -> nn.Module:
    """Adds the architecture to those that open_clip knows, and gives it random weights."""
    folder = tmp_path_factory.mktemp("architectures")
    (folder / f"{ARCHITECTURE}.json").write_text(json.dumps(CONFIGURATION))
    open_clip.add_model_config(folder)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(7)
        return open_clip.create_model(ARCHITECTURE, pretrained_image=False, pretrained_text=False).eval()


@pytest.fixture
def state(towers) -> dict[str, Tensor]:
    return {name: tensor.contiguous() for name, tensor in towers.state_dict().items()}


def training(state: dict[str, Tensor]) -> dict[str, object]:
    """Makes the checkpoint of a training with data parallelism."""
    wrapped = {f"module.{name}": tensor for name, tensor in state.items()}
    return {"epoch": 5, "name": "mine", "state_dict": wrapped, "optimizer": {"state": {0: {"step": torch.ones(1)}}}}


def openai(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Adds the further entries of a state dict of OpenAI's own archive."""
    sizes = {"input_resolution": 32, "context_length": 77, "vocab_size": 49408}
    return {**state, **{name: torch.tensor(size) for name, size in sizes.items()}}


WRITERS = {
    "state.pt": torch.save,
    "state.safetensors": save_file,
    "safetensors.bin": save_file,
    "half.pt": lambda state, file: torch.save({name: tensor.half() for name, tensor in state.items()}, file),
    "training.pt": lambda state, file: torch.save(training(state), file),
    "compiled.pth": lambda state, file: torch.save({"model": {f"_orig_mod.{k}": v for k, v in state.items()}}, file),
    "openai.pt": lambda state, file: torch.save(openai(state), file),
}


class TestEveryFormat:
    @pytest.mark.parametrize("name", WRITERS)
    def test_gives_the_network_that_was_saved(self, towers, state, tmp_path, name):
        WRITERS[name](state, tmp_path / name)
        model = load_own_clip(ARCHITECTURE, tmp_path / name)
        images = torch.rand(2, 3, 32, 32)
        expected = towers.encode_image((images - model.mean) / model.standard_deviation)
        tolerance = 2e-2 if name == "half.pt" else 1e-6
        torch.testing.assert_close(model.encode_image(images), expected, rtol=tolerance, atol=tolerance)
        prompts = ["a cat", "a wave"]
        tokens = open_clip.get_tokenizer(ARCHITECTURE)(prompts)
        torch.testing.assert_close(
            model.encode_text(prompts), towers.encode_text(tokens), rtol=tolerance, atol=tolerance
        )

    def test_colours_are_normalised_as_open_clip_does(self, state, tmp_path):
        torch.save(state, tmp_path / "state.pt")
        assert load_own_clip(ARCHITECTURE, tmp_path / "state.pt").mean.flatten().tolist() == pytest.approx(
            open_clip.OPENAI_DATASET_MEAN
        )


class TestAFileThatDoesNotHoldIt:
    def test_of_another_architecture(self, state, tmp_path):
        torch.save({name: tensor for name, tensor in state.items() if "resblocks.1." not in name}, tmp_path / "a.pt")
        with pytest.raises(InputError, match=r"a\.pt does not hold own-tiny: it lacks visual\.transformer\.resblocks"):
            load_own_clip(ARCHITECTURE, tmp_path / "a.pt")

    def test_that_is_cut_off(self, state, tmp_path):
        torch.save(state, tmp_path / "a.pt")
        (tmp_path / "a.pt").write_bytes((tmp_path / "a.pt").read_bytes()[:9000])
        with pytest.raises(InputError, match="cut off or damaged"):
            load_own_clip(ARCHITECTURE, tmp_path / "a.pt")

    def test_that_could_run_code(self, tmp_path):
        class Harm:
            def __reduce__(self):
                return (Path.touch, (tmp_path / "harmed",))

        (tmp_path / "a.pt").write_bytes(pickle.dumps({"state_dict": Harm()}, protocol=2))
        with pytest.raises(InputError, match="could run code"):
            load_own_clip(ARCHITECTURE, tmp_path / "a.pt")
        assert not (tmp_path / "harmed").exists()

    def test_without_tensors(self, tmp_path):
        torch.save({"state_dict": {"epoch": 5}}, tmp_path / "a.pt")
        with pytest.raises(InputError, match="does not hold tensors by name"):
            load_own_clip(ARCHITECTURE, tmp_path / "a.pt")


class TestTheName:
    @pytest.mark.parametrize("prefix", ["", "clip-"])
    def test_is_the_architecture_and_the_file(self, state, tmp_path, prefix):
        torch.save(state, tmp_path / "mine.pt")
        model = find_model(f"{prefix}{ARCHITECTURE}:{tmp_path / 'mine.pt'}", Role.CLIP_JUDGE)
        assert model.load().embedding_size == 32
        assert len(model.fingerprint()) == 64
        assert model.fingerprint()[:12] in model.label

    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("FOLDER/my_clip.pt", "say which architecture of open_clip it is: ARCHITECTURE:FOLDER/my_clip.pt"),
            ("ViT-B-23:FOLDER/my_clip.pt", "open_clip knows no architecture 'ViT-B-23'; did you mean ViT-B-"),
            (f"{ARCHITECTURE}:FOLDER/none.pt", "cannot read FOLDER/none.pt: No such file or directory"),
            (f"{ARCHITECTURE}:FOLDER", "cannot read FOLDER: Is a directory"),
            ("ViT-B-16-SigLIP:FOLDER/my_clip.pt", "its tokenizer is not part of open_clip"),
        ],
    )
    def test_that_cannot_be_used_is_one_clear_line(self, tmp_path, name, words):
        (tmp_path / "my_clip.pt").touch()
        with pytest.raises(InputError) as error:
            find_model(name.replace("FOLDER", str(tmp_path)))
        assert words.replace("FOLDER", str(tmp_path)) in str(error.value)

    def test_another_file_under_it_is_refused_where_it_is_known_already(self, state, tmp_path):
        torch.save(state, tmp_path / "mine.pt")
        model = find_model(f"{ARCHITECTURE}:{tmp_path / 'mine.pt'}")
        torch.save({name: tensor + 1 for name, tensor in state.items()}, tmp_path / "mine.pt")
        with pytest.raises(Exception, match="is damaged or another file"):
            model.load()


class TestInAProtocol:
    @pytest.fixture
    def protocol(self, state, tmp_path):
        def read(folder: Path, shift: float = 0):
            from PIL import Image

            folder.mkdir()
            Image.new("RGB", (64, 64), "green").save(folder / "photo.png")
            torch.save({name: tensor + shift for name, tensor in state.items()}, folder / "mine.pt")
            (folder / "protocol.toml").write_text(PROTOCOL.format(file="mine.pt"))
            return read_protocol(folder / "protocol.toml")

        return read

    def test_the_file_is_found_beside_it(self, protocol, tmp_path):
        made = protocol(tmp_path / "a")
        assert find_model(made.models[Role.CLIP_JUDGE]).files() == (tmp_path / "a" / "mine.pt",)

    def test_the_weights_decide_what_compares_and_not_where_they_lie(self, protocol, tmp_path):
        first, moved, other = (protocol(tmp_path / name, shift) for name, shift in (("a", 0), ("b", 0), ("c", 1)))
        assert first.fingerprint == moved.fingerprint
        assert first.fingerprint != other.fingerprint


def test_similarity_scores_with_it_and_says_which_file_it_was(command, state, tmp_path):
    from PIL import Image

    torch.save(state, tmp_path / "mine.pt")
    Image.new("RGB", (64, 64), "green").save(tmp_path / "photo.png")
    name = f"{ARCHITECTURE}:{tmp_path / 'mine.pt'}"
    result = command("similarity", "--image", tmp_path / "photo.png", "--prompt", "green", "--model", name)
    assert result.code == 0
    assert find_model(name).fingerprint()[:12] in result.out
