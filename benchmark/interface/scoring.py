"""Scores images that exist, those of a run or of folders, and makes none."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from benchmark.contracts import Need
from benchmark.errors import BenchmarkError, InputError
from benchmark.execution.run import execute_run
from benchmark.execution.run_results import RunOutcome
from benchmark.execution.schedule import Observer
from benchmark.execution.workers.import_trial import try_imports
from benchmark.execution.workers.server import start_worker_server, worker_context
from benchmark.freezing.scored_folders import ScoredFolders, pair_folders
from benchmark.models.specification import ModelSpecification
from benchmark.plan.device import choose_device
from benchmark.plan.resources import ExecutorKind, Resources
from benchmark.plan.selection import configure_scoring, load_protocol, protocol_source, select_metrics
from benchmark.protocol.networks import NetworkChoice, with_networks
from benchmark.protocol.protocol import Protocol
from benchmark.protocol.repetitions import with_seeds
from benchmark.store.cases import DescribedCrossing
from benchmark.store.manifest import Manifest
from benchmark.store.run_directory import RunDirectory

_GIVEN_BY = {Need.STYLE_IMAGE: "style images: --style FOLDER", Need.PROMPT: "prompts: --prompts FILE"}
_SHORT = 12
"""Characters of a fingerprint that are shown."""


def score_run(
    directory: Path,
    *,
    metrics: str,
    protocol: str | Protocol | None,
    device: str | None,
    resources: Resources,
    observe: Callable[[], AbstractContextManager[Observer]],
    obtain: Callable[[Iterable[ModelSpecification]], None] | None = None,
) -> RunOutcome:
    """Scores the images of a run with the metrics that have not scored them, or that have changed since.

    The plugins of the run's methods are not needed. Units without an image are left alone.

    Args:
        directory: Folder of the run.
        metrics: Names of the metrics, comma-separated, or ``all``.
        protocol: The protocol of the run, its name or its path; ``None`` for the one that the run names.
        device: ``auto``, ``cpu``, ``cuda``, or ``None`` for the device of the run, or the CPU where that is missing.
        resources: With how much of the machine.
        observe: Gives who is told how it goes, once all that is to be scored is known.
        obtain: Brings the weights of the models that the metrics use; ``None`` leaves them as they are.

    Raises:
        InputError: It is no run, its protocol is not found or has changed, or a metric cannot be used.
        MissingModelError: Weights are missing that metrics that are named cannot do without.
    """
    manifest = RunDirectory(directory).read_manifest()
    opened = _open_protocol(manifest, directory, protocol)
    if resources.executor is ExecutorKind.LOCAL:
        start_worker_server(metrics)
    configuration = configure_scoring(
        opened,
        metrics,
        seed=manifest.seed,
        device=_device(manifest, device),
        limit=manifest.number_of_cases,
        obtain=obtain,
        try_imports=lambda plugins: try_imports(plugins, context=worker_context()),
    )
    with observe() as observer:
        return execute_run(configuration, directory, observer=observer, resources=resources)


def _device(manifest: Manifest, given: str | None) -> str:
    if given is not None:
        return choose_device(given)
    # The last bits depend on the device; but images may be scored where there is none.
    return choose_device("auto") if manifest.device == "cuda" else manifest.device


def _open_protocol(manifest: Manifest, directory: Path, given: str | Protocol | None) -> Protocol:
    """Opens the protocol of a run, and makes sure that it is the one.

    Raises:
        InputError: It is not found, or has changed.
    """
    if isinstance(given, Protocol):
        return _as_run(manifest, given, "the protocol that was given")
    if given is not None:
        return _as_run(manifest, load_protocol(given), given)
    problems: list[str] = []
    for source in _sources(manifest):
        try:
            if source.startswith("{"):
                return _as_run(manifest, _protocol_of_folders(source), "what the folders of its pictures hold")
            return _as_run(manifest, load_protocol(source), source)
        except BenchmarkError as error:
            problems.append(str(error))
    problem = problems[0] if problems else "it was given from Python, and no installed one has its name"
    raise InputError(
        f"the protocol of {directory}, {manifest.protocol.name} ({manifest.protocol.fingerprint[:_SHORT]}), is not"
        f" found: {problem}; name it with --protocol PATH"
    )


def _protocol_of_folders(text: str) -> Protocol:
    """Makes the protocol of a run of folders again.

    Raises:
        InputError: A folder or a picture is no longer there.
    """
    try:
        folders, like = ScoredFolders.from_text(text)
    except ValueError as error:
        raise InputError(f"run.json names no folders: {error}") from error
    return pair_folders(folders, load_protocol(like), lambda _: None).protocol


def _refuse_without_input(metrics: str, protocol: Protocol) -> None:
    """Refuses a metric that was named and reads what no picture has.

    Raises:
        InputError: There is one.
    """
    lacking = set()
    if not any(style.image for style in protocol.styles):
        lacking.add(Need.STYLE_IMAGE)
    if not any(style.prompt for style in protocol.styles):
        lacking.add(Need.PROMPT)
    for metric in select_metrics(metrics, protocol):
        for need in metric.info.needs if metric.info else ():
            if need in lacking:
                raise InputError(f"{metric.name} needs {_GIVEN_BY[need]}")


def _sources(manifest: Manifest) -> list[str]:
    """What may name the protocol of a run: what it noted, what its command says, and the protocol's own name."""
    command = list(manifest.command)
    named = [after for option, after in itertools.pairwise(command) if option == "--protocol"]
    named += [argument.removeprefix("--protocol=") for argument in command if argument.startswith("--protocol=")]
    found = [manifest.protocol.source, *named[-1:], manifest.protocol.name]
    return [source for source in dict.fromkeys(found) if source and not source.startswith("<")]


