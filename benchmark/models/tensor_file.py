"""Tensors from a file of weights, without running anything that the file holds."""

from __future__ import annotations

import pickle
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import torch
from safetensors import SafetensorError
from safetensors.torch import load, load_file
from torch import Tensor, nn

from benchmark.errors import InputError, describe_error
from benchmark.escaping import encodable
from benchmark.models.torchscript_archive import is_torchscript, read_torchscript

_STATES: Final = ("state_dict", "model_state_dict", "model")
_WRAPPERS: Final = ("module.", "_orig_mod.", "module.")
_UNREADABLE: Final = (
    OSError,
    EOFError,
    RuntimeError,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    SafetensorError,
    zipfile.BadZipFile,
)


class TensorFormat(StrEnum):
    """Format in which a file stores tensors."""

    SAFETENSORS = "safetensors"
    PICKLE = "pickle"
    """The format of ``torch.save``."""
    TORCHSCRIPT = "torchscript"


def tensor_format(path: Path) -> TensorFormat:
    """Recognises the format of a file by its content; whatever is neither of the other two counts as a pickle.

    Raises:
        InputError: The file cannot be opened, or is a zip file that is cut off.
    """
    with readable(path):
        with path.open("rb") as file:
            start = file.read(9)
        # A safetensors file begins with the length of its header, eight bytes, and the header's brace.
        if start[8:9] == b"{":
            return TensorFormat.SAFETENSORS
        if start[:4] == b"PK\x03\x04" and is_torchscript(path):
            return TensorFormat.TORCHSCRIPT
        return TensorFormat.PICKLE


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Reads a file of tensors by name.

    Pickles are opened with ``weights_only=True``; of a TorchScript archive only the tensors are read, its code is not.

    Args:
        path: The file.

    Returns:
        The tensors, on the CPU.

    Raises:
        InputError: The file is cut off, is in none of the formats, or holds more than tensors.
    """
    return _tensors_by_name(_read(path), path)


def read_checkpoint(path: Path) -> dict[str, Tensor]:
    """Reads the tensors of a network from a file of them, or from what a training wrote around them.

    Args:
        path: The file, in one of the formats of ``read_tensors``. A pickle may hold the tensors under ``state_dict``,
            ``model_state_dict`` or ``model``, beside other plain values, which are not used.

    Returns:
        The tensors, on the CPU, without the prefixes that data parallelism and compilation put before their names.

    Raises:
        InputError: As for ``read_tensors``.
    """
    stored = _read(path)
    if isinstance(stored, dict):
        stored = next((stored[key] for key in _STATES if isinstance(stored.get(key), dict)), stored)
    tensors = _tensors_by_name(stored, path)
    for prefix in _WRAPPERS:
        if all(name.startswith(prefix) for name in tensors):
            tensors = {name.removeprefix(prefix): tensor for name, tensor in tensors.items()}
    return tensors


def _read(path: Path) -> Any:
    stored_as = tensor_format(path)
    with readable(path):
        if stored_as is TensorFormat.SAFETENSORS:
            # The library opens no path that is not UTF-8; such a file is read as a whole.
            return load_file(path) if encodable(str(path)) == str(path) else load(path.read_bytes())
        if stored_as is TensorFormat.TORCHSCRIPT:
            return read_torchscript(path)
        return torch.load(path, map_location="cpu", weights_only=True)


def _tensors_by_name(stored: Any, path: Path) -> dict[str, Tensor]:
    if not isinstance(stored, dict) or not all(isinstance(value, Tensor) for value in stored.values()):
        raise InputError(f"{path} is refused: it does not hold tensors by name")
    return stored


@contextmanager
def readable(path: Path, name: str = "") -> Iterator[None]:
    """Turns any error while a file of weights is read into one line about the file.

    Args:
        path: The file.
        name: Name of the network that it is read into, where it is.

    Raises:
        InputError: Something went wrong.
    """
    try:
        yield
    except pickle.UnpicklingError as error:
        raise InputError(f"{path} is refused: it is no file of tensors alone, and could run code") from error
    except _UNREADABLE as error:
        what = f"does not hold {name}" if name else "cannot be read as weights, it is cut off or damaged"
        raise InputError(f"{path} {what}: {describe_error(error)[:200]}") from error


def fill(network: nn.Module, tensors: Mapping[str, Tensor], path: Path, name: str, *, assign: bool = False) -> None:
    """Puts tensors into a network that must take them all.

    Args:
        network: The network; it is filled in place.
        tensors: One for each of its parameters.
        path: Where they come from, for the error.
        name: Name of the network, for the error.
        assign: Whether the tensors themselves become the parameters, as a network on the meta device needs.

    Raises:
        InputError: Tensors are missing, too many, or of other shapes: the file holds another network.
    """
    try:
        network.load_state_dict(dict(tensors), assign=assign)
    except RuntimeError as error:
        raise InputError(f"{path} does not hold {name}: {_architecture_difference(network, tensors)}") from error


def _architecture_difference(network: nn.Module, tensors: Mapping[str, Tensor]) -> str:
    wanted = network.state_dict()
    if lacking := sorted(wanted.keys() - tensors.keys()):
        return f"it lacks {lacking[0]}" + (f" and {len(lacking) - 1} more" if len(lacking) > 1 else "")
    if surplus := sorted(tensors.keys() - wanted.keys()):
        return f"it has {surplus[0]}" + (f" and {len(surplus) - 1} more" if len(surplus) > 1 else "")
    for name, tensor in tensors.items():
        if tensor.shape != wanted[name].shape:
            return f"{name} is {_shape(tensor)}, not {_shape(wanted[name])}"
    return "its tensors do not fit"


def _shape(tensor: Tensor) -> str:
    return "×".join(map(str, tensor.shape)) or "a number"
