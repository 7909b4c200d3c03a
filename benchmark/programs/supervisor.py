"""Runs one program, and ends all that it started when it ends, takes too long, or whoever asked for it is gone.

It runs as a process of its own, isolated and without ``site-packages``, so it uses the standard library only. It is
told what to run by ``request.json`` in the folder that it is given, and says in ``status.json`` there what came of it.
Its standard input is a pipe that nobody writes to: the pipe's end is the order to end everything, which also comes when
the process at its other end was killed. Terminal signals do not reach it, because it has a session of its own.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

_POLL_SECONDS = 0.01
_GRACE_SECONDS = 0.5
"""How long helpers may outlive the program, as those of ``multiprocessing`` do for a moment."""
_SECONDS_TO_END = 5.0
_SUBREAPER = 36
"""``PR_SET_CHILD_SUBREAPER``: descendants whose parents have ended become children of this process."""


def main(folder: Path) -> None:
    """Runs the program that a request names.

    Args:
        folder: Folder with the request.
    """
    request: dict[str, Any] = json.loads((folder / "request.json").read_text(encoding="ascii"))
    status = _supervise(request)
    (folder / "status.json").write_text(json.dumps(status), encoding="ascii")


def _supervise(request: dict[str, Any]) -> dict[str, Any]:
    _adopt_orphans()
    # Ctrl-C is blocked or ignored in workers, which programs would inherit.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
    began = time.perf_counter()
    try:
        program = subprocess.Popen(  # noqa: S603
            request["command"],
            cwd=request["folder"],
            env=request["environment"],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        return {"error": getattr(error, "strerror", None) or str(error)}
    reason = _wait(program, began + request["timeout"])
    seconds = time.perf_counter() - began
    left = [] if reason else _outliving(program.pid)
    _end_all(program)
    return {
        "code": program.returncode,
        "seconds": seconds,
        "reason": reason,
        "left": left,
        "peak_memory_bytes": _peak_memory_bytes(),
    }


def _wait(program: subprocess.Popen[bytes], deadline: float) -> str:
    """Returns an empty string when the program has ended, else why it is to be ended."""
    while program.poll() is None:
        ready, _, _ = select.select([0], [], [], _POLL_SECONDS)
        if ready:
            return "abandoned"
        if time.perf_counter() > deadline:
            return "timeout"
    return ""


def _adopt_orphans() -> None:
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)


def _outliving(group: int) -> list[str]:
    """Names the processes that outlive the program, after they had a moment to end."""
    deadline = time.perf_counter() + _GRACE_SECONDS
    while _is_alive(group):
        if time.perf_counter() > deadline:
            return [_name(process) for process in _descendants()] or ["a process"]
        time.sleep(_POLL_SECONDS)
    return []


def _is_alive(group: int) -> bool:
    _reap()
    if _descendants():
        return True
    try:
        os.killpg(group, 0)
    except OSError:
        return False
    return True


def _end_all(program: subprocess.Popen[bytes]) -> None:
    deadline = time.perf_counter() + _SECONDS_TO_END
    while time.perf_counter() < deadline:
        with contextlib.suppress(OSError):
            os.killpg(program.pid, signal.SIGKILL)
        for process in _descendants():
            with contextlib.suppress(OSError):
                os.kill(process, signal.SIGKILL)
        if program.poll() is not None and not _is_alive(program.pid):
            return
        time.sleep(_POLL_SECONDS)


def _reap() -> None:
    """Takes note of descendants that have ended, so that they are gone."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _descendants() -> list[int]:
    """Lists the processes below this one, where the system tells (Linux), also those that nobody has taken note of."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        # A process that has just ended.
        with contextlib.suppress(OSError, ValueError, IndexError):
            _, parent = entry.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[:2]
            parents[int(entry.parent.name)] = int(parent)
    found = [os.getpid()]
    for process in found:
        found += [child for child, parent in parents.items() if parent == process]
    return found[1:]


def _name(process: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/comm").read_text(encoding="utf-8", errors="replace").strip()
    return "a process"


def _peak_memory_bytes() -> int | None:
    try:
        import resource
    except ImportError:
        return None
    # Linux counts in kibibytes, macOS in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit


if __name__ == "__main__":
    main(Path(sys.argv[1]))
