"""The results of a run as one table: one row per unit, one column per metric.

Its rows are made here alone, from the journal, few at a time. What is written, summarized, reported and loaded is this
table, in memory or in ``results.parquet``.
"""

from __future__ import annotations

import functools
import itertools
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from benchmark.store.atomic import replacing
from benchmark.store.journal import UnitRecord
from benchmark.store.planned_units import PlannedUnits
from benchmark.store.records import MetricRecord, UnitStatus

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

UNIT_COLUMNS = (
    "method",
    "case",
    "content",
    "style",
    "prompt",
    "seed",
    "status",
    "error",
    "seconds",
    "cpu_seconds",
    "disturbed",
    "peak_memory_bytes",
    "image",
)
_NAMES = ["method", "status", "content", "style"]
"""Columns of few different texts."""
_ROWS_AT_ONCE = 10_000
_VALUES_AT_ONCE = 200_000
"""Scores that are read at once: each reading takes milliseconds, and not much memory."""


def score_columns(metrics: Iterable[MetricRecord]) -> list[str]:
    """Names of the columns of scores of a run: each metric's, then its components'.

    Args:
        metrics: The metrics of the run.
    """
    return [column for metric in metrics for column in metric.columns]


class ResultsTable(ABC):
    """The results of a run: a row per finished unit, methods together; ``UNIT_COLUMNS``, then a column per score."""

    def scores(self, method: str, columns: Sequence[str]) -> Iterator[pd.DataFrame]:
        """Yields the scores of the units of a method that ended well, some columns at a time.

        Args:
            method: Name of the method.
            columns: Names of the columns, which are yielded in this order.

        Yields:
            One row per unit: ``content`` and ``style``, which are categories, and the columns.
        """
        at_once = max(1, _VALUES_AT_ONCE // max(1, self._number_of_units(method)))
        for first in range(0, len(columns), at_once):
            names = ["status", "content", "style", *columns[first : first + at_once]]
            read: pd.DataFrame = self._read(method, names).to_pandas(split_blocks=True, self_destruct=True)
            yield read.loc[read["status"] == UnitStatus.OK, names[1:]]

    @abstractmethod
    def _number_of_units(self, method: str) -> int:
        """The number of units of a method."""

    @abstractmethod
    def _read(self, method: str, columns: Sequence[str]) -> pa.Table:
        """Some columns of the units of a method, those of ``_NAMES`` as dictionaries."""


class TableInMemory(ResultsTable):
    """The results of a run in memory.

    Args:
        table: The rows.
    """

    def __init__(self, table: pa.Table) -> None:
        import pyarrow.compute as pc

        self._table = table
        methods = pc.dictionary_encode(table["method"]).combine_chunks()
        codes = np.asarray(methods.indices)
        if np.any(codes[1:] < codes[:-1]):
            order = np.argsort(codes, kind="stable")
            self._table, codes = table.take(order), codes[order]
        self._first = np.searchsorted(codes, np.arange(len(methods.dictionary) + 1))
        self._places = {name: place for place, name in enumerate(methods.dictionary.to_pylist())}

    @staticmethod
    def of(records: Iterable[tuple[int, UnitRecord]], units: PlannedUnits, columns: Sequence[str]) -> TableInMemory:
        """Makes the table.

        Args:
            records: The finished units by their positions, in their order.
            units: All units.
            columns: The columns of scores.
        """
        import pyarrow as pa

        return TableInMemory(pa.Table.from_batches(_batches(records, units, columns), _schema(tuple(columns))))

    @staticmethod
    def of_frame(frame: pd.DataFrame) -> TableInMemory:
        """Takes a table that ``to_pandas`` gave.

        Args:
            frame: The rows.
        """
        import pyarrow as pa

        return TableInMemory(pa.Table.from_pandas(frame, preserve_index=False))

    def to_pandas(self) -> pd.DataFrame:
        """The table as a data frame, as pandas reads it from the file that ``write_results`` writes."""
        frame: pd.DataFrame = self._table.to_pandas()
        return frame

    def _number_of_units(self, method: str) -> int:
        first, end = self._range(method)
        return end - first

    def _range(self, method: str) -> tuple[int, int]:
        place = self._places.get(method)
        return (0, 0) if place is None else (int(self._first[place]), int(self._first[place + 1]))

    def _read(self, method: str, columns: Sequence[str]) -> pa.Table:
        first, end = self._range(method)
        read = self._table.select(columns).slice(first, end - first)
        for name in set(columns) & set(_NAMES):
            read = read.set_column(columns.index(name), name, read[name].dictionary_encode())
        return read


class TableInFile(ResultsTable):
    """The results of a run in its file, of which one method and few columns at a time are read.

    Args:
        path: The file, as ``write_results`` wrote it.
    """

    def __init__(self, path: Path) -> None:
        import pyarrow.parquet as pq

        # pyarrow opens no path that is not UTF-8.
        self._opened = path.open("rb")
        self._file = pq.ParquetFile(self._opened, read_dictionary=_NAMES)
        self._groups: dict[str, list[int]] = {}
        method = self._file.schema_arrow.get_field_index("method")
        for group in range(self._file.num_row_groups):
            name = self._file.metadata.row_group(group).column(method).statistics.min
            self._groups.setdefault(name, []).append(group)

    def _number_of_units(self, method: str) -> int:
        return sum(self._file.metadata.row_group(group).num_rows for group in self._groups.get(method, []))

    def _read(self, method: str, columns: Sequence[str]) -> pa.Table:
        return self._file.read_row_groups(self._groups.get(method, []), columns=columns)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._file.close()
        self._opened.close()


def write_results(
    records: Iterable[tuple[int, UnitRecord]], units: PlannedUnits, columns: Sequence[str], path: Path
) -> None:
    """Writes the table as Parquet, whole or not at all. Few rows at a time are in memory.

    Args:
        records: The finished units by their positions, in their order.
        units: All units.
        columns: The columns of scores.
        path: The file.

    Raises:
        InputError: The file cannot be written.
    """
    import pyarrow.parquet as pq

    with (
        replacing(path) as temporary,
        temporary.open("wb") as file,
        pq.ParquetWriter(file, _schema(tuple(columns))) as writer,
    ):
        # A row group has rows of one method only, by which its scores are found again.
        for batch in _batches(records, units, columns):
            writer.write_batch(batch)


def _batches(
    records: Iterable[tuple[int, UnitRecord]], units: PlannedUnits, columns: Sequence[str]
) -> Iterator[pa.RecordBatch]:
    """The rows of the table, few at a time, of one method each."""
    import pyarrow as pa

    schema = _schema(tuple(columns))
    values: list[Callable[[UnitRecord], Any]] = [
        lambda record: record.seed,
        lambda record: str(record.status),
        lambda record: record.error,
        lambda record: record.seconds,
        lambda record: record.cpu_seconds,
        lambda record: record.disturbed,
        lambda record: record.peak_memory_bytes,
        lambda record: record.image,
    ]
    for _, of_method in itertools.groupby(records, key=lambda row: row[1].method):
        while some := list(itertools.islice(of_method, _ROWS_AT_ONCE)):
            found = [record for _, record in some]
            facts = zip(*(units.facts(position) for position, _ in some), strict=True)
            texts = [[record.method for record in found], [record.case for record in found], *map(list, facts)]
            others = [[value(record) for record in found] for value in values]
            scores = [[record.scores.get(column) for record in found] for column in columns]
            yield pa.RecordBatch.from_pydict(
                dict(zip(schema.names, [*texts, *others, *scores], strict=True)), schema=schema
            )


@functools.lru_cache(maxsize=4)
def _schema(columns: tuple[str, ...]) -> pa.Schema:
    """The columns and their types in Arrow and in pandas."""
    import pandas as pd
    import pyarrow as pa

    types = {
        "seed": (pa.int64(), "int64"),
        "seconds": (pa.float64(), "float64"),
        "cpu_seconds": (pa.float64(), "float64"),
        # Missing where it is not known.
        "disturbed": (pa.bool_(), "boolean"),
        "peak_memory_bytes": (pa.int64(), "Int64"),
        **dict.fromkeys(columns, (pa.float64(), "float64")),
    }
    names = [*UNIT_COLUMNS, *columns]
    schema = pa.schema([(name, types[name][0] if name in types else pa.string()) for name in names])
    empty = pd.DataFrame([], columns=names).astype({name: kind for name, (_, kind) in types.items()})
    return pa.Table.from_pandas(empty, schema=schema).schema
