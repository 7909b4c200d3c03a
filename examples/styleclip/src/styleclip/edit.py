"""The edit: latent codes move towards a prompt and stay near where they were."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from styleclip.schedule import learning_rate

if TYPE_CHECKING:
    from torch import Tensor

    from styleclip.face_recognition import IdentityDistance
    from styleclip.generator import Generator
    from styleclip.prompt_distance import PromptDistance
    from styleclip.settings import StyleCLIPSettings


def edit_codes(
    generator: Generator,
    codes: Tensor,
    prompt: PromptDistance,
    identity: IdentityDistance | None,
    settings: StyleCLIPSettings,
) -> Tensor:
    """Descends the distance to a prompt, with the terms that keep the picture.

    Args:
        generator: Makes the pictures.
        codes: 1×K×L latent codes to start from.
        prompt: Distance of a picture to the prompt.
        identity: Distance of a face to the original one, or ``None`` for no such term.
        settings: Steps, weights and learning rate.

    Returns:
        1×K×L latent codes.
    """
    edited = codes.clone().requires_grad_(True)
    optimizer = torch.optim.Adam([edited], lr=settings.learning_rate)
    for step in range(settings.steps):
        optimizer.param_groups[0]["lr"] = learning_rate(step, settings.steps, settings.learning_rate)
        optimizer.zero_grad()
        picture = generator(edited)
        loss = prompt(picture) + settings.l2_weight * (codes - edited).square().sum()
        if identity is not None:
            loss = loss + settings.identity_weight * identity(picture)
        torch.autograd.backward(loss)
        optimizer.step()
    return edited.detach()
