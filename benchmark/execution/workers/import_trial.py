"""Trial imports of plugins in another process, which find those that end or hang the importing process."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
from collections.abc import Sequence
from dataclasses import replace
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Any

from benchmark.errors import BenchmarkError
from benchmark.execution.workers.child_process import (
    catch_output,
    deaf_to_interruption,
    describe_end,
    end_with_parent,
    kill,
    without_main_module,
)
from benchmark.execution.workers.waiting import wait_passively
from benchmark.registry import Plugin, PluginKind, find_plugin

LONGEST_IMPORT = 60.0


def try_imports(
    plugins: Sequence[Plugin], seconds: float = LONGEST_IMPORT, context: BaseContext | None = None
) -> list[Plugin]:
    """Imports the plugins of other distributions one after the other in another process, which may be harmed.

    After each plugin that harms it, a new process goes on.

    Args:
        plugins: The plugins; those of this distribution are not imported.
        seconds: Longest time that one may take.
        context: Start method of the process, by default a new interpreter: a copy of a process that has imported
            PyTorch starts sooner, but may survive an import that a new one does not.

    Returns:
        The same plugins; those that end the importing process or take too long with their ``harm``. An import that
        raises is no harm: ``Plugin.load`` reports it.
    """
    wait_passively()
    remaining = [plugin for plugin in plugins if plugin.is_third_party]
    harms: dict[Plugin, str] = {}
    while remaining:
        ours, theirs = multiprocessing.Pipe(duplex=False)
        names = [(plugin.kind, plugin.name) for plugin in remaining]
        started: Any = context or multiprocessing.get_context("spawn")
        process = started.Process(target=_import_all, args=(theirs, names))
        with deaf_to_interruption(), without_main_module():
            process.start()
        theirs.close()
        harm = ""
        try:
            while remaining and not harm:
                harm = _wait_for_import(ours, process, seconds)
                plugin = remaining.pop(0)
                if harm:
                    harms[plugin] = harm
        finally:
            kill(process)
            process.close()
            ours.close()
    return [replace(plugin, harm=harms.get(plugin, "")) for plugin in plugins]


def _wait_for_import(connection: Connection, process: Any, seconds: float) -> str:
    ready = wait([connection, process.sentinel], seconds)
    if not ready:
        return f"takes longer than {seconds:g} s to be imported"
    if connection in ready:
        with contextlib.suppress(EOFError, OSError):
            connection.recv_bytes()
            return ""
    process.join(1)
    code = process.exitcode
    return f"harms the process that imports it, which {'hangs' if code is None else describe_end(code)}"


def _import_all(connection: Connection, names: Sequence[tuple[PluginKind, str]]) -> None:
    catch_output(Path(os.devnull))
    end_with_parent()
    for kind, name in names:
        with contextlib.suppress(BenchmarkError):
            find_plugin(kind, name).load()
        connection.send_bytes(b"imported")
