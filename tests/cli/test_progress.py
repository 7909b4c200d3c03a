"""Progress of a run: what remains, a live table on a terminal, plain lines elsewhere, and what Ctrl-C waits for."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from benchmark.cli.progress import ProgressDisplay, RemainingTime, format_remaining
from benchmark.execution.running_units import RunningUnits
from benchmark.plan.unit import Unit
from benchmark.protocol.case import Case, Content, Style, WeightedStyle
from benchmark.store.journal import UnitRecord
from benchmark.store.records import UnitStatus

UNIT = Unit("slow", Case(Content("a", Path("a.png")), (WeightedStyle(Style("b"), 1.0),)), seed=1)


def record(method, status, **more):
    return UnitRecord(method, "a--b", status, 1, **more)


def test_is_unknown_before_the_first_unit_has_ended():
    assert RemainingTime({"slow": 3}).seconds() is None


def test_expects_each_method_to_go_on_as_it_went():
    remaining = RemainingTime({"slow": 3, "fast": 3})
    remaining.ended("slow", 10)
    remaining.ended("fast", 1)
    assert remaining.seconds() == pytest.approx(2 * 10 + 2 * 1)


def test_expects_a_method_that_has_not_begun_to_be_like_the_others():
    remaining = RemainingTime({"slow": 3, "fast": 3})
    for _ in range(3):
        remaining.ended("slow", 10)
    assert remaining.seconds() == pytest.approx(3 * 10)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, ""), (42, "about 42 s left"), (150, "about 2 min left"), (7200, "about 2.0 h left")],
)
def test_is_said_in_words(seconds, words):
    assert format_remaining(seconds) == words


class TestLiveTable:
    @pytest.fixture
    def display(self, monkeypatch):
        monkeypatch.setenv("FORCE_COLOR", "1")
        monkeypatch.setenv("COLUMNS", "100")
        with ProgressDisplay(Path("runs/mini")) as shown:
            shown.planned({"slow": 2, "fast": 1}, 4)
            yield shown

    def rows(self, display):
        console = Console(width=100, file=io.StringIO(), force_terminal=False)
        console.print(display._view())
        return console.file.getvalue().splitlines()

    def test_has_a_row_for_each_method_with_what_is_done_and_left(self, display):
        display.started(UNIT)
        display.ended(UNIT, record("slow", UnitStatus.OK, seconds=2.5, image="images/slow/a--b.png"), 10.0)
        display.ended(UNIT, record("slow", UnitStatus.FAILED, error="RuntimeError: no"), 20.0)
        lines = self.rows(display)
        assert lines[0].split() == ["method", "done", "failed", "skipped", "a", "picture", "left"]
        assert lines[1].split() == ["slow", "1", "1", "2.50", "s", "–"]
        assert lines[2].split() == ["fast", "0", "about", "15", "s", "left"]
        assert "6/7" in lines[3]
        assert lines[-1] == "last picture: runs/mini/images/slow/a--b.png"

    def test_a_failure_is_said_at_once_with_its_reason(self, display, capsys):
        display.ended(UNIT, record("slow", UnitStatus.FAILED, error="RuntimeError: no [bold]markup[/bold]"), 1.0)
        assert "slow a--b failed: RuntimeError: no [bold]markup[/bold]" in capsys.readouterr().err

    def test_is_not_shown_where_there_is_no_terminal(self, capsys, monkeypatch):
        monkeypatch.delenv("FORCE_COLOR", raising=False)
        with ProgressDisplay(Path("runs/mini")) as display:
            display.planned({"slow": 1}, 0)
            display.ended(UNIT, record("slow", UnitStatus.OK, seconds=1.0), 1.0)
        assert capsys.readouterr().err == "[1/1] slow a--b ok (1.0 s, about 0 s left)\n"


class TestRunningUnits:
    def test_are_named_with_the_time_that_they_have_taken_the_longest_first(self):
        now = [0.0]
        running = RunningUnits(lambda: now[0])
        running.started(UNIT)
        now[0] = 7.0
        running.started(replace(UNIT, method="fast"))
        now[0] = 12.4
        assert running.describe() == "finishing slow a--b (12 s so far), fast a--b (5 s so far)"
        running.ended(UNIT)
        assert running.describe() == "finishing fast a--b (5 s so far)"

    def test_many_are_counted(self):
        running = RunningUnits(lambda: 0.0)
        for number in range(5):
            running.started(replace(UNIT, method=f"method_{number}"))
        assert running.describe().endswith("method_2 a--b (0 s so far), 2 more")

    def test_where_none_runs_something_else_is_waited_for(self):
        assert RunningUnits().describe() == "finishing what runs"
