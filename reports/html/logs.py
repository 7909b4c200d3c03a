"""Logs of the methods' output, copied beside the page, so that they move with it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from benchmark.store.run_files import find_file

if TYPE_CHECKING:
    from benchmark.store.records import RunRecords
    from reports.html.linked_files import LinkedFiles

LARGEST_LOG: Final = 1024 * 1024
"""Of a longer log the end is copied."""


@dataclass(frozen=True)
class Log:
    """The log of a method's output.

    Attributes:
        path: Its path in the folder of the run, or of all runs.
        uri: Address of a copy relative to the page, empty where there is none.
        cut: Whether the copy holds only the end of the log.
    """

    path: str
    uri: str = ""
    cut: bool = False


def copy_logs(run: RunRecords, methods: set[str], files: LinkedFiles | None) -> Mapping[str, Log]:
    """Copies the logs of methods, and returns those that exist by method.

    A log outside the run's folder, or one that cannot be read, is left out.

    Args:
        run: The run.
        methods: Names of the methods.
        files: Folder of files that copies are written to; without it there are none.

    Raises:
        InputError: A copy cannot be written.
    """
    logs = {}
    for method, path in run.logs.items():
        if method not in methods:
            continue
        try:
            file = find_file(path, run.directory, run.folders)
            if file is None or not file.is_file():
                continue
            with file.open("rb") as stream:
                size = stream.seek(0, os.SEEK_END)
                stream.seek(max(size - LARGEST_LOG, 0))
                data = stream.read(LARGEST_LOG)
        except (OSError, ValueError):
            continue
        logs[method] = Log(path, files.add(data, "txt"), size > LARGEST_LOG) if files else Log(path)
    return logs
