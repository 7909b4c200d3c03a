"""Disturbed measurements: with given readings, and beside a process that is really busy."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time

import pytest
import torch

import benchmark
from benchmark.analysis.loading import load_records
from benchmark.execution.bench import machine_load, measurement
from benchmark.execution.bench.machine_load import LARGEST_SHARE, MachineLoad, Processors, find_processors
from benchmark.execution.bench.measurement import measure

CPU = torch.device("cpu")
SPIN = "import time\nend = time.monotonic() + 200\nwhile time.monotonic() < end: pass"


class Machine:
    """Cores whose use is told: a clock, what was busy in all, and how much of it was ours."""

    def __init__(self, *cores: float) -> None:
        self.moment, self.own = 100.0, 5.0
        self.busy = [1000.0 for _ in cores]
        processors = [Processors(number, lambda place=place: self.busy[place]) for place, number in enumerate(cores)]
        self.load = MachineLoad(processors, lambda: self.own, lambda: self.moment)

    def work(self, seconds: float, *, own: float, others: tuple[float, ...]) -> None:
        """Lets time pass: cores that we, and others on each of the processors, kept busy meanwhile."""
        self.moment += seconds
        self.own += own * seconds
        self.busy = [busy + (own + other) * seconds for busy, other in zip(self.busy, others, strict=True)]

    def verdict(self, seconds: float, threads: int, *, own: float, others: tuple[float, ...]) -> bool | None:
        begin = self.load.read()
        self.work(seconds, own=own, others=others)
        return self.load.is_disturbed(begin, threads)


@pytest.mark.parametrize(
    ("threads", "others", "disturbed"),
    [
        (2, 0.0, False),
        (2, 2 * LARGEST_SHARE - 0.01, False),
        (2, 2 * LARGEST_SHARE + 0.01, True),
        (1, 0.99, False),
        (1, 1 + LARGEST_SHARE + 0.01, True),
        (8, 2 * LARGEST_SHARE + 0.01, True),
    ],
    ids=str,
)
def test_others_may_have_the_cores_that_are_left_and_a_tenth_of_the_others(threads, others, disturbed):
    assert Machine(2).verdict(10, threads, own=0.5, others=(others,)) is disturbed


def test_our_own_work_on_all_cores_disturbs_nothing():
    assert Machine(2).verdict(10, 2, own=2.0, others=(0.0,)) is False


def test_on_a_large_machine_others_may_be_busy():
    assert Machine(64).verdict(10, 8, own=8.0, others=(50.0,)) is False


def test_in_a_container_those_who_share_its_quota_count_and_not_the_whole_machine():
    assert Machine(64, 2).verdict(10, 2, own=1.0, others=(40.0, 0.0)) is False
    assert Machine(64, 2).verdict(10, 2, own=1.0, others=(40.0, 1.0)) is True


class TestAShortCall:
    def test_is_judged_by_the_last_second(self):
        machine = Machine(2)
        machine.work(5, own=0, others=(0.0,))
        machine.load.read()
        machine.work(1, own=1, others=(1.0,))
        assert machine.verdict(0.005, 2, own=2, others=(0.0,)) is True

    def test_is_not_judged_by_what_was_before(self):
        machine = Machine(2)
        machine.work(5, own=0, others=(2.0,))
        machine.load.read()
        machine.work(1.5, own=1, others=(0.0,))
        machine.load.read()
        assert machine.verdict(0.005, 2, own=2, others=(0.0,)) is False

    def test_is_judged_by_what_there_is_soon_after_the_start(self):
        machine = Machine(2)
        machine.work(0.2, own=0.5, others=(1.5,))
        assert machine.verdict(0.005, 2, own=2, others=(0.0,)) is True

    def test_at_once_after_the_start_is_not_known_to_be_disturbed_or_not(self):
        assert Machine(2).verdict(0.005, 2, own=1, others=(1.0,)) is None

    def test_leaves_few_readings(self):
        machine = Machine(2)
        for _ in range(10_000):
            machine.verdict(0.005, 2, own=2, others=(0.0,))
        assert len(machine.load._readings) < 500


def test_cores_that_never_do_anything_say_nothing():
    machine = Machine(2)
    begin = machine.load.read()
    machine.moment, machine.own = machine.moment + 10, machine.own + 10
    assert machine.load.is_disturbed(begin, 2) is None


def test_the_cores_are_those_that_this_process_may_use():
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    assert find_processors()[0].cores == allowed


class TestTheQuotaOfAContainer:
    @pytest.fixture
    def container(self, tmp_path, monkeypatch):
        monkeypatch.setattr(machine_load, "_CGROUP", tmp_path)
        (tmp_path / "cpu.stat").write_text("usage_usec 2500000\nuser_usec 2000000\nnr_periods 7\n")
        return tmp_path

    def test_is_cores_of_which_the_container_says_how_busy_they_were(self, container):
        (container / "cpu.max").write_text("50000 100000\n")
        _, quota = find_processors()
        assert (quota.cores, quota.busy_seconds()) == (0.5, 2.5)

    def test_counts_for_no_more_than_there_are(self, container):
        (container / "cpu.max").write_text("6400000 100000\n")
        machine, quota = find_processors()
        assert quota.cores == machine.cores

    @pytest.mark.parametrize("text", ["max 100000\n", "", "many\n"])
    def test_may_not_be_there(self, container, text):
        (container / "cpu.max").write_text(text)
        assert len(find_processors()) == 1


@pytest.fixture
def busy_processes():
    """Two busy processes for every core that this one may use: who shares the machine with them loses half of it."""
    # By way of a shell that ends, so that they are no children of the process that measures.
    start = ["sh", "-c", '"$0" -c "$1" > /dev/null 2>&1 & echo $!', sys.executable, SPIN]
    number = 2 * int(find_processors()[0].cores)
    processes = [int(subprocess.run(start, capture_output=True, check=True).stdout) for _ in range(number)]
    time.sleep(0.5)
    yield
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def work(seconds: float) -> None:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def test_a_duration_beside_busy_processes_is_disturbed_and_its_processor_time_is_not(busy_processes, monkeypatch):
    # Servers and browsers that other tests keep may work meanwhile, as this process's children.
    monkeypatch.setattr(measurement, "children_seconds", lambda: 0.0)
    measured = measure(lambda: work(1.0), CPU)
    assert measured.disturbed is True
    assert measured.seconds > 1.3 * measured.cpu_seconds
    assert measured.cpu_seconds == pytest.approx(1.0, rel=0.1)


def test_a_run_beside_busy_processes_says_so_wherever_it_shows_a_duration(busy_processes, tiny, tmp_path, monkeypatch):
    monkeypatch.setenv("SAMPLE_PLUGINS_SECONDS", "1.2")
    result = tiny("dawdles", "--limit", "1")
    assert result.code == 0
    assert "1 of 1 duration disturbed by other processes: compare cpu_seconds instead" in result.err
    assert "the calibration was disturbed by other processes: the gate will not compare durations" in result.err
    (seconds,) = (line for line in result.out.splitlines() if "seconds ↓" in line and "cpu" not in line)
    assert "~" in seconds
    (unit,) = benchmark.load_run(tmp_path / "run").to_dict("records")
    assert unit["disturbed"] is True
    assert unit["seconds"] > 1.2 > unit["cpu_seconds"], "it slept"
    assert load_records(tmp_path / "run").calibration.disturbed is True
