"""Ctrl-C, as a terminal sends it to all processes of the command, is answered with a word, whenever it comes."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests.conftest import SAMPLE_PLUGINS

COMMAND = """
import os, signal
from benchmark.cli.start import start

install = signal.signal

def install_and_tell(*arguments):
    signal.signal = install
    install(*arguments)
    os.write(1, b".")

signal.signal = install_and_tell
start()
"""
"""The installed command, which writes a byte when it has begun to listen: before that, Python handles signals."""
DELAYS = (0.0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9, 1.1, 1.3, 1.5, 1.7, 2.0)

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs groups of processes")


@pytest.fixture
def interrupt(tmp_path):
    """Starts the command as a terminal does, interrupts it after some seconds, and returns exit code and output."""
    started = []
    # Sockets take short paths only.
    temporary = Path(tempfile.mkdtemp(prefix="start-"))
    variables = {"PYTHONPATH": str(SAMPLE_PLUGINS), "SAMPLE_PLUGINS_SECONDS": "4", "TMPDIR": str(temporary)}

    def run(seconds: float, *arguments: str) -> tuple[int, str]:
        process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, *arguments],
            env={**os.environ, **variables},
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            # Whoever runs the tests in the background ignores it, which would be inherited.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        started.append(process)
        assert process.stdout.read(1) == "."
        time.sleep(seconds)
        os.killpg(process.pid, signal.SIGINT)
        out, _ = process.communicate(timeout=120)
        assert not list(temporary.glob("pymp-*")), "sockets are left behind"
        return process.returncode, out

    yield run
    for process in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    shutil.rmtree(temporary)


def assert_quiet(code: int, out: str) -> None:
    assert code == 130, out
    assert "interrupted" in out
    for word in ("Traceback", "ignored", "Error", "error:", "KeyboardInterrupt"):
        assert word not in out


@pytest.mark.parametrize("seconds", DELAYS)
def test_in_the_first_seconds_of_a_run(interrupt, seconds):
    arguments = ("run", "--protocol", "tiny", "--methods", "dawdles", "--metrics", "brightness_difference")
    assert_quiet(*interrupt(seconds, *arguments, "--limit", "1", "--no-report", "--out", "run"))


@pytest.mark.parametrize("seconds", [0.1, 0.4, 0.8])
def test_in_the_first_seconds_of_another_command(interrupt, seconds):
    assert_quiet(*interrupt(seconds, "audit", "--protocol", "mini"))


HELPER = """
import multiprocessing, sys, time
from multiprocessing import forkserver
from benchmark.execution.workers.child_process import deaf_to_interruption

if __name__ == "__main__":
    with deaf_to_interruption():
        if sys.argv[1] == "spawn":
            process = multiprocessing.get_context("spawn").Process(target=time.sleep, args=(60,), daemon=True)
            process.start()
            helper = process.pid
        else:
            forkserver.ensure_running()
            helper = forkserver._forkserver._forkserver_pid
    print(helper, flush=True)
    sys.stdin.read()
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
@pytest.mark.parametrize("kind", ["spawn", "server"])
def test_processes_that_help_never_hear_it(tmp_path, kind):
    (tmp_path / "helper.py").write_text(HELPER)
    command = [sys.executable, str(tmp_path / "helper.py"), kind]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        helper = int(process.stdout.readline())
        assert is_blocked(signal.SIGINT, helper)
        assert not is_blocked(signal.SIGINT, process.pid)
        process.stdin.close()


def is_blocked(number: int, pid: int) -> bool:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    mask = next(line for line in lines if line.startswith("SigBlk:")).split()[1]
    return bool(int(mask, 16) >> (number - 1) & 1)


def test_a_folder_for_temporary_files_that_is_too_deep_for_sockets_is_said(tmp_path):
    deep = tmp_path / "d" / ("x" * 100)
    deep.mkdir(parents=True)
    command = [sys.executable, "-m", "benchmark", "run", "--protocol", "smoke", "--methods", "identity"]
    ended = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, "TMPDIR": str(deep)}, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 2
    (line,) = ended.stderr.splitlines()
    assert line.startswith("error: the path of the folder for temporary files is too long for a socket")
    assert "TMPDIR" in line


def test_the_end_looks_for_no_garbage_among_modules(tmp_path):
    # Functions for the end run after the command, and before Python looks through all that is left.
    told = "import atexit, gc, sys; atexit.register(lambda: print(len(gc.get_objects()) < gc.get_freeze_count()))\n"
    command = [sys.executable, "-c", told + "from benchmark.cli.start import start; start()", "list", "reports"]

    found = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)

    assert found.stdout.splitlines()[-1] == "True"
