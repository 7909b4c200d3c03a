"""Whatever happens to a run, the same command finishes it, with the results of an undisturbed one."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import libfaketime
import psutil
import pytest

from benchmark.store.journal import read_journal
from benchmark.store.records import UnitStatus
from tests.execution.conftest import assert_same_results, is_running, wait_for

METHODS = "dawdles,noisy,identity"
UNITS = 15
KILLED_RUNS = 10
KILLED_WORKERS = 24


@pytest.fixture(scope="module")
def undisturbed_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("undisturbed") / "run"


@pytest.fixture
def undisturbed(undisturbed_folder, tiny):
    """A run that nothing happens to, made once."""
    if not undisturbed_folder.exists():
        assert tiny(METHODS, "--out", undisturbed_folder).code == 0
    return undisturbed_folder


@pytest.fixture
def finish(tiny, undisturbed, tmp_path):
    """Gives the same command again, compares, and returns what it said."""

    def run(folder: Path = tmp_path / "run") -> str:
        result = tiny(METHODS, "--out", folder)
        assert result.code == 0, result.err
        assert_same_results(folder, undisturbed)
        assert json.loads((folder / "run.json").read_text())["status"] == "complete"
        return result.err

    return run


def finished_units(run: Path) -> int:
    return len(read_journal(run / "journal.jsonl")[0])


def begun_units(run: Path) -> int:
    """Counts the units of ``dawdles`` that were begun, by its log."""
    log = run / "logs" / "dawdles.log"
    return sum(line.startswith("[") for line in log.read_text().splitlines()) if log.exists() else 0


@pytest.mark.slow
class TestKilling:
    def test_the_run_at_random_instants_loses_nothing_that_was_finished(self, start, finish, tmp_path):
        chance = random.Random(2026)
        run = tmp_path / "run"
        workers: list[psutil.Process] = []
        finished = 0
        for _ in range(KILLED_RUNS):
            if finished == UNITS:
                finish()
                shutil.rmtree(run)
                finished = 0
            process = start(METHODS, SAMPLE_PLUGINS_SECONDS="0.2")
            if chance.random() < 0.7:
                wait_for(lambda p=process, n=finished: finished_units(run) > n or p.poll() is not None)
            time.sleep(chance.uniform(0, 1.5))
            workers += psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
            process.kill()
            process.wait()
            assert finished_units(run) >= finished
            finished = finished_units(run)
        wait_for(lambda: not any(is_running(worker.pid) for worker in workers))
        err = finish()
        assert not finished or f"continuing: {finished} of {UNITS} units are finished" in err

    def test_workers_at_random_instants_costs_no_result(self, start, finish, tmp_path):
        chance = random.Random(7)
        run = tmp_path / "run"
        killed = 0
        while killed < KILLED_WORKERS:
            shutil.rmtree(run, ignore_errors=True)
            process = start(METHODS, "--workers", "2", SAMPLE_PLUGINS_SECONDS="0.7")
            while process.poll() is None:
                time.sleep(chance.uniform(0.05, 0.5))
                if workers := worker_processes(run, process.pid):
                    chance.choice(workers).kill()
                    killed += 1
            _, err = process.communicate()
            assert process.returncode in (0, 4), err
            records, _ = read_journal(run / "journal.jsonl")
            assert len(records) == UNITS
            assert all("killed by signal 9" in r.error for r in records.values() if r.status == "failed")
            finish()


def worker_processes(run: Path, pid: int) -> list[psutil.Process]:
    """The processes of a run that execute units: those that write to one of its logs."""
    found = []
    try:
        for process in psutil.Process(pid).children(recursive=True):
            output = Path(f"/proc/{process.pid}/fd/1").readlink()
            found += [process] if output.is_relative_to(run / "logs") else []
    except (psutil.Error, OSError):
        return []
    return found


class TestCtrlC:
    @pytest.mark.parametrize("times", [1, 2])
    def test_stops_and_keeps_what_is_finished(self, start, finish, tmp_path, times):
        run = tmp_path / "run"
        process = start(METHODS, SAMPLE_PLUGINS_SECONDS="3")
        # In the middle of a unit: between two of them there is nothing to finish.
        wait_for(lambda: begun_units(run) > finished_units(run) > 0)
        finished = finished_units(run)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        if times == 2:
            time.sleep(0.3)
            process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=100)
        assert process.returncode == 130
        assert "Traceback" not in out + err
        assert "the same command goes on" in err
        assert f"{UNITS} units: {finished_units(run)} ok, {UNITS - finished_units(run)} left" in out
        if times == 1:
            assert re.search(r"finishing \w+ [\w-]+ \(\d+ s so far\); Ctrl-C again stops at once", err), err
            # On a busy machine the signal may arrive a unit late.
            assert finished < finished_units(run) <= finished + 2 < UNITS
        else:
            assert finished_units(run) == finished
            assert time.monotonic() - began < 60
        assert json.loads((run / "run.json").read_text())["status"] == "incomplete"
        finish()


class TestADisk:
    @pytest.fixture
    def small_disk(self, tmp_path):
        (tmp_path / "disk").mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", "size=80k", "tmpfs", str(tmp_path / "disk")]
        if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode:
            pytest.skip("needs the right to mount a small disk")
        yield tmp_path / "disk"
        subprocess.run(["umount", "-l", str(tmp_path / "disk")], check=True)

    def test_that_is_full_stops_the_run_with_one_clear_line(self, tiny, finish, small_disk):
        run = small_disk / "run"
        result = tiny(METHODS, "--out", run)
        assert result.code == 2, result.err
        assert "Traceback" not in result.err
        assert len(result.error_lines) == 1
        assert "No space left on device" in result.error_lines[0]
        records = read_journal(run / "journal.jsonl")[0].values()
        finished = sum(record.status is UnitStatus.OK for record in records)
        assert 0 < finished < UNITS
        assert all("No space left" in record.error for record in records if record.status is UnitStatus.FAILED)

        subprocess.run(["mount", "-o", "remount,size=50m", str(small_disk)], check=True)
        assert f"continuing: {finished} of {UNITS}" in finish(run)

    def test_that_is_read_only_is_one_clear_line(self, tiny, small_disk, command, tmp_path):
        assert tiny("identity", "--out", small_disk / "run", "--limit", "1").code == 0
        subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
        for folder in (small_disk / "run", small_disk / "another"):
            result = tiny("identity", "--out", folder)
            assert result.code == 2
            assert len(result.error_lines) == 1
            assert f"cannot write {folder}" in result.error_lines[0]
            assert "Read-only file system" in result.error_lines[0]
        subprocess.run(["mount", "-o", "remount,rw,size=50m", str(small_disk)], check=True)
        assert tiny("identity", "--out", small_disk / "run").code == 0


class TestTwoRunsInOneFolder:
    def test_the_second_is_refused_and_the_first_goes_on(self, start, tiny, undisturbed, tmp_path):
        first = start(METHODS, SAMPLE_PLUGINS_SECONDS="1")
        wait_for(lambda: finished_units(tmp_path / "run"))
        for arguments in ((), ("--fresh",)):
            second = tiny(METHODS, *arguments)
            assert second.code == 2
            assert "another `benchmark run` is writing" in second.error_lines[0]
        _, err = first.communicate(timeout=250)
        assert first.returncode == 0, err
        assert_same_results(tmp_path / "run", undisturbed)

    def test_the_lock_falls_with_its_holder(self, start, finish, tmp_path):
        first = start(METHODS, SAMPLE_PLUGINS_SECONDS="1")
        wait_for(lambda: finished_units(tmp_path / "run"))
        first.kill()
        first.wait()
        finish()


class TestDamage:
    @pytest.fixture
    def run(self, undisturbed, tmp_path):
        return Path(shutil.copytree(undisturbed, tmp_path / "run"))

    def test_a_journal_that_is_cut_off_in_mid_line_costs_that_unit(self, run, finish, command):
        journal = run / "journal.jsonl"
        journal.write_bytes(journal.read_bytes()[:-30])
        assert command("doctor", run).code == 2
        err = finish()
        assert f"continuing: {UNITS - 1} of {UNITS}" in err

    @pytest.mark.parametrize(
        "garbage",
        [b"\0" * 40, b'{"method":"noisy","case":"waves--warm"}', b"\xff\xfe{"],
        ids=["zeros", "short", "binary"],
    )
    def test_a_damaged_line_costs_that_unit(self, run, finish, command, garbage):
        journal = run / "journal.jsonl"
        lines = journal.read_bytes().splitlines()
        lines[4] = garbage
        journal.write_bytes(b"\n".join(lines) + b"\n")
        result = command("doctor", run)
        assert result.code == 2
        assert "line 5 is damaged" in result.out
        err = finish()
        assert f"continuing: {UNITS - 1} of {UNITS}" in err

    def test_an_image_that_was_truncated_is_found_and_made_again(self, run, finish, command):
        image = run / "images" / "noisy" / "hills--cold.png"
        image.write_bytes(image.read_bytes()[:100])
        result = command("doctor", run)
        assert result.code == 2
        assert "images/noisy/hills--cold.png has changed; the same command makes it again" in result.out
        err = finish()
        assert f"continuing: {UNITS - 1} of {UNITS}" in err
        assert command("doctor", run).code == 0


def test_a_clock_that_jumps_changes_nothing(start, finish, tmp_path):
    """Only the clock of the day jumps, as when it is set: a whole year to and fro, several times a second."""
    library = Path(libfaketime.__file__).parent / "vendor" / "libfaketime" / "src" / "libfaketime.so.1"
    if not library.exists():
        pytest.skip("libfaketime has no library for this platform")
    clock = tmp_path / "clock"
    clock.write_text("+0")
    environment = {
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }
    process = start(METHODS, "--timeout", "20", SAMPLE_PLUGINS_SECONDS="0.3", **environment)
    shift = 0
    while process.poll() is None:
        shift = -365 if shift >= 0 else 365
        clock.write_text(f"{shift:+d}d")
        time.sleep(0.2)
    _, err = process.communicate()
    assert process.returncode == 0, err
    assert f"continuing: {UNITS} of {UNITS}" in finish()
