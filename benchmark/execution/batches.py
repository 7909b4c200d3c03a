"""Calls of programs that make all pictures at once, before the units of a run are executed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from benchmark.contracts.sides import too_small
from benchmark.errors import BenchmarkError, describe_error
from benchmark.execution.schedule import Observer
from benchmark.execution.tasks.unit_task import UnitTask
from benchmark.images import fit_square, open_image
from benchmark.plan.configuration import RunConfiguration, SelectedMethod
from benchmark.plan.unit import log_path, unit_seed
from benchmark.programs.batch_call import BatchCall, BatchPictures, BatchRequest
from benchmark.programs.call import CallResult
from benchmark.programs.program_file import ProgramFile
from benchmark.programs.staging import scratch_folder
from benchmark.protocol.case import Case
from benchmark.wording import format_count

_LARGEST_SEED = 2**31


def call_batches(
    configuration: RunConfiguration,
    left: Iterable[UnitTask],
    directory: Path,
    threads: int,
    observer: Observer,
    is_stopping: Callable[[], bool],
    scratch: contextlib.ExitStack,
) -> RunConfiguration:
    """Calls the programs that make all pictures at once, for the cases that are left.

    Args:
        configuration: The run.
        left: The tasks that are left.
        directory: Folder of the run, for the logs.
        threads: Number of threads that a program should use.
        observer: Is told of each call.
        is_stopping: Whether the user wants to stop, which ends a call.
        scratch: Keeps the folders with the pictures.

    Returns:
        The run, in which the pictures of these programs exist.

    Raises:
        InputError: An image of the protocol cannot be read.
    """
    batches = {method.name: method for method in configuration.methods if is_batch(method)}
    if not batches:
        return configuration
    cases: dict[str, list[Case]] = {name: [] for name in batches}
    for task in left:
        if task.method in batches and task.made is None:
            cases[task.method].append(task.unit.case)
    made: dict[str, BatchPictures] = {}
    for name, method in batches.items():
        caller = _Caller(configuration, method, directory, threads, observer, is_stopping, scratch)
        made[name] = caller.pictures(cases[name])
    return replace(
        configuration,
        methods=tuple(replace(method, source=made.get(method.name, method.source)) for method in configuration.methods),
    )


def is_batch(method: SelectedMethod) -> bool:
    """Returns whether a method is a program that makes all pictures in one call."""
    return isinstance(method.source, ProgramFile) and method.source.program.batch


class _Caller:
    """Calls one program, once for each repetition of the protocol."""

    def __init__(
        self,
        configuration: RunConfiguration,
        method: SelectedMethod,
        directory: Path,
        threads: int,
        observer: Observer,
        is_stopping: Callable[[], bool],
        scratch: contextlib.ExitStack,
    ) -> None:
        assert isinstance(method.source, ProgramFile)
        self._configuration = configuration
        self._source = method.source
        self._name = method.name
        self._settings = method.settings
        self._log = directory / log_path(method.name)
        self._threads = threads
        self._observer = observer
        self._is_stopping = is_stopping
        self._scratch = scratch

    def pictures(self, cases: list[Case]) -> BatchPictures:
        method = self._source.load()(self._settings)
        side = self._configuration.protocol.resolution
        small = too_small(self._source.info.minimum_side, (side, side), "the content has")
        skipped = {case.id: reason for case in cases if (reason := method.skip(case) or small)}
        made = BatchPictures(self._source, skipped=skipped)
        for repetition in sorted({case.seed for case in cases}):
            asked = [case for case in cases if case.seed == repetition and case.id not in skipped]
            if asked and not self._is_stopping():
                called = self._called(self._request(asked, repetition))
                made = replace(
                    made,
                    files={**made.files, **called.files},
                    missing={**made.missing, **called.missing},
                    seconds={**made.seconds, **called.seconds},
                    inputs={**made.inputs, **called.inputs},
                )
        return made

    def _request(self, cases: list[Case], repetition: int) -> BatchRequest:
        side = self._configuration.protocol.resolution
        contents = {case.content.id: case.content.image for case in cases}
        styles = {one.style.id: one.style.image for case in cases for one in case.styles if one.style.image}
        return BatchRequest(
            cases=cases,
            contents={name: fit_square(open_image(path), side) for name, path in contents.items()},
            styles={name: fit_square(open_image(path), side) for name, path in styles.items()},
            settings=self._settings,
            seed=unit_seed(self._configuration.seed, str(repetition), self._source.name) % _LARGEST_SEED,
            threads=self._threads,
        )

    def _called(self, request: BatchRequest) -> BatchPictures:
        """Calls the program. What keeps it from being called costs its units, and not those of other methods."""
        try:
            call = BatchCall(self._source, request, self._scratch.enter_context(scratch_folder()))
            self._observer.note(f"{self._name}: one call of its program makes {format_count(call.number, 'picture')}")
            self._tell(call.describe_names())
            return call.pictures(self._is_stopping, self._note)
        except (BenchmarkError, OSError) as error:
            reason = f"its program cannot be called: {describe_error(error)}"
        self._tell(f"[{reason}]")
        self._observer.note(f"{self._name}: {reason}")
        return BatchPictures(self._source, missing={case.id: reason for case in request.cases})

    def _note(self, result: CallResult) -> None:
        self._tell(result.output)
        for line in filter(None, (result.problem and f"the program {result.problem}", result.note)):
            self._tell(f"[{line}]")
            self._observer.note(f"{self._name}: {line}")

    def _tell(self, text: str) -> None:
        # A log that cannot be written costs nothing else.
        with contextlib.suppress(OSError):
            self._log.parent.mkdir(parents=True, exist_ok=True)
            with self._log.open("a", encoding="utf-8", errors="backslashreplace") as log:
                log.write(f"{text}\n" if text else "")
