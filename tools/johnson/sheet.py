"""Draw a contact sheet: photographs in the first row, below it what each network of a file paints of them.

python -m tools.johnson.sheet WEIGHTS --photographs DIR --names NAME [NAME ...] --size 256 --out SHEET.jpg
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from benchmark.errors import BenchmarkError
from benchmark.images import encode_image
from benchmark.models.transform_network import TransformNetwork
from benchmark.models.transform_network_file import read_transform_networks
from methods.johnson.stylization import paint
from tools.adain.corpus import fit_square
from tools.johnson.photographs import choose, load_photographs

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Draws the sheet; returns the exit code."""
    parser = argparse.ArgumentParser(description="Draw a contact sheet of transform networks.")
    parser.add_argument("weights", type=Path)
    parser.add_argument("--photographs", type=Path, required=True, metavar="DIR")
    parser.add_argument("--names", nargs="+", required=True, help="photographs, without their suffix")
    parser.add_argument("--size", type=int, default=256, help="side of each square, in pixels")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    options = parser.parse_args(arguments)
    try:
        chosen = choose(load_photographs(options.photographs), options.names)
        networks = read_transform_networks(options.weights).networks
    except BenchmarkError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    squares = [fit_square(picture, options.size) for picture in chosen]
    rows = [torch.cat(squares, dim=2)]
    for network in networks:
        assert isinstance(network, TransformNetwork)
        rows.append(torch.cat([paint(network, square) for square in squares], dim=2))
    options.out.write_bytes(encode_image(torch.cat(rows, dim=1), options.out.suffix))
    return 0


if __name__ == "__main__":
    sys.exit(main())
