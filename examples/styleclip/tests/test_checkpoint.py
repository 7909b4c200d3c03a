"""Files of generators."""

import argparse
import re

import pytest
import torch
from benchmark import InputError

from styleclip.checkpoint import load_generator
from styleclip.untrained import SMALL


@pytest.fixture
def stored(generator_file):
    return torch.load(generator_file, weights_only=True)


def picture(generator):
    with torch.no_grad():
        return generator(torch.ones(1, SMALL.codes, SMALL.latent_size))


def test_a_generator_of_any_size_is_read_and_frozen(generator_file, stored):
    generator = load_generator(generator_file)
    assert generator.shape == SMALL
    assert not generator.training
    assert not any(parameter.requires_grad for parameter in generator.parameters())
    assert all(torch.equal(tensor, stored["g_ema"][name]) for name, tensor in generator.state_dict().items())


def test_what_else_a_training_wrote_is_left(stored, generator_file, tmp_path):
    torch.save({**stored, "latent_avg": torch.zeros(16), "d": {"weight": torch.zeros(3)}, "step": 7}, tmp_path / "f.pt")
    assert torch.equal(picture(load_generator(tmp_path / "f.pt")), picture(load_generator(generator_file)))


def test_noise_and_kernels_that_the_file_lacks_are_the_usual_ones(stored, tmp_path):
    kept = {name: tensor for name, tensor in stored["g_ema"].items() if "noises" not in name and "kernel" not in name}
    torch.save({"g_ema": kept}, tmp_path / "f.pt")
    first, second = (load_generator(tmp_path / "f.pt") for _ in range(2))
    assert torch.equal(picture(first), picture(second))
    assert first.get_buffer("noises.noise_6").std() == pytest.approx(1, abs=0.1)
    assert torch.equal(first.get_buffer("convs.0.conv.blur.kernel"), stored["g_ema"]["convs.0.conv.blur.kernel"])


def change(stored, **tensors):
    return {"g_ema": {**stored["g_ema"], **tensors}}


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda stored: {"args": argparse.Namespace(size=32), **stored}, "could run code"),
        (lambda stored: {"generator": stored["g_ema"]}, "there is no g_ema in it"),
        (lambda stored: [1, 2], "there is no g_ema in it"),
        (lambda stored: {"g_ema": {"layer.weight": torch.zeros(2)}}, "does not hold a StyleGAN2 generator"),
        (lambda stored: change(stored, surplus=torch.zeros(1)), "does not hold a StyleGAN2 generator: it has surplus"),
        (lambda stored: change(stored, **{"to_rgb1.bias": torch.zeros(7)}), "to_rgb1.bias is 7, not 1×3×1×1"),
    ],
    ids=["more than tensors", "other names", "a list", "another network", "a layer more", "another form"],
)
def test_a_file_that_cannot_be_used_is_one_clear_line(stored, tmp_path, make, words):
    file = tmp_path / "f.pt"
    torch.save(make(stored), file)
    with pytest.raises(InputError, match=re.escape(words)) as error:
        load_generator(file)
    assert str(file) in str(error.value)


def test_a_file_that_is_cut_off_is_one_clear_line(generator_file, tmp_path):
    (tmp_path / "f.pt").write_bytes(generator_file.read_bytes()[:-500])
    with pytest.raises(InputError, match="cut off or damaged"):
        load_generator(tmp_path / "f.pt")
