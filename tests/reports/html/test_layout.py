"""The layout of the HTML report in a real browser: widths, long texts, no scripts, print."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from benchmark.store.records import RunRecords
from reports.html.report import HtmlReport
from tests.reports.chromium import opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def test_the_page_never_scrolls_sideways(browser: Browser, run: RunRecords, tmp_path: Path) -> None:
    with opened(browser, HtmlReport().write([run], tmp_path)) as page:
        for width in (320, 390, 900, 1440):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("text", ["W" * 3000, "שלום " * 300, "🎨" * 500], ids=["word", "right to left", "emoji"])
def test_long_texts_do_not_widen_the_page(
    browser: Browser, run: RunRecords, tmp_path: Path, rewritten: Callable[..., RunRecords], text: str
) -> None:
    long = rewritten(run, lambda original: original + text, frozenset({"thumbnail", "image", "status"}))
    with opened(browser, HtmlReport().write([long], tmp_path), viewport={"width": 390, "height": 800}) as page:
        assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_everything_but_the_viewer_works_without_scripts(browser: Browser, run: RunRecords, tmp_path: Path) -> None:
    with opened(browser, HtmlReport().write([run], tmp_path), java_script_enabled=False) as page:
        assert page.locator(".tile img").first.is_visible()
        assert not page.locator(".filters").is_visible()
        assert page.locator("table.ranking").first.is_visible()
        assert not page.locator(".copy").first.is_visible()
        assert not page.locator("#viewer").is_visible()


@pytest.mark.parametrize(("name", "width"), [("phone", 390), ("tablet", 900), ("desktop", 1440)])
def test_the_page_can_be_looked_at_in_three_widths(
    browser: Browser, crossed_run: RunRecords, tmp_path: Path, name: str, width: int
) -> None:
    """Leaves a picture of the page, in the folder that the environment variable SCREENSHOTS names if there is one."""
    folder = Path(os.environ.get("SCREENSHOTS", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    path = HtmlReport().write([crossed_run], tmp_path)
    with opened(browser, path, viewport={"width": width, "height": 900}) as page:
        for chart in page.locator("figure[data-figure]").all():
            chart.scroll_into_view_if_needed()
            chart.and_(page.locator(".drawn")).wait_for()
        page.screenshot(path=folder / f"{name}.png", full_page=True)
    with Image.open(folder / f"{name}.png") as picture:
        assert picture.width == width


def test_no_table_or_chart_scrolls_sideways_on_a_phone(
    browser: Browser, run: RunRecords, crossed_run: RunRecords, tmp_path: Path
) -> None:
    wider = """() => [...document.querySelectorAll(".scroll, .canvas")]
      .filter(each => each.scrollWidth > each.clientWidth + 1).map(each => each.textContent.slice(0, 60))"""
    path = HtmlReport().write([run, crossed_run], tmp_path)
    with opened(browser, path, viewport={"width": 390, "height": 900}) as page:
        page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
        for chart in page.locator("figure[data-figure]").all():
            chart.scroll_into_view_if_needed()
            chart.and_(page.locator(".drawn")).wait_for()
        assert page.evaluate(wider) == []


def test_stacked_cells_say_what_they_are(browser: Browser, crossed_run: RunRecords, tmp_path: Path) -> None:
    label = "cell => getComputedStyle(cell, '::before').content"
    path = HtmlReport().write([crossed_run], tmp_path)
    with opened(browser, path, viewport={"width": 390, "height": 900}) as page:
        score = page.locator("table.ranking.sortable tbody.methods td").first
        assert score.evaluate(label) == '"SSIM ↑"'
        assert page.locator("table.breakdown:visible td").first.evaluate(label) == '"Method 0"'


def test_print_tears_no_chart_table_or_case_and_leaves_controls_out(
    browser: Browser, crossed_run: RunRecords, tmp_path: Path
) -> None:
    with opened(browser, HtmlReport().write([crossed_run], tmp_path)) as page:
        page.emulate_media(media="print")
        for selector in (".chart", ".case", "table.ranking"):
            inside = page.locator(selector).first.evaluate("element => getComputedStyle(element).breakInside")
            assert inside == "avoid", selector
        for selector in (".filters", ".choices", "nav", ".copy"):
            assert not page.locator(selector).first.is_visible(), selector
