"""Networks of the benchmark as others run them, beside which its speed is measured."""

from __future__ import annotations

import torch

from benchmark.models.winograd import WinogradConv2d
from benchmark.testing.sample import embedded_models
from tools.speed.peers.ordinary import ordinary


def test_computes_the_same_by_ordinary_convolutions_and_leaves_the_network_alone():
    vgg = embedded_models().vgg()
    images = torch.rand(1, 3, 64, 64)

    plain = ordinary(vgg)

    assert not any(isinstance(module, WinogradConv2d) for module in plain.modules())
    assert all(parameter.is_contiguous() and not parameter.requires_grad for parameter in plain.parameters())
    assert any(isinstance(module, WinogradConv2d) for module in vgg.modules())
    found, expected = (network(images, ["relu5_1"])["relu5_1"] for network in (plain, vgg))
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4 * float(expected.max()))
