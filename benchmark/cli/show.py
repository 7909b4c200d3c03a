"""``benchmark show``."""

from __future__ import annotations

import dataclasses
import inspect
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from benchmark.cli.help import CommandWithExamples
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


@click.command(
    cls=CommandWithExamples,
    examples=(
        "benchmark show gatys",
        "benchmark show mini",
    ),
)
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
            click.echo(f"  {field.name}: {_in_words(value)}")


def _in_words(value: object) -> str:
    """Writes a fact for people: several with commas, a record as what it says."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if dataclasses.is_dataclass(value):
        fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        return ", ".join(f"{name} {said}" for name, said in fields.items() if said is not None) or NOT_STATED
    return str(value)


def _show_settings(settings_type: type[Any]) -> None:
    click.echo("\nsettings and their defaults:")
    defaults = settings_type()
    explained = _explanations(settings_type)
    for name, allowed in describe_settings(settings_type).items():
        value = getattr(defaults, name)
        shown = value if isinstance(value, StrEnum) else repr(value)
        meaning = f": {explained[name]}" if name in explained else ""
        click.echo(f"  {name} = {shown} ({allowed}){meaning}")
    if not dataclasses.fields(settings_type):
        click.echo("  none")


def _explanations(settings_type: type[Any]) -> dict[str, str]:
    """Reads what the docstrings of a settings class, and of those that it inherits from, say of each setting."""
    from docstring_parser import DocstringStyle, parse

    return {
        entry.arg_name: " ".join((entry.description or "").split())
        for one in reversed(settings_type.__mro__[:-1])
        for entry in parse(one.__doc__ or "", DocstringStyle.GOOGLE).params
    }
