"""``benchmark show``."""

from __future__ import annotations

import dataclasses
import inspect

import click

from benchmark.errors import BenchmarkError, InputError
from benchmark.protocol.protocol import Protocol
from benchmark.registry import Plugin, PluginKind, installed_plugins
from benchmark.suggestion import suggest


@click.command()
@click.argument("name")
def show(name: str) -> None:
    """Show everything about one method, metric, protocol or report."""
    wanted = name.strip().replace("-", "_")
    plugins = [plugin for kind in PluginKind for plugin in installed_plugins(kind).values()]
    found = [plugin for plugin in plugins if plugin.name == wanted]
    if not found:
        raise InputError(f"nothing is named {name!r}{suggest(wanted, {plugin.name for plugin in plugins})}")
    for plugin in found:
        click.echo(f"{plugin.kind.singular} {plugin.name} (from {plugin.distribution} {plugin.version})")
        loaded = plugin.load()
        if plugin.kind is PluginKind.PROTOCOLS:
            _show_protocol(loaded())
        else:
            _show_class(plugin, loaded)


def _show_class(plugin: Plugin, loaded: type) -> None:
    for field in dataclasses.fields(loaded.info):  # type: ignore[attr-defined]
        value = getattr(loaded.info, field.name)  # type: ignore[attr-defined]
        if value not in ("", None, ()) and field.name != "name":
            click.echo(f"  {field.name}: {', '.join(map(str, value)) if isinstance(value, tuple) else value}")
    if plugin.kind is PluginKind.METHODS:
        settings = loaded.settings_type  # type: ignore[attr-defined]
        click.echo("\nsettings and their defaults:")
        for field in dataclasses.fields(settings):
            click.echo(f"  {field.name} = {getattr(settings(), field.name)!r}")
        if dataclasses.fields(settings):
            click.echo(f"\n{inspect.getdoc(settings)}")
        else:
            click.echo("  none")
    click.echo(f"\n{inspect.getdoc(loaded)}")


def _show_protocol(protocol: Protocol) -> None:
    click.echo(f"  {protocol.description}")
    try:
        fingerprint = protocol.fingerprint
    except BenchmarkError as error:
        fingerprint = f"cannot be told: {error}"
    click.echo(f"  version: {protocol.version}\n  fingerprint: {fingerprint}")
    click.echo(f"  resolution: {protocol.resolution} px\n  cases: {len(protocol.cases)}")
    click.echo("\ncontents:")
    for content in protocol.contents:
        click.echo(f"  {content.id}: {content.title or content.subject}, {content.licence}")
    click.echo("\nstyles:")
    for style in protocol.styles:
        facts = ", ".join(fact for fact in (style.artist, style.year, style.movement) if fact)
        click.echo(f"  {style.id}: “{style.prompt}” ({facts})")
    click.echo("\nmodels:")
    for role, model in protocol.models.items():
        click.echo(f"  {role}: {model}")
    click.echo("\nsettings that it fixes:")
    for method, settings in protocol.method_settings.items():
        for setting, value in settings.items():
            click.echo(f"  {method}.{setting} = {value}")
