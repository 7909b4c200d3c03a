"""Reports say which methods computed in lower precision, and say nothing where none did."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmark.contracts.report import Report
from benchmark.store.records import RunRecords
from reports.exports import JsonReport
from reports.figure_files import FiguresReport
from reports.html.report import HtmlReport
from reports.latex import LatexReport
from reports.leaderboard.report import LeaderboardReport
from reports.markdown import MarkdownReport
from tests.reports.conftest import parse_html
from tests.reports.html_page import Parse, text_of


def in_bfloat16(run: RunRecords) -> RunRecords:
    """The run as if all but its controls had computed in bfloat16."""
    methods = tuple(replace(one, precision="float32" if one.control else "bfloat16") for one in run.methods)
    return replace(run, methods=methods, provenance={**run.provenance, "precision": "bfloat16"})


def facts_of(run: RunRecords, folder: Path, parse: Parse) -> dict[str, str]:
    """What the head of a run's page says of it."""
    listed = parse(HtmlReport().write([run], folder)).find(".//dl[@class='facts']")
    assert listed is not None
    return {text_of(name): text_of(said) for name, said in zip(listed.iter("dt"), listed.iter("dd"), strict=True)}


def test_the_facts_of_a_page_name_it(crossed_run: RunRecords, tmp_path: Path, parse: Parse) -> None:
    facts = facts_of(in_bfloat16(crossed_run), tmp_path, parse)
    assert facts["Precision"] == "bfloat16; in float32: identity, style_copy, metrics"


def test_the_facts_of_a_page_of_a_run_in_float32_do_not(crossed_run: RunRecords, tmp_path: Path, parse: Parse) -> None:
    facts = facts_of(crossed_run, tmp_path, parse)
    assert facts["Device"] == "cpu"
    assert "Precision" not in facts


@pytest.mark.parametrize(
    ("report", "file"),
    [
        (MarkdownReport, "report.md"),
        (LatexReport, "tables.tex"),
        (JsonReport, "report.json"),
        (FiguresReport, "figures.md"),
    ],
)
def test_other_formats_name_it_too(crossed_run: RunRecords, tmp_path: Path, report: type[Report], file: str) -> None:
    for run, is_named in ((in_bfloat16(crossed_run), True), (crossed_run, False)):
        report().write([run], tmp_path)
        assert ("bfloat16" in (tmp_path / file).read_text(encoding="utf-8")) is is_named


def test_a_method_in_two_precisions_has_two_rows_on_the_leaderboard(crossed_run: RunRecords, tmp_path: Path) -> None:
    site = LeaderboardReport().write([crossed_run, in_bfloat16(crossed_run)], tmp_path).parent
    (page,) = (parse_html(path.read_text(encoding="utf-8")) for path in (site / "protocols").glob("*.html"))
    heads = [text_of(row[0]) for row in page.findall(".//tbody[@class='methods']/tr")]
    assert [head for head in heads if head.startswith("Method 0")] == [head for head in heads if "method_0" in head], (
        "rows of one method"
    )
    assert sorted("in bfloat16" in head for head in heads if "method_0" in head) == [False, True]
    controls = [text_of(row[0]) for row in page.findall(".//tbody[@class='controls']/tr")]
    assert len(controls) == 2, "controls compute in float32 in both"
    runs = [path.read_text(encoding="utf-8") for path in (site / "runs").glob("*.html")]
    assert sorted("<dt>Precision</dt>" in text for text in runs) == [False, True]
