"""The folder of a run, in which a run is started, continued, or refused."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from benchmark.errors import InputError, describe_error
from benchmark.store.atomic import write_json
from benchmark.store.cases import count_cases
from benchmark.store.manifest import MANIFEST_KEYS, READABLE_VERSIONS, first_difference
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

    def threads(self) -> int | None:
        """Number of threads of the run that is here, or ``None`` if there is none or it is not known.

        Raises:
            InputError: ``run.json`` is damaged.
        """
        if not self.manifest.exists():
            return None
        environment = self.read_manifest()["environment"]
        threads = environment.get("threads") if isinstance(environment, dict) else None
        return threads if isinstance(threads, int) and threads > 0 else None

    def sha256(self, path: str) -> str:
        """Hash (sha256) of a file of the run, or an empty string if it cannot be read.

        Args:
            path: Where it is, relative to the run's folder.
        """
        try:
            return hashlib.sha256((self.path / path).read_bytes()).hexdigest()
        except OSError:
            return ""

    def read_manifest(self) -> dict[str, Any]:
        """Reads ``run.json``.

        Raises:
            InputError: It is missing, damaged or of another schema version.
        """
        try:
            manifest: Any = json.loads(read_text(self.manifest, "run"))
        except MissingFileError as error:
            raise InputError(f"{self.path} is not a run: it has no run.json") from error
        except (ValueError, RecursionError) as error:
            raise self.damaged(str(error)) from error
        if not isinstance(manifest, dict) or "schema_version" not in manifest:
            raise self.damaged("it has no schema_version")
        found = manifest["schema_version"]
        if found not in READABLE_VERSIONS:
            readable = " and ".join(map(str, READABLE_VERSIONS))
            raise InputError(f"{self.manifest} has schema_version {found}; this version reads {readable}")
        missing = [key for key in MANIFEST_KEYS if key not in manifest]
        if missing:
            raise self.damaged(f"{', '.join(missing)} missing")
        return manifest

    def damaged(self, reason: str) -> InputError:
        """The error that says that ``run.json`` is damaged, and what to do.

        Args:
            reason: The fault, in words.
        """
        return InputError(
            f"{self.manifest} is damaged: {reason}; restore it, or start anew with the same command and --fresh"
        )

    def start(self, manifest: Mapping[str, Any], *, fresh: bool) -> int:
        """Starts a run here, or continues the one that is here.

        The workers and the calibration of a run that is continued stay what they are: no unit has been run yet.

        Args:
            manifest: What is to be run.
            fresh: Whether to start over.

        Returns:
            Number of cases that the run which is continued had until now, 0 for a run that starts.

        Raises:
            InputError: The folder holds another run or something else, or cannot be written.
        """
        number = 0
        if self._continues(manifest, fresh):
            earlier = self.read_manifest()
            manifest = {**manifest, **{key: earlier.get(key) for key in ("started", "calibration", "workers")}}
            number = self._count_cases(earlier)
        elif self.manifest.exists():
            self._clear()
        write_json(self.manifest, manifest)
        return number

    def _count_cases(self, manifest: Mapping[str, Any]) -> int:
        try:
            return count_cases(manifest)
        except (KeyError, TypeError, ValueError) as error:
            raise self.damaged(describe_error(error)) from error

    def _continues(self, manifest: Mapping[str, Any], fresh: bool) -> bool:
        self._refuse_something_else()
        if fresh or not self.manifest.exists():
            return False
        difference = first_difference(self.read_manifest(), manifest)
        if difference:
            raise InputError(
                f"{self.path} holds another run: {difference}; choose another --out, or --fresh to start over"
            )
        return True

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
        if workers > (manifest.get("workers") or 0):
            write_json(self.manifest, {**manifest, "workers": workers})

    def note_calibration(self, calibration: Calibration | None) -> None:
        """Records the speed of the machine.

        Args:
            calibration: The measurement, or ``None`` if durations of this run cannot be compared with others.
        """
        described = asdict(calibration) if calibration else None
        write_json(self.manifest, {**self.read_manifest(), "calibration": described})

    def finish(self, status: RunStatus, finished: str) -> None:
        """Records the end of the run.

        Args:
            status: State of the run.
            finished: Date and time, ISO 8601.
        """
        write_json(self.manifest, {**self.read_manifest(), "status": status, "finished": finished})
