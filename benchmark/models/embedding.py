"""Embeddings of images and prompts in a text-image model, scaled to unit length and computed once."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import torch
from torch.nn import functional

from benchmark.errors import InputError
from benchmark.models.batching import remember_in_batches
from benchmark.prompts import is_blank

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from benchmark.models.clip import ClipModel
    from benchmark.models.provider import Models
    from benchmark.models.role import Role


def image_embedding(models: Models, role: Role, image: Tensor) -> Tensor:
    """Embeds an image; remembered as long as the image lives.

    Args:
        models: The networks of the run.
        role: Which text-image model embeds.
        image: RGB image, 3×H×W in [0, 1]. The model sees its centre square, resized.

    Returns:
        D numbers, of unit length.
    """
    return image_embeddings(models, role, [image])[0]


def image_embeddings(models: Models, role: Role, images: Sequence[Tensor]) -> list[Tensor]:
    """Embeds images; those not yet known go through the model together where they agree in size.

    Args:
        models: The networks of the run.
        role: Which text-image model embeds.
        images: RGB images, 3×H×W in [0, 1].

    Returns:
        D numbers of unit length for each image.
    """
    clip = cast("ClipModel", models.load(role))
    return remember_in_batches(
        models,
        images,
        (role, "image embedding"),
        lambda batch: functional.normalize(clip.encode_image(batch), dim=1).unbind(),
    )


def prompt_embedding(models: Models, role: Role, prompt: str) -> Tensor:
    """Embeds a prompt as it stands, without a template; remembered for the run.

    Args:
        models: The networks of the run.
        role: Which text-image model embeds.
        prompt: The prompt.

    Returns:
        D numbers, of unit length.
    """
    clip = cast("ClipModel", models.load(role))

    def embed() -> Tensor:
        with torch.no_grad():
            return functional.normalize(clip.encode_text([prompt]), dim=1)[0]

    return models.remember(prompt, (role, "prompt embedding"), embed)


def similarity_matrix(models: Models, role: Role, images: Sequence[Tensor], prompts: Sequence[str]) -> Tensor:
    """Computes the cosines between all prompts and all images, neither scaled nor clamped.

    Args:
        models: The networks of the run.
        role: Which text-image model embeds.
        images: RGB images, 3×H×W in [0, 1].
        prompts: The prompts, taken without a template.

    Returns:
        P×N numbers in [−1, 1]: rows are prompts, columns are images.

    Raises:
        InputError: A prompt is blank.
    """
    if (blank := next((prompt for prompt in prompts if is_blank(prompt)), None)) is not None:
        raise InputError(f"prompt {blank!r} is blank: there is nothing to compare images with")
    if not images or not prompts:
        return torch.zeros(len(prompts), len(images), device=models.device)
    columns = torch.stack(image_embeddings(models, role, images), dim=1)
    rows = torch.stack([prompt_embedding(models, role, prompt) for prompt in prompts])
    return (rows @ columns).clamp(-1.0, 1.0)
