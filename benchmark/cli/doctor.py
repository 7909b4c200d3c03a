"""``benchmark doctor``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from benchmark.cli.options import POSITIVE, refuse_nan
from benchmark.errors import BenchmarkError, ExitCode, describe_error
from benchmark.registry import BrokenPluginError, PluginKind, installed_plugins
from benchmark.wording import format_count


@click.command()
@click.argument("run", required=False, type=click.Path(path_type=Path))
@click.option(
    "--timeout", type=POSITIVE, callback=refuse_nan, default=60, show_default=True, metavar="SECONDS",
    help="Longest time that importing a plugin may take; without RUN.",
)  # fmt: skip
def doctor(run: Path | None, timeout: float) -> ExitCode:
    """Check this installation, or what a RUN left on disk, and say what to do."""
    problems = 0
    for is_fine, line in _check_run(run) if run else _check_installation(timeout):
        click.echo(f"{'ok     ' if is_fine else 'problem'}  {line}")
        problems += not is_fine
    click.echo(f"{problems} problem{'s' * (problems != 1)} found" if problems else "all is well")
    return ExitCode.BAD_INPUT if problems else ExitCode.DONE


def _check_installation(timeout: float) -> Iterator[tuple[bool, str]]:
    import torch

    from benchmark.store.manifest import describe_environment

    environment = describe_environment()
    yield True, f"Python {environment['python']} on {environment['platform']}, {environment['cores']} cores"
    yield True, ", ".join(f"{name} {version}" for name, version in environment["packages"].items())
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else "none; computing on the CPU"
    yield True, f"CUDA device: {device}"
    yield from _check_plugins(timeout)
    yield from _check_models()


def _check_plugins(timeout: float) -> Iterator[tuple[bool, str]]:
    from benchmark.execution.import_trial import try_imports

    for kind in PluginKind:
        try:
            plugins = installed_plugins(kind)
        except BenchmarkError as error:
            yield False, str(error)
            continue
        tried = try_imports(list(plugins.values()), timeout)
        for plugin in (plugin for plugin in tried if plugin.harm):
            yield False, f"{plugin.broken(plugin.harm)}; uninstall {plugin.distribution} until it is mended"
        for plugin in (plugin for plugin in tried if not plugin.harm):
            try:
                plugin.load()
                if kind is PluginKind.PROTOCOLS:
                    yield True, f"protocol {plugin.name}: {_describe_protocol(plugin.name)}"
            except BrokenPluginError as error:
                yield False, str(error)
            except Exception as error:
                yield False, f"protocol {plugin.name}: {describe_error(error)}"
        yield True, f"{kind}: {', '.join(plugins) or 'none'}"


def _describe_protocol(name: str) -> str:
    from benchmark.plan.selection import find_protocol
    from benchmark.protocol.recipe import Recipe

    found = find_protocol(name)
    if isinstance(found, Recipe):
        return f"a recipe; benchmark protocol freeze {name} draws its styles"
    return f"{len(found.image_hashes)} images are the pinned ones"


def _check_models() -> Iterator[tuple[bool, str]]:
    from benchmark.models.specification import MODELS
    from benchmark.plan.selection import load_protocol

    needed = {name for protocol in ("mini", "smoke") for name in load_protocol(protocol).models.values()}
    for model in MODELS:
        try:
            model.files()
            yield True, f"model {model.name}: sha256 {model.fingerprint()[:16]}… ({model.licence})"
        except BenchmarkError as error:
            yield model.name not in needed, str(error) + ("" if model.name in needed else " (not needed by mini)")


def _check_run(path: Path) -> Iterator[tuple[bool, str]]:
    from benchmark.store.journal import read_journal
    from benchmark.store.records import RunStatus, UnitStatus
    from benchmark.store.run_directory import RunDirectory

    directory = RunDirectory(path)
    manifest = directory.read_manifest()
    yield True, f"protocol {manifest['protocol']['name']}, fingerprint {manifest['protocol']['fingerprint'][:16]}…"
    records, warnings = read_journal(directory.journal)
    for warning in warnings:
        yield False, warning
    images = 0
    for record in records.values():
        if record.status is UnitStatus.FAILED:
            yield False, f"{record.method} {record.case} failed: {record.error}; the same command tries it again"
        if record.status is UnitStatus.OK:
            found = directory.sha256(record.image)
            images += found == record.image_sha256
            if found != record.image_sha256:
                state = "has changed" if found else "is missing"
                yield False, f"images/{record.method}/{record.case}.png {state}; the same command makes it again"
        for metric, reason in record.score_errors.items():
            yield False, f"{record.method} {record.case}: {metric} failed: {reason}"
    yield True, f"finished: {format_count(len(records), 'unit')}; as written: {format_count(images, 'image')}"
    is_complete = manifest["status"] == RunStatus.COMPLETE
    yield is_complete, f"status {manifest['status']}" + ("" if is_complete else "; the same command goes on")
