"""A plugin that harms its process costs its own units and nothing else."""

from __future__ import annotations

import pytest

from benchmark.store.journal import read_journal
from tests.execution.conftest import is_running, results, wait_for

SPARED = {"waves--warm", "hills--warm", "waves--warm+cold"}


def ended(run, method):
    table = results(run)
    return table[table.method == method].set_index("case")


class TestAMethodThat:
    @pytest.mark.parametrize(
        ("method", "arguments", "reason"),
        [
            ("segfaults", (), "worker was killed by signal 11 (SIGSEGV)"),
            ("exits_hard", (), "worker ended with exit code 3"),
            ("hangs", ("--timeout", "3"), "took longer than 3 s"),
            ("hoards", ("--memory-limit", "0.7"), "took more than 0.7 GiB of memory"),
        ],
    )
    def test_harms_its_process_costs_its_own_units(self, tiny, tmp_path, method, arguments, reason):
        result = tiny(f"{method},noisy", *arguments)

        assert result.code == 4
        assert "Traceback" not in result.err
        units = ended(tmp_path / "run", method)
        assert set(units[units.status == "ok"].index) == SPARED
        assert set(units[units.status == "failed"].error) == {reason}
        assert ended(tmp_path / "run", "noisy").status.eq("ok").all()

    def test_segfaults_or_hangs_leaves_a_traceback_in_the_log_that_its_record_names(self, tiny, tmp_path):
        tiny("segfaults,hangs", "--timeout", "3")

        records, _ = read_journal(tmp_path / "run" / "journal.jsonl")
        for method in ("segfaults", "hangs"):
            assert records[method, "waves--warm"].log == ""
            log = records[method, "waves--cold"].log
            text = (tmp_path / "run" / log).read_text()
            assert "[waves--cold]" in text
            assert "in harm" in text

    def test_hangs_takes_the_processes_that_it_started_with_it(self, tiny, tmp_path, monkeypatch):
        monkeypatch.setenv("SAMPLE_PLUGINS_CHILD", str(tmp_path / "pids"))
        tiny("hangs", "--timeout", "3")

        for pid in map(int, (tmp_path / "pids").read_text().split()):
            assert not is_running(pid)

    def test_leaks_is_given_a_new_worker_instead_of_failing(self, tiny, tmp_path):
        assert tiny("leaks", "--memory-limit", "0.9").code == 0
        assert ended(tmp_path / "run", "leaks").status.eq("ok").all()

    def test_writes_past_python_mixes_with_nothing(self, start, tmp_path):
        out, err = start("shouts").communicate(timeout=200)

        log = (tmp_path / "run" / "logs" / "shouts.log").read_text()
        for line in ("past Python, to standard output", "past Python, to standard error", "from a child"):
            assert log.count(line) == 2
        assert "5 ok" in out
        assert "past Python" not in out + err

    def test_crashes_when_prepared_does_so_once(self, tiny, tmp_path, monkeypatch):
        monkeypatch.setenv("SAMPLE_PLUGINS_COUNT", str(tmp_path / "count"))
        assert tiny("crashes_when_prepared,noisy").code == 4

        assert set(ended(tmp_path / "run", "crashes_when_prepared").error) == {
            "preparing: worker was killed by signal 6 (SIGABRT)"
        }
        assert (tmp_path / "count").read_text().splitlines() == ["prepare"]
        assert ended(tmp_path / "run", "noisy").status.eq("ok").all()


class TestAWorkerThatIsKilledFromOutside:
    @pytest.fixture
    def marker(self, monkeypatch, tmp_path):
        monkeypatch.setenv("SAMPLE_PLUGINS_MARKER", str(tmp_path / "marker"))
        return tmp_path / "marker"

    def test_costs_another_try_and_no_result(self, tiny, tmp_path, marker):
        marker.write_text("once")
        assert tiny("is_killed_once").code == 0
        assert ended(tmp_path / "run", "is_killed_once").status.eq("ok").all()

    def test_costs_the_unit_if_it_happens_again(self, tiny, tmp_path, marker):
        marker.write_text("always")
        assert tiny("is_killed_once").code == 4

        units = ended(tmp_path / "run", "is_killed_once")
        reason = "worker was killed by signal 9 (SIGKILL); the system may have run out of memory"
        assert set(units[units.status == "failed"].error) == {reason}
        marker.unlink()
        assert tiny("is_killed_once").code == 0


class TestAMetricThat:
    @pytest.mark.parametrize(
        ("how", "reason"),
        [
            ("crash", "worker was killed by signal 11 (SIGSEGV)"),
            ("crash when prepared", "preparing to score: worker ended with exit code 7"),
        ],
    )
    def test_harms_its_process_costs_its_own_scores(self, tiny, tmp_path, monkeypatch, how, reason):
        monkeypatch.setenv("SAMPLE_PLUGINS_COUNT", str(tmp_path / "count"))
        monkeypatch.setenv("SAMPLE_PLUGINS_METRIC", how)
        metrics = ("--metrics", "crashing_metric,brightness_difference", "--limit", "2")
        assert tiny("dawdles", *metrics).code == 4

        units = ended(tmp_path / "run", "dawdles")
        assert units.status.eq("ok").all()
        assert units.brightness_difference.notna().all()
        assert units.crashing_metric.isna().all()
        records, _ = read_journal(tmp_path / "run" / "journal.jsonl")
        assert {tuple(record.score_errors.items()) for record in records.values()} == {(("crashing_metric", reason),)}
        stylized = (tmp_path / "count").read_text()

        monkeypatch.delenv("SAMPLE_PLUGINS_METRIC")
        assert tiny("dawdles", *metrics).code == 0
        assert (tmp_path / "count").read_text() == stylized, "the images were made already"


def test_workers_end_when_the_run_is_killed(start, tmp_path):
    process = start("hangs", SAMPLE_PLUGINS_CHILD=str(tmp_path / "pids"))
    wait_for(lambda: (tmp_path / "pids").exists() and (tmp_path / "pids").read_text().count(" "))
    pids = [int(pid) for pid in (tmp_path / "pids").read_text().split()]
    process.kill()
    process.wait()
    wait_for(lambda: not any(is_running(pid) for pid in pids))
