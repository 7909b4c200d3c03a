"""One call of a program: in a session of its own, watched, with a limit of time, and with bounded output."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from benchmark.escaping import printable
from benchmark.programs import supervisor

_POLL_SECONDS: Final = 0.1
_SECONDS_TO_END: Final = 10.0
_KEPT_BYTES: Final = 64 << 10
"""Of a program's output, the first and the last bytes that are kept."""
_LONGEST_LINE: Final = 300


@dataclass(frozen=True)
class Call:
    """What is called.

    Attributes:
        command: The program, as a path, and its arguments.
        folder: The folder that it runs in.
        environment: All its environment variables.
        timeout: Seconds after which it is ended.
    """

    command: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str]
    timeout: float


@dataclass(frozen=True)
class CallResult:
    """What came of a call.

    Attributes:
        problem: Why it failed, in words that follow "the program"; empty where it ended with exit code 0.
        output: What it printed, as text, bounded.
        seconds: From its start to its end; 0 where it could not be started.
        peak_memory_bytes: Peak resident memory of the largest of its processes, or ``None`` where it is unknown.
        left: Names of the processes that it left behind, which were ended.
        interrupted: Whether it was ended because it was no longer wanted.
    """

    problem: str
    output: str = ""
    seconds: float = 0.0
    peak_memory_bytes: int | None = None
    left: tuple[str, ...] = ()
    interrupted: bool = False

    @property
    def last_line(self) -> str:
        """The last line that it printed, cut if it is long, or an empty string."""
        lines = [line.strip() for line in self.output.splitlines() if line.strip()]
        return lines[-1][:_LONGEST_LINE] if lines else ""

    def explained(self, problem: str) -> str:
        """Completes a sentence about a failure by the last line that the program printed."""
        return f"{problem}; its last line: {self.last_line}" if self.last_line else problem

    @property
    def note(self) -> str:
        """What there is to say of a call that went well, or an empty string."""
        return f"ended what the program left running: {', '.join(self.left)}" if self.left else ""


def run_call(call: Call, scratch: Path, is_unwanted: Callable[[], bool] = lambda: False) -> CallResult:
    """Runs a program to its end. Whatever ends this process, the program and what it started end too.

    Args:
        call: What is called.
        scratch: An empty folder of this call.
        is_unwanted: Is asked now and then whether the call is to be ended.
    """
    request = {
        "command": call.command,
        "folder": str(call.folder),
        "environment": dict(call.environment),
        "timeout": call.timeout,
    }
    (scratch / "request.json").write_text(json.dumps(request), encoding="ascii")
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-I", "-S", supervisor.__file__, str(scratch)],
        cwd=scratch,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    assert process.stdin
    assert process.stdout
    output = _Output(process.stdout)
    interrupted = False
    try:
        while process.poll() is None:
            if not interrupted and is_unwanted():
                interrupted = True
                process.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_POLL_SECONDS)
    finally:
        # Also after an interruption: the end of the pipe ends everything.
        with contextlib.suppress(OSError):
            process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_SECONDS_TO_END)
        process.kill()
        process.wait()
        text = output.text()
    try:
        status = json.loads((scratch / "status.json").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return CallResult(
            f"was lost: what watches it {_described_end(process.returncode)}", text, interrupted=interrupted
        )
    if "error" in status:
        return CallResult(f"cannot be started: {printable(call.command[0])}: {status['error']}", text)
    match status["reason"]:
        case "timeout":
            problem = f"took longer than {call.timeout:g} s and was ended"
        case "abandoned":
            problem = "was interrupted"
        case _:
            problem = _described_end(status["code"]) if status["code"] else ""
    left = tuple(printable(name) for name in status["left"])
    return CallResult(problem, text, status["seconds"], status["peak_memory_bytes"], left, interrupted)


def _described_end(code: int) -> str:
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = "unknown"
    return f"was killed by signal {-code} ({name})"


class _Output:
    """Reads what a program prints, whatever it is, and keeps its beginning and its end."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._first = b""
        self._last: deque[bytes] = deque()
        self._bytes_of_last = 0
        self._dropped = 0
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            while data := os.read(self._stream.fileno(), 1 << 16):
                room = _KEPT_BYTES - len(self._first)
                self._first += data[:room]
                if rest := data[room:]:
                    self._last.append(rest)
                    self._bytes_of_last += len(rest)
                while self._bytes_of_last - len(self._last[0] if self._last else b"") > _KEPT_BYTES:
                    dropped = self._last.popleft()
                    self._bytes_of_last -= len(dropped)
                    self._dropped += len(dropped)

    def text(self) -> str:
        """Returns the output as lines of printable text, once the program has ended."""
        # A process that escaped may still hold the stream.
        self._thread.join(1)
        gap = f"\n[{self._dropped:,} bytes left out]\n".encode() if self._dropped else b""
        data = self._first + gap + b"".join(self._last)
        if not self._thread.is_alive():
            self._stream.close()
        text = data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
        return "\n".join(printable(line) for line in text.split("\n")).strip("\n")
