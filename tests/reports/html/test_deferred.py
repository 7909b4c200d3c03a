"""What a page of many cases makes only when it is shown, in a real browser with and without scripts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reports.html.report import HtmlReport
from tests.reports.chromium import opened
from tests.reports.sample_runs import build_crossed_run

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CASES = 25
TILES = 7
"""Content, style, three methods, two controls."""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of five contents × five styles, of which the gallery shows twenty at first."""
    folder = tmp_path_factory.mktemp("long")
    run = build_crossed_run(folder / "run", contents=5, styles=5, methods=3)
    (folder / "report").mkdir()
    return HtmlReport().write([run], folder / "report")


def test_without_scripts_every_case_and_every_table_is_there(browser: Browser, path: Path) -> None:
    with opened(browser, path, java_script_enabled=False) as page:
        assert page.locator(".case .tile:visible").count() == CASES * TILES
        assert page.locator(".case img").count() == CASES * TILES
        # Two metrics of each group, of which a reader with scripts chooses one.
        assert page.locator("details[open] table.breakdown:visible").count() > 1


def test_cases_of_later_pages_are_made_when_they_are_shown(browser: Browser, path: Path) -> None:
    with opened(browser, path) as page:
        assert page.locator(".case .tile").count() == 20 * TILES
        page.get_by_role("button", name="Next →").click()
        assert page.locator(".case:visible .tile:visible").count() == (CASES - 20) * TILES
        assert page.locator(".case .tile").count() == CASES * TILES

        page.locator(".case:visible .tile-method button.open").last.click()
        viewer = page.get_by_role("dialog")
        assert viewer.get_by_role("heading").inner_text() == "Method 2"
        assert "Painting 4" in viewer.locator(".subject").inner_text()
        page.keyboard.press("ArrowDown")
        assert "Painting 0" in viewer.locator(".subject").inner_text()


def test_cases_that_a_filter_shows_are_made(browser: Browser, path: Path) -> None:
    with opened(browser, path) as page:
        page.locator("[data-filter=content]").select_option(label="Photograph 4")
        assert page.locator(".case:visible .tile:visible").count() == 5 * TILES


def test_a_picture_of_the_overview_opens_its_case_wherever_it_is(browser: Browser, path: Path) -> None:
    with opened(browser, path) as page:
        hidden = page.locator(".case:has(> noscript)").first.get_attribute("data-case")
        glimpse = page.locator("button.glimpse[data-method=method_1]").first
        glimpse.evaluate("(button, name) => { button.dataset.case = name; }", hidden)
        glimpse.click()
        viewer = page.get_by_role("dialog")
        assert viewer.get_by_role("heading").inner_text() == "Method 1"
        assert "Photograph 4" in viewer.locator(".subject").inner_text()


def test_best_and_worst_are_sought_among_all_cases(browser: Browser, path: Path) -> None:
    with opened(browser, path) as page:
        page.locator("[data-extremes]").select_option(label="best, median, worst by SSIM")
        page.locator(".extremes section").first.wait_for()
        assert page.locator(".case .tile").count() == CASES * TILES


def test_the_table_of_another_metric_is_made_when_it_is_chosen(browser: Browser, path: Path) -> None:
    with opened(browser, path) as page:
        shown = page.locator("details[open] table.breakdown")
        assert shown.count() == 1
        page.get_by_label("Means by").select_option(index=1)
        assert page.locator("details[open] table.breakdown:visible").count() == 1
        assert shown.count() == 2
