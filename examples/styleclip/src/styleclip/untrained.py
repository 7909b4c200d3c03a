"""Writes a small generator with random weights, to try everything out before the published ones are there.

``python -m styleclip.untrained FILE``. Its pictures are coloured noise.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from styleclip.generator import Generator, GeneratorShape

SMALL = GeneratorShape(channels=(12, 10, 8, 6), latent_size=16, mapping_layers=2)
"""Pictures of 32×32 pixels, of eight latent codes."""


def random_generator(shape: GeneratorShape, seed: int) -> Generator:
    """Makes a generator whose weights are drawn as they are before training, but with noise and biases.

    Args:
        shape: Layers and channels.
        seed: Seed of the weights.
    """
    generator = Generator(shape)
    source = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, tensor in generator.state_dict().items():
            if name.endswith(".kernel"):
                continue
            drawn = torch.randn(tensor.shape, generator=source)
            if name.startswith("style.") and name.endswith(".weight"):
                drawn = drawn * 100  # stored divided by the rate of the mapping network
            elif name.endswith("modulation.bias"):
                drawn = 1 + 0.1 * drawn
            elif name.endswith(("bias", "noise.weight")):
                drawn = 0.1 * drawn
            tensor.copy_(drawn)
    return generator


def write_untrained(path: Path, shape: GeneratorShape, seed: int = 0) -> None:
    """Writes a random generator as rosinality/stylegan2-pytorch writes one.

    Args:
        path: The file.
        shape: Layers and channels.
        seed: Seed of the weights.
    """
    torch.save({"g_ema": random_generator(shape, seed).state_dict()}, path)


def main() -> None:
    """Writes the file that the command names."""
    parser = argparse.ArgumentParser(prog="python -m styleclip.untrained", description=__doc__)
    parser.add_argument("file", type=Path, help="the file to write")
    parser.add_argument("--seed", type=int, default=0, help="seed of the weights (0)")
    arguments = parser.parse_args()
    write_untrained(arguments.file, SMALL, arguments.seed)
    print(f"{arguments.file}: {SMALL.side}×{SMALL.side} px, random weights")


if __name__ == "__main__":
    main()
