"""Measure `vgg_style_loss` of what each network of a file paints, in shares of that of the untouched photographs.

python -m tools.johnson.judge WEIGHTS --styles PAINTING [PAINTING ...] --photographs DIR --names NAME [NAME ...]
    [--sizes 256 512]

It is the benchmark's own metric with the package's VGG-19, on centre squares of photographs and paintings, as a
run takes them. A painting is found by its pixels.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from benchmark.errors import BenchmarkError, InputError
from benchmark.images import fit_square, open_image, pixels_sha256, to_tensor
from benchmark.models.provider import Models
from benchmark.models.role import Role
from benchmark.models.specification import find_model
from benchmark.models.transform_network import TransformNetwork
from benchmark.models.transform_network_file import read_transform_networks
from metrics.vgg_losses import VggStyleLoss
from tools.johnson.measures import Measures, measure
from tools.johnson.photographs import choose, load_photographs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from torch import Tensor

    from tools.adain.corpus import Picture


def judge(
    weights: Path, styles: Sequence[Path], photographs: Sequence[Picture], sizes: Sequence[int]
) -> Iterator[tuple[str, Measures]]:
    """Yields the title of each network's painting with its measures at each size.

    Args:
        weights: File of networks that say which paintings they know.
        styles: The paintings, in any order.
        photographs: At least one.
        sizes: Sides of the squares in pixels.

    Raises:
        InputError: A file cannot be used, or a network's painting is not among the styles.
    """
    metric = VggStyleLoss()
    metric.models = Models({Role.VGG: find_model("vgg19-embedded", Role.VGG)})
    pictures = [open_image(style) for style in styles]
    known = {pixels_sha256(picture): picture for picture in pictures}
    networks = read_transform_networks(weights)
    if not networks.paintings:
        raise InputError(f"{weights} does not say which painting it was trained for")
    for network, painting in zip(networks.networks, networks.paintings, strict=True):
        assert isinstance(network, TransformNetwork)
        if painting.pixels_sha256 not in known:
            raise InputError(f"none of --styles is {painting.title}, as {weights} knows it")
        for size in sizes:
            image = to_tensor(fit_square(known[painting.pixels_sha256], size))

            def style_loss(pictures: Tensor, image: Tensor = image) -> Tensor:
                return metric.score(stylized=list(pictures), style=[image] * len(pictures))[:, 0].mean()

            yield painting.title, measure(network, style_loss, photographs, size)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures and prints; returns the exit code."""
    parser = argparse.ArgumentParser(description="Measure transform networks by the benchmark's style loss.")
    parser.add_argument("weights", type=Path)
    parser.add_argument("--styles", type=Path, nargs="+", required=True, metavar="FILE", help="the paintings")
    parser.add_argument("--photographs", type=Path, required=True, metavar="DIR")
    parser.add_argument("--names", nargs="+", required=True, help="photographs, without their suffix")
    parser.add_argument("--sizes", type=int, nargs="+", default=[256, 512], help="sides of the squares, in pixels")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    try:
        photographs = choose(load_photographs(options.photographs), options.names)
        for title, measures in judge(options.weights, options.styles, photographs, options.sizes):
            print(
                f"{title}, {measures.size} px, {len(photographs)} photographs: {measures.share:.3f} of the untouched"
                f" ones' (worst {measures.worst_share:.3f})",
                flush=True,
            )
    except BenchmarkError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
