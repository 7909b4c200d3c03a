"""The HTML report of a run that is unfinished or damaged shows what there is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from benchmark.store.records import RunRecords, RunStatus
from reports.html.report import HtmlReport
from tests.reports.html_page import INJECTION, Parse, assert_inert, section, text_of


def test_a_chart_that_cannot_be_drawn_costs_the_page_nothing_else(
    crossed_run: RunRecords, tmp_path: Path, parse: Parse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(spec: object) -> str:
        raise ValueError("Vega-Lite to SVG conversion failed:\n" + INJECTION)

    monkeypatch.setattr("vl_convert.vegalite_to_svg", fail)
    page = parse(HtmlReport().write([crossed_run], tmp_path))
    assert_inert(page)
    trade_offs = text_of(section(page, "trade-offs"))
    assert trade_offs.count("This chart could not be drawn; its numbers are in the tables.") == 4
    assert INJECTION in trade_offs
    assert "Method 1" in text_of(section(page, "ranking"))


def test_a_missing_or_damaged_picture_is_a_placeholder(run: RunRecords, tmp_path: Path, parse: Parse) -> None:
    (run.directory / "images/gatys/bridge--wave.png").unlink()
    (run.directory / "images/gatys/cat--night.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
    gallery = section(parse(HtmlReport().write([run], tmp_path)), "gallery")
    problems = [text_of(element) for element in gallery.findall(".//span[@class='placeholder']")]
    assert problems == ["the picture is missing", "the picture cannot be read"]


def test_a_run_that_has_just_begun_is_rendered(run: RunRecords, tmp_path: Path, parse: Parse) -> None:
    begun = replace(run, status=RunStatus.RUNNING, units=pd.DataFrame(), summary=(), similarity={}, models=())
    page = parse(HtmlReport().write([begun], tmp_path))
    assert "No score has been made yet." in text_of(section(page, "ranking"))
    assert "Not run yet." in text_of(section(page, "gallery"))
    assert "9 units not run yet." in text_of(section(page, "incidents"))
    assert "is still running: 0 of 9 units finished" in text_of(page.find(".//aside"))


def test_a_run_of_which_almost_nothing_is_left_is_rendered(run: RunRecords, tmp_path: Path, parse: Parse) -> None:
    damaged = RunRecords(
        directory=run.directory / "gone",
        status=RunStatus.INCOMPLETE,
        protocol={},
        methods=(),
        metrics=(),
        models=(),
        cases=(),
        contents=(),
        styles=(),
        units=pd.DataFrame({"method": ["gatys"], "ssim": [float("nan")]}),
        summary=(),
        similarity={"gatys": {"rows": ["a"], "columns": ["b"], "values": [[None]]}, "adain": {}},
        provenance={},
    )
    assert_inert(parse(HtmlReport().write([damaged], tmp_path)))
