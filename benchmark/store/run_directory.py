"""The folder of a run, in which a run is started, continued, or refused."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from benchmark.errors import InputError
from benchmark.store.atomic import write_json
from benchmark.store.manifest import READABLE_VERSIONS, Manifest
from benchmark.store.records import Calibration, RunStatus
from benchmark.text_files import MissingFileError, read_text

# The journal goes first: without it nothing counts as finished if the clearing is cut off. The manifest stays
# until the new one replaces it.
_LOCK = ".lock"
_CLEARED_ENTRIES = ("journal.jsonl", "results.parquet", "summary.json", "images", "inputs", "logs", "report")


@dataclass(frozen=True)
class RunDirectory:
    """The folder of a run.

    Attributes:
        path: Path of the folder.
    """

    path: Path

    @property
    def manifest(self) -> Path:
        """Manifest of the run: ``run.json``."""
        return self.path / "run.json"

    @property
    def journal(self) -> Path:
        """Journal of the finished units."""
        return self.path / "journal.jsonl"

    @property
    def results(self) -> Path:
        """The results, one row per unit."""
        return self.path / "results.parquet"

    @property
    def summary(self) -> Path:
        """Summary: means and intervals per method and metric."""
        return self.path / "summary.json"

    @property
    def report(self) -> Path:
        """Folder of the report."""
        return self.path / "report"

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that a run consists of, without its images, logs and reports."""
        return self.manifest, self.journal, self.results, self.summary

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keeps other processes from writing this run. The lock ends with the process that holds it.

        Raises:
            InputError: Another process writes it, the folder holds something else, or it cannot be written.
        """
        self._refuse_something_else()
        lock = FileLock(self.path / _LOCK)
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            lock.acquire(timeout=0)
        except Timeout:
            raise InputError(
                f"another `benchmark run` is writing {self.path}; wait until it ends, or name another folder with --out"
            ) from None
        # filelock raises NotImplementedError where the file system has no locks.
        except (OSError, NotImplementedError) as error:
            raise InputError(f"cannot write {self.path}: {getattr(error, 'strerror', None) or error}") from error
        try:
            yield
        finally:
            lock.release()

    @contextlib.contextmanager
    def unchanging(self) -> Iterator[None]:
        """Keeps other processes from writing this run while it is read. Nothing is left in its folder.

        Raises:
            InputError: Another process writes it.
        """
        path = self.path / _LOCK
        # Who writes a run makes this file first and leaves it there; a run that cannot be written needs no lock.
        lock = FileLock(path) if path.exists() and os.access(path, os.W_OK) else None
        try:
            if lock:
                lock.acquire(timeout=0)
        except Timeout:
            raise InputError(f"another `benchmark run` is writing {self.path}; wait until it ends") from None
        except (OSError, NotImplementedError):
            # The file system has no locks, with which nothing could write the run either.
            lock = None
        try:
            yield
        finally:
            if lock:
                lock.release()

    def sha256(self, path: str) -> str:
        """Hash (sha256) of a file of the run, or an empty string if it cannot be read.

        Args:
            path: Where it is, relative to the run's folder.
        """
        try:
            return hashlib.sha256((self.path / path).read_bytes()).hexdigest()
        except OSError:
            return ""

    def read_manifest(self) -> Manifest:
        """Reads ``run.json``.

        Raises:
            InputError: It is missing, damaged or of another schema version.
        """
        try:
            value: Any = json.loads(read_text(self.manifest, "run"))
        except MissingFileError as error:
            raise InputError(f"{self.path} is not a run: it has no run.json") from error
        except (ValueError, RecursionError) as error:
            raise self._damaged(str(error)) from error
        if not isinstance(value, dict) or "schema_version" not in value:
            raise self._damaged("it has no schema_version")
        found = value["schema_version"]
        if found not in READABLE_VERSIONS:
            readable = ", ".join(map(str, READABLE_VERSIONS))
            raise InputError(f"{self.manifest} has schema_version {found}; this version reads {readable}")
        try:
            return Manifest.from_value(value)
        except ValueError as error:
            raise self._damaged(str(error)) from error

    def _damaged(self, reason: str) -> InputError:
        return InputError(
            f"{self.manifest} is damaged: {reason}; restore it, or start anew with the same command and --fresh"
        )

    def earlier_manifest(self) -> Manifest | None:
        """What the run that is here says of itself, or ``None`` if there is none.

        Raises:
            InputError: ``run.json`` is damaged or of another schema version.
        """
        return self.read_manifest() if self.manifest.exists() else None

    def start(self, manifest: Manifest, *, is_continued: bool = False) -> None:
        """Starts a run here, or continues the one that is here.

        Args:
            manifest: What is to be run, and was run of it.
            is_continued: Whether what is here belongs to it; else it is removed.

        Raises:
            InputError: The folder holds something else, or cannot be written.
        """
        self._refuse_something_else()
        if not is_continued and self.manifest.exists():
            self._clear()
        self._write_manifest(manifest)

    def _write_manifest(self, manifest: Manifest) -> None:
        write_json(self.manifest, manifest.to_value())

    def _refuse_something_else(self) -> None:
        try:
            if self.path.exists() and not self.path.is_dir():
                raise InputError(f"{self.path} is a file; name a folder with --out")
            if self.path.exists() and not self.manifest.exists():
                # These are left by a command that was killed right after its start.
                allowed = (_LOCK, ".run.json.")
                if any(not entry.name.startswith(allowed) for entry in self.path.iterdir()):
                    raise InputError(f"{self.path} is not empty and holds no run; name another folder with --out")
        except OSError as error:
            raise InputError(f"cannot use {self.path}: {error.strerror}; name another folder with --out") from error

    def _clear(self) -> None:
        for name in _CLEARED_ENTRIES:
            entry = self.path / name
            try:
                if entry.is_dir() and not entry.is_symlink():
                    shutil.rmtree(entry)
                else:
                    entry.unlink(missing_ok=True)
            except OSError as error:
                raise InputError(f"cannot remove {entry}: {error.strerror}") from error

    def note_workers(self, workers: int) -> None:
        """Records the number of workers that run units, unless it was larger before.

        Args:
            workers: The number.
        """
        manifest = self.read_manifest()
        if workers > (manifest.workers or 0):
            self._write_manifest(manifest.model_copy(update={"workers": workers}))

    def note_calibration(self, calibration: Calibration | None) -> None:
        """Records the speed of the machine.

        Args:
            calibration: The measurement, or ``None`` if durations of this run cannot be compared with others.
        """
        self._write_manifest(self.read_manifest().model_copy(update={"calibration": calibration}))

    def finish(self, status: RunStatus, finished: str) -> None:
        """Records the end of the run.

        Args:
            status: State of the run.
            finished: Date and time, ISO 8601.
        """
        self._write_manifest(self.read_manifest().model_copy(update={"status": status, "finished": finished}))
