"""What the process that starts workers imports for all of them. Only that process imports this."""

import gc
import importlib


def import_hidden(module: str) -> None:
    """Imports a module and hides all objects from the garbage collector: nothing of what is imported is ever garbage.

    The collector would look through it again and again: while it is imported, in each worker, where that would also
    copy the memory that workers share, and when a process ends.

    Args:
        module: Its name.

    Raises:
        ImportError: It cannot be imported.
    """
    gc.disable()
    try:
        importlib.import_module(module)
    finally:
        gc.freeze()
        gc.enable()


import_hidden("benchmark.execution.workers.worker")
