"""The HTML report of several runs: compared, or side by side and said not to be comparable."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmark.store.records import RunRecords
from reports.html.report import HtmlReport
from tests.reports.html_page import Parse, assert_inert, text_of


def test_runs_of_one_protocol_are_comparable(run: RunRecords, tmp_path: Path, parse: Parse) -> None:
    page = parse(HtmlReport().write([run, run], tmp_path))
    assert text_of(page.find(".//header[@class='page-header']/aside")).startswith("Comparable.")
    assert len(page.findall(".//article[@class='run']")) == 2
    anchors = [element.attrib["id"] for element in page.iter() if "id" in element.attrib]
    assert len(anchors) == len(set(anchors))


def test_runs_of_one_protocol_are_compared_case_by_case(crossed_run: RunRecords, tmp_path: Path, parse: Parse) -> None:
    units = crossed_run.units.copy()
    units.loc[units["method"] == "method_1", "ssim"] -= 0.1
    page = parse(HtmlReport().write([crossed_run, replace(crossed_run, units=units)], tmp_path))
    assert_inert(page)
    changes = page.find(".//section[@id='changes']")
    assert changes is not None
    first, *_ = changes.findall(".//tbody/tr")
    assert [text_of(cell) for cell in first] == [
        "Method 1", "SSIM", "0.600", "0.500", "−0.100 −0.113 – −0.087", "worse", "16 (4 × 4)",
    ]  # fmt: skip
    assert page.find(".//section[@id='side-by-side']") is None


def test_runs_of_two_protocols_stand_side_by_side(crossed_run: RunRecords, tmp_path: Path, parse: Parse) -> None:
    other = replace(crossed_run, protocol={**crossed_run.protocol, "title": "Other", "fingerprint": "ffff"})
    page = parse(HtmlReport().write([crossed_run, other], tmp_path))
    assert page.find(".//section[@id='changes']") is None
    shown = text_of(page.find(".//section[@id='side-by-side']"))
    assert "Not comparable where fingerprints differ" in shown
    assert "Crossed 89abcdef0123" in shown
    assert "Other ffff" in shown


def test_runs_of_different_protocols_are_not_comparable(run: RunRecords, tmp_path: Path, parse: Parse) -> None:
    other = replace(run, protocol={**run.protocol, "fingerprint": "ffff"})
    banner = text_of(parse(HtmlReport().write([run, other], tmp_path)).find(".//header[@class='page-header']/aside"))
    assert banner.startswith("Not comparable.")
    assert "run 1 has 0123456789ab, run 2 has ffff" in banner


@pytest.mark.parametrize("field", ["version", "backbone"])
def test_runs_whose_metrics_differ_are_not_comparable(
    run: RunRecords, tmp_path: Path, parse: Parse, field: str
) -> None:
    ssim, *others = run.metrics
    changed = replace(ssim, version="9") if field == "version" else replace(ssim, backbone="another")
    other = replace(run, metrics=(changed, *others))
    banner = text_of(parse(HtmlReport().write([run, other], tmp_path)).find(".//header[@class='page-header']/aside"))
    assert banner.startswith("Not comparable.")
    assert "ssim" in banner


def test_a_metric_that_only_some_runs_have_is_named(run: RunRecords, tmp_path: Path, parse: Parse) -> None:
    ssim, gram, art_fid = run.metrics
    others = (
        replace(run, metrics=(gram, art_fid)),
        replace(
            run, metrics=(replace(ssim, unavailable="no weights", version=""), gram, replace(art_fid, unavailable=""))
        ),
    )
    page = parse(HtmlReport().write([run, *others], tmp_path))
    banner = text_of(page.find(".//header[@class='page-header']/aside"))
    assert banner.startswith("Comparable.")
    assert "Not every run has the same metrics: ssim (only run 1), art_fid (only run 3)." in banner
    assert "and the same metrics" not in banner


def test_runs_without_a_fingerprint_are_not_comparable(run: RunRecords, tmp_path: Path, parse: Parse) -> None:
    unknown = replace(run, protocol={"name": "mini"})
    page = parse(HtmlReport().write([unknown, unknown], tmp_path))
    assert text_of(page.find(".//header[@class='page-header']/aside")).startswith("Not comparable.")
