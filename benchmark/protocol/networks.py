"""The networks that a protocol is measured with: those that it names, or published ones in place of the embedded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final, TypeVar

from benchmark.errors import InputError
from benchmark.models.role import Role
from benchmark.models.specification import find_model
from benchmark.protocol.protocol import Protocol
from benchmark.protocol.recipe import Recipe

FoundT = TypeVar("FoundT", Protocol, Recipe, Protocol | Recipe)

PUBLISHED: Final[Mapping[Role, str]] = MappingProxyType(
    {
        Role.VGG: "vgg19",
        Role.CLIP: "clip-ViT-B-32-openai",
        Role.CLIP_JUDGE: "clip-ViT-L-14-openai",
        Role.LPIPS: "lpips-alex",
        Role.PERCEPTUAL: "st-lpips-alex",
        Role.DISTS: "dists-vgg16",
        Role.INCEPTION: "art-inception",
        Role.ADAIN_DECODER: "adain-decoder",
    }
)
"""The published network of each role, for roles that a protocol leaves empty."""


class NetworkChoice(StrEnum):
    """The networks to measure a protocol with."""

    OWN = "own"
    """Those that the protocol names."""
    PUBLISHED = "published"
    """The published network in place of each embedded one, and in every role that the protocol leaves empty."""


def with_networks(found: FoundT, choice: NetworkChoice) -> FoundT:
    """Returns a protocol or recipe with the chosen networks.

    Pictures, cases and settings stay. Where a network changes, it is another protocol: with another fingerprint, and
    with a name that says so.

    Args:
        found: The protocol or recipe.
        choice: The choice.

    Raises:
        InputError: The judge would be the model that methods optimise.
    """
    if choice is NetworkChoice.OWN:
        return found
    named = {role: find_model(name, role).published or name for role, name in found.models.items()}
    models = {**PUBLISHED, **named}
    if models == dict(found.models):
        return found
    if models[Role.CLIP] == models[Role.CLIP_JUDGE]:
        raise InputError(
            f"protocol {found.name}: with published networks, clip and clip_judge are both {models[Role.CLIP]}, but the"
            " judge must be a model that no method optimises: name another one for clip in the protocol"
        )
    return replace(
        found,
        name=f"{found.name}_published",
        title=f"{found.title or found.name}, published networks",
        description=f"The pictures, cases and settings of {found.name}, measured with published networks.",
        models=models,
    )
