"""The transform network: against a plain restatement of pytorch/examples' on random weights, and its files."""

from __future__ import annotations

import json
import re

import pytest
import torch
from safetensors.torch import save_file

from benchmark.errors import InputError
from benchmark.models.transform_network import TransformNetwork
from benchmark.models.transform_network_file import read_paintings, read_transform_networks
from tests.transform_networks import transform_stages, transform_tensors

TWO = [{"title": "One", "pixels_sha256": "1" * 64}, {"title": "Two", "pixels_sha256": "2" * 64}]


def pictures(height, width, seed=0):
    return 255 * torch.rand(2, 3, height, width, generator=torch.Generator().manual_seed(seed))


def network_of(tensors):
    network = TransformNetwork(len(tensors["conv1.conv2d.weight"]))
    network.load_state_dict(tensors)
    return network.eval()


@torch.no_grad()
def test_every_stage_is_that_of_the_published_network():
    tensors = transform_tensors()
    network, found = network_of(tensors), []
    modules = ("conv2", "conv3", "res1", "res2", "res3", "res4", "res5", "deconv1", "deconv2", "deconv3")
    for name in modules:
        network.get_submodule(name).register_forward_pre_hook(lambda module, inputs: found.append(inputs[0]))

    painted = network(pictures(32, 44))

    *expected, last = transform_stages(tensors, pictures(32, 44))
    enlarged = [stage.repeat_interleave(2, 2).repeat_interleave(2, 3) for stage in expected[7:9]]
    for ours, theirs in zip(found, [*expected[:7], *enlarged, expected[9]], strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=1e-3)
    torch.testing.assert_close(painted, last, rtol=1e-3, atol=0.05)


def test_it_has_as_many_parameters_as_the_published_one():
    assert sum(parameter.numel() for parameter in TransformNetwork().parameters()) == 1_679_235


@torch.no_grad()
@pytest.mark.parametrize(
    ("size", "painted"), [((16, 16), (16, 16)), ((64, 20), (64, 20)), ((33, 50), (36, 52)), ((18, 35), (20, 36))]
)
def test_sides_become_multiples_of_four(size, painted):
    assert network_of(transform_tensors(4))(pictures(*size)).shape == (2, 3, *painted)


@torch.no_grad()
def test_it_is_nearly_indifferent_to_the_brightness_and_contrast_of_a_picture():
    # The first convolution is padded by reflection, so that a constant of its input is one of its output.
    network = network_of(transform_tensors(8))

    torch.testing.assert_close(network(pictures(32, 32)), network(0.5 * pictures(32, 32) + 60), rtol=1e-3, atol=0.1)


class TestAFileOfPytorchExamples:
    def test_is_read_whatever_its_width(self, tmp_path):
        torch.save(transform_tensors(6), tmp_path / "mosaic.pth")

        read = read_transform_networks(tmp_path / "mosaic.pth")

        torch.testing.assert_close(read.networks[0].state_dict(), transform_tensors(6), rtol=0, atol=0)
        assert not read.paintings
        assert read.of("") is read.of("1" * 64) is read.networks[0]
        assert not any(parameter.requires_grad for parameter in read.parameters())

    def test_of_old_pytorch_loses_its_running_statistics(self, tmp_path):
        tensors = transform_tensors(4)
        old = dict(tensors)
        for name in [name for name in tensors if re.search(r"in\d\.weight$", name)]:
            old[name.replace("weight", "running_mean")] = old[name.replace("weight", "running_var")] = torch.ones(4)
        assert len(old) == len(tensors) + 2 * 15
        torch.save(old, tmp_path / "candy.model")

        (network,) = read_transform_networks(tmp_path / "candy.model").networks

        torch.testing.assert_close(network.state_dict(), tensors, rtol=0, atol=0)

    def test_may_be_wrapped_or_converted(self, tmp_path):
        tensors = transform_tensors(4)
        torch.save({"state_dict": {f"module.{name}": value for name, value in tensors.items()}}, tmp_path / "a.pth")
        save_file({name: value.half() for name, value in tensors.items()}, tmp_path / "b.safetensors")

        for file in (tmp_path / "a.pth", tmp_path / "b.safetensors"):
            (network,) = read_transform_networks(file).networks
            torch.testing.assert_close(network.state_dict(), tensors, rtol=1e-3, atol=1e-1)


