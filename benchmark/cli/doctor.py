"""``benchmark doctor``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from benchmark.cli.help import CommandWithExamples
from benchmark.cli.options import POSITIVE, refuse_nan
from benchmark.errors import BenchmarkError, ExitCode, describe_error
from benchmark.escaping import one_line
from benchmark.interface.run_check import Finding, RunCheck, State
from benchmark.programs.program_file import looks_like_program
from benchmark.registry import BrokenPluginError, PluginKind, installed_plugins


@click.command(
    cls=CommandWithExamples,
    examples=(
        "benchmark doctor",
        "benchmark doctor runs/mini",
    ),
)
@click.argument("run", required=False, type=click.Path(path_type=Path))
@click.option(
    "--timeout", type=POSITIVE, callback=refuse_nan, default=60, show_default=True, metavar="SECONDS",
    help="Longest time that importing a plugin may take; without RUN.",
)  # fmt: skip
def doctor(run: Path | None, timeout: float) -> ExitCode:
    """Check this installation, or what a RUN left on disk, and say what to do; RUN may be a program's FILE.toml."""
    problems = 0
    for state, line in _findings(run, timeout):
        click.echo(f"{state:7}  {one_line(line)}")
        problems += state is State.PROBLEM
    click.echo(f"{problems} problem{'s' * (problems != 1)} found" if problems else "all is well")
    return ExitCode.BAD_INPUT if problems else ExitCode.DONE


def _findings(run: Path | None, timeout: float) -> Iterator[Finding]:
    if run is None:
        return _check_installation(timeout)
    return _check_program(run) if looks_like_program(run.name) and not run.is_dir() else RunCheck(run).findings()


def _check_program(path: Path) -> Iterator[Finding]:
    """Checks that a program is complete, and runs nothing."""
    from benchmark.plan.selection import find_program

    program = find_program(path)
    yield State.OK, f"{path} can be read: method {program.name}, {program.info.version}"
    try:
        program.refuse_incomplete()
    except BenchmarkError as error:
        yield State.PROBLEM, str(error)
    else:
        yield State.OK, f"its folder, its program and what it needs are there; benchmark check-method {path} tries it"


def _check_installation(timeout: float) -> Iterator[Finding]:
    import torch

    from benchmark.store.manifest import describe_environment

    environment = describe_environment()
    yield State.OK, f"Python {environment.python} on {environment.platform}, {environment.cores} cores"
    yield State.OK, ", ".join(f"{name} {version}" for name, version in environment.packages.items())
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else "none; computing on the CPU"
    yield State.OK, f"CUDA device: {device}"
    yield from _check_plugins(timeout)
    yield from _check_models()


def _check_plugins(timeout: float) -> Iterator[Finding]:
    from benchmark.execution.workers.import_trial import try_imports

    for kind in PluginKind:
        try:
            plugins = installed_plugins(kind)
        except BenchmarkError as error:
            yield State.PROBLEM, str(error)
            continue
        tried = try_imports(list(plugins.values()), timeout)
        for plugin in (plugin for plugin in tried if plugin.harm):
            yield State.PROBLEM, f"{plugin.broken(plugin.harm)}; uninstall {plugin.distribution} until it is mended"
        for plugin in (plugin for plugin in tried if not plugin.harm):
            try:
                plugin.load()
                if kind is PluginKind.PROTOCOLS:
                    yield State.OK, f"protocol {plugin.name}: {_describe_protocol(plugin.name)}"
            except BrokenPluginError as error:
                yield State.PROBLEM, str(error)
            except Exception as error:
                yield State.PROBLEM, f"protocol {plugin.name}: {describe_error(error)}"
        yield State.OK, f"{kind}: {', '.join(plugins) or 'none'}"


def _describe_protocol(name: str) -> str:
    from benchmark.plan.selection import find_protocol
    from benchmark.protocol.recipe import Recipe

    found = find_protocol(name)
    if isinstance(found, Recipe):
        return f"a recipe; benchmark protocol freeze {name} draws its styles"
    return f"{len(found.image_hashes)} images are the pinned ones"


def _check_models() -> Iterator[Finding]:
    from benchmark.models.specification import MODELS
    from benchmark.plan.selection import load_protocol

    needed = {name for protocol in ("mini", "smoke") for name in load_protocol(protocol).models.values()}
    for model in MODELS:
        try:
            model.files()
            kind = f", a stand-in for {model.stands_in_for}" if model.stands_in_for else ""
            yield State.OK, f"model {model.name}{kind}: sha256 {model.fingerprint()[:16]}… ({model.licence})"
        except BenchmarkError as error:
            if model.name in needed:
                yield State.PROBLEM, str(error)
            else:
                yield State.OK, f"{error} (not needed by mini)"
