"""Reads generators from files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import torch
from benchmark import InputError
from benchmark.models.tensor_file import fill, readable

from styleclip.generator import Generator, GeneratorShape

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

_GENERATOR: Final = "g_ema"
_NOISE_SEED: Final = 0


def load_generator(path: Path) -> Generator:
    """Loads a generator of any size from a checkpoint of rosinality/stylegan2-pytorch.

    The generator is under ``g_ema``; whatever else the file holds is not used. Noise and blur kernels that some files
    lack are the usual ones: drawn once from a fixed seed, and (1, 3, 3, 1).

    Args:
        path: The file, which is read without running anything that it holds.

    Returns:
        The generator in evaluation mode, its parameters frozen.

    Raises:
        InputError: The file is damaged, holds more than tensors and plain values, or no such generator.
    """
    with readable(path):
        stored = torch.load(path, map_location="cpu", weights_only=True)
    tensors = stored.get(_GENERATOR) if isinstance(stored, dict) else None
    if not isinstance(tensors, dict):
        raise InputError(f"{path} holds no StyleGAN2 generator: there is no {_GENERATOR} in it")
    with readable(path, "a StyleGAN2 generator"):
        generator = Generator(GeneratorShape.of(tensors))
    fill(generator, {**_usual_tensors(generator), **tensors}, path, "a StyleGAN2 generator")
    return generator.requires_grad_(False).eval()


def _usual_tensors(generator: Generator) -> dict[str, Tensor]:
    """The tensors that files may lack, by name."""
    source = torch.Generator().manual_seed(_NOISE_SEED)
    return {
        name: torch.randn(buffer.shape, generator=source) if name.startswith("noises.") else buffer
        for name, buffer in generator.named_buffers()
    }
