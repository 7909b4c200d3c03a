"""Durations that other processes disturbed are marked wherever they stand, and methods are ranked by processor time."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmark.analysis.statistics import analyze
from benchmark.analysis.summary import summarize
from benchmark.store.cost_columns import DISTURBED
from benchmark.store.records import RunRecords
from benchmark.store.results import TableInMemory
from reports.exports import CsvReport, JsonReport
from reports.figures.costs import cost_figure, quality_figure
from reports.html.gallery import build_gallery
from reports.html.glance import build_glance
from reports.html.picture_source import PictureSource
from reports.html.report import HtmlReport
from reports.latex import LatexReport
from reports.markdown import MarkdownReport
from reports.tables.ranking import build_scores
from reports.tables.units import read_units
from reports.tables.verdicts import Mark


@pytest.fixture
def disturbed(crossed_run: RunRecords) -> RunRecords:
    """A run in which others made the fastest method, by its processor time, look the slowest in one of its cases."""
    units = crossed_run.units.copy()
    first = units.index[units["method"] == "method_0"][0]
    units.loc[first, ["seconds", "disturbed"]] = [500.0, True]
    return summarized(replace(crossed_run, units=units))


def summarized(run: RunRecords) -> RunRecords:
    return replace(
        run, summary=tuple(summarize(run.methods, run.metrics, (), TableInMemory.of_frame(run.units).scores))
    )


def marks(run: RunRecords, column: str) -> dict[str, Mark]:
    scores = build_scores(run, analyze(run).comparisons)
    return {
        row.method: cell.mark
        for ranking in scores.rankings
        for row in ranking.methods
        for cell in row.cells
        if cell.column.name == column
    }


def test_none_is_the_fastest_by_disturbed_time_but_one_is_by_processor_time(
    crossed_run: RunRecords, disturbed: RunRecords
) -> None:
    assert marks(crossed_run, "seconds")["method_0"] is Mark.BEST
    assert set(marks(disturbed, "seconds").values()) == {Mark.NONE}
    assert marks(disturbed, "cpu_seconds")["method_0"] is Mark.BEST


def test_the_overview_shows_the_time_that_methods_are_ranked_by(crossed_run: RunRecords, disturbed: RunRecords) -> None:
    def costs(run: RunRecords) -> tuple[str, ...]:
        statistics = analyze(run)
        glance = build_glance(run, statistics.anchored, build_scores(run, statistics.comparisons))
        assert glance is not None
        return glance.costs

    assert costs(crossed_run) == ("Time per picture", "Peak memory")
    assert costs(disturbed) == ("Processor time per picture", "Peak memory")


def test_on_a_device_where_processors_only_wait_elapsed_time_stays_and_is_marked(disturbed: RunRecords) -> None:
    run = replace(disturbed, provenance={**disturbed.provenance, "device": "cuda"})
    statistics = analyze(run)
    glance = build_glance(run, statistics.anchored, build_scores(run, statistics.comparisons))
    assert glance is not None
    assert glance.costs == ("Time per picture", "Peak memory")
    assert [row.costs[0].warning for row in glance.rows] == [DISTURBED, "", ""]
    assert all(f"some {DISTURBED}" in spec for spec in specs_of(run))


def specs_of(run: RunRecords) -> tuple[str, ...]:
    figures = (quality_figure(run, analyze(run)), cost_figure(run, analyze(run)))
    return tuple(json.dumps(figure.spec) for figure in figures if figure is not None)


def test_the_axes_of_the_charts_are_processor_time_and_say_so(crossed_run: RunRecords, disturbed: RunRecords) -> None:
    assert not any("processor" in spec or "disturbed" in spec for spec in specs_of(crossed_run))
    titles = ("processor seconds a picture, logarithmic", "processor time a picture, logarithmic")
    for spec, title in zip(specs_of(disturbed), titles, strict=True):
        assert f'["{title}", "elapsed time was {DISTURBED}"]' in spec


def test_tables_mark_it_and_say_what_the_mark_means(disturbed: RunRecords, tmp_path: Path) -> None:
    markdown = MarkdownReport().write([disturbed], tmp_path).read_text(encoding="utf-8")
    (row,) = (line for line in markdown.splitlines() if line.startswith("| Method 0 ") and "MiB" in line)
    assert row.split("|")[2].count("⚠") == 1
    assert row.count("⚠") == 1
    assert f"⚠: Time per picture, {DISTURBED}." in markdown
    latex = LatexReport().write([disturbed], tmp_path).read_text(encoding="utf-8")
    assert latex.count(rf"$^\dagger$: {DISTURBED}.") == 1
    assert latex.count(r"$^{\dagger}$") == 1
    assert "few images" not in latex


def test_files_for_programs_carry_the_warning(disturbed: RunRecords, tmp_path: Path) -> None:
    with CsvReport().write([disturbed], tmp_path).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    runs = json.loads(JsonReport().write([disturbed], tmp_path).read_text(encoding="utf-8"))["runs"]
    for table in (rows, runs[0]["summary"]):
        assert [(row["method"], row["metric"]) for row in table if row["warning"]] == [("method_0", "seconds")]
        assert {row["method"] for row in table if row["metric"] == "cpu_seconds"} == {
            method.name for method in disturbed.methods
        }


def test_the_picture_whose_time_it_is_says_so(disturbed: RunRecords) -> None:
    gallery = build_gallery(disturbed, read_units(disturbed), PictureSource(disturbed.directory), whole=True)
    notes = [tile.note for row in gallery.rows for tile in row.tiles if "disturbed" in tile.note]
    assert notes == ["8 min 20 s (disturbed)"]


def test_the_page_marks_it(
    crossed_run: RunRecords,
    disturbed: RunRecords,
    tmp_path: Path,
    parse: Callable[[Path], ElementTree.Element],
) -> None:
    def text(run: RunRecords) -> str:
        return " ".join("".join(parse(HtmlReport().write([run], tmp_path)).itertext()).split())

    assert DISTURBED not in text(crossed_run)
    shown = text(disturbed)
    assert f"⚠ {DISTURBED}" in shown
    assert f"({DISTURBED})" in shown
    assert "few images" not in shown
