"""A run from its configuration to its results."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import torch

from benchmark.execution.batches import call_batches
from benchmark.execution.continuation import (
    Scoring,
    continue_run,
    forget_other_pictures,
    forget_unsound,
    left_out_units,
    notes_of_scoring,
    supersede_scores,
    units_left_alone,
)
from benchmark.execution.interruption import Interruption
from benchmark.execution.repetitions import copy_repetitions
from benchmark.execution.run_results import RunOutcome, RunResults
from benchmark.execution.running_units import RunningUnits
from benchmark.execution.schedule import Observer, SilentObserver, run_units
from benchmark.execution.tasks.calibration_task import CalibrationTask
from benchmark.execution.tasks.remaining_tasks import RemainingTasks
from benchmark.execution.tasks.task import ImageMade, Task, TaskEnded
from benchmark.execution.workers.executor import Executor, pickle_configuration
from benchmark.execution.workers.local_executor import LocalExecutor
from benchmark.execution.workers.ray_executor import RayExecutor
from benchmark.images import fit_square, open_image, open_stored_image
from benchmark.method_source import MadePictures
from benchmark.plan.configuration import RunConfiguration
from benchmark.plan.prompt_check import announce, read_styles
from benchmark.plan.resources import ExecutorKind, Resources
from benchmark.plan.unit import input_path, mask_path
from benchmark.protocol.case import Case
from benchmark.protocol.case_sequence import CaseSequence
from benchmark.protocol.protocol import Protocol
from benchmark.store.atomic import write_bytes
from benchmark.store.cost_columns import DISTURBED
from benchmark.store.journal import JournalWriter
from benchmark.store.journal_index import JournalIndex
from benchmark.store.manifest import make_manifest
from benchmark.store.records import RunStatus
from benchmark.store.run_directory import RunDirectory
from benchmark.wording import format_count

if TYPE_CHECKING:
    from benchmark.models.prompt_reading import PromptReading

ResultT = TypeVar("ResultT")
StartExecutor = Callable[[RunConfiguration, RunDirectory, Resources, int], Executor]
"""Gives an executor from what is run, where, with how much and on how many devices."""


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

    Methods and metrics that the run in the folder has beside those of the configuration stay in it. The metrics of the
    configuration score every image of the run, as far as they have not; no image that is there is made again.

    Args:
        configuration: What is run. Without methods, nothing is made: the images that the run in the folder has are
            scored.
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
    described = make_manifest(configuration, settled, _now(), unread_prompts)
    manifest = continue_run(directory, configuration, earlier, described)
    plan = replace(configuration.units(), methods=tuple(method.name for method in manifest.methods))
    plan.refuse_repeated_cases()
    superseded = supersede_scores(directory, earlier, described)
    directory.start(manifest, is_continued=earlier is not None)
    _keep_inputs(configuration.protocol, directory)
    scoring = Scoring.of(configuration, manifest)
    index = JournalIndex(directory.journal, plan, scoring.wanted, scoring.others)
    if earlier:
        notes = [*left_out_units(directory, index, earlier.number_of_cases), *superseded]
        for note in notes:
            observer.note(note)
    lost = forget_unsound(directory, index)
    for note in forget_other_pictures(configuration.pictures, index):
        observer.note(note)
    is_new = not len(index)
    results = RunResults(directory, manifest, scoring, index)
    described_sets = results.scored_sets()
    deterministic = {method.name for method in configuration.methods if method.is_deterministic}

    def remaining_tasks(pictures: Mapping[str, MadePictures]) -> RemainingTasks:
        return RemainingTasks(
            index,
            pictures,
            methods=scoring.methods,
            deterministic=deterministic,
            wanted=scoring.wanted,
            described=described_sets,
        )

    left = remaining_tasks(configuration.pictures)
    for note in (*notes_of_scoring(left), *units_left_alone(left, lost)):
        observer.note(note)
    open_units = len(left) + left.number_to_copy + sum(left.left_alone_by_method.values())
    observer.planned(left.number_by_method, len(plan) - open_units)
    # Where nothing is left to be made, no durations can be spoilt.
    not_comparable = _why_durations_do_not_compare(settled, devices) if left.number_to_make else ""
    if left.number_to_make:
        directory.note_workers(settled.workers)
    if not_comparable:
        directory.note_calibration(None)
        observer.note(not_comparable)
    is_calibrated = bool(not_comparable) or not (is_new and left.number_to_make) or manifest.calibration is not None
    interrupted = False
    running = RunningUnits()
    stopping = Interruption(lambda: observer.note(f"{running.describe()}; Ctrl-C again stops at once"))
    with stopping, JournalWriter(directory.journal) as journal, contextlib.ExitStack() as scratch:
        try:
            configuration = call_batches(
                configuration, left, directory.path, settled.threads, observer, stopping.is_requested, scratch
            )
            left = remaining_tasks(configuration.pictures)
            with start_executor(configuration, directory, settled, devices) as executor:
                if not is_calibrated:
                    for calibration in _results(executor, [CalibrationTask()], stopping.is_requested):
                        directory.note_calibration(calibration)
                        if calibration and calibration.disturbed:
                            observer.note(f"the calibration was {DISTURBED}: the gate will not compare durations")
                run_units(left, executor, _image_keeper(directory), journal, observer, stopping.is_requested, running)
                index.refresh()
                if not stopping.is_requested() and (
                    copied := copy_repetitions(directory, index, deterministic, journal)
                ):
                    index.refresh()
                    pictures = format_count(copied, "repetition is a copy", "repetitions are copies")
                    observer.note(f"{pictures}: these methods make the same picture whatever the seed")
                _score_sets(results, executor, observer, stopping.is_requested)
            interrupted = stopping.is_requested()
        except KeyboardInterrupt:
            interrupted = True
        except BaseException:
            with contextlib.suppress(Exception):
                results.write()
                directory.finish(RunStatus.INCOMPLETE, _now())
            raise
    outcome = results.write(interrupted=interrupted)
    directory.finish(outcome.status, _now())
    if outcome.lacking_scores:
        pictures = format_count(outcome.lacking_scores, "picture has", "pictures have")
        observer.note(
            f"{pictures} no score of a metric that was not named: `benchmark score {directory.path}` makes it"
        )
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


def _score_sets(results: RunResults, executor: Executor, observer: Observer, is_stopping: Callable[[], bool]) -> None:
    """Adds the missing scores, each as soon as it is computed, so that an interruption loses no other."""
    for score in _results(executor, results.sets_to_score(), is_stopping):
        results.add(score)
        if score.failed:
            observer.note(f"{score.method}: {score.metric} failed: {score.warning}")


def _keep_inputs(protocol: Protocol, directory: RunDirectory) -> None:
    """Writes the contents, styles and masks as the methods saw them, so that a run can be read without its protocol."""
    pictures = {input_path("contents", content.id): content.image for content in protocol.contents}
    pictures |= {input_path("styles", style.id): style.image for style in protocol.styles if style.image}
    masks = dict(_masks(protocol))
    for name, source in (pictures | masks).items():
        target = directory.path / name
        if not target.exists():
            buffer = io.BytesIO()
            image = open_stored_image(source) if name in masks else open_image(source)
            fitted = fit_square(image, protocol.resolution)
            (fitted.convert("L") if name in masks else fitted).save(buffer, format="PNG")
            write_bytes(target, buffer.getvalue())


def _masks(protocol: Protocol) -> Iterator[tuple[str, Path]]:
    """Yields the masks of mixes with their paths in the run; those of cases that a plugin makes are not kept."""
    for mix in protocol.cases.mixes if isinstance(protocol.cases, CaseSequence) else ():
        case = Case(mix.content, mix.styles, mix=mix.name)
        for number, share in enumerate(mix.styles, start=1):
            if share.mask is not None:
                yield mask_path(case.content.id, case.style_id, number), share.mask


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
