"""The original VGG-19 on other scales, as if it had been published for colours of another range."""

from __future__ import annotations

import torch

from benchmark.models.role import Role
from benchmark.models.specification import VGGSpecification, find_model
from benchmark.models.vgg import VGG19


@torch.no_grad()
def load_smaller(divisor: str) -> VGG19:
    """Loads the original network with the first convolution and all biases divided, which divides all features."""
    network: VGG19 = find_model("vgg19-embedded").load()
    network.convolutions["conv1_1"].weight.div_(float(divisor))
    for convolution in network.convolutions.values():
        convolution.bias.div_(float(divisor))
    return network


def smaller_vgg(divisor: float) -> VGGSpecification:
    """The network of ``load_smaller`` as a model that states its scale."""
    return VGGSpecification(
        name=f"vgg19-smaller-{divisor}",
        title=f"VGG-19 with features divided by {divisor}",
        role=Role.VGG,
        loader="tests.vgg_twins:load_smaller",
        assets=(),
        arguments=(str(divisor),),
        feature_scale=1 / divisor,
    )
