"""The process that starts worker processes. Importing this loads no torch."""

from __future__ import annotations

import multiprocessing
from multiprocessing.context import BaseContext

from benchmark.errors import InputError
from benchmark.execution.workers.child_process import deaf_to_interruption
from benchmark.execution.workers.waiting import wait_passively

HAS_SERVER = "forkserver" in multiprocessing.get_all_start_methods()
_PRELOADED = "benchmark.execution.workers.preloaded"
_PRELOADED_WITH_TEXT_MODELS = "benchmark.execution.workers.preloaded_text_models"


def worker_context() -> BaseContext:
    """Returns the context that starts workers: copies of a small process that has imported PyTorch, if possible.

    That process has no CUDA context and no threads of PyTorch, so that its copies start clean, within milliseconds.
    Where the system cannot copy a process, each worker is a new interpreter.
    """
    return multiprocessing.get_context("forkserver" if HAS_SERVER else "spawn")


def start_worker_server(metrics: str = "") -> None:
    """Starts that process unless it runs, so that it imports PyTorch while this one does something else.

    Its threads, and those of all workers, wait passively. Neither it nor they receive Ctrl-C: this process decides
    whether to stop.

    Args:
        metrics: The run's metrics as they were named. Among ``all`` are those of texts, so their library is imported
            too; for others workers would start later by the seconds that this takes.
    """
    wait_passively()
    if not HAS_SERVER:
        return
    from multiprocessing import forkserver

    is_all = metrics.strip() == "all"
    worker_context().set_forkserver_preload([_PRELOADED_WITH_TEXT_MODELS if is_all else _PRELOADED])
    with deaf_to_interruption():
        try:
            forkserver.ensure_running()
        except OSError as error:
            if "path too long" in str(error):
                problem = "the path of the folder for temporary files is too long for a socket"
                raise InputError(f"{problem}: name another with TMPDIR") from error
            raise
