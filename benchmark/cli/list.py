"""``benchmark list``."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import click

from benchmark.cli.options import networks_option
from benchmark.cli.streams import print_json
from benchmark.errors import BenchmarkError
from benchmark.registry import Plugin, PluginKind, installed_plugins
from benchmark.wording import NOT_STATED

if TYPE_CHECKING:
    from benchmark.protocol.networks import NetworkChoice
    from benchmark.protocol.protocol import Protocol
    from benchmark.protocol.recipe import Recipe


@click.command(name="list")
@click.argument("kind", type=click.Choice([str(kind) for kind in PluginKind]))
@click.option("--protocol", default="mini", show_default=True, help="Whose weights are looked for.")
@networks_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_plugins(kind: str, protocol: str, networks: NetworkChoice, as_json: bool) -> None:
    """List the installed methods, metrics, protocols or reports.

    Methods and metrics say which networks the protocol names for them, and whether their weights are here.
    """
    from benchmark.plan.selection import find_protocol
    from benchmark.protocol.networks import with_networks

    named = with_networks(find_protocol(protocol), networks)
    plugins = list(installed_plugins(PluginKind(kind)).values())
    if any(plugin.is_third_party for plugin in plugins):
        from benchmark.execution.workers.import_trial import try_imports

        plugins = try_imports(plugins)
    rows = [describe(plugin, named) for plugin in plugins]
    if as_json:
        print_json(rows)
        return
    from rich.markup import escape
    from rich.table import Table

    from benchmark.analysis.networks import Network, notes_on
    from benchmark.cli.tables import results_console

    table = Table()
    table.add_column("name", no_wrap=True)
    table.add_column("what it is")
    headings = ("network", "weights", "licence")
    extra = [heading for heading in headings if any(heading in row for row in rows)]
    extra += ["unavailable"] if any(row.get("unavailable") for row in rows) else []
    for heading in (*extra, "origin"):
        # What is missing, and where it comes from, is long; the other columns need the width.
        table.add_column(heading, max_width=28 if heading == "weights" else None)
    for row in rows:
        if row.get("licence") == "":
            row["licence"] = NOT_STATED
        what = f"[red]broken:[/red] {escape(row['error'])}" if row["error"] else escape(row["summary"])
        label = " [dim](control)[/dim]" if row.get("control") else ""
        facts = [row.get(heading, "") for heading in extra] + [f"{row['distribution']} {row['version']}"]
        table.add_row(escape(row["name"]) + label, what, *map(escape, facts))
    console = results_console(160)
    console.print(table)
    shown = (Network(**network) for row in rows for network in row.get("networks", ()))
    for note in notes_on(shown):
        console.print(note, highlight=False, markup=False, soft_wrap=True)


def describe(plugin: Plugin, protocol: Protocol | Recipe) -> dict[str, Any]:
    """Describes a plugin: its static facts and whether its weights are here, or why it is broken.

    Args:
        plugin: The plugin; it is imported.
        protocol: Protocol that names the network of each role.
    """
    from benchmark.analysis.networks import label_of, networks_of_roles
    from benchmark.plan.selection import make_protocol, missing_models, too_small_for

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
            make_protocol(plugin)
    except BenchmarkError as error:
        return row | {"error": str(error)}
    if plugin.kind is PluginKind.PROTOCOLS:
        return row | {"summary": " ".join((loaded.__doc__ or "").split())}
    facts = dataclasses.asdict(loaded.info)
    row |= {f"{plugin.kind.singular}_version" if key == "version" else key: facts[key] for key in facts}
    if plugin.kind is not PluginKind.REPORTS:
        roles = loaded.info.uses if plugin.kind is PluginKind.METHODS else loaded.info.backbones
        networks = networks_of_roles(roles, protocol.models)
        row["networks"] = [dataclasses.asdict(network) for network in networks]
        row["network"] = label_of(networks)
        row["weights"] = (missing_models(roles, protocol) or "present") if roles else "needs none"
    if plugin.kind is PluginKind.METRICS:
        row["unavailable"] = too_small_for(loaded.info, protocol)
    return row
