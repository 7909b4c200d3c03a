"""Files of transform networks, each of which knows one painting.

Two kinds are read. Files of pytorch/examples (``fast_neural_style``, saved by ``torch.save`` or converted to
safetensors) hold one network and do not say which painting it knows. Files of ``tools/train_johnson.py`` are
safetensors of one or several networks, whose parameters are named ``0.conv1.conv2d.weight`` and so on; their metadata
name the paintings in the same order.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Final

from annotated_types import MinLen
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from safetensors import safe_open
from torch import nn

from benchmark.errors import InputError
from benchmark.models.tensor_file import TensorFormat, fill, read_checkpoint, readable, tensor_format
from benchmark.models.transform_network import TransformNetwork

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from torch import Tensor

METADATA_KEY: Final = "paintings"
"""Name of the paintings in the metadata of a safetensors file, a list in JSON."""

_NAME: Final = "a transform network of Johnson et al."
_FIRST: Final = "conv1.conv2d.weight"
_STATISTICS: Final = re.compile(r"(^|\.)in\d+\.(running_mean|running_var|num_batches_tracked)$")
"""What instance normalization of early PyTorch stored and nothing reads."""


class Painting(BaseModel):
    """A painting that a network was trained for.

    Attributes:
        title: Title for people.
        pixels_sha256: Hash of its pixels (``benchmark.images.pixels_sha256``).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    pixels_sha256: str


PAINTINGS: Final = TypeAdapter(Annotated[tuple[Painting, ...], MinLen(1)])
"""Reads and writes the paintings of the metadata."""


class TransformNetworks(nn.Module):
    """Transform networks and the paintings that they know.

    Args:
        networks: The networks, at least one.
        paintings: The painting of each; none where the file, of one network, does not say.

    Attributes:
        networks: The networks.
        paintings: Their paintings, in the same order, or none.
    """

    def __init__(self, networks: tuple[TransformNetwork, ...], paintings: tuple[Painting, ...] = ()) -> None:
        super().__init__()
        self.networks = nn.ModuleList(networks)
        self.paintings = paintings

    def of(self, pixels_sha256: str) -> TransformNetwork | None:
        """Returns the network that knows a painting, or ``None``; one whose painting is not known counts for all.

        Args:
            pixels_sha256: Hash of the painting's pixels.
        """
        if not self.paintings:
            (network,) = self.networks
            assert isinstance(network, TransformNetwork)
            return network
        for painting, network in zip(self.paintings, self.networks, strict=True):
            if painting.pixels_sha256 == pixels_sha256:
                assert isinstance(network, TransformNetwork)
                return network
        return None


def read_transform_networks(file: Path) -> TransformNetworks:
    """Reads a file of one or several networks, of either kind.

    Widths are those of the file. Running statistics, which files of early PyTorch hold, are dropped.

    Args:
        file: The file.

    Returns:
        The networks on the CPU in float32 and evaluation mode, their parameters frozen.

    Raises:
        InputError: It cannot be read, or holds something else.
    """
    tensors = {name: value for name, value in read_checkpoint(file).items() if not _STATISTICS.search(name)}
    paintings = read_paintings(file)
    if paintings:
        parts = [_part(tensors, f"{index}.") for index in range(len(paintings))]
        if sum(map(len, parts)) != len(tensors):
            raise InputError(f"{file} does not hold the {len(paintings)} networks of which its metadata speak")
    else:
        parts = [tensors]
    networks = TransformNetworks(tuple(_network(part, file) for part in parts), paintings)
    return networks.requires_grad_(False).eval()


def read_paintings(file: Path) -> tuple[Painting, ...]:
    """Reads which paintings the networks of a file know, without their weights; none where it does not say.

    Args:
        file: The file.

    Raises:
        InputError: It cannot be read, or its metadata are damaged.
    """
    if tensor_format(file) is not TensorFormat.SAFETENSORS:
        return ()
    with readable(file), safe_open(file, framework="numpy") as opened:
        stored = (opened.metadata() or {}).get(METADATA_KEY)
    if stored is None:
        return ()
    try:
        return PAINTINGS.validate_json(stored)
    except ValidationError as error:
        raise InputError(f"{file} is damaged: its metadata name no paintings") from error


def _part(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}


def _network(tensors: Mapping[str, Tensor], file: Path) -> TransformNetwork:
    first = tensors.get(_FIRST)
    if first is None or first.ndim != 4 or not len(first):
        raise InputError(f"{file} does not hold {_NAME}: it has no {_FIRST}")
    import torch

    # Memory is taken for no network as wide as a damaged file says.
    with torch.device("meta"):
        network = TransformNetwork(len(first) if first.shape[1:] == (3, 9, 9) else 1)
    fill(network, {name: value.float() for name, value in tensors.items()}, file, _NAME, assign=True)
    return network
