"""Interface of a data set to freezing, wherever the data set is stored."""

from __future__ import annotations

import abc
import contextlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from benchmark.errors import InputError, explained
from benchmark.freezing.labels import require_labels
from benchmark.freezing.observer import FreezeObserver
from benchmark.suggestion import suggest


class Works(abc.ABC):
    """The rows of one split of a data set, counted from 0.

    Attributes:
        origin: Name of the place that they are read from, for errors.
        revision: Sha of the data set's revision, or an empty string where it is not known.
    """

    origin: str
    revision: str
    advice: ClassVar[str] = "try again, what has been fetched is kept"

    @property
    @abc.abstractmethod
    def features(self) -> Mapping[str, Any]:
        """The ``datasets`` features by column.

        Raises:
            InputError: The data set cannot be read.
        """

    @abc.abstractmethod
    def labels(self, columns: Sequence[str], observer: FreezeObserver) -> dict[str, list[str]]:
        """Reads label columns of all rows, and nothing else where the format allows it.

        Args:
            columns: Names of the columns.
            observer: Is told about the progress, where reading takes long.

        Returns:
            The labels by column, as ``benchmark.freezing.labels.label_text`` cleans them.

        Raises:
            InputError: A column is missing or holds no labels, or the data set cannot be read.
        """

    @abc.abstractmethod
    def images(self, column: str, rows: Collection[int]) -> Iterator[tuple[int, bytes]]:
        """Reads the image files of some rows, few at a time.

        Args:
            column: Name of the column with the images.
            rows: The rows.

        Yields:
            A row and the bytes of its image file, in the order of the rows in the data set.

        Raises:
            InputError: There is no such column or row, or the data set cannot be read.
        """

    def check_column(self, column: str) -> None:
        """Checks that there is a column.

        Raises:
            InputError: There is none of that name, or the data set cannot be read.
        """
        if column not in self.features:
            raise InputError(f"{self.origin} has no column {column!r}{suggest(column, self.features)}")

    def check_labels(self, columns: Sequence[str]) -> None:
        """Checks that columns exist and can hold labels, before anything of them is read.

        Raises:
            InputError: One is missing or holds something else, or the data set cannot be read.
        """
        for column in columns:
            self.check_column(column)
            require_labels(self.features[column], column)

    def missing_row(self, row: int, rows: int) -> InputError:
        """Returns the error about a row that does not exist."""
        return InputError(f"{self.origin} has {rows} rows, there is no row {row}")

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """Turns any error of the libraries while they read into one line for the user."""
        with explained(f"cannot read {self.origin}", advice=self.advice):
            yield
