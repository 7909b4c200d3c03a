"""``benchmark list``."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import click

from benchmark.cli.help import CommandWithExamples
from benchmark.cli.options import networks_option
from benchmark.cli.streams import print_json
from benchmark.errors import BenchmarkError
from benchmark.registry import OWN_DISTRIBUTION, Plugin, PluginKind, installed_plugins
from benchmark.wording import NOT_STATED

if TYPE_CHECKING:
    from rich.table import Table

    from benchmark.protocol.networks import NetworkChoice
    from benchmark.protocol.protocol import Protocol
    from benchmark.protocol.recipe import Recipe

PRESENT: Final = "present"
NEEDS_NONE: Final = "needs none"


@click.command(
    name="list",
    cls=CommandWithExamples,
    examples=(
        "benchmark list methods",
        "benchmark list metrics --protocol wikiart --json",
    ),
)
@click.argument("kind", type=click.Choice([str(kind) for kind in PluginKind]))
@click.option("--protocol", default="mini", show_default=True, help="Whose weights are looked for.")
@networks_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_plugins(kind: str, protocol: str, networks: NetworkChoice, as_json: bool) -> None:
    """List the installed methods, metrics, protocols or reports.

    Methods and metrics say which networks the protocol names for them, and whether their weights are here.
    """
    # Only methods and metrics have networks.
    named = _named(protocol, networks) if PluginKind(kind) in (PluginKind.METHODS, PluginKind.METRICS) else None
    plugins = list(installed_plugins(PluginKind(kind)).values())
    if any(plugin.is_third_party for plugin in plugins):
        from benchmark.execution.workers.import_trial import try_imports

        plugins = try_imports(plugins)
    rows = [describe(plugin, named) for plugin in plugins]
    if as_json:
        print_json(rows)
        return
    from benchmark.analysis.networks import Network, notes_on
    from benchmark.cli.tables import results_console

    console = results_console(160)
    console.print(_table(rows, PluginKind(kind)))
    shown = (Network(**network) for row in rows for network in row.get("networks", ()))
    for note in (*_problems(rows), *notes_on(shown)):
        console.print(note, highlight=False, markup=False, soft_wrap=True)
    click.echo("more about one: benchmark show NAME" if rows else f"there are no {kind}")


def _named(protocol: str, networks: NetworkChoice) -> Protocol | Recipe:
    from benchmark.plan.selection import find_protocol
    from benchmark.protocol.networks import with_networks

    return with_networks(find_protocol(protocol), networks)


def _table(rows: Sequence[Mapping[str, Any]], kind: PluginKind) -> Table:
    """Makes a table of a line each; what does not fit of a summary, `benchmark show` says."""
    from rich.markup import escape
    from rich.table import Table

    headings = {
        PluginKind.METHODS: ("reads", "network", "weights", "licence"),
        PluginKind.METRICS: ("axis", "better", "network", "weights"),
    }.get(kind, ())
    from_others = any(row["distribution"] != OWN_DISTRIBUTION for row in rows)
    table = Table(expand=True)
    for heading in ("name", *headings, *["origin"] * from_others):
        table.add_column(heading, no_wrap=True)
    table.add_column("what it is", no_wrap=True, overflow="ellipsis", ratio=1)
    for row in rows:
        facts = {
            **row,
            "reads": row.get("condition", ""),
            "better": row.get("direction", ""),
            "weights": "missing" if _lacks_weights(row) else row.get("weights", ""),
            "licence": row.get("licence") or NOT_STATED,
            "origin": f"{row['distribution']} {row['version']}",
        }
        label = " [dim](control)[/dim]" if row.get("control") else ""
        what = "[red]broken[/red]" if row["error"] else escape(row["summary"])
        cells = ["" if row["error"] and heading != "origin" else str(facts[heading]) for heading in headings]
        cells += [facts["origin"]] * from_others
        table.add_row(escape(row["name"]) + label, *map(escape, cells), what)
    return table


def _problems(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Says in a line each what is broken, unavailable, or lacks weights, and what to do; the same thing once."""
    problems: dict[str, list[str]] = {}
    for row in rows:
        if row["error"]:
            problems.setdefault(f"broken: {row['error']}", []).append(row["name"])
        elif row.get("unavailable"):
            problems.setdefault(f"unavailable: {row['unavailable']}", []).append(row["name"])
        elif _lacks_weights(row):
            problems.setdefault(row["weights"], []).append(row["name"])
    return [f"{', '.join(names)}: {problem}" for problem, names in problems.items()]


def _lacks_weights(row: Mapping[str, Any]) -> bool:
    return row.get("weights", PRESENT) not in (PRESENT, NEEDS_NONE)


def describe(plugin: Plugin, protocol: Protocol | Recipe | None) -> dict[str, Any]:
    """Describes a plugin: its static facts and whether its weights are here, or why it is broken.

    Args:
        plugin: The plugin; it is imported.
        protocol: Protocol that names the network of each role, for methods and metrics; ``None`` for what has none.
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
            from benchmark.plan.selection import make_protocol

            make_protocol(plugin)
    except BenchmarkError as error:
        return row | {"error": str(error)}
    if plugin.kind is PluginKind.PROTOCOLS:
        return row | {"summary": " ".join((loaded.__doc__ or "").split())}
    facts = dataclasses.asdict(loaded.info)
    row |= {f"{plugin.kind.singular}_version" if key == "version" else key: facts[key] for key in facts}
    if protocol is None:
        return row
    from benchmark.analysis.networks import label_of, networks_of_roles
    from benchmark.plan.selection import missing_models, too_small_for

    roles = loaded.info.uses if plugin.kind is PluginKind.METHODS else loaded.info.backbones
    networks = networks_of_roles(roles, protocol.models)
    row["networks"] = [dataclasses.asdict(network) for network in networks]
    row["network"] = label_of(networks)
    row["weights"] = (missing_models(roles, protocol) or PRESENT) if roles else NEEDS_NONE
    if plugin.kind is PluginKind.METRICS:
        row["unavailable"] = too_small_for(loaded.info, protocol)
    return row
