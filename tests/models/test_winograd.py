"""3×3 convolutions in fewer multiplications: the same function as PyTorch's, where it is used and where it is not."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from benchmark.models.winograd import WinogradConv2d

LARGEST_DEVIATION = 1.5e-6
"""Of the norm; those of ``Conv2d`` are half of it."""


@pytest.fixture
def layer():
    torch.manual_seed(0)
    return WinogradConv2d(128, 64, padding=1).requires_grad_(False).eval()


def exact(layer, features):
    return functional.conv2d(features.double(), layer.weight.double(), layer.bias.double(), padding=layer.padding)


def deviation(found, expected):
    return float((found - expected).norm() / expected.norm())


def multiplications(call):
    with FlopCounterMode(display=False) as counter:
        call()
    return counter.get_total_flops() / 2


SHAPES = {
    "whole tiles": (1, 128, 32, 32),
    "tiles that are cut": (1, 128, 33, 22),
    "several pictures at once": (5, 128, 16, 20),
    "more small pictures than fit at once": (11, 128, 14, 16),
    "rows of tiles of a large picture": (2, 128, 131, 67),
    "a row of tiles that is longer than fits at once": (1, 128, 6, 600),
}


@pytest.mark.parametrize("padding", [0, 1])
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last])
class TestAConvolution:
    def test_is_the_exact_one(self, shape, padding, memory_format):
        torch.manual_seed(1)
        layer = WinogradConv2d(128, 64, padding=padding).requires_grad_(False).to(memory_format=memory_format)
        features = torch.rand(shape).contiguous(memory_format=memory_format)

        found = layer(features)

        expected = exact(layer, features)
        assert found.shape == expected.shape
        assert not torch.equal(found, nn.Conv2d.forward(layer, features)), "it was not used"
        assert deviation(found, expected) < LARGEST_DEVIATION

    def test_has_the_exact_gradient(self, shape, padding, memory_format):
        torch.manual_seed(1)
        layer = WinogradConv2d(128, 64, padding=padding).requires_grad_(False).to(memory_format=memory_format)
        features = torch.rand(shape).contiguous(memory_format=memory_format).requires_grad_()
        weights = torch.rand_like(layer(features))

        (found,) = torch.autograd.grad((weights * layer(features)).sum(), features)

        (expected,) = torch.autograd.grad((weights.double() * exact(layer, features)).sum(), features)
        assert deviation(found, expected) < LARGEST_DEVIATION


@pytest.mark.parametrize("threads", [1, 6, 20])
def test_any_number_of_threads_computes_the_same(layer, threads):
    features = torch.rand(3, 128, 70, 50)
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        found = layer(features)
    finally:
        torch.set_num_threads(before)

    assert deviation(found, exact(layer, features)) < LARGEST_DEVIATION


def test_without_a_bias_it_adds_none():
    layer = WinogradConv2d(128, 64, padding=1).requires_grad_(False)
    layer.bias = None
    features = torch.rand(1, 128, 24, 24)

    expected = functional.conv2d(features.double(), layer.weight.double(), padding=1)

    assert deviation(layer(features), expected) < LARGEST_DEVIATION


def test_it_takes_fewer_than_half_of_the_multiplications(layer):
    features = torch.rand(1, 128, 64, 64)
    direct = multiplications(lambda: nn.Conv2d.forward(layer, features))

    assert multiplications(lambda: layer(features)) < direct / 2


def test_the_input_stays_as_it_is(layer):
    features = torch.rand(1, 128, 24, 24)
    before = features.clone()

    layer(features)

    assert torch.equal(features, before)


class TestKernels:
    def test_that_are_changed_in_place_are_transformed_anew(self, layer):
        features = torch.rand(1, 128, 24, 24)
        layer(features)
        layer.weight.mul_(3)

        assert deviation(layer(features), exact(layer, features)) < LARGEST_DEVIATION

    def test_that_are_replaced_are_transformed_anew(self, layer):
        features = torch.rand(1, 128, 24, 24)
        layer(features)
        layer.weight = nn.Parameter(torch.rand_like(layer.weight), requires_grad=False)

        assert deviation(layer(features), exact(layer, features)) < LARGEST_DEVIATION

    def test_of_a_copy_are_its_own(self, layer):
        features = torch.rand(1, 128, 24, 24)
        layer(features)
        other = copy.deepcopy(layer)
        other.weight.mul_(-2)

        assert deviation(other(features), exact(other, features)) < LARGEST_DEVIATION
        assert deviation(layer(features), exact(layer, features)) < LARGEST_DEVIATION

    def test_are_stored_as_those_of_any_convolution(self, layer):
        layer(torch.rand(1, 128, 24, 24))

        assert layer.state_dict().keys() == nn.Conv2d(128, 64, 3).state_dict().keys()


class TestWhereItIsTheOrdinaryConvolution:
    def test_while_its_kernels_are_trained(self, layer):
        layer.requires_grad_()
        features = torch.rand(1, 128, 24, 24)

        layer(features).sum().backward()

        assert torch.equal(layer(features), nn.Conv2d.forward(layer, features))
        assert layer.weight.grad is not None

    def test_in_other_precisions(self, layer):
        features = torch.rand(1, 128, 24, 24).double()
        layer.double()

        assert torch.equal(layer(features), nn.Conv2d.forward(layer, features))

    def test_inside_of_autocast(self, layer):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            assert layer(torch.rand(1, 128, 24, 24)).dtype is torch.bfloat16

    @pytest.mark.parametrize("shape", [(128, 24, 24), (1, 128, 12, 16)], ids=["no batch", "few tiles"])
    def test_where_it_would_save_nothing(self, layer, shape):
        features = torch.rand(shape)

        assert torch.equal(layer(features), nn.Conv2d.forward(layer, features))

    def test_with_few_channels(self):
        layer = WinogradConv2d(64, 64, padding=1).requires_grad_(False)
        features = torch.rand(1, 64, 64, 64)

        assert torch.equal(layer(features), nn.Conv2d.forward(layer, features))

    def test_so_is_its_complaint_about_other_channels(self, layer):
        with pytest.raises(RuntimeError, match="expected input"):
            layer(torch.rand(1, 64, 24, 24))


def test_a_second_derivative_is_refused(layer):
    features = torch.rand(1, 128, 24, 24, requires_grad=True)
    (gradient,) = torch.autograd.grad((layer(features) ** 2).sum(), features, create_graph=True)

    with pytest.raises(RuntimeError, match="once_differentiable"):
        gradient.sum().backward()
