"""A run from its configuration to its results."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

from benchmark.analysis.summary import known_set_scores, summarize, summary_from_json, summary_to_json
from benchmark.execution.calibration import calibrate
from benchmark.execution.schedule import Observer, SilentObserver, run_units, unfinished
from benchmark.execution.unit_execution import UnitExecutor, file_sha256
from benchmark.images import fit_square, open_image
from benchmark.plan.configuration import RunConfiguration
from benchmark.plan.unit import Unit
from benchmark.protocol.protocol import Protocol
from benchmark.store.atomic import write_bytes, write_json
from benchmark.store.journal import JournalWriter, UnitRecord, read_journal
from benchmark.store.manifest import make_manifest
from benchmark.store.records import RunStatus, SetScore, UnitStatus
from benchmark.store.results import make_table, write_table
from benchmark.store.run_directory import RunDirectory


@dataclass(frozen=True)
class RunOutcome:
    """How a run ended.

    Attributes:
        status: State of the run.
        planned: Number of units that the configuration asks for.
        counts: Number of finished units by how they ended.
        failed_scores: Number of units of which some metric failed.
        failed_sets: Number of scores of all images of a method at once that failed.
        interrupted: Whether the user stopped it.
    """

    status: RunStatus
    planned: int
    counts: dict[UnitStatus, int]
    failed_scores: int
    failed_sets: int
    interrupted: bool

    @property
    def has_failures(self) -> bool:
        """Whether a unit or a score failed."""
        return bool(self.counts[UnitStatus.FAILED] or self.failed_scores or self.failed_sets)


def execute_run(
    configuration: RunConfiguration, path: Path, *, fresh: bool = False, observer: Observer | None = None
) -> RunOutcome:
    """Runs a configuration in a folder, or continues what is there, and writes the results.

    Args:
        configuration: What is run.
        path: Folder of the run.
        fresh: Whether to start over.
        observer: Is told how it goes.

    Raises:
        InputError: The folder holds another run or cannot be written, or an image of the protocol cannot be used.
        MissingModelError: A network's weights are missing.
    """
    observer = observer or SilentObserver()
    directory = RunDirectory(path)
    manifest = make_manifest(configuration, _now())
    directory.start(manifest, fresh=fresh)
    _keep_inputs(configuration.protocol, directory)
    units = configuration.units()
    earlier = _sound_records(directory, units)
    left = unfinished(units, earlier)
    if not earlier and directory.read_manifest()["calibration"] is None:
        directory.note_calibration(calibrate(torch.device(configuration.device)))
    observer.planned(left, len(units) - len(left))
    interrupted = False
    set_scores: list[SetScore] = []
    with JournalWriter(directory.journal) as journal:
        try:
            executor = UnitExecutor(configuration, directory, earlier)
            run_units(left, executor, journal, observer)
            set_scores = executor.sets.score(units, _planned_records(directory, units), _known_set_scores(directory))
        except KeyboardInterrupt:
            interrupted = True
        except BaseException:
            with contextlib.suppress(Exception):
                _write_results(directory, manifest, set_scores)
                directory.finish(RunStatus.INCOMPLETE, _now())
            raise
    outcome = _outcome(_planned_records(directory, units), units, set_scores, interrupted=interrupted)
    _write_results(directory, manifest, set_scores)
    directory.finish(outcome.status, _now())
    return outcome


def _sound_records(directory: RunDirectory, units: list[Unit]) -> dict[tuple[str, str], UnitRecord]:
    """The records of the plan's units, without those whose image is gone or has changed."""
    images = {unit.key: directory.path / unit.image for unit in units}
    return {
        key: record
        for key, record in _planned_records(directory, units).items()
        if record.status is not UnitStatus.OK or file_sha256(images[key]) == record.image_sha256
    }


def _planned_records(directory: RunDirectory, units: list[Unit]) -> dict[tuple[str, str], UnitRecord]:
    records, _ = read_journal(directory.journal)
    return {unit.key: records[unit.key] for unit in units if unit.key in records}


def _known_set_scores(directory: RunDirectory) -> list[SetScore]:
    try:
        return known_set_scores(summary_from_json(json.loads(directory.summary.read_text(encoding="utf-8"))))
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _outcome(
    records: dict[tuple[str, str], UnitRecord], units: list[Unit], set_scores: Sequence[SetScore], *, interrupted: bool
) -> RunOutcome:
    counts = {status: sum(record.status is status for record in records.values()) for status in UnitStatus}
    failed_scores = sum(bool(record.score_errors) for record in records.values())
    failed_sets = sum(score.failed for score in set_scores)
    is_finished = len(records) == len(units) and not interrupted
    is_complete = is_finished and not (counts[UnitStatus.FAILED] or failed_scores or failed_sets)
    status = RunStatus.COMPLETE if is_complete else RunStatus.INCOMPLETE
    return RunOutcome(status, len(units), counts, failed_scores, failed_sets, interrupted)


def _write_results(directory: RunDirectory, manifest: dict[str, Any], set_scores: Sequence[SetScore]) -> None:
    records, _ = read_journal(directory.journal)
    table = make_table(manifest, records)
    write_table(table, directory.results)
    write_json(directory.summary, summary_to_json(summarize(manifest, table, set_scores)))


def _keep_inputs(protocol: Protocol, directory: RunDirectory) -> None:
    """Keeps the contents and the styles as the methods saw them, so that a run can be read without its protocol."""
    pictures = {f"contents/{content.id}": content.image for content in protocol.contents}
    pictures |= {f"styles/{style.id}": style.image for style in protocol.styles if style.image}
    for name, source in pictures.items():
        target = directory.path / "inputs" / f"{name}.png"
        if not target.exists():
            buffer = io.BytesIO()
            fit_square(open_image(source), protocol.resolution).save(buffer, format="PNG")
            write_bytes(target, buffer.getvalue())


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
