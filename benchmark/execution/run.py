"""A run from its configuration to its results."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import torch

from benchmark.analysis.comparability import why_not_continued
from benchmark.analysis.summary import known_set_scores, summarize, summary_from_json, summary_to_json
from benchmark.errors import InputError
from benchmark.execution.interruption import Interruption
from benchmark.execution.schedule import Observer, SilentObserver, run_units
from benchmark.execution.tasks.calibration_task import CalibrationTask
from benchmark.execution.tasks.remaining_tasks import RemainingTasks
from benchmark.execution.tasks.set_task import SetTask, plan_sets
from benchmark.execution.tasks.task import ImageMade, Task, TaskEnded
from benchmark.execution.workers.executor import Executor, pickle_configuration
from benchmark.execution.workers.local_executor import LocalExecutor
from benchmark.execution.workers.ray_executor import RayExecutor
from benchmark.images import fit_square, open_image
from benchmark.method_source import MadePictures
from benchmark.plan.configuration import RunConfiguration
from benchmark.plan.prompt_check import announce, read_styles
from benchmark.plan.resources import ExecutorKind, Resources
from benchmark.plan.unit import input_path
from benchmark.protocol.protocol import Protocol
from benchmark.store.atomic import write_bytes, write_json
from benchmark.store.cost_columns import DISTURBED
from benchmark.store.journal import JournalWriter
from benchmark.store.journal_index import JournalIndex
from benchmark.store.manifest import Manifest, make_manifest
from benchmark.store.records import RunStatus, SetScore, UnitStatus
from benchmark.store.results import ResultsReader, score_columns, write_results
from benchmark.store.run_directory import RunDirectory
from benchmark.wording import format_count

if TYPE_CHECKING:
    from benchmark.models.prompt_reading import PromptReading

ResultT = TypeVar("ResultT")
_SetKey = tuple[str, str, str]
StartExecutor = Callable[[RunConfiguration, RunDirectory, Resources, int], Executor]
"""Gives an executor from what is run, where, with how much and on how many devices."""


@dataclass(frozen=True)
class RunOutcome:
    """The end of a run.

    Attributes:
        status: State of the run.
        planned: Number of units that the configuration asks for.
        counts: Number of finished units by how they ended.
        failed_scores: Number of units of which some metric failed.
        failed_set_scores: Number of scores of set metrics that failed.
        interrupted: Whether the user stopped it.
    """

    status: RunStatus
    planned: int
    counts: dict[UnitStatus, int]
    failed_scores: int
    failed_set_scores: int
    interrupted: bool

    @property
    def left(self) -> int:
        """Number of units that have not been run."""
        return self.planned - sum(self.counts.values())

    @property
    def has_failures(self) -> bool:
        """Whether a unit or a score failed."""
        return bool(self.counts[UnitStatus.FAILED] or self.failed_scores or self.failed_set_scores)


def execute_run(
    configuration: RunConfiguration,
    path: Path,
    *,
    fresh: bool = False,
    observer: Observer | None = None,
    resources: Resources | None = None,
    start_executor: StartExecutor | None = None,
) -> RunOutcome:
    """Runs a configuration in a folder, or continues what is there, and writes the results.

    Args:
        configuration: What is run.
        path: Folder of the run.
        fresh: Whether to start over.
        observer: Is told about the progress.
        resources: Resources of the run, by default one worker per device.
        start_executor: Makes the executor, by default of the kind that the resources name.

    Raises:
        InputError: The folder holds another run, is being written by another process or cannot be written, a case
            occurs twice, an image of the protocol cannot be used, or a model cannot tell two of its prompts apart.
        MissingModelError: A network's weights are missing.
    """
    observer = observer or SilentObserver()
    unread_prompts = read_styles(configuration)
    for line in (*configuration.left_out, *announce(unread_prompts)):
        observer.note(line)
    directory = RunDirectory(path)
    with directory.locked():
        return _execute_locked(
            configuration,
            unread_prompts,
            directory,
            fresh,
            observer,
            resources or Resources(),
            start_executor or _start_executor,
        )


def _execute_locked(
    configuration: RunConfiguration,
    unread_prompts: Sequence[PromptReading],
    directory: RunDirectory,
    fresh: bool,
    observer: Observer,
    resources: Resources,
    start_executor: StartExecutor,
) -> RunOutcome:
    devices = torch.cuda.device_count() if configuration.device == "cuda" else 0
    earlier = None if fresh else directory.earlier_manifest()
    settled = _settled(resources, earlier.environment.threads if earlier else None, devices)
    plan = configuration.units()
    plan.refuse_repeated_cases()
    manifest = make_manifest(configuration, settled, _now(), unread_prompts)
    if earlier and (difference := why_not_continued(earlier, manifest)):
        raise InputError(
            f"{directory.path} holds another run: {difference}; choose another --out, or --fresh to start over"
        )
    directory.start(manifest, earlier)
    _keep_inputs(configuration.protocol, directory)
    index = JournalIndex(directory.journal, plan)
    if earlier and earlier.number_of_cases > plan.cases_per_method:
        _announce_left_out(directory, index, earlier.number_of_cases, observer)
    _forget_unsound(directory, index)
    _forget_other_pictures(configuration.pictures, index)
    is_new = not len(index)
    left = RemainingTasks(index, configuration.pictures)
    observer.planned(left.number_by_method, len(plan) - len(left))
    # Where nothing is left to run, no durations can be spoilt.
    not_comparable = _why_durations_do_not_compare(settled, devices) if left else ""
    if left:
        directory.note_workers(settled.workers)
    if not_comparable:
        directory.note_calibration(None)
        observer.note(not_comparable)
    interrupted = False
    known = _known_set_scores(directory)
    stopping = Interruption(lambda: observer.note("finishing what runs; Ctrl-C again stops at once"))
    with stopping, JournalWriter(directory.journal) as journal:
        try:
            with start_executor(configuration, directory, settled, devices) as executor:
                if not not_comparable and is_new and directory.read_manifest().calibration is None:
                    for calibration in _results(executor, [CalibrationTask()], stopping.is_requested):
                        directory.note_calibration(calibration)
                        if calibration and calibration.disturbed:
                            observer.note(f"the calibration was {DISTURBED}: the gate will not compare durations")
                run_units(left, executor, _image_keeper(directory), journal, observer, stopping.is_requested)
                index.refresh()
                _score_sets(plan_sets(configuration.metrics, index), executor, known, observer, stopping.is_requested)
            interrupted = stopping.is_requested()
        except KeyboardInterrupt:
            interrupted = True
        except BaseException:
            with contextlib.suppress(Exception):
                _write_results(configuration, directory, manifest, index, known)
                directory.finish(RunStatus.INCOMPLETE, _now())
            raise
    set_scores = _write_results(configuration, directory, manifest, index, known)
    outcome = _outcome(index, set_scores, interrupted=interrupted)
    directory.finish(outcome.status, _now())
    return outcome


def _start_executor(
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


def _image_keeper(directory: RunDirectory) -> Callable[[ImageMade], None]:
    return lambda made: write_bytes(directory.path / made.record.image, made.png)


def _results(executor: Executor, tasks: Sequence[Task[ResultT]], is_stopping: Callable[[], bool]) -> Iterator[ResultT]:
    return (event.result for event in executor.execute(tasks, is_stopping) if isinstance(event, TaskEnded))


def _score_sets(
    tasks: Sequence[SetTask],
    executor: Executor,
    known: dict[_SetKey, SetScore],
    observer: Observer,
    is_stopping: Callable[[], bool],
) -> None:
    """Adds the missing scores, each as soon as it is computed, so that an interruption loses no other."""
    left = [task for task in tasks if task.key not in known]
    for score in _results(executor, left, is_stopping):
        known[_key(score)] = score
        if score.failed:
            observer.note(f"{score.method}: {score.metric} failed: {score.warning}")


def _announce_left_out(directory: RunDirectory, index: JournalIndex, earlier_cases: int, observer: Observer) -> None:
    """Reports the number of finished units that no longer belong to the run, because it has fewer cases now."""
    earlier = JournalIndex(directory.journal, replace(index.plan, limit=earlier_cases))
    number = earlier.finished - index.finished
    if number:
        observer.note(
            f"--limit leaves {format_count(number, 'finished unit')} out of the results; the journal keeps them, "
            "and the same command with a larger --limit, or without it, takes them in again"
        )


def _forget_unsound(directory: RunDirectory, index: JournalIndex) -> None:
    """Forgets the units whose image is missing or has changed."""
    for position, record in index.records(UnitStatus.OK):
        if directory.sha256(record.image) != record.image_sha256:
            index.forget(position)


def _forget_other_pictures(pictures: Mapping[str, MadePictures], index: JournalIndex) -> None:
    """Forgets the units whose picture, made elsewhere, is another one now, or is there now and was not before.

    One that is no longer there stays: the run has a copy.
    """
    if not pictures:
        return
    for position, record in index.records():
        made = pictures.get(record.method)
        found = made.sha256(record.case) if made else ""
        if found and found != record.source_sha256:
            index.forget(position)


def _known_set_scores(directory: RunDirectory) -> dict[_SetKey, SetScore]:
    try:
        scores = known_set_scores(summary_from_json(directory.summary.read_bytes()))
    except (OSError, ValueError):
        return {}
    return {_key(score): score for score in scores}


def _key(score: SetScore) -> _SetKey:
    return score.method, score.metric, score.images_sha256


def _outcome(index: JournalIndex, set_scores: Sequence[SetScore], *, interrupted: bool) -> RunOutcome:
    counts = index.counts()
    failed_scores = index.failed_scores()
    failed_set_scores = sum(score.failed for score in set_scores)
    is_finished = len(index) == len(index.plan) and not interrupted
    is_complete = is_finished and not (counts[UnitStatus.FAILED] or failed_scores or failed_set_scores)
    status = RunStatus.COMPLETE if is_complete else RunStatus.INCOMPLETE
    return RunOutcome(status, len(index.plan), counts, failed_scores, failed_set_scores, interrupted)


def _write_results(
    configuration: RunConfiguration,
    directory: RunDirectory,
    manifest: Manifest,
    index: JournalIndex,
    known: Mapping[_SetKey, SetScore],
) -> list[SetScore]:
    """Writes what there is, and returns the known scores of set metrics that are of the images that there are."""
    index.refresh()
    set_scores = [known[task.key] for task in plan_sets(configuration.metrics, index) if task.key in known]
    write_results(index.units(), score_columns(manifest.metrics), directory.results)
    with ResultsReader(directory.results) as results:
        rows = summarize(manifest.methods, manifest.metrics, manifest.models, results.scores, set_scores)
        write_json(directory.summary, summary_to_json(rows))
    return set_scores


def _keep_inputs(protocol: Protocol, directory: RunDirectory) -> None:
    """Writes the contents and styles as the methods saw them, so that a run can be read without its protocol."""
    pictures = {input_path("contents", content.id): content.image for content in protocol.contents}
    pictures |= {input_path("styles", style.id): style.image for style in protocol.styles if style.image}
    for name, source in pictures.items():
        target = directory.path / name
        if not target.exists():
            buffer = io.BytesIO()
            fit_square(open_image(source), protocol.resolution).save(buffer, format="PNG")
            write_bytes(target, buffer.getvalue())


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
