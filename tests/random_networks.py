"""Small networks with random weights for metrics whose published networks no package carries."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import open_clip
import torch
from timm.models.vision_transformer import VisionTransformer
from torch import nn

from benchmark.models.dino import DinoClassToken, DinoKeys
from benchmark.models.fid_inception import empty_fid_inception
from benchmark.models.inception_maps import InceptionMaps
from benchmark.models.provider import Models
from benchmark.models.role import Role
from benchmark.models.style_descriptors import StyleDescriptors
from benchmark.testing.sample import embedded_models

SMALL_CLIP: dict[str, Any] = {
    "embed_dim": 12,
    "vision_cfg": {"image_size": 32, "layers": 2, "width": 128, "patch_size": 8},
    "text_cfg": {"context_length": 8, "vocab_size": 16, "width": 8, "heads": 2, "layers": 1},
}
"""A CLIP with two heads of 64 numbers in its image tower."""


def small_transformer(patch: int) -> VisionTransformer:
    """A transformer of DINO's kind for 224 px, two blocks of three heads."""
    transformer = VisionTransformer(
        img_size=224, patch_size=patch, embed_dim=24, depth=2, num_heads=3, num_classes=0, dynamic_img_size=True
    )
    # Fresh ones attend to everything alike, and have no biases.
    for parameter in transformer.parameters():
        parameter.data += 0.3 * torch.randn_like(parameter)
    return transformer


@functools.cache
def random_networks() -> Mapping[Role, nn.Module]:
    """A network for each role of a metric whose weights have to be fetched."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        tower = open_clip.CLIP(**SMALL_CLIP, quick_gelu=True).visual
        networks: dict[Role, nn.Module] = {
            Role.FID_INCEPTION: empty_fid_inception(),
            Role.SIFID_INCEPTION: InceptionMaps(),
            Role.DINO: DinoClassToken(small_transformer(32)),
            Role.DINO_STRUCTURE: DinoKeys(small_transformer(28)),
            Role.CSD: StyleDescriptors(tower, 32),
        }
    return {role: network.requires_grad_(False).eval() for role, network in networks.items()}


class EmbeddedAndRandom(Models):
    """The embedded networks, and random ones in the other roles."""

    def __init__(self, networks: Mapping[Role, nn.Module] | None = None) -> None:
        super().__init__({})
        self._own = random_networks() if networks is None else networks

    def load(self, role: Role) -> Any:
        return self._own[role] if role in self._own else embedded_models().load(role)

    def has(self, role: Role) -> bool:
        return role in self._own or embedded_models().has(role)
