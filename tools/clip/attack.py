"""Attacks on a text-image model: small changes of the pixels that raise the similarity to a prompt."""

from __future__ import annotations

from collections.abc import Callable

import torch
from numpy.random import Generator
from torch import Tensor
from torch.nn import functional

from tools.clip.views import sample_views, show


def attack(embed: Callable[[Tensor], Tensor], images: Tensor, texts: Tensor, reach: float, steps: int) -> Tensor:
    """Projected gradient ascent (Madry et al. 2018) of the cosine between image and text, from a random start.

    Args:
        embed: N×3×S×S in [0, 1] → N×D. Called once a step: it may look at other crops each time.
        images: N×3×S×S in [0, 1].
        texts: N×D, unit length: what each image is to be taken for.
        reach: Largest change of a value.
        steps: How many; each moves every value by 2.5 × reach ÷ steps, towards the sign of the gradient.

    Returns:
        N×3×S×S in [0, 1].
    """
    changed = (images + reach * (2 * torch.rand_like(images) - 1)).clamp(0, 1)
    for _ in range(steps):
        changed.requires_grad_(True)
        similarity = functional.cosine_similarity(embed(changed), texts, dim=1).sum()
        (gradient,) = torch.autograd.grad(similarity, changed)
        with torch.no_grad():
            moved = changed + 2.5 * reach / steps * gradient.sign()
            changed = torch.minimum(torch.maximum(moved, images - reach), images + reach).clamp(0, 1)
    return changed.detach()


def through_views(
    embed: Callable[[Tensor], Tensor], size: int, crops: int, rng: Generator
) -> Callable[[Tensor], Tensor]:
    """Returns the embedding that an attack on pixels uses: the mean over the whole picture and fresh random crops.

    Args:
        embed: N×3×``size``×``size`` in [0, 1] → N×D.
        size: The model's input.
        crops: How many, drawn anew at every call; the same for all pictures of a call.
        rng: Draws them.

    Returns:
        N×3×H×H in [0, 1] → N×D, the mean of unit vectors.
    """

    def embed_views(images: Tensor) -> Tensor:
        views = sample_views(rng, images.shape[-1], crops, augment=False)
        shown = torch.cat([show(images, view, size) for view in views])
        return functional.normalize(embed(shown), dim=1).unflatten(0, (len(views), len(images))).mean(0)

    return embed_views
