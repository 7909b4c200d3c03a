"""A judge CLIP that understands only colours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from benchmark.models.provider import Models
from benchmark.models.role import Role


class ColourJudge(nn.Module):
    """An embedding of an image is its mean colour, of any length.

    Args:
        meanings: The embeddings of prompts.

    Attributes:
        embedded_images: Number of images that were embedded.
    """

    image_size = 8

    def __init__(self, meanings: Mapping[str, tuple[float, float, float]] | None = None) -> None:
        super().__init__()
        self.meanings = meanings or {}
        self.embedded_images = 0

    def encode_image(self, images: torch.Tensor) -> torch.Tensor:
        self.embedded_images += len(images)
        return 5 * images.mean(dim=(2, 3))

    def encode_text(self, prompts: list[str]) -> torch.Tensor:
        return torch.tensor([self.meanings[prompt] for prompt in prompts])


class JudgeOnly(Models):
    """Networks of which there is nothing but the judge."""

    def __init__(self, judge: nn.Module) -> None:
        super().__init__({})
        self.judge = judge

    def load(self, role: Role) -> Any:
        assert role is Role.CLIP_JUDGE
        return self.judge
