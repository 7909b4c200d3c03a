"""The folder of a run: started, continued, or refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmark.errors import InputError
from benchmark.store.atomic import write_json
from benchmark.store.manifest import MANIFEST_KEYS, SCHEMA_VERSION, first_difference
from benchmark.store.records import Calibration, RunStatus

# The journal goes first: without it nothing counts as finished, whenever the clearing is cut off. The manifest stays
# until the new one replaces it.
_CLEARED_ENTRIES = ("journal.jsonl", "results.parquet", "summary.json", "images", "inputs", "logs", "report")


@dataclass(frozen=True)
class RunDirectory:
    """The folder of a run.

    Attributes:
        path: Where it is.
    """

    path: Path

    @property
    def manifest(self) -> Path:
        """What was run: ``run.json``."""
        return self.path / "run.json"

    @property
    def journal(self) -> Path:
        """The finished units."""
        return self.path / "journal.jsonl"

    @property
    def results(self) -> Path:
        """The results, one row per unit."""
        return self.path / "results.parquet"

    @property
    def summary(self) -> Path:
        """Means and intervals per method and metric."""
        return self.path / "summary.json"

    @property
    def report(self) -> Path:
        """Folder of the report."""
        return self.path / "report"

    def log(self, method: str) -> Path:
        """File with the tracebacks of a method's failures."""
        return self.path / "logs" / f"{method}.log"

    def read_manifest(self) -> dict[str, Any]:
        """Reads ``run.json``.

        Raises:
            InputError: It is missing, damaged or of another schema version.
        """
        try:
            manifest: Any = json.loads(self.manifest.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise InputError(f"{self.path} is not a run: it has no run.json") from None
        except (OSError, ValueError) as error:
            raise InputError(f"cannot read {self.manifest}: {error}") from error
        if not isinstance(manifest, dict) or manifest.get("schema_version") != SCHEMA_VERSION:
            found = manifest.get("schema_version") if isinstance(manifest, dict) else None
            raise InputError(f"{self.manifest} has schema_version {found}; this version reads {SCHEMA_VERSION}")
        missing = [key for key in MANIFEST_KEYS if key not in manifest]
        if missing:
            raise InputError(f"{self.manifest} is damaged: {', '.join(missing)} missing")
        return manifest

    def start(self, manifest: Mapping[str, Any], *, fresh: bool) -> bool:
        """Starts a run here, or continues the one that is here.

        Args:
            manifest: What is to be run.
            fresh: Whether to start over.

        Returns:
            Whether a run is continued.

        Raises:
            InputError: The folder holds another run or something else, or cannot be written.
        """
        continued = self._continues(manifest, fresh)
        if continued:
            earlier = self.read_manifest()
            manifest = {**manifest, **{key: earlier.get(key) for key in ("started", "calibration")}}
        elif self.manifest.exists():
            self._clear()
        write_json(self.manifest, manifest)
        return continued

    def _continues(self, manifest: Mapping[str, Any], fresh: bool) -> bool:
        if self.path.exists() and not self.path.is_dir():
            raise InputError(f"{self.path} is a file; name a folder with --out")
        if not self.manifest.exists():
            # A temporary manifest is what a start leaves that was killed in its first instant.
            if self.path.exists() and any(not entry.name.startswith(".run.json.") for entry in self.path.iterdir()):
                raise InputError(f"{self.path} is not empty and holds no run; name another folder with --out")
            return False
        if fresh:
            return False
        difference = first_difference(self.read_manifest(), manifest)
        if difference:
            raise InputError(
                f"{self.path} holds another run: {difference}; choose another --out, or --fresh to start over"
            )
        return True

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

    def note_calibration(self, calibration: Calibration) -> None:
        """Notes how fast the machine is.

        Args:
            calibration: What was measured.
        """
        write_json(self.manifest, {**self.read_manifest(), "calibration": asdict(calibration)})

    def finish(self, status: RunStatus, finished: str) -> None:
        """Notes how the run ended.

        Args:
            status: State of the run.
            finished: Date and time, ISO 8601.
        """
        write_json(self.manifest, {**self.read_manifest(), "status": status, "finished": finished})
