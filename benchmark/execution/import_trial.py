"""Imports plugins in another process first: what ends or hangs the process that imports it is found by that."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from benchmark.errors import BenchmarkError
from benchmark.execution.child_process import catch_output, describe_end, end_with_parent, kill
from benchmark.registry import BrokenPluginError, Plugin, PluginKind, find_plugin


def find_harmful(plugins: Sequence[Plugin], seconds: float) -> Iterator[tuple[Plugin, BrokenPluginError]]:
    """Imports plugins one after the other in a new interpreter, and goes on in another one after each that harms it.

    Args:
        plugins: What to import.
        seconds: Longest time that one may take.

    Yields:
        Each plugin that ends the process that imports it, or takes too long, with what it did. Imports that raise are
        no harm: ``Plugin.load`` tells of them.
    """
    remaining = list(plugins)
    while remaining:
        ours, theirs = multiprocessing.Pipe(duplex=False)
        names = [(plugin.kind, plugin.name) for plugin in remaining]
        # A new interpreter: a copy of a process that has imported PyTorch may survive what a new one does not.
        process: Any = multiprocessing.get_context("spawn").Process(target=_import_all, args=(theirs, names))
        process.start()
        theirs.close()
        harm = ""
        try:
            while remaining and not harm:
                harm = _wait_for_import(ours, process, seconds)
                plugin = remaining.pop(0)
                if harm:
                    yield plugin, plugin.broken(harm)
        finally:
            kill(process)
            process.close()
            ours.close()


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
