"""A call of a program ends with all that the program started, whatever it does and whatever becomes of the caller."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import psutil
import pytest

from benchmark.programs.call import Call, run_call

PYTHON = sys.executable


def run(tmp_path, *command, timeout=20.0, **options):
    folder = tmp_path / "call"
    folder.mkdir()
    return run_call(Call(command, tmp_path, dict(os.environ), timeout), folder, **options)


def script(tmp_path, *command, **options):
    return run(tmp_path, "/bin/sh", "-c", *command, **options)


def alive(pid_file):
    """The process whose number a file holds, if it lives."""
    try:
        process = psutil.Process(int(pid_file.read_text()))
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_for(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def test_says_nothing_of_one_that_ends_well(tmp_path):
    result = script(tmp_path, "echo out; echo err >&2")
    assert result.problem == ""
    assert sorted(result.output.split()) == ["err", "out"]
    assert 0 < result.seconds < 10
    assert result.peak_memory_bytes > 0


@pytest.mark.parametrize(
    ("command", "problem"),
    [("exit 3", "ended with exit code 3"), ("kill -SEGV $$", "was killed by signal 11 (SIGSEGV)")],
)
def test_says_how_it_ended(tmp_path, command, problem):
    assert script(tmp_path, command).problem == problem


def test_one_that_is_not_there_cannot_be_started(tmp_path):
    result = run(tmp_path, str(tmp_path / "nothing"))
    assert result.problem.startswith("cannot be started")
    assert "No such file" in result.problem


def test_a_file_that_is_no_program_cannot_be_started(tmp_path):
    path = tmp_path / "data"
    path.write_bytes(b"\0\1\2")
    path.chmod(0o755)
    assert "cannot be started" in run(tmp_path, str(path)).problem


def test_a_hang_is_ended_with_grandchildren_in_sessions_of_their_own(tmp_path):
    result = script(
        tmp_path, "setsid sleep 100 & echo $! > pid; setsid sh -c 'sleep 100 & wait' & sleep 100", timeout=1
    )
    assert result.problem == "took longer than 1 s and was ended"
    assert 1 <= result.seconds < 3
    assert not alive(tmp_path / "pid")


def test_one_that_ignores_being_asked_to_end_is_ended(tmp_path):
    result = script(tmp_path, "trap '' TERM INT HUP; echo $$ > pid; while :; do sleep 0.1; done", timeout=1)
    assert "took longer" in result.problem
    assert not alive(tmp_path / "pid")


def test_what_it_leaves_running_is_ended_and_named(tmp_path):
    result = script(tmp_path, "(setsid sleep 100 & echo $! > pid)")
    assert result.problem == ""
    assert result.left == ("sleep",)
    assert result.note == "ended what the program left running: sleep"
    assert not alive(tmp_path / "pid")


def test_a_helper_that_ends_a_moment_later_is_no_matter(tmp_path):
    assert script(tmp_path, "sleep 0.1 &").note == ""


def test_standard_input_is_empty(tmp_path):
    assert script(tmp_path, "cat; echo read").output == "read"


def test_any_bytes_become_lines_of_printable_text(tmp_path):
    result = run(tmp_path, PYTHON, "-c", "import os; os.write(1, bytes(range(256)) + b'\\r50%\\r100%\\n\\x1b[2Jend')")
    assert "\x1b" not in result.output
    assert "\0" not in result.output
    assert result.output.isprintable() or set(filter(lambda c: not c.isprintable(), result.output)) <= {"\n"}
    assert result.last_line == "\\x1b[2Jend"
    assert "100%" in result.output.splitlines()


def test_of_endless_output_the_beginning_and_the_end_are_kept(tmp_path):
    code = "print('first'); [print('y' * 99) for _ in range(200_000)]; print('last')"
    result = run(tmp_path, PYTHON, "-c", code)
    assert result.output.startswith("first")
    assert result.last_line == "last"
    assert "bytes left out" in result.output
    assert len(result.output) < 300_000


def test_what_it_printed_before_it_was_ended_is_kept(tmp_path):
    result = run(tmp_path, PYTHON, "-u", "-c", "print('loading'); import time; time.sleep(100)", timeout=1)
    assert result.last_line == "loading"


def test_it_is_ended_when_it_is_no_longer_wanted(tmp_path):
    unwanted = threading.Event()
    threading.Timer(0.5, unwanted.set).start()
    result = script(tmp_path, "echo $$ > pid; sleep 100", is_unwanted=unwanted.is_set)
    assert result.interrupted
    assert result.problem == "was interrupted"
    assert not alive(tmp_path / "pid")


def test_an_interruption_of_the_caller_ends_it(tmp_path):
    def interrupt():
        wait_for(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text().strip())
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        script(tmp_path, "echo $$ > pid; sleep 100", is_unwanted=interrupt)
    assert not alive(tmp_path / "pid")


def test_a_caller_that_is_killed_takes_it_along(tmp_path):
    (tmp_path / "call").mkdir()
    code = f"""
import os
from pathlib import Path
from benchmark.programs.call import Call, run_call
folder = Path({str(tmp_path)!r})
command = ("/bin/sh", "-c", "echo $$ > pid; sleep 100 & wait")
run_call(Call(command, folder, dict(os.environ), 60), folder / "call")
"""
    caller = subprocess.Popen([PYTHON, "-c", code], start_new_session=True)
    pid = tmp_path / "pid"
    wait_for(lambda: pid.exists() and pid.read_text().strip())
    assert alive(pid)
    # With its whole group, as a worker is killed.
    os.killpg(caller.pid, signal.SIGKILL)
    caller.wait()
    wait_for(lambda: not alive(pid))


def test_it_can_be_interrupted_itself_though_workers_ignore_that(tmp_path):
    code = "import signal; print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)"
    old = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        assert run(tmp_path, PYTHON, "-c", code).output == "True"
    finally:
        signal.signal(signal.SIGINT, old)


def test_the_memory_is_that_of_the_largest_process(tmp_path):
    code = "data = bytearray(200 << 20); data[::4096] = b'x' * len(data[::4096])"
    assert 200 << 20 < run(tmp_path, "/bin/sh", "-c", f'{PYTHON} -c "{code}"; true').peak_memory_bytes < 400 << 20
