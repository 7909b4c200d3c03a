"""Tables, choices and buttons of the HTML report in a real browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.store.records import RunRecords
from reports.html.report import HtmlReport
from tests.reports.chromium import opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


def first_column(page: Page, body: str) -> list[str]:
    return page.locator("table.ranking").first.locator(f"tbody.{body} th bdi").all_inner_texts()


def test_sorting_a_column_starts_with_the_best_and_keeps_controls_apart(
    browser: Browser, run: RunRecords, tmp_path: Path
) -> None:
    with opened(browser, HtmlReport().write([run], tmp_path)) as page:
        header = page.get_by_role("columnheader", name="SSIM (higher is better)")
        header.get_by_role("button").click()
        assert header.get_attribute("aria-sort") == "descending"
        assert first_column(page, "methods") == ["CLIPstyler", "Gatys"]
        assert first_column(page, "controls") == ["Identity"]
        header.get_by_role("button").press("Enter")
        assert header.get_attribute("aria-sort") == "ascending"
        assert first_column(page, "methods") == ["Gatys", "CLIPstyler"]
        method = page.locator("table.ranking").first.get_by_role("columnheader", name="Method")
        method.get_by_role("button").click()
        assert method.get_attribute("aria-sort") == "ascending"
        assert header.get_attribute("aria-sort") is None


def test_breakdowns_follow_the_metric_that_is_chosen(browser: Browser, crossed_run: RunRecords, tmp_path: Path) -> None:
    with opened(browser, HtmlReport().write([crossed_run], tmp_path)) as page:
        section = page.locator("section.breakdowns")
        shown = section.locator("table:visible caption")
        assert [text.split(" ")[0] for text in shown.all_inner_texts()] == ["SSIM"]
        section.get_by_label("Means by").select_option(label="CLIP text")
        assert [text.split(" ↑")[0] for text in shown.all_inner_texts()] == ["CLIP text"]
        section.locator("summary", has_text="Artist").click()
        assert shown.count() == 2


def test_the_command_can_be_copied(browser: Browser, run: RunRecords, tmp_path: Path) -> None:
    permissions = ["clipboard-read", "clipboard-write"]
    with opened(browser, HtmlReport().write([run], tmp_path), permissions=permissions) as page:
        page.locator(".copy").first.click()
        page.get_by_text("Copied").wait_for()
        assert page.evaluate("navigator.clipboard.readText()") == run.provenance["command"]
