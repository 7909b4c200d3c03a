"""A run from its configuration to its results."""

from __future__ import annotations

import contextlib
import io
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import torch

from benchmark.analysis.summary import known_set_scores, summarize, summary_from_json, summary_to_json
from benchmark.execution.calibration_task import CalibrationTask
from benchmark.execution.executor import Executor, pickle_configuration
from benchmark.execution.interruption import Interruption
from benchmark.execution.local_executor import LocalExecutor
from benchmark.execution.ray_executor import RayExecutor
from benchmark.execution.schedule import Observer, SilentObserver, run_units, unfinished
from benchmark.execution.set_task import SetTask, plan_sets
from benchmark.execution.task import Ended, Made, Task
from benchmark.execution.unit_task import UnitTask
from benchmark.images import fit_square, open_image
from benchmark.plan.configuration import RunConfiguration
from benchmark.plan.resources import ExecutorKind, Resources
from benchmark.plan.unit import Unit
from benchmark.protocol.protocol import Protocol
from benchmark.store.atomic import write_bytes, write_json
from benchmark.store.journal import JournalWriter, UnitRecord, read_journal
from benchmark.store.manifest import make_manifest
from benchmark.store.records import RunStatus, SetScore, UnitStatus
from benchmark.store.results import make_table, write_table
from benchmark.store.run_directory import RunDirectory

ResultT = TypeVar("ResultT")


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
    configuration: RunConfiguration,
    path: Path,
    *,
    fresh: bool = False,
    observer: Observer | None = None,
    resources: Resources | None = None,
) -> RunOutcome:
    """Runs a configuration in a folder, or continues what is there, and writes the results.

    Args:
        configuration: What is run.
        path: Folder of the run.
        fresh: Whether to start over.
        observer: Is told how it goes.
        resources: With how much of the machine, by default one worker per device.

    Raises:
        InputError: The folder holds another run, is being written by another process or cannot be written, or an image
            of the protocol cannot be used.
        MissingModelError: A network's weights are missing.
    """
    directory = RunDirectory(path)
    with directory.locked():
        return _execute_locked(configuration, directory, fresh, observer or SilentObserver(), resources or Resources())


def _execute_locked(
    configuration: RunConfiguration, directory: RunDirectory, fresh: bool, observer: Observer, resources: Resources
) -> RunOutcome:
    devices = torch.cuda.device_count() if configuration.device == "cuda" else 0
    settled = _settled(resources, None if fresh else directory.threads(), devices)
    manifest = make_manifest(configuration, settled, _now())
    directory.start(manifest, fresh=fresh)
    _keep_inputs(configuration.protocol, directory)
    units = configuration.units()
    earlier = _sound_records(directory, units)
    left = unfinished(units, earlier)
    observer.planned(left, len(units) - len(left))
    not_comparable = _why_durations_do_not_compare(settled, devices)
    if not_comparable:
        directory.note_calibration(None)
        observer.note(not_comparable)
    interrupted = False
    set_scores: list[SetScore] = []
    stopping = Interruption(lambda: observer.note("finishing what runs; Ctrl-C again stops at once"))
    with stopping, JournalWriter(directory.journal) as journal:
        try:
            with _make_executor(configuration, directory, settled, devices) as executor:
                if not not_comparable and not earlier and directory.read_manifest()["calibration"] is None:
                    for calibration in _results(executor, [CalibrationTask()], stopping.is_requested):
                        directory.note_calibration(calibration)
                tasks = [_unit_task(unit, earlier.get(unit.key)) for unit in left]
                run_units(tasks, executor, _image_keeper(directory), journal, observer, stopping.is_requested)
                sets = plan_sets(configuration.metrics, units, _planned_records(directory, units))
                set_scores = _score_sets(sets, executor, _known_set_scores(directory), stopping.is_requested)
            interrupted = stopping.is_requested()
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


def _make_executor(
    configuration: RunConfiguration, directory: RunDirectory, resources: Resources, devices: int
) -> Executor:
    match resources.executor:
        case ExecutorKind.LOCAL:
            return LocalExecutor(pickle_configuration(configuration), directory.path, resources, devices)
        case ExecutorKind.RAY:
            return RayExecutor(configuration, directory.path, resources)


def _settled(resources: Resources, earlier_threads: int | None, devices: int) -> Resources:
    return replace(
        resources,
        workers=resources.workers or max(devices, 1),
        threads=resources.threads or earlier_threads or torch.get_num_threads(),
    )


def _why_durations_do_not_compare(resources: Resources, devices: int) -> str:
    if resources.executor is ExecutorKind.RAY and resources.workers > 1:
        return f"{resources.workers} workers on a cluster: durations are not comparable with those of other runs"
    if resources.workers <= max(devices, 1):
        return ""
    cores = os.cpu_count() or 1
    note = f"{resources.workers} workers share this machine: durations are not comparable with those of other runs"
    if resources.workers * resources.threads > cores:
        note += f"; {resources.threads} threads each are more than {cores} cores: --threads sets them when a run starts"
    return note


def _unit_task(unit: Unit, earlier: UnitRecord | None) -> UnitTask:
    is_made = earlier is not None and earlier.status is UnitStatus.OK
    return UnitTask(unit, earlier if is_made else None)


def _image_keeper(directory: RunDirectory) -> Callable[[Made], None]:
    return lambda made: write_bytes(directory.path / made.record.image, made.png)


def _results(executor: Executor, tasks: Sequence[Task[ResultT]], is_stopping: Callable[[], bool]) -> list[ResultT]:
    return [event.result for event in executor.execute(tasks, is_stopping) if isinstance(event, Ended)]


def _score_sets(
    tasks: Sequence[SetTask], executor: Executor, earlier: Sequence[SetScore], is_stopping: Callable[[], bool]
) -> list[SetScore]:
    known = {(score.method, score.metric, score.images_sha256): score for score in earlier}
    left = [task for task in tasks if task.key not in known]
    known |= {
        (score.method, score.metric, score.images_sha256): score for score in _results(executor, left, is_stopping)
    }
    return [known[task.key] for task in tasks if task.key in known]


def _sound_records(directory: RunDirectory, units: list[Unit]) -> dict[tuple[str, str], UnitRecord]:
    """The records of the plan's units, without those whose image is gone or has changed."""
    images = {unit.key: unit.image for unit in units}
    return {
        key: record
        for key, record in _planned_records(directory, units).items()
        if record.status is not UnitStatus.OK or directory.sha256(images[key]) == record.image_sha256
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
