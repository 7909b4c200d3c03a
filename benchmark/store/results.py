"""The results of a run as a table: one row per unit, one column per metric."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from benchmark.plan.unit import Unit
from benchmark.protocol.case import Case
from benchmark.store.atomic import replacing
from benchmark.store.journal import UnitRecord
from benchmark.store.records import CaseRecord, MetricRecord, UnitStatus

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
_ROWS_AT_ONCE = 10_000


def score_columns(metrics: Iterable[MetricRecord]) -> list[str]:
    """Names of the columns of scores of a run: each metric's, then its components'.

    Args:
        metrics: The metrics of the run.
    """
    return [column for metric in metrics for column in metric.columns]


def make_table(
    methods: Iterable[str],
    cases: Sequence[CaseRecord],
    columns: Sequence[str],
    records: Mapping[tuple[str, str], UnitRecord],
) -> pd.DataFrame:
    """Makes the table of results.

    Args:
        methods: Names of the methods of the run.
        cases: Its cases.
        columns: Its columns of scores.
        records: The finished units by method and case; those that the run did not ask for are left out.

    Returns:
        One row per finished unit, in the order of the plan: ``UNIT_COLUMNS``, then one column per score.
    """
    return _table(
        [
            _row(case.content, case.style, case.prompt, records[method, case.id], columns)
            for method in methods
            for case in cases
            if (method, case.id) in records
        ],
        columns,
    )


def write_results(units: Iterable[tuple[Unit, UnitRecord]], columns: Sequence[str], path: Path) -> None:
    """Writes the table of results as Parquet, whole or not at all. Few rows at a time are in memory.

    Args:
        units: The finished units with their records, in the order of the plan.
        columns: The columns of scores.
        path: The file.

    Raises:
        InputError: The file cannot be written.
    """
    with _row_groups(columns, path) as write:
        # A row group has rows of one method only, by which its scores are found again.
        for _, of_method in itertools.groupby(units, key=lambda unit: unit[0].method):
            rows = (_row(*_facts(unit.case), record, columns) for unit, record in of_method)
            while some := list(itertools.islice(rows, _ROWS_AT_ONCE)):
                write(_table(some, columns))


def write_table(table: pd.DataFrame, columns: Sequence[str], path: Path) -> None:
    """Writes a table of results, as ``make_table`` gives it, just as ``write_results`` writes units.

    Args:
        table: The table, the rows of a method one after the other.
        columns: Its columns of scores.
        path: The file.

    Raises:
        InputError: The file cannot be written.
    """
    with _row_groups(columns, path) as write:
        for _, of_method in table.groupby("method", sort=False):
            for start in range(0, len(of_method), _ROWS_AT_ONCE):
                write(of_method.iloc[start : start + _ROWS_AT_ONCE].reset_index(drop=True))


@contextlib.contextmanager
def _row_groups(columns: Sequence[str], path: Path) -> Iterator[Callable[[pd.DataFrame], None]]:
    """Yields a function that writes rows as a group, and puts the file in its place at the end."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = _schema(columns)
    empty = pa.Table.from_pandas(_table([], columns), schema=schema)
    with (
        replacing(path) as temporary,
        # pyarrow opens no path that is not UTF-8.
        temporary.open("wb") as file,
        pq.ParquetWriter(file, empty.schema) as writer,
    ):
        yield lambda rows: writer.write_table(pa.Table.from_pandas(rows, schema=schema))


class ResultsReader:
    """Reads scores from the table of results, one method and one column at a time.

    Args:
        path: The file, as ``write_results`` wrote it.
    """

    def __init__(self, path: Path) -> None:
        import pyarrow.parquet as pq

        self._opened = path.open("rb")
        self._file = pq.ParquetFile(self._opened, read_dictionary=_NAMES)
        self._groups: dict[str, list[int]] = {}
        method = self._file.schema_arrow.get_field_index("method")
        for group in range(self._file.num_row_groups):
            name = self._file.metadata.row_group(group).column(method).statistics.min
            self._groups.setdefault(name, []).append(group)

    def scores(self, method: str, column: str) -> pd.DataFrame:
        """The scores of the units of a method that ended well.

        Args:
            method: Name of the method.
            column: Name of the column.

        Returns:
            One row per unit: ``content`` and ``style``, which are categories, and the column.
        """
        names = ["status", "content", "style", column]
        table = self._file.read_row_groups(self._groups.get(method, []), columns=names)
        read: pd.DataFrame = table.to_pandas(split_blocks=True, self_destruct=True)
        return read.loc[read["status"] == UnitStatus.OK, names[1:]]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._file.close()
        self._opened.close()


def _schema(columns: Sequence[str]) -> pa.Schema:
    import pyarrow as pa

    types = {
        "seed": pa.int64(),
        "seconds": pa.float64(),
        "cpu_seconds": pa.float64(),
        "disturbed": pa.bool_(),
        "peak_memory_bytes": pa.int64(),
    }
    names = [*UNIT_COLUMNS, *columns]
    scores = dict.fromkeys(columns, pa.float64())
    return pa.schema([(name, {**types, **scores}.get(name, pa.string())) for name in names])


def _table(rows: Sequence[tuple[Any, ...]], columns: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    table = pd.DataFrame(rows, columns=[*UNIT_COLUMNS, *columns])
    numbers = ["seconds", "cpu_seconds", *columns]
    table[numbers] = table[numbers].astype("float64")
    table["seed"] = table["seed"].astype("int64")
    # Missing where it is not known.
    table["disturbed"] = table["disturbed"].astype("boolean")
    table["peak_memory_bytes"] = table["peak_memory_bytes"].astype("Int64")
    return table


def _facts(case: Case) -> tuple[str, str, str]:
    return case.content.id, case.style_id, case.prompt


def _row(content: str, style: str, prompt: str, record: UnitRecord, columns: Sequence[str]) -> tuple[Any, ...]:
    return (
        record.method,
        record.case,
        content,
        style,
        prompt,
        record.seed,
        str(record.status),
        record.error,
        record.seconds,
        record.cpu_seconds,
        record.disturbed,
        record.peak_memory_bytes,
        record.image,
        *(record.scores.get(column) for column in columns),
    )
