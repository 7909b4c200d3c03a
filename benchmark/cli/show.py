"""``benchmark show``."""

from __future__ import annotations

import dataclasses
import inspect
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from benchmark.cli.options import networks_option
from benchmark.errors import InputError
from benchmark.escaping import printable, shell_command
from benchmark.programs.program_file import looks_like_program
from benchmark.registry import Plugin, PluginKind, installed_plugins
from benchmark.settings import describe_settings
from benchmark.suggestion import suggest
from benchmark.wording import NOT_STATED

if TYPE_CHECKING:
    from benchmark.protocol.networks import NetworkChoice


@click.command()
@click.argument("name")
@networks_option
def show(name: str, networks: NetworkChoice) -> None:
    """Show everything about one method, metric, protocol or report; NAME may be the FILE.toml of a program."""
    if looks_like_program(name):
        _show_program(Path(name))
        return
    wanted = name.strip().replace("-", "_")
    plugins = [plugin for kind in PluginKind for plugin in installed_plugins(kind).values()]
    found = [plugin for plugin in plugins if plugin.name == wanted]
    if not found:
        raise InputError(f"nothing is named {name!r}{suggest(wanted, {plugin.name for plugin in plugins})}")
    if networks != "own" and not any(plugin.kind is PluginKind.PROTOCOLS for plugin in found):
        raise InputError(f"--networks {networks} is for protocols, and {wanted} is none")
    for plugin in found:
        origin = f"{plugin.distribution} {plugin.version}"
        if plugin.kind is PluginKind.PROTOCOLS:
            from benchmark.cli.protocol.words import as_frozen, print_protocol
            from benchmark.plan.selection import make_protocol
            from benchmark.protocol.networks import with_networks

            print_protocol(with_networks(as_frozen(make_protocol(plugin), plugin.name), networks), origin)
        else:
            click.echo(f"{plugin.kind.singular} {plugin.name} (from {origin})")
            _show_class(plugin, plugin.load())


def _show_program(path: Path) -> None:
    from benchmark.plan.selection import find_program

    program = find_program(path)
    click.echo(f"method {program.name} (from {path})")
    loaded = program.load()
    _show_info(loaded)
    for name, value in program.description.items():
        click.echo(f"  {name}: {shell_command(value) if isinstance(value, list) else printable(value)}")
    _show_settings(loaded.settings_type)


def _show_class(plugin: Plugin, loaded: type) -> None:
    _show_info(loaded)
    if plugin.kind is PluginKind.METHODS or (
        plugin.kind is PluginKind.METRICS and dataclasses.fields(loaded.settings_type)  # type: ignore[attr-defined]
    ):
        _show_settings(loaded.settings_type)  # type: ignore[attr-defined]
    click.echo(f"\n{inspect.getdoc(loaded)}")


def _show_info(loaded: type) -> None:
    for field in dataclasses.fields(loaded.info):  # type: ignore[attr-defined]
        value = getattr(loaded.info, field.name)  # type: ignore[attr-defined]
        if field.name == "licence":
            value = value or NOT_STATED
        if value not in ("", None, ()) and field.name != "name":
            click.echo(f"  {field.name}: {', '.join(map(str, value)) if isinstance(value, tuple) else value}")


def _show_settings(settings_type: type[Any]) -> None:
    click.echo("\nsettings and their defaults:")
    defaults = settings_type()
    for name, allowed in describe_settings(settings_type).items():
        value = getattr(defaults, name)
        click.echo(f"  {name} = {value if isinstance(value, StrEnum) else repr(value)} ({allowed})")
    if not dataclasses.fields(settings_type):
        click.echo("  none")
    # Settings may be inherited from those of another method, whose docstring then explains them.
    names = {field.name for field in dataclasses.fields(settings_type)}
    for explained in settings_type.__mro__:
        if names & inspect.get_annotations(explained).keys():
            click.echo(f"\n{inspect.getdoc(explained)}")
