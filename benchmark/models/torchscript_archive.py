"""The tensors of a TorchScript archive, in which OpenAI published CLIP, without loading its program.

Such an archive is a zip file: a pickle of the module tree, one file for each storage, and code. The pickle is read
with an unpickler that knows tensors and plain records, and nothing else; the code is never read.
"""

from __future__ import annotations

import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor

_PICKLE: Final = "/data.pkl"
_CODE: Final = "/code/"
_MODULES: Final = "__torch__."
_DTYPES: Final = {
    "HalfStorage": torch.float16,
    "BFloat16Storage": torch.bfloat16,
    "FloatStorage": torch.float32,
    "DoubleStorage": torch.float64,
    "LongStorage": torch.int64,
    "IntStorage": torch.int32,
    "ByteStorage": torch.uint8,
    "BoolStorage": torch.bool,
}


def is_torchscript(path: Path) -> bool:
    """Returns whether a zip file is a TorchScript archive.

    Raises:
        zipfile.BadZipFile: It is not a whole zip file.
    """
    with zipfile.ZipFile(path) as archive:
        return any(_CODE in name for name in archive.namelist())


def read_torchscript(path: Path) -> dict[str, Tensor]:
    """Reads parameters, buffers and other tensors of the modules by name.

    Args:
        path: The archive.

    Returns:
        The tensors, on the CPU, in the precision that is stored.

    Raises:
        pickle.UnpicklingError: It holds more than modules, tensors and plain values.
        zipfile.BadZipFile: It is cut off.
        KeyError: A storage is missing.
        ValueError: It is not a TorchScript archive.
    """
    with zipfile.ZipFile(path) as archive:
        pickles = [name for name in archive.namelist() if name.count("/") == 1 and name.endswith(_PICKLE)]
        if len(pickles) != 1:
            raise ValueError("it has no data.pkl")
        with archive.open(pickles[0]) as file:
            tree = _TensorUnpickler(file, archive, pickles[0].removesuffix(_PICKLE)).load()
        return dict(_tensors(tree, ""))


class _Record:
    """Stands in for a module of the archive: its attributes and nothing else."""

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.attributes = dict(state)


class _TensorUnpickler(pickle.Unpickler):
    def __init__(self, file: Any, archive: zipfile.ZipFile, folder: str) -> None:
        super().__init__(file)
        self._archive = archive
        self._folder = folder

    def find_class(self, module: str, name: str) -> Any:
        if module.startswith(_MODULES):
            return _Record
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _rebuild
        if module == "torch" and name in _DTYPES:
            return _DTYPES[name]
        raise pickle.UnpicklingError(f"{module}.{name} is neither a tensor nor a plain value")

    def persistent_load(self, identifier: Any) -> Tensor:
        kind, dtype, key, _, number = identifier
        if kind != "storage" or not isinstance(dtype, torch.dtype):
            raise pickle.UnpicklingError(f"{kind!r} is not a storage")
        data = bytearray(self._archive.read(f"{self._folder}/data/{key}"))
        return torch.frombuffer(data, dtype=dtype, count=number)


def _rebuild(storage: Tensor, offset: int, size: tuple[int, ...], stride: tuple[int, ...], *_: object) -> Tensor:
    return storage.as_strided(size, stride, offset)


def _tensors(record: object, prefix: str) -> Iterator[tuple[str, Tensor]]:
    if isinstance(record, Tensor):
        yield prefix, record
    elif isinstance(record, _Record):
        for name, value in record.attributes.items():
            yield from _tensors(value, f"{prefix}.{name}" if prefix else name)