class TestAFileOfSeveral:
    @pytest.fixture
    def write(self, tmp_path):
        def written(tensors, paintings):
            metadata = None if paintings is None else {"paintings": json.dumps(paintings)}
            save_file(tensors, tmp_path / "networks.safetensors", metadata=metadata)
            return tmp_path / "networks.safetensors"

        return written

    @staticmethod
    def two():
        parts = transform_tensors(4), transform_tensors(6, seed=1)
        return {f"{index}.{name}": value for index, part in enumerate(parts) for name, value in part.items()}

    def test_gives_each_painting_its_network(self, write):
        read = read_transform_networks(write(self.two(), TWO))

        torch.testing.assert_close(read.of("1" * 64).state_dict(), transform_tensors(4), rtol=0, atol=0)
        torch.testing.assert_close(read.of("2" * 64).state_dict(), transform_tensors(6, seed=1), rtol=0, atol=0)
        assert read.of("3" * 64) is None
        assert read.of("") is None

    def test_tells_its_paintings_without_its_weights(self, write):
        assert [painting.title for painting in read_paintings(write(self.two(), TWO))] == ["One", "Two"]

    @pytest.mark.parametrize("paintings", [[], "one", [{"title": "One"}], [{**TWO[0], "more": 1}]])
    def test_with_damaged_metadata_is_refused(self, write, paintings):
        with pytest.raises(InputError, match=r"networks\.safetensors is damaged: its metadata name no paintings"):
            read_transform_networks(write(self.two(), paintings))

    def test_with_more_networks_than_paintings_is_refused(self, write):
        with pytest.raises(InputError, match="does not hold the 1 networks of which its metadata speak"):
            read_transform_networks(write(self.two(), TWO[:1]))

    def test_with_fewer_networks_than_paintings_is_refused(self, write):
        tensors = {f"0.{name}": value for name, value in transform_tensors(4).items()}

        with pytest.raises(InputError, match=r"it has no conv1\.conv2d\.weight"):
            read_transform_networks(write(tensors, TWO))


class TestAnotherFile:
    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            (lambda tensors: {"layers.1.weight": torch.zeros(3, 3)}, r"it has no conv1\.conv2d\.weight"),
            (lambda tensors: {"conv1.conv2d.weight": torch.zeros(())}, r"it has no conv1\.conv2d\.weight"),
            (lambda tensors: tensors.pop("in5.bias") is None or tensors, r"it lacks in5\.bias"),
            (lambda tensors: {**tensors, "head.weight": torch.ones(1)}, r"it has head\.weight"),
            (lambda tensors: {**tensors, "in1.bias": torch.ones(5)}, r"in1\.bias is 5, not 4"),
        ],
        ids=["another network", "a number", "lacks", "has more", "shape"],
    )
    def test_is_refused_in_one_line(self, tmp_path, change, reason):
        torch.save(change(transform_tensors(4)), tmp_path / "decoder.pth")

        with pytest.raises(InputError, match=rf"decoder\.pth does not hold a transform network of Johnson.*{reason}"):
            read_transform_networks(tmp_path / "decoder.pth")

    @pytest.mark.parametrize("shape", [(100_000, 3, 9, 9), (10, 3, 3, 3), (10**9, 0, 1, 1)])
    def test_with_another_first_layer_is_refused_before_memory_is_taken_for_it(self, tmp_path, shape):
        file = tmp_path / "wide.pth"
        torch.save({"conv1.conv2d.weight": torch.zeros(shape, dtype=torch.uint8)}, file)
        with pytest.raises(InputError, match=r"does not hold .*wide|wide\.pth does not hold"):
            read_transform_networks(file)

    def test_that_is_cut_off_or_missing_is_refused(self, tmp_path):
        torch.save(transform_tensors(4), tmp_path / "whole.pth")
        (tmp_path / "cut.pth").write_bytes((tmp_path / "whole.pth").read_bytes()[:5000])

        for name in ("cut.pth", "gone.pth"):
            with pytest.raises(InputError, match=name):
                read_transform_networks(tmp_path / name)
