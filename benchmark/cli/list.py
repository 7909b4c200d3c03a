"""``benchmark list``."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import click

from benchmark.registry import BrokenPluginError, Plugin, PluginKind, installed_plugins


@click.command(name="list")
@click.argument("kind", type=click.Choice([str(kind) for kind in PluginKind]))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_plugins(kind: str, as_json: bool) -> None:
    """List the installed methods, metrics, protocols or reports."""
    rows = [describe(plugin) for plugin in installed_plugins(PluginKind(kind)).values()]
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table("name", "what it is", "origin")
    for row in rows:
        what = f"[red]broken:[/red] {escape(row['error'])}" if row["error"] else escape(row["summary"])
        label = " [dim](control)[/dim]" if row.get("control") else ""
        table.add_row(escape(row["name"]) + label, what, escape(f"{row['distribution']} {row['version']}"))
    Console().print(table)


def describe(plugin: Plugin) -> dict[str, Any]:
    """Describes a plugin: its static facts, or why it is broken.

    Args:
        plugin: The plugin; it is imported.
    """
    row: dict[str, Any] = {
        "name": plugin.name,
        "summary": "",
        "distribution": plugin.distribution,
        "version": plugin.version,
        "error": "",
    }
    try:
        loaded = plugin.load()
        if plugin.kind is PluginKind.PROTOCOLS:
            row["summary"] = " ".join((loaded.__doc__ or "").split())
        else:
            facts = dataclasses.asdict(loaded.info)
            row |= {f"{plugin.kind.singular}_version" if key == "version" else key: facts[key] for key in facts}
    except BrokenPluginError as error:
        row["error"] = str(error)
    return row
