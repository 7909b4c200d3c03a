"""Rows of parquet files, remote or local; only the needed parts are read."""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any, BinaryIO, Final, cast

from benchmark.errors import InputError
from benchmark.freezing.labels import label_text
from benchmark.freezing.observer import FreezeObserver
from benchmark.freezing.works import Works

READ_AHEAD: Final = 1 << 20
"""Bytes of an image column that are fetched at once."""
LABELS_READ_AHEAD: Final = 1 << 12
"""Bytes of label columns that are fetched at once: the columns of a row group lie side by side and are short."""
_CONNECTIONS: Final = 8


@dataclass(frozen=True)
class _Shard:
    path: str
    metadata: Any

    @property
    def group_sizes(self) -> list[int]:
        return [self.metadata.row_group(group).num_rows for group in range(self.metadata.num_row_groups)]


class ParquetWorks(Works):
    """The rows of parquet files in their order.

    Labels are read by column: the footer of every file and the chunks of the requested columns. Images are read from
    the row groups of the requested rows, in small pieces and only up to the last of these rows.

    Args:
        paths: The files.
        open_file: Opens one of them; each ``read`` of the result should fetch just the requested bytes.
        origin: Where they lie, for errors.
        features: The ``datasets`` features, or ``None`` to take those that the files state.
        revision: Sha of the data set's revision, or an empty string.
    """

    def __init__(
        self, paths: Sequence[str], open_file: Callable[[str], BinaryIO], origin: str, features: Any, revision: str = ""
    ) -> None:
        self.origin = origin
        self.revision = revision
        self._paths = paths
        self._open = open_file
        self._given_features = features

    def labels(  # noqa: D102 - inherited
        self, columns: Sequence[str], observer: FreezeObserver
    ) -> dict[str, list[str]]:
        self.check_labels(columns)
        parts = []
        with self.reading(), ThreadPoolExecutor(_CONNECTIONS) as pool:
            for part in pool.map(lambda shard: self._shard_labels(shard, columns), self._shards):
                parts.append(part)
                observer.step("files of labels", len(parts), len(self._shards))
        return {column: list(itertools.chain.from_iterable(part[column] for part in parts)) for column in columns}

    def images(self, column: str, rows: Collection[int]) -> Iterator[tuple[int, bytes]]:  # noqa: D102 - inherited
        self.check_column(column)
        left = sorted(rows)
        first = 0
        for shard in self._shards:
            for group, size in enumerate(shard.group_sizes):
                wanted = [row - first for row in left if first <= row < first + size]
                if wanted:
                    for number, data in self._group_images(shard, group, column, wanted):
                        yield first + number, data
                first += size
        if left and left[-1] >= first:
            raise self.missing_row(left[-1], first)

    @cached_property
    def _shards(self) -> list[_Shard]:
        with self.reading(), ThreadPoolExecutor(_CONNECTIONS) as pool:
            return list(pool.map(self._read_footer, self._paths))

    @cached_property
    def features(self) -> Mapping[str, Any]:  # noqa: D102 - inherited
        from datasets import Features

        features: Mapping[str, Any]
        with self.reading():
            schema = self._shards[0].metadata.schema
            features = self._given_features or Features.from_arrow_schema(schema.to_arrow_schema())
        return features

    def _read_footer(self, path: str) -> _Shard:
        import pyarrow.parquet

        with self._open(path) as file:
            return _Shard(path, pyarrow.parquet.read_metadata(file))

    def _shard_labels(self, shard: _Shard, columns: Sequence[str]) -> dict[str, list[str]]:
        import pyarrow.parquet

        with self._open(shard.path) as file:
            # Without Arrow's threads: one that still holds a file when the interpreter ends aborts the process.
            near = io.BufferedReader(cast("io.RawIOBase", file), LABELS_READ_AHEAD)
            parquet = pyarrow.parquet.ParquetFile(near, metadata=shard.metadata, pre_buffer=False)
            # Group by group, in the order of the file; a whole file would be read column by column.
            groups = range(parquet.num_row_groups)
            tables = [parquet.read_row_group(group, columns=list(columns), use_threads=False) for group in groups]
        return {
            column: [label_text(cell, self.features[column]) for table in tables for cell in table[column].to_pylist()]
            for column in columns
        }

    def _group_images(
        self, shard: _Shard, group: int, column: str, wanted: Sequence[int]
    ) -> Iterator[tuple[int, bytes]]:
        import pyarrow.parquet

        # One row in a batch: a batch is decoded as a whole, and its images may be large.
        with self._open(shard.path) as file:
            with self.reading():
                parquet = pyarrow.parquet.ParquetFile(
                    file, metadata=shard.metadata, buffer_size=READ_AHEAD, pre_buffer=False
                )
                batches = parquet.iter_batches(batch_size=1, row_groups=[group], columns=[column], use_threads=False)
            for number in range(wanted[-1] + 1):
                with self.reading():
                    cell = next(batches).column(0)[0].as_py()
                if number in wanted:
                    data = cell.get("bytes") if isinstance(cell, dict) else cell
                    if not isinstance(data, bytes):
                        raise InputError(f"{self.origin}: column {column!r} of {shard.path} holds no image files")
                    yield number, data