def _as_run(manifest: Manifest, protocol: Protocol, source: str) -> Protocol:
    """Returns a protocol as the run measured it: with the repetitions and the networks that its command chose.

    Args:
        manifest: The run.
        protocol: The protocol without what a command chooses.
        source: What it was read from, for the message.

    Raises:
        InputError: It is another one, whatever is chosen.
    """
    there = manifest.protocol.fingerprint
    for found in (protocol, *_chosen(manifest, protocol)):
        if found.fingerprint == there:
            return found
    here = protocol.fingerprint
    raise InputError(f"{source} is another protocol now ({here[:_SHORT]}), whose scores do not stand beside others")


def _chosen(manifest: Manifest, protocol: Protocol) -> Iterator[Protocol]:
    """Yields what a command may have made of a protocol; choices that it does not allow were not made."""
    seeds = manifest.cases.seeds if isinstance(manifest.cases, DescribedCrossing) else ()
    for networks in NetworkChoice:
        with contextlib.suppress(InputError):
            yield with_seeds(with_networks(protocol, networks), seeds)


def score_folders(
    folders: ScoredFolders,
    directory: Path,
    *,
    metrics: str,
    like: str | Protocol,
    device: str,
    resources: Resources,
    command: Sequence[str],
    observe: Callable[[], AbstractContextManager[Observer]],
    note: Callable[[str], None],
    fresh: bool = False,
    obtain: Callable[[Iterable[ModelSpecification]], None] | None = None,
) -> RunOutcome:
    """Scores folders of stylized pictures without a protocol: one is made of the pairs that are there.

    Args:
        folders: The places of the pictures.
        directory: Folder of the run that this makes, or continues.
        metrics: Names of the metrics, comma-separated, or ``all``.
        like: The protocol whose networks are used, its name or its path.
        device: ``cpu`` or ``cuda``.
        resources: With how much of the machine.
        command: The command line, for the record.
        observe: Gives who is told how it goes, once all that is to be scored is known.
        note: Is told in lines what was found, before anything is scored.
        fresh: Whether to start over.
        obtain: Brings the weights of the models that the metrics use; ``None`` leaves them as they are.

    Raises:
        InputError: A folder, a table, a picture or a metric cannot be used, or it cannot be told what belongs together.
        MissingModelError: Weights are missing that metrics that are named cannot do without.
    """
    if resources.executor is ExecutorKind.LOCAL:
        start_worker_server(metrics)
    paired = pair_folders(folders, like if isinstance(like, Protocol) else load_protocol(like), note)
    for line in paired.notes:
        note(line)
    if metrics.strip() != "all":
        _refuse_without_input(metrics, paired.protocol)
    configuration = configure_scoring(
        paired.protocol,
        metrics,
        device=device,
        pictures=paired.sources,
        command=command,
        source="" if isinstance(like, Protocol) else folders.to_text(protocol_source(like)),
        obtain=obtain,
        try_imports=lambda plugins: try_imports(plugins, context=worker_context()),
    )
    with observe() as observer:
        return execute_run(configuration, directory, fresh=fresh, observer=observer, resources=resources)
