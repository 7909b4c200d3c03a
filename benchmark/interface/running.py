"""Starts runs from Python, and what the command line shares with it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from benchmark.contracts import Precision
from benchmark.errors import InputError, describe_error
from benchmark.execution.run import execute_run
from benchmark.execution.run_results import RunOutcome
from benchmark.execution.schedule import Observer
from benchmark.execution.workers.import_trial import try_imports
from benchmark.execution.workers.server import start_worker_server, worker_context
from benchmark.interface.checks import refuse_less, refuse_process_without_children, refuse_unusable_resources
from benchmark.interface.logging_observer import LoggingObserver
from benchmark.interface.protocols import network_choice, protocol_name
from benchmark.interface.reports import write_report
from benchmark.interface.run import Run
from benchmark.models.specification import ModelSpecification
from benchmark.plan.device import choose_device
from benchmark.plan.precision import choose_precision, notes_on_precision
from benchmark.plan.resources import ExecutorKind, Resources
from benchmark.plan.selection import configure_run, find_protocol, without_programs
from benchmark.plan.variant_arguments import make_variants, variant_arguments
from benchmark.protocol.networks import NetworkChoice, with_networks
from benchmark.protocol.protocol import Protocol
from benchmark.protocol.repetitions import check_seeds, with_seeds
from benchmark.protocol.variant import Variant
from benchmark.registry import BrokenPluginError, PluginKind, installed_plugins


def run(
    protocol: str | os.PathLike[str] | Protocol = "mini",
    *,
    methods: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] | None = None,
    metrics: str | Sequence[str] = "all",
    pictures: Mapping[str, str | os.PathLike[str]] | Sequence[str] = (),
    fit: bool = False,
    networks: str = "own",
    out: str | os.PathLike[str] | None = None,
    settings: Mapping[str, object] | None = None,
    variants: Sequence[str | tuple[str, Mapping[str, object]]] = (),
    sweep: Mapping[str, Sequence[object]] | None = None,
    ablate: Mapping[str, Mapping[str, object]] | None = None,
    seed: int = 0,
    seeds: Sequence[int] = (),
    device: str = "auto",
    precision: str = Precision.FLOAT32,
    limit: int | None = None,
    workers: int | None = None,
    threads: int | None = None,
    timeout: float | None = None,
    fresh: bool = False,
    report: bool = True,
    observer: Observer | None = None,
) -> Run:
    """Runs methods on a protocol, scores them and writes a report, as ``benchmark run`` does.

    A run that was stopped goes on where it was when it is started again in the same folder. Methods run in worker
    processes, which do not import the program that calls this: it needs no ``if __name__ == "__main__":``.

    Args:
        protocol: Name of an installed protocol, path of one, or a protocol.
        methods: Names of the methods, or ``all``; also files of programs, such as ``Path("styleid.toml")``. ``None`` is
            all, or beside pictures or variants the controls.
        metrics: Names of the metrics, or ``all``.
        pictures: Methods whose pictures exist: the folder of each by its name, which ``:PATTERN`` and ``:PART`` may
            follow as in ``--pictures``, or such arguments, or files of facts.
        fit: Whether the centre of such pictures of another aspect is cut out; otherwise they are refused.
        networks: ``own`` for those that the protocol names, or ``published``, which takes the published network in
            place of each embedded one.
        out: Folder of the run, by default ``runs/PROTOCOL``.
        settings: Settings of methods in place of those that the protocol fixes, for instance ``{"gatys.steps": 5}``.
        variants: Rows of methods with other settings, beside the methods: such as ``("gatys", {"steps": 20})``, or
            ``"gatys:steps=20"`` as in ``--variant``.
        sweep: A row for each value of a setting, for instance ``{"gatys.steps": [20, 40, 80]}``.
        ablate: A row for each change of a method, for instance ``{"gatys": {"steps": 20, "layers": "relu1_1"}}``.
        seed: Seed of everything random, at least 0.
        seeds: Numbers of the repetitions of each case, in place of those of the protocol.
        device: ``auto``, which takes CUDA if there is one, ``cpu`` or ``cuda``.
        precision: Precision that the methods compute in, as far as they can: ``float32``, ``bfloat16``, or ``auto``,
            which takes bfloat16 where this machine has instructions for it. Metrics score in float32.
        limit: Number of cases, from the first, or ``None`` for all.
        workers: Number of worker processes, by default one per device.
        threads: Threads of each worker, on which the last bits of images and scores depend; by default one per core.
        timeout: Seconds that preparing a method, stylizing once or scoring once may take, or ``None`` for no limit.
        fresh: Whether to start over instead of continuing the run in the folder.
        report: Whether to write the HTML report into the folder of the run.
        observer: Is told how it goes; by default the logger ``benchmark`` is.

    Returns:
        The run. Units that failed raise nothing: ``status`` is then ``incomplete``, and ``problems()`` says why.

    Raises:
        InputError: Something that was given cannot be used, or the folder holds another run or cannot be written.
        MissingModelError: Weights are missing that the methods, or metrics that are named, cannot do without.
        KeyboardInterrupt: The user stopped it. What is finished is kept.
    """
    refuse_process_without_children("benchmark.run")
    refuse_less("seed", seed, 0)
    if limit is not None:
        refuse_less("limit", limit, 1)
    refuse_unusable_resources(device, workers, threads, timeout)
    given = protocol if isinstance(protocol, Protocol) else protocol_name(protocol)
    choice = network_choice(networks)
    repetitions = check_seeds(seeds)
    directory = Path(out) if out is not None else default_folder(given, choice, repetitions)
    method_names, metric_names = None if methods is None else _names(methods), _names(metrics)
    folders = _folders(pictures)
    rows = make_variants(variants, sweep or {}, ablate or {})
    chosen_device = choose_device(device)
    chosen = choose_precision(precision, chosen_device)
    observer = observer or LoggingObserver()
    if chosen.note:
        observer.note(chosen.note)
    for line in left_out(method_names, metric_names, runs_controls=bool(folders or rows)):
        observer.note(line)
    options = {
        "networks": networks if choice is not NetworkChoice.OWN else None,
        "methods": method_names if folders or rows or method_names != "all" else None,
        "metrics": metric_names if metric_names != "all" else None,
        "out": out,
        "device": device if device != "auto" else None,
        "precision": precision if precision != Precision.FLOAT32 else None,
        "seed": seed or None,
        "seeds": ",".join(map(str, repetitions)) or None,
        "limit": limit,
        "workers": workers,
        "threads": threads,
        "timeout": timeout,
    }
    flags = {"--fit": fit, "--fresh": fresh, "--no-report": not report}
    outcome = perform_run(
        protocol=given,
        networks=choice,
        methods=method_names,
        metrics=metric_names,
        assignments=_assignments(settings or {}),
        variants=rows,
        pictures=folders,
        fit=fit,
        seed=seed,
        seeds=repetitions,
        device=chosen_device,
        precision=chosen.precision,
        limit=limit,
        command=_command(given, settings or {}, options, flags, folders, rows),
        note=observer.note,
        directory=directory,
        fresh=fresh,
        resources=Resources(workers=workers or 0, threads=threads or 0, timeout=timeout),
        observe=lambda: nullcontext(observer),
    )
    if report:
        # The run is safe on disk; a report that cannot be written must not make it look failed.
        try:
            write_report([directory], "html", directory / "report")
        except Exception as error:
            observer.note(f"no report was written: {describe_error(error)}")
    if outcome.interrupted:
        raise KeyboardInterrupt
    return Run(directory, outcome.status, outcome.planned, outcome.counts)


def perform_run(
    *,
    protocol: str | Protocol,
    networks: NetworkChoice,
    methods: str | None,
    metrics: str,
    assignments: Mapping[str, Mapping[str, Any]],
    seed: int,
    device: str,
    precision: Precision = Precision.FLOAT32,
    limit: int | None,
    command: Sequence[str],
    directory: Path,
    fresh: bool,
    resources: Resources,
    observe: Callable[[], AbstractContextManager[Observer]],
    variants: Sequence[Variant] = (),
    seeds: Sequence[int] = (),
    pictures: Sequence[str] = (),
    fit: bool = False,
    note: Callable[[str], None] | None = None,
    obtain: Callable[[Iterable[ModelSpecification]], None] | None = None,
) -> RunOutcome:
    """Configures a run, with plugins that were tried in another process, and executes it.

    Args:
        protocol: Name or path of the protocol, or the protocol.
        networks: The networks to measure it with.
        methods: Names of the methods, comma-separated, or ``all``; also files of programs. ``None`` is all, or beside
            pictures or variants the controls.
        metrics: Names of the metrics, comma-separated, or ``all``.
        assignments: Settings by method and name, in place of those that the protocol fixes.
        seed: Seed of the run.
        device: ``cpu`` or ``cuda``.
        precision: Precision that the methods compute in, as far as they can.
        limit: Number of cases, from the first, or ``None`` for all.
        command: The command line, for the record.
        directory: Folder of the run.
        fresh: Whether to start over.
        resources: With how much of the machine.
        observe: Gives who is told how the units go, once all that is to be run is known.
        variants: Methods with other settings, which are rows of their own.
        seeds: Numbers of the repetitions of each case, in place of those of the protocol; none leave it as it is.
        pictures: Methods whose pictures exist, as ``NAME=FOLDER[:PATTERN][:PART]`` or files of facts.
        fit: Whether the centre of such pictures of another aspect is cut out.
        note: Is told in lines what was found, before anything runs; ``None`` tells nobody.
        obtain: Brings the weights of the models that the methods and metrics use; ``None`` leaves them as they are.

    Raises:
        InputError: Something that was given cannot be used, or the folder holds another run or cannot be written.
        MissingModelError: Weights are missing that the methods, or metrics that are named, cannot do without.
    """
    if resources.executor is ExecutorKind.LOCAL:
        start_worker_server(metrics)
    configuration = configure_run(
        protocol=protocol,
        networks=networks,
        methods=methods,
        metrics=metrics,
        assignments=assignments,
        variants=variants,
        pictures=pictures,
        fit=fit,
        seed=seed,
        seeds=seeds,
        device=device,
        precision=precision,
        limit=limit,
        command=command,
        note=note,
        obtain=obtain,
        try_imports=lambda plugins: try_imports(plugins, context=worker_context()),
    )
    if note is not None:
        for line in notes_on_precision(configuration.methods, precision):
            note(line)
    with observe() as observer:
        return execute_run(configuration, directory, fresh=fresh, observer=observer, resources=resources)


def default_folder(
    protocol: str | Protocol, networks: NetworkChoice = NetworkChoice.OWN, seeds: Sequence[int] = ()
) -> Path:
    """The folder of a run for which none was named.

    Args:
        protocol: Name or path of the protocol, or the protocol.
        networks: The networks to measure it with.
        seeds: Numbers of the repetitions of each case; none for those of the protocol.

    Raises:
        InputError: There is no such protocol, or it is not valid.
    """
    found = protocol if isinstance(protocol, Protocol) else find_protocol(protocol)
    return Path("runs") / with_seeds(with_networks(found, networks), seeds).name


def left_out(methods: str | None, metrics: str, *, runs_controls: bool = False) -> Iterator[str]:
    """Tells of plugins that ``all`` leaves out because their names cannot be used, a line each.

    Args:
        methods: Names of the methods, comma-separated, or ``all``; ``None`` is all, or the controls.
        metrics: Names of the metrics, comma-separated, or ``all``.
        runs_controls: Whether there are pictures or variants, beside which the controls run.
    """
    chosen = ("" if runs_controls else "all") if methods is None else without_programs(methods)
    for kind, names in ((PluginKind.METHODS, chosen), (PluginKind.METRICS, metrics)):
        for plugin in installed_plugins(kind).values() if names.strip() == "all" else ():
            try:
                plugin.refuse_unusable_name()
            except BrokenPluginError as error:
                yield f"left out: {error}"


def _names(names: str | os.PathLike[str] | Sequence[str | os.PathLike[str]]) -> str:
    if isinstance(names, str):
        return names
    each = [names] if isinstance(names, os.PathLike) else names
    for name in each:
        if isinstance(name, os.PathLike) and "," in os.fspath(name):
            raise InputError(f"program file {os.fspath(name)}: a path with a comma cannot be told from two; rename it")
    return ",".join(os.fspath(name) for name in each)


def _folders(pictures: Mapping[str, str | os.PathLike[str]] | Sequence[str]) -> tuple[str, ...]:
    if isinstance(pictures, Mapping):
        return tuple(f"{name}={os.fspath(folder)}" for name, folder in pictures.items())
    return (pictures,) if isinstance(pictures, str) else tuple(pictures)


def _assignments(settings: Mapping[str, object]) -> dict[str, dict[str, object]]:
    values: dict[str, dict[str, object]] = {}
    for name, value in settings.items():
        method, dot, setting = name.partition(".")
        if not (dot and method and setting):
            raise InputError(f"cannot read setting {name!r}; write METHOD.SETTING, as in gatys.steps")
        values.setdefault(method.replace("-", "_"), {})[setting.replace("-", "_")] = value
    return values


def _command(
    protocol: str | Protocol,
    settings: Mapping[str, object],
    options: Mapping[str, object],
    flags: Mapping[str, bool],
    pictures: Sequence[str],
    variants: Sequence[Variant],
) -> list[str]:
    """The command line that does the same, for the record; of a protocol that is no file it tells the name only."""
    named = protocol if isinstance(protocol, str) else f"<{protocol.name}, given from Python>"
    command = ["benchmark", "run", "--protocol", named]
    for option, value in options.items():
        command += [f"--{option}", str(value)] if value is not None else []
    for folder in pictures:
        command += ["--pictures", folder]
    for setting, value in settings.items():
        written = ",".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
        command += ["--set", f"{setting}={written}"]
    return [*command, *variant_arguments(variants), *(flag for flag, is_set in flags.items() if is_set)]
