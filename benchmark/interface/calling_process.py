"""What a process must be that starts workers from Python."""

from __future__ import annotations

import multiprocessing

from benchmark.errors import InputError


def refuse_process_without_children(function: str) -> None:
    """Refuses a process that may not start workers.

    Args:
        function: What was called, for the message.

    Raises:
        InputError: It is such a process.
    """
    process = multiprocessing.current_process()
    if getattr(process, "_inheriting", False):
        raise InputError(
            f"{function} was called by a script that a process of multiprocessing imports again; put what the script "
            'does below `if __name__ == "__main__":`'
        )
    if process.daemon:
        raise InputError(
            f"{function} starts worker processes, which the daemonic process {process.name} may not; call it in the "
            "main process"
        )
