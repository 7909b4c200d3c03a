"""Writing of files of transform networks, and the joining of several into one.

python -m tools.johnson.weights_file WEIGHTS [WEIGHTS ...] --out FILE
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from safetensors.torch import save_file

from benchmark.errors import BenchmarkError, InputError
from benchmark.models.transform_network_file import METADATA_KEY, PAINTINGS, Painting, read_transform_networks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import nn


def write_networks(networks: Sequence[nn.Module], paintings: Sequence[Painting], file: Path) -> None:
    """Writes networks in float16 with the paintings that they know, whole or not at all.

    Args:
        networks: Transform networks.
        paintings: The painting of each.
        file: The file.
    """
    tensors = {
        f"{index}.{name}": value.half().cpu().contiguous()
        for index, network in enumerate(networks)
        for name, value in network.state_dict().items()
    }
    temporary = file.with_name(f"{file.name}.tmp")
    save_file(tensors, temporary, metadata={METADATA_KEY: PAINTINGS.dump_json(tuple(paintings)).decode()})
    temporary.chmod(0o644)
    temporary.replace(file)


def join(files: Sequence[Path], out: Path) -> None:
    """Joins files of networks whose paintings are known into one.

    Raises:
        InputError: A file cannot be used, or two know the same painting.
    """
    networks: list[nn.Module] = []
    paintings: list[Painting] = []
    for file in files:
        found = read_transform_networks(file)
        if not found.paintings:
            raise InputError(f"{file} does not say which painting it was trained for")
        networks += found.networks
        paintings += found.paintings
    if len({painting.pixels_sha256 for painting in paintings}) < len(paintings):
        raise InputError("two of the files were trained for the same painting")
    write_networks(networks, paintings, out)


def main(arguments: Sequence[str] | None = None) -> int:
    """Joins; returns the exit code."""
    parser = argparse.ArgumentParser(description="Join files of transform networks.")
    parser.add_argument("files", type=Path, nargs="+", metavar="WEIGHTS")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    options = parser.parse_args(arguments)
    try:
        join(options.files, options.out)
    except BenchmarkError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
