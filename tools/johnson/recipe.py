"""What one training of a transform network is made of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from benchmark.models.transform_network import PUBLISHED_WIDTH


class Schedule(StrEnum):
    """Course of the learning rate."""

    CONSTANT = "constant"
    """As published."""
    COSINE = "cosine"
    """From the given rate down to a fiftieth of it at the last step."""


@dataclass(frozen=True)
class Recipe:
    """Settings of a training; the defaults are those of pytorch/examples where it has them.

    Attributes:
        width: Channels of the network's first convolution.
        steps: Optimisation steps; the published number is two passes over COCO 2014.
        batch: Photographs of a step.
        size: Side of the squares that are cut out of photographs, in pixels.
        style_size: Shorter side to which the painting is resized, in pixels.
        content_weight: Weight of the content term.
        style_weight: Weight of the style term.
        gatys_weight: Weight of Gatys' style loss as a share of the painting's own (`tools.johnson.perceptual_loss`); 0
            as published.
        style_ramp: Steps over which the weights of both styles rise from 0 to their full height; 0 for none. Until then
            the network learns to return its photograph.
        balanced: Whether the terms are made shares before they are weighted (`tools.johnson.perceptual_loss`).
        total_variation_weight: Weight of the total variation; 0 as in pytorch/examples.
        learning_rate: Step length of Adam.
        schedule: Course of the learning rate.
        recoloured_share: Share of the squares that change their colours, for small folders of photographs.
        vgg: Name of the network whose features are compared.
        bfloat16: Whether convolutions run in bfloat16.
        seed: Seed of the first weights and of the squares.
    """

    width: int = PUBLISHED_WIDTH
    steps: int = 41_400
    batch: int = 4
    size: int = 256
    style_size: int = 256
    content_weight: float = 1e5
    style_weight: float = 1e10
    gatys_weight: float = 0.0
    style_ramp: int = 0
    balanced: bool = False
    total_variation_weight: float = 0.0
    learning_rate: float = 1e-3
    schedule: Schedule = Schedule.CONSTANT
    recoloured_share: float = 0.0
    vgg: str = "vgg19-embedded"
    bfloat16: bool = False
    seed: int = 42
