"""Measurement of a call: time, and memory beyond the memory in use before."""

from __future__ import annotations

import hashlib
import mmap
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
import torch

from benchmark.execution.bench import measurement
from benchmark.execution.bench.measurement import ResidentGrowth, measure

MEBIBYTE = 2**20
CPU = torch.device("cpu")


def take(mebibytes: int) -> int:
    """Takes memory from the system and gives it back to it, not to ``malloc``, which may keep it."""
    with mmap.mmap(-1, mebibytes * MEBIBYTE) as memory:
        for place in range(0, len(memory), mmap.PAGESIZE):
            memory[place] = 1
        return memory[0]


def test_the_memory_is_what_the_call_took_at_its_peak_though_it_gave_it_back():
    # What other threads of the process take meanwhile counts, too, and can only add to it.
    measured = [measure(lambda: take(100) + take(200), CPU) for _ in range(3)]

    assert [one.value for one in measured] == [2, 2, 2]
    assert min(one.peak_memory_bytes for one in measured) == pytest.approx(200 * MEBIBYTE, rel=0.1)


def test_what_was_taken_before_does_not_count():
    held = np.ones(300 * MEBIBYTE, dtype=np.uint8)

    assert measure(lambda: take(50), CPU).peak_memory_bytes == pytest.approx(50 * MEBIBYTE, rel=0.2)
    assert held[-1] == 1


def test_memory_that_others_freed_in_small_pieces_does_not_hide_what_the_call_takes():
    def take_pieces() -> None:
        for piece in [bytearray(10_000) for _ in range(6_000)]:
            piece[-1] = 1

    first = measure(take_pieces, CPU).peak_memory_bytes

    assert measure(take_pieces, CPU).peak_memory_bytes == pytest.approx(first, rel=0.25)
    assert first > 50 * MEBIBYTE


def test_a_call_that_takes_nothing_costs_nothing():
    assert measure(lambda: None, CPU).peak_memory_bytes < MEBIBYTE


def test_without_a_high_water_mark_a_thread_looks(monkeypatch):
    monkeypatch.setattr(measurement, "_reset_high_water_mark", lambda: False)

    with ResidentGrowth() as growth:
        held = np.ones(100 * MEBIBYTE, dtype=np.uint8)
        time.sleep(0.05)
        del held

    assert growth.bytes == pytest.approx(100 * MEBIBYTE, rel=0.1)


class TestProcessorTime:
    def test_is_that_of_all_threads(self):
        def work() -> None:
            data = b"0" * 2**20
            end = time.thread_time() + 0.3
            while time.thread_time() < end:
                hashlib.sha256(data).digest()

        def work_in_threads() -> None:
            threads = [threading.Thread(target=work) for _ in range(3)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

        assert measure(work_in_threads, CPU).cpu_seconds == pytest.approx(0.9, rel=0.2)

    def test_counts_what_programs_took_that_the_call_ran(self):
        program = "import time\nwhile time.process_time() < 0.5: pass"

        measured = measure(lambda: subprocess.run([sys.executable, "-c", program], check=True), CPU)

        assert measured.cpu_seconds == pytest.approx(0.5, abs=0.2)

    def test_counts_what_a_program_took_that_was_there_before_and_goes_on(self):
        program = "import sys, time\nfor _ in sys.stdin:\n  end = time.process_time() + 0.5\n" + (
            "  while time.process_time() < end: pass\n  print('done', flush=True)"
        )
        process = subprocess.Popen(
            [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

        def ask() -> None:
            process.stdin.write("\n")
            process.stdout.readline()

        with process:
            ask()
            measured = measure(ask, CPU)
            process.stdin.close()

        assert measured.cpu_seconds == pytest.approx(0.5, abs=0.1)

    def test_does_not_pass_while_the_call_sleeps(self):
        measured = measure(lambda: time.sleep(0.3), CPU)

        assert measured.seconds >= 0.3
        assert measured.cpu_seconds < 0.1
