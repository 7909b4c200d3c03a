"""Start and end of the command's process, which answers Ctrl-C with one word at any time.

This module imports next to nothing, so that there is hardly a moment in which Python would answer with a traceback.
"""

from __future__ import annotations

import gc
import os
import signal
import sys

TYPE_CHECKING = False  # As in ``typing``, whose import would take longer than all of this.
if TYPE_CHECKING:
    from types import FrameType
    from typing import NoReturn

_INTERRUPTED = 130
"""``ExitCode.INTERRUPTED``, which is not imported yet."""
_NEW_OBJECTS = 100_000
"""Objects after which Python looks for garbage, by default 700: most are parts of modules, which it would look through
many times while they are imported."""
_IMPORTING = "<frozen importlib."


def start() -> None:
    """Runs the command line with the arguments of the process, and exits."""
    is_heard = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    gc.set_threshold(_NEW_OBJECTS)
    try:
        if is_heard:
            signal.signal(signal.SIGINT, _interrupt)
        from benchmark.cli.main import main

        main()
    except KeyboardInterrupt:
        _end_at_once()
    finally:
        # What was imported would be searched for garbage once more, for a second.
        gc.freeze()
        if is_heard:
            # All output is written, and Python would print a traceback if it were interrupted during its shutdown.
            signal.signal(signal.SIGINT, _end_at_once)


def _interrupt(_: int, frame: FrameType | None) -> None:
    """Raises ``KeyboardInterrupt``, as Python does, but not in the middle of an import.

    In an import the exception may be taken for a missing module, or be printed by a callback, and leaves modules half
    imported; there the process ends at once. Files are whole or absent, as whenever the process is killed.
    """
    while frame is not None:
        if frame.f_code.co_filename.startswith(_IMPORTING):
            _end_at_once()
        frame = frame.f_back
    raise KeyboardInterrupt


def _end_at_once(*_: object) -> NoReturn:
    try:
        os.write(2, b"interrupted\n")
        util = sys.modules.get("multiprocessing.util")
        if util is not None:
            import shutil

            # The folder with the sockets of the processes that this one started; nothing else would remove it now.
            shutil.rmtree(util.get_temp_dir(), ignore_errors=True)
    finally:
        os._exit(_INTERRUPTED)
