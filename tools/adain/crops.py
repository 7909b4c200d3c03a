"""Batches of random crops, drawn ahead in other processes where these are at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from tools.adain.corpus import Corpus, draw_crop

if TYPE_CHECKING:
    from collections.abc import Iterator

EXTRA_SHARE: Final = 0.35
"""Share of draws in which a further picture replaces a photograph or a painting."""


class Crops(Dataset[Tensor]):
    """Batches of random crops by the number of their step, each `N x 3 x S x S`, RGB in [0, 1].

    Args:
        corpus: Where they are cut from.
        seed: What they are drawn from, with the number of their step.
        recoloured_share: How many of them change their colours.
        count: N.
        size: S, in pixels.
    """

    def __init__(self, corpus: Corpus, seed: int, recoloured_share: float, count: int, size: int) -> None:
        self.corpus, self.seed, self.recoloured_share = corpus, seed, recoloured_share
        self.count, self.size = count, size

    def __getitem__(self, step: int) -> Tensor:
        random = np.random.default_rng((self.seed, step % 2**32))
        crops = []
        for _ in range(self.count):
            pool = self.corpus.photos if random.random() < 0.5 else self.corpus.paintings
            if self.corpus.extras and random.random() < EXTRA_SHARE:
                pool = self.corpus.extras
            picture = pool[random.integers(len(pool))]
            crops.append(draw_crop(picture, self.size, random, self.recoloured_share))
        return torch.stack(crops)

    def from_step(self, step: int, workers: int) -> Iterator[Tensor]:
        """The batches of this step and all that follow, drawn ahead in that many processes."""
        return iter(DataLoader(self, batch_size=None, sampler=range(step, 2**31), num_workers=workers))
