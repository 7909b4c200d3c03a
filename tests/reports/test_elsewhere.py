"""Pictures that were made elsewhere: reports say so, and what their author states about durations ranks nowhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmark.analysis.gate.snapshot import take_snapshot
from benchmark.analysis.statistics import analyze
from benchmark.analysis.summary import scores_in, summarize, time_to_rank_by
from benchmark.method_source import MethodOrigin, Timing
from benchmark.store.cost_columns import STATED, TIME
from benchmark.store.records import Calibration, RunRecords
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
    methods = tuple(
        replace(method, origin=MethodOrigin.PICTURES, timing=Timing.STATED, source=source)
        if method.name == "method_0"
        else method
        for method in crossed_run.methods
    )
    units = crossed_run.units.copy()
    theirs = units["method"] == "method_0"
    units.loc[theirs, ["cpu_seconds", "peak_memory_bytes"]] = float("nan")
    units["disturbed"] = units["disturbed"].astype("object")
    units.loc[theirs, "disturbed"] = None
    summary = tuple(summarize(methods, crossed_run.metrics, (), scores_in(units)))
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


def test_a_stated_duration_is_shown_as_stated_and_never_the_best(crossed_run, stated):
    assert marks(crossed_run, TIME)["method_0"] is Mark.BEST
    found = marks(stated, TIME)
    assert found["method_0"] is Mark.NONE
    assert Mark.BEST in found.values()
    row = next(row for row in stated.summary if (row.method, row.metric) == ("method_0", TIME))
    assert row.warning == STATED
    assert row.mean is not None


def test_it_is_not_disturbed_and_disturbs_no_other(stated):
    scores = build_scores(stated, analyze(stated).comparisons)
    assert not scores.has_disturbed
    assert time_to_rank_by(stated) == TIME


def test_figures_of_costs_leave_it_out(crossed_run, stated):
    for figure in (quality_figure, cost_figure):
        before, after = figure(crossed_run, analyze(crossed_run)), figure(stated, analyze(stated))
        title = next(method.title for method in stated.methods if method.name == "method_0")
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


def test_a_gate_has_no_runtime_of_it(crossed_run, stated):
    calibration = Calibration(version="1", seconds=0.1)
    measured, after = (take_snapshot(replace(run, calibration=calibration)) for run in (crossed_run, stated))
    for snapshot, expected in ((measured, {"method_0", "method_1"}), (after, {"method_1"})):
        with_runtime = {
            name
            for name, method in snapshot.methods.items()
            if any(case.runtime is not None for case in method.cases.values())
        }
        assert with_runtime & {"method_0", "method_1"} == expected
