"""The charts of the HTML report in a real browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.store.records import RunRecords
from reports.html.report import HtmlReport
from tests.reports.chromium import opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def test_a_point_of_a_chart_shows_its_numbers_and_a_picture(
    browser: Browser, crossed_run: RunRecords, tmp_path: Path
) -> None:
    with opened(browser, HtmlReport().write([crossed_run], tmp_path)) as page:
        chart = page.locator(".chart-trade_off")
        chart.scroll_into_view_if_needed()
        page.locator(".chart-trade_off.drawn").wait_for()
        chart.locator("path[aria-roledescription='point']").first.hover()
        tip = page.locator("#tip")
        tip.wait_for()
        assert "Method 0" in tip.inner_text()
        assert "SSIM 0.7" in tip.inner_text()
        assert tip.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 0


def test_a_chart_follows_the_metric_that_is_chosen(browser: Browser, crossed_run: RunRecords, tmp_path: Path) -> None:
    with opened(browser, HtmlReport().write([crossed_run], tmp_path)) as page:
        chart = page.locator(".chart-trade_off")
        chart.scroll_into_view_if_needed()
        page.locator(".chart-trade_off.drawn").wait_for()
        point = chart.locator("path[aria-roledescription='point']").first
        before = point.get_attribute("transform")
        assert "content by SSIM" in chart.locator(".canvas").text_content()
        chart.get_by_role("combobox", name="Content by").select_option(label="LPIPS")
        page.wait_for_function(
            "before => document.querySelector(\".chart-trade_off path[aria-roledescription='point']\")"
            ".getAttribute('transform') !== before",
            arg=before,
        )
        assert "content by LPIPS" in chart.locator(".canvas").text_content()


def test_the_trend_follows_the_metric_that_is_chosen(browser: Browser, crossed_run: RunRecords, tmp_path: Path) -> None:
    with opened(browser, HtmlReport().write([crossed_run] * 3, tmp_path)) as page:
        chart = page.locator(".chart-trend_1")
        chart.scroll_into_view_if_needed()
        page.locator(".chart-trend_1.drawn").wait_for()
        points = chart.locator("path[aria-roledescription='point']")
        assert points.count() == 3 * len(crossed_run.methods)
        before = points.first.get_attribute("transform")
        chart.get_by_role("combobox", name="Trend of").select_option(label="CLIP text")
        page.wait_for_function(
            "before => document.querySelector(\".chart-trend_1 path[aria-roledescription='point']\")"
            ".getAttribute('transform') !== before",
            arg=before,
        )
        points.first.hover()
        assert page.locator("#tip").inner_text().startswith("Method 0\nrun 1: CLIP text 0.2")
