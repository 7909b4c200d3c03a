"""The results of a run as a table of pandas that answers the usual questions about the run."""

from __future__ import annotations

import os
from pathlib import Path
from typing import ClassVar

import pandas as pd

from benchmark.analysis.loading import load_records
from benchmark.interface.answers import Answers
from benchmark.store.hub import PublishedRun, fetch_file, fetch_records, find_published
from benchmark.store.records import RunRecords


class RunTable(Answers, pd.DataFrame):  # type: ignore[misc]  # compare takes names of methods, not another table
    """The results of a run, one row per unit and one column per metric, with answers from all of its records.

    What is made of the table, by a filter, a copy or a merge, is a plain ``pandas.DataFrame``. The answers are those of
    the run, also where numbers in the table were changed. ``compare`` compares methods; to compare with another table
    as pandas does, write ``table.copy().compare(other.copy())``.

    Args:
        records: The records of the run.
        published: The run on the hub that they were fetched from, or ``None`` where they lie in a folder of a run.
    """

    _metadata: ClassVar[list[str]] = ["_loaded", "_published"]  # what pickle keeps beside the numbers

    def __init__(self, records: RunRecords, published: PublishedRun | None = None) -> None:
        super().__init__(records.units.copy())  # type: ignore[call-arg]  # the stubs know only __new__
        self._loaded = records
        self._published = published

    @property
    def _records(self) -> RunRecords:
        return self._loaded

    def _file(self, path: str) -> Path:
        if self._published is None:
            return super()._file(path)
        return fetch_file(self._published, self._loaded.directory, path)


def load_run(path: str | os.PathLike[str]) -> RunTable:
    """Loads the results of a run: one row per unit, one column per metric.

    The table answers the usual questions too: ``summary()``, ``compare(METHOD, METHOD)``, ``picture(CASE, METHOD)``.

    Args:
        path: Folder of the run; or ``hub:owner/name`` or ``hub:owner/name@revision`` for one that was published to the
            Hugging Face hub. Its records are then fetched, and a picture when it is asked for.

    Raises:
        InputError: It is no run, ``run.json`` is damaged, or it cannot be fetched.
    """
    published = find_published(path)
    return RunTable(load_records(fetch_records(published) if published else Path(path)), published)
