"""Names in a protocol that nothing installed has: settings and variants of which nothing comes."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from benchmark.escaping import printable
from benchmark.protocol.protocol import Protocol
from benchmark.protocol.recipe import Recipe
from benchmark.registry import PluginKind, installed_plugins
from benchmark.suggestion import nearest_name


def notes_on_unknown_names(protocol: Protocol | Recipe, running: Collection[str] = ()) -> Iterator[str]:
    """Yields a line for each method and metric that a protocol fixes something for, and that is not here.

    It is no error: a protocol may say how methods run that only others have installed.

    Args:
        protocol: The protocol.
        running: Names of methods that run without being installed, as programs do.
    """
    methods = {*installed_plugins(PluginKind.METHODS), *running}
    metrics = set(installed_plugins(PluginKind.METRICS))
    varied = dict.fromkeys(variant.method for variant in protocol.variants)
    for what, kind, names, known in (
        ("settings", PluginKind.METHODS, protocol.method_settings, methods),
        ("settings", PluginKind.METRICS, protocol.metric_settings, metrics),
        ("variants", PluginKind.METHODS, varied, methods),
    ):
        for name in names:
            if name not in known:
                near = nearest_name(name, known)
                question = f"; did you mean {near}?" if near else ""
                yield (
                    f"protocol {protocol.name} has {what} of {kind.singular} {printable(name)}, "
                    f"which is not installed: they do nothing{question}"
                )
