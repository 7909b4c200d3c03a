"""Rows of data sets that the package ``datasets`` has loaded or streams."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmark.errors import InputError
from benchmark.freezing.labels import label_text
from benchmark.freezing.observer import FreezeObserver
from benchmark.freezing.works import Works


class LoadedWorks(Works):
    """The rows of a ``datasets.Dataset``, which is on this machine and is mapped into memory.

    Args:
        dataset: The data set.
        origin: Where it lies, for errors.
        revision: Sha of its revision, or an empty string.
    """

    def __init__(self, dataset: Any, origin: str, revision: str = "") -> None:
        self.origin = origin
        self.revision = revision
        self._dataset = dataset

    @property
    def features(self) -> Mapping[str, Any]:  # noqa: D102 - inherited
        features: Mapping[str, Any] = self._dataset.features
        return features

    def labels(  # noqa: D102 - inherited
        self, columns: Sequence[str], observer: FreezeObserver
    ) -> dict[str, list[str]]:
        self.check_labels(columns)
        observer.note(f"reading {self.origin}")
        with self.reading():
            table = self._dataset.select_columns(list(columns)).with_format("arrow")[:]
        return {
            column: [label_text(value, self.features[column]) for value in table[column].to_pylist()]
            for column in columns
        }

    def images(self, column: str, rows: Collection[int]) -> Iterator[tuple[int, bytes]]:  # noqa: D102 - inherited
        self.check_column(column)
        if rows and max(rows) >= len(self._dataset):
            raise self.missing_row(max(rows), len(self._dataset))
        with self.reading():
            undecoded = _without_decoding(self._dataset, column)
        for row in sorted(rows):
            with self.reading():
                cell = undecoded[row][column]
            yield row, _image_bytes(cell, self.origin, column)


class StreamedWorks(Works):
    """The rows of a ``datasets.IterableDataset``, which can only be read from its beginning.

    Args:
        stream: The data set.
        origin: Where it lies, for errors.
        revision: Sha of its revision, or an empty string.
    """

    def __init__(self, stream: Any, origin: str, revision: str = "") -> None:
        self.origin = origin
        self.revision = revision
        with self.reading():
            self._stream = stream if stream.features else stream._resolve_features()

    @property
    def features(self) -> Mapping[str, Any]:  # noqa: D102 - inherited
        features: Mapping[str, Any] = self._stream.features
        return features

    def labels(  # noqa: D102 - inherited
        self, columns: Sequence[str], observer: FreezeObserver
    ) -> dict[str, list[str]]:
        self.check_labels(columns)
        observer.note(f"going through {self.origin}")
        found: dict[str, list[str]] = {column: [] for column in columns}
        with self.reading():
            for row in self._stream.select_columns(list(columns)):
                for column in columns:
                    found[column].append(label_text(row[column], self.features[column]))
        return found

    def images(self, column: str, rows: Collection[int]) -> Iterator[tuple[int, bytes]]:  # noqa: D102 - inherited
        self.check_column(column)
        with self.reading():
            remaining = enumerate(_without_decoding(self._stream, column))
        number = -1
        for wanted in sorted(rows):
            cell = None
            while number < wanted:
                with self.reading():
                    number, row = next(remaining, (number, None))
                if row is None:
                    raise self.missing_row(wanted, number + 1)
                cell = row[column]
            yield wanted, _image_bytes(cell, self.origin, column)


def _without_decoding(dataset: Any, column: str) -> Any:
    from datasets import Image

    images = dataset.select_columns([column])
    return images.cast_column(column, Image(decode=False)) if isinstance(dataset.features[column], Image) else images


def _image_bytes(cell: Any, origin: str, column: str) -> bytes:
    data = cell.get("bytes") if isinstance(cell, dict) else cell
    if isinstance(data, bytes):
        return data
    path = cell.get("path") if isinstance(cell, dict) else None
    if not path:
        raise InputError(f"{origin}: column {column!r} holds no image files")
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"{origin}: cannot read {path}: {error.strerror}") from error
