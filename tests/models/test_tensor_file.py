"""Files of weights are read without running anything, or refused with the reason."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import pytest
import torch
from safetensors.torch import save, save_file
from torch import nn

from benchmark.errors import InputError
from benchmark.models.tensor_file import TensorFormat, fill, read_tensors, tensor_format

TENSORS = {"weight": torch.arange(6.0).view(2, 3), "bias": torch.ones(2, dtype=torch.float16)}


class Malicious:
    """Runs code where it is unpickled."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> object:
        return Path.touch, (self.marker,)


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as raised:
        read_tensors(path)
    assert "\n" not in str(raised.value)
    assert str(path) in str(raised.value)
    return str(raised.value)


def traced(path: Path) -> nn.Module:
    """A TorchScript archive of a small network in two precisions."""
    network = nn.Sequential(nn.Linear(3, 4), nn.Sequential(nn.Linear(4, 2).half()))
    network.register_buffer("resolution", torch.tensor(224))

    class Shown(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body = network

        def forward(self, values: torch.Tensor) -> torch.Tensor:
            return self.body[1](self.body[0](values).half()) + self.body.resolution

    shown = Shown().eval()
    torch.jit.trace(shown, torch.zeros(1, 3)).save(path)
    return shown


def test_files_are_read_under_names_of_any_bytes(tmp_path):
    folder = tmp_path / os.fsdecode(b"poids_entra\xeen\xe9s")
    folder.mkdir()
    (folder / "weights.safetensors").write_bytes(save(TENSORS))
    with (folder / "weights.pth").open("wb") as file:
        torch.save(TENSORS, file)
    for path in folder.iterdir():
        assert {name: tensor.tolist() for name, tensor in read_tensors(path).items()} == {
            name: tensor.tolist() for name, tensor in TENSORS.items()
        }


@pytest.mark.parametrize("name", ["weights.safetensors", "weights.pth", "weights"])
def test_safetensors_are_told_by_their_content(tmp_path, name):
    save_file(TENSORS, tmp_path / name)

    assert tensor_format(tmp_path / name) is TensorFormat.SAFETENSORS
    read = read_tensors(tmp_path / name)
    assert all(torch.equal(read[key], TENSORS[key]) for key in TENSORS)


@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "legacy"])
def test_what_torch_saves_is_read(tmp_path, zipped):
    torch.save(TENSORS, tmp_path / "weights.pth", _use_new_zipfile_serialization=zipped)

    assert tensor_format(tmp_path / "weights.pth") is TensorFormat.PICKLE
    assert read_tensors(tmp_path / "weights.pth").keys() == TENSORS.keys()


@pytest.mark.filterwarnings("ignore:.*torch.jit:FutureWarning")
def test_the_tensors_of_a_torchscript_archive_are_read(tmp_path):
    network = traced(tmp_path / "weights.pt")

    assert tensor_format(tmp_path / "weights.pt") is TensorFormat.TORCHSCRIPT
    read = read_tensors(tmp_path / "weights.pt")
    assert read.keys() == network.state_dict().keys()
    for name, tensor in network.state_dict().items():
        assert read[name].dtype == tensor.dtype
        assert torch.equal(read[name], tensor)


@pytest.mark.parametrize("share", [0.3, 0.99])
@pytest.mark.parametrize("kind", ["safetensors", "zip", "legacy"])
def test_a_file_that_was_cut_off_is_refused(tmp_path, kind, share):
    path = tmp_path / "weights"
    tensors = {"weight": torch.randn(50, 50)}
    if kind == "safetensors":
        save_file(tensors, path)
    else:
        torch.save(tensors, path, _use_new_zipfile_serialization=kind == "zip")
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])

    assert "refused" in refusal(path) or "cut off or damaged" in refusal(path)


@pytest.mark.parametrize("content", [b"", b"<html>moved</html>", b"version https://git-lfs.github.com/spec/v1\n"])
def test_what_is_no_file_of_weights_is_refused(tmp_path, content):
    (tmp_path / "weights.pth").write_bytes(content)

    assert "refused" in refusal(tmp_path / "weights.pth") or "cut off or damaged" in refusal(tmp_path / "weights.pth")


@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "legacy"])
def test_a_pickle_with_code_is_refused_and_the_code_does_not_run(tmp_path, zipped):
    torch.save({"weight": Malicious(tmp_path / "ran")}, tmp_path / "weights.pth", _use_new_zipfile_serialization=zipped)

    assert "could run code" in refusal(tmp_path / "weights.pth")
    assert not (tmp_path / "ran").exists()


@pytest.mark.filterwarnings("ignore:.*torch.jit:FutureWarning")
def test_code_in_the_pickle_of_a_torchscript_archive_does_not_run(tmp_path):
    import zipfile

    traced(tmp_path / "sound.pt")
    with zipfile.ZipFile(tmp_path / "sound.pt") as sound, zipfile.ZipFile(tmp_path / "weights.pt", "w") as changed:
        for name in sound.namelist():
            is_pickle = name.endswith("/data.pkl")
            changed.writestr(name, pickle.dumps(Malicious(tmp_path / "ran")) if is_pickle else sound.read(name))

    assert "could run code" in refusal(tmp_path / "weights.pt")
    assert not (tmp_path / "ran").exists()


def test_a_whole_network_in_a_pickle_is_refused(tmp_path):
    torch.save(nn.Linear(2, 2), tmp_path / "weights.pth")

    assert "could run code" in refusal(tmp_path / "weights.pth")


def test_other_values_than_tensors_are_refused(tmp_path):
    torch.save({"epoch": 3, "weight": torch.zeros(2)}, tmp_path / "weights.pth")

    assert "does not hold tensors by name" in refusal(tmp_path / "weights.pth")


@pytest.mark.parametrize(
    ("tensors", "problem"),
    [
        ({"weight": torch.zeros(2, 3)}, "it lacks bias"),
        (
            {"weight": torch.zeros(2, 3), "bias": torch.zeros(2), "a": torch.zeros(1), "b": torch.zeros(1)},
            "it has a and 1",
        ),
        ({"weight": torch.zeros(3, 3), "bias": torch.zeros(2)}, "weight is 3×3, not 2×3"),
    ],
    ids=["missing", "too many", "other shape"],
)
def test_tensors_of_another_network_are_refused(tmp_path, tensors, problem):
    with pytest.raises(InputError, match=rf"weights\.pth does not hold a layer: {problem}"):
        fill(nn.Linear(3, 2), tensors, tmp_path / "weights.pth", "a layer")
