"""Contents of the HTML report of a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from benchmark.store.records import RunRecords, RunStatus, SummaryRow
from reports.html.report import HtmlReport
from tests.reports.html_page import Parse, assert_inert, section, text_of


def test_every_picture_is_described(run: RunRecords, tmp_path: Path, parse: Parse) -> None:
    page = parse(HtmlReport().write([run], tmp_path))
    assert_inert(page)
    pictures = list(section(page, "gallery").iter("img"))
    contents, styles, stylized = 3, 4, 7
    assert len(pictures) == contents + styles + stylized
    assert all(picture.attrib["alt"] for picture in pictures)
    assert "Gatys: Bridge, stylized towards The Great Wave (Katsushika Hokusai, 1831)" in {
        picture.attrib["alt"] for picture in pictures
    }


def test_the_header_says_what_was_run_and_what_went_wrong(run: RunRecords, tmp_path: Path, parse: Parse) -> None:
    header = text_of(parse(HtmlReport().write([run], tmp_path)).find(".//header[@class='run-header']"))
    for expected in ("mini 1", "0123456789ab", "256 px", "2 methods, 1 control", "3 (2 contents, 3 styles)"):
        assert expected in header
    assert "2026-01-02 03:05 UTC" in header
    assert "This run is over, but 1 of its 9 units failed." in header
    assert "One journal line was damaged and left out." in header


@pytest.mark.parametrize(
    ("status", "ended", "words"),
    [
        (RunStatus.RUNNING, 6, "This run is still running: 6 of 9 units finished so far, 1 of which failed."),
        (RunStatus.RUNNING, 4, "This run is still running: 4 of 9 units finished so far."),
        (RunStatus.RUNNING, 9, "This run is still running: 9 of 9 units finished so far, 1 of which failed."),
        (RunStatus.INCOMPLETE, 4, "This run is incomplete: 4 of 9 units finished so far."),
        (RunStatus.INCOMPLETE, 9, "This run is over, but 1 of its 9 units failed."),
    ],
)
def test_the_header_says_how_far_a_run_came(
    run: RunRecords, tmp_path: Path, parse: Parse, status: RunStatus, ended: int, words: str
) -> None:
    partial = replace(run, status=status, units=run.units[:ended])
    header = text_of(parse(HtmlReport().write([partial], tmp_path)).find(".//header[@class='run-header']"))
    assert f"{words} Means cover only what was scored." in header


def test_a_run_whose_units_all_ended_well_lacks_scores(run: RunRecords, tmp_path: Path, parse: Parse) -> None:
    unscored = replace(run, units=run.units.assign(status="ok"))
    header = text_of(parse(HtmlReport().write([unscored], tmp_path)).find(".//header[@class='run-header']"))
    assert "No unit of this run failed, but not all scores of its pictures could be made." in header


def test_a_complete_run_warns_of_nothing(run: RunRecords, tmp_path: Path, parse: Parse) -> None:
    complete = replace(run, status=RunStatus.COMPLETE, warnings=())
    page = parse(HtmlReport().write([complete], tmp_path))
    assert page.find(".//aside") is None


def test_controls_have_their_own_band_below_the_methods(run: RunRecords, tmp_path: Path, parse: Parse) -> None:
    table = section(parse(HtmlReport().write([run], tmp_path)), "ranking").find(".//table[@class='ranking sortable']")
    assert table is not None
    bodies = table.findall("tbody")
    assert [body.attrib["class"] for body in bodies] == ["methods", "band", "controls"]
    assert [text_of(row.find("th/bdi")) for row in bodies[0].findall("tr")] == ["Gatys", "CLIPstyler"]
    assert [text_of(row.find("th/bdi")) for row in bodies[2].findall("tr")] == ["Identity"]


def test_charts_are_shown_without_scripts_too(crossed_run: RunRecords, tmp_path: Path, parse: Parse) -> None:
    page = parse(HtmlReport().write([crossed_run], tmp_path))
    assert_inert(page)
    figures = section(page, "trade-offs").findall(".//figure")
    assert [figure.attrib["data-figure"] for figure in figures] == [
        "trade_off", "quality_and_runtime", "costs", "profile",
    ]  # fmt: skip
    for figure in figures:
        canvas = figure.find("div")
        assert canvas is not None
        assert canvas.find("svg") is not None
        assert canvas.attrib["aria-label"]
    assert "Method 1" in text_of(figures[0].find(".//svg"))


def test_the_ranking_explains_its_intervals_and_circular_scores(run: RunRecords, tmp_path: Path, parse: Parse) -> None:
    ranking = text_of(section(parse(HtmlReport().write([run], tmp_path)), "ranking"))
    assert "the standard error clustered by content: each style is used with one content only" in ranking
    assert "circular: the method optimised the very network" in ranking
    assert "1.00 ↻ (circular)" in ranking
    assert "best: 0.500" in ranking
    assert "not shown to be worse than the best: 0.400" in ranking


def test_failed_and_skipped_units_show_their_reasons(run: RunRecords, tmp_path: Path, parse: Parse) -> None:
    page = parse(HtmlReport().write([run], tmp_path))
    for name in ("gallery", "incidents"):
        shown = text_of(section(page, name))
        assert "takes at most 1 style, the case has 2" in shown
        assert "RuntimeError: loss is NaN" in shown
    assert "needs weights: benchmark weights fetch inception-art" in text_of(section(page, "incidents"))


def test_the_similarity_matrix_outlines_the_prompts_of_each_image(
    run: RunRecords, tmp_path: Path, parse: Parse
) -> None:
    similarity = section(parse(HtmlReport().write([run], tmp_path)), "similarity")
    rows = similarity.findall(".//table/tbody/tr")
    outlined = [["matching" in cell.attrib["class"] for cell in row.findall("td")] for row in rows]
    assert outlined == [[True, False], [False, True]]
    assert "For 1 of 2 images the most similar prompt is one that they were made for" in text_of(similarity)


def test_provenance_lets_a_run_be_repeated_and_credited(run: RunRecords, tmp_path: Path, parse: Parse) -> None:
    provenance = text_of(section(parse(HtmlReport().write([run], tmp_path)), "provenance"))
    for expected in (
        "benchmark run --protocol mini --out 'my run'",
        "0123456789abcdef0123456789abcdef",
        "fedcba9876543210",
        "steps500",
        "weights › patch9000.0",
        "deeptrue",
        "packages › style-transfer-benchmark0.1.0",
        "Katsushika Hokusai",
        "Public domain",
        "version = {0.1.0}",
        "Gatys et al. 2016 Gatys, Gram distance",
    ):
        assert expected in provenance


def test_scores_that_no_metric_of_the_run_explains_are_shown(
    run: RunRecords, tmp_path: Path, parse: Parse, row: Callable[..., SummaryRow]
) -> None:
    extended = replace(run, summary=(*run.summary, row("gatys", "set_score", 3.25, None, None)))
    ranking = text_of(section(parse(HtmlReport().write([extended], tmp_path)), "ranking"))
    assert "set_score" in ranking
    assert "3.25" in ranking
