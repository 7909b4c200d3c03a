"""Durations that were not measured for each picture, stated by an author or shared, are marked and rank nowhere."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from benchmark.analysis.gate.snapshot import take_snapshot
from benchmark.analysis.gate.thresholds import check_thresholds
from benchmark.analysis.gate.thresholds_file import Threshold
from benchmark.analysis.gate.verdict import Outcome
from benchmark.analysis.means_table import make_means_table
from benchmark.analysis.statistics import analyze
from benchmark.analysis.summary import summarize, time_to_rank_by
from benchmark.method_source import MethodOrigin, Timing
from benchmark.store.cost_columns import SHARED, STATED, TIME, UNMEASURED
from benchmark.store.records import Calibration, RunRecords
from benchmark.store.results import TableInMemory
from reports.figures.costs import cost_figure, quality_figure
from reports.html.report import HtmlReport
from reports.latex import LatexReport
from reports.markdown import MarkdownReport
from reports.tables.ranking import build_scores
from reports.tables.verdicts import Mark


@pytest.fixture
def stated(crossed_run: RunRecords) -> RunRecords:
    """A run in which the author of the fastest method's pictures made them elsewhere, and says how long they took."""
    source = {"folder": "their <outputs>", "pictures": 12, "part": "3 of 3"}
    return with_durations(crossed_run, origin=MethodOrigin.PICTURES, timing=Timing.STATED, source=source)


@pytest.fixture
def shared(crossed_run: RunRecords) -> RunRecords:
    """A run in which one call of a program has made all pictures of the fastest method."""
    return with_durations(crossed_run, origin=MethodOrigin.PROGRAM, timing=Timing.SHARED)


@pytest.fixture(params=["stated", "shared"])
def unmeasured(request: pytest.FixtureRequest) -> RunRecords:
    """Either of them."""
    run: RunRecords = request.getfixturevalue(request.param)
    return run


def with_durations(crossed_run: RunRecords, **facts: Any) -> RunRecords:
    """A run in which the durations of the fastest method are of another kind."""
    methods = tuple(replace(method, **facts) if method.name == "method_0" else method for method in crossed_run.methods)
    units = crossed_run.units.copy()
    theirs = units["method"] == "method_0"
    units.loc[theirs, ["cpu_seconds", "peak_memory_bytes"]] = float("nan")
    units["disturbed"] = units["disturbed"].astype("object")
    units.loc[theirs, "disturbed"] = None
    summary = tuple(summarize(methods, crossed_run.metrics, (), TableInMemory.of_frame(units).scores))
    return replace(crossed_run, methods=methods, units=units, summary=summary)


def marks(run: RunRecords, column: str) -> dict[str, Mark]:
    scores = build_scores(run, analyze(run).comparisons)
    return {
        row.method: cell.mark
        for ranking in scores.rankings
        for row in ranking.methods
        for cell in row.cells
        if cell.column.name == column
    }


def test_such_a_duration_is_marked_and_never_the_best(crossed_run, unmeasured):
    assert marks(crossed_run, TIME)["method_0"] is Mark.BEST
    found = marks(unmeasured, TIME)
    assert found["method_0"] is Mark.NONE
    assert Mark.BEST in found.values()
    row = next(row for row in unmeasured.summary if (row.method, row.metric) == ("method_0", TIME))
    assert row.warning in UNMEASURED
    assert row.mean is not None


def test_it_competes_with_no_other(unmeasured):
    """The cells of two methods are compared as if it were not there."""
    alone = replace(unmeasured, summary=tuple(row for row in unmeasured.summary if row.method != "method_0"))
    assert {name: mark for name, mark in marks(unmeasured, TIME).items() if name != "method_0"} == {
        name: mark for name, mark in marks(alone, TIME).items() if name != "method_0"
    }


def test_it_is_not_disturbed_and_disturbs_no_other(unmeasured):
    scores = build_scores(unmeasured, analyze(unmeasured).comparisons)
    assert not scores.has_disturbed
    assert time_to_rank_by(unmeasured) == TIME


def test_figures_of_costs_leave_it_out(crossed_run, unmeasured):
    for figure in (quality_figure, cost_figure):
        before, after = figure(crossed_run, analyze(crossed_run)), figure(unmeasured, analyze(unmeasured))
        title = next(method.title for method in unmeasured.methods if method.name == "method_0")
        points = [str(drawn.spec).count(f"'title': '{title}'") if drawn else 0 for drawn in (before, after)]
        assert points[0] > points[1] == 0


def test_every_report_says_where_the_pictures_are_from(stated, tmp_path):
    html = HtmlReport().write([stated], tmp_path).read_text()
    assert "pictures made elsewhere, from their &lt;outputs&gt;, 12 pictures, of each file 3 of 3" in html
    assert "as the author states" in html
    markdown = MarkdownReport().write([stated], tmp_path).read_text()
    assert "pictures made elsewhere, from their &lt;outputs\\>, 12 pictures, of each file 3 of 3" in markdown
    assert "⚠: Time per picture, as the author states" in markdown
    assert "disturbed" not in markdown
    latex = LatexReport().write([stated], tmp_path).read_text()
    assert "pictures made elsewhere, from their" in latex
    assert r"$^\dagger$: as the author states." in latex


def test_every_report_says_that_a_duration_is_a_share(shared, tmp_path):
    words = "an equal share of one call for all pictures"
    assert words in HtmlReport().write([shared], tmp_path).read_text()
    assert f"⚠: Time per picture, {words}" in MarkdownReport().write([shared], tmp_path).read_text()
    assert rf"$^\dagger$: {words}." in LatexReport().write([shared], tmp_path).read_text()


def test_the_terminal_marks_each_kind_with_its_own_sign(stated, shared):
    for run, sign, words in ((stated, "°", STATED), (shared, "÷", SHARED)):
        table = make_means_table(run)
        assert f"{sign}: {words}" in table.notes
        cells = next(line.cells for line in table.metrics if line.name == TIME)
        assert [cell.endswith(sign) for cell in cells].count(True) == 1


def test_a_threshold_for_its_time_decides_nothing(unmeasured):
    (finding,) = check_thresholds(unmeasured, (Threshold(TIME, "method_0", maximum=0.0),))
    assert finding.outcome is Outcome.NOT_COMPARABLE
    assert "what each of them cost was not measured" in finding.reason


def test_a_gate_has_no_runtime_of_it(crossed_run, unmeasured):
    calibration = Calibration(version="1", seconds=0.1)
    measured, after = (take_snapshot(replace(run, calibration=calibration)) for run in (crossed_run, unmeasured))
    for snapshot, expected in ((measured, {"method_0", "method_1"}), (after, {"method_1"})):
        with_runtime = {
            name
            for name, method in snapshot.methods.items()
            if any(case.runtime is not None for case in method.cases.values())
        }
        assert with_runtime & {"method_0", "method_1"} == expected
