"""The part of the HTML report on variants."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchmark.store.records import RunRecords
from reports.html.report import HtmlReport
from tests.reports.chromium import opened
from tests.reports.html_page import INJECTION, Parse, Rewritten, assert_inert, section, text_of
from tests.reports.variant_runs import build_variant_run

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def varied(tmp_path_factory: pytest.TempPathFactory) -> RunRecords:
    return build_variant_run(tmp_path_factory.mktemp("varied"))


def test_says_of_each_change_what_it_helped_and_hurt_and_what_cannot_be_told(
    varied: RunRecords, tmp_path: Path, parse: Parse
) -> None:
    part = section(parse(HtmlReport().write([varied], tmp_path)), "ablation")
    table = part.find(".//table")
    assert table is not None
    rows = [[text_of(cell) for cell in row] for row in table.findall("tbody/tr")]
    assert [row[0] for row in rows] == ["strength=2", "strength=3", "tail=false"]
    # Each method of the sample takes over more of the style than the one before it.
    assert rows[2][1:4] == ["2 CLIP style, CLIP text", "2 SSIM, LPIPS", "0"]
    assert rows[2][4].startswith("× 2.")
    assert [text_of(row) for row in part.findall(".//details/summary")] == [
        f"{name} 3 of 3 changes shown to matter" for name in ("SSIM", "LPIPS", "CLIP style", "CLIP text")
    ]


def test_shows_pictures_along_a_sweep_with_the_method_marked(varied: RunRecords, tmp_path: Path, parse: Parse) -> None:
    part = section(parse(HtmlReport().write([varied], tmp_path)), "ablation")
    strips = part.findall(".//figure[@class='strip']")
    assert len(strips) == 3
    for strip in strips:
        assert [text_of(tile) for tile in strip.findall("ol/li")] == ["1 as it is", "2", "3"]
        assert len(strip.findall("ol/li/img")) == 3


def test_is_not_there_without_variants(crossed_run: RunRecords, tmp_path: Path, parse: Parse) -> None:
    page = parse(HtmlReport().write([crossed_run], tmp_path))
    assert page.find(".//section[@id='run-1-ablation']") is None
    assert "blation" not in "".join(text for heading in page.iter("h2") for text in heading.itertext())


def test_escapes_whatever_is_in_names_and_values(
    varied: RunRecords, tmp_path: Path, parse: Parse, rewritten: Rewritten
) -> None:
    hostile = rewritten(
        varied, lambda text: text + INJECTION, frozenset({"thumbnail", "image", "status", "variant_of"})
    )
    assert_inert(parse(HtmlReport().write([hostile], tmp_path)))


def test_draws_the_curve_of_a_sweep_that_follows_the_metric_chosen(
    browser: Browser, varied: RunRecords, tmp_path: Path
) -> None:
    with opened(browser, HtmlReport().write([varied], tmp_path)) as page:
        chart = page.locator("#run-1-ablation .chart-sweep_1")
        chart.scroll_into_view_if_needed()
        chart.locator("svg.marks, canvas").first.wait_for()
        assert chart.locator("select option").all_inner_texts() == ["SSIM", "LPIPS", "CLIP style", "CLIP text"]
        before = chart.locator(".canvas").inner_html()
        chart.locator("select").select_option("lpips")
        page.wait_for_function(
            "before => document.querySelector('#run-1-ablation .chart-sweep_1 .canvas').innerHTML !== before",
            arg=before,
        )
        for width in (320, 900):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") == width
