"""The gallery and its viewer in a real browser, by mouse and by keyboard."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.store.records import RunRecords
from reports.html.report import HtmlReport
from tests.reports.chromium import opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def test_the_viewer_is_usable_by_keyboard(browser: Browser, run: RunRecords, tmp_path: Path) -> None:
    with opened(browser, HtmlReport().write([run], tmp_path)) as page:
        opener = page.locator(".tile-method button.open").first
        opener.focus()
        page.keyboard.press("Enter")
        viewer = page.get_by_role("dialog")
        assert viewer.get_by_role("heading").inner_text() == "Gatys"
        assert "The Great Wave" in viewer.locator(".subject").inner_text()
        assert "0.400" in viewer.locator("table.unit-scores").inner_text()

        slider = viewer.get_by_role("slider")
        slider.focus()
        for _ in range(3):
            page.keyboard.press("ArrowRight")
        clip = "element => getComputedStyle(element).clipPath"
        assert viewer.locator(".before").evaluate(clip) == "inset(0px 97% 0px 0px)"

        viewer.get_by_role("button", name="Next").focus()
        page.keyboard.press("ArrowRight")
        assert viewer.get_by_role("heading").inner_text() == "CLIPstyler"
        page.keyboard.press("Escape")
        viewer.wait_for(state="hidden")
        page.locator(".tile:has(button:focus) .heading", has_text="CLIPstyler").wait_for()


def test_any_two_methods_are_laid_side_by_side(browser: Browser, crossed_run: RunRecords, tmp_path: Path) -> None:
    with opened(browser, HtmlReport().write([crossed_run], tmp_path)) as page:
        page.locator(".tile-method button.open").first.click()
        viewer = page.get_by_role("dialog")
        viewer.get_by_label("Compare with").select_option(label="Method 2")
        viewer.get_by_role("button", name="Side by side").click()
        after, before = viewer.locator(".after").bounding_box(), viewer.locator(".before").bounding_box()
        assert after is not None
        assert before is not None
        assert after["x"] + after["width"] <= before["x"]
        assert viewer.locator("table.unit-scores thead").inner_text().strip("\n").split("\t") == [
            "",
            "Method 0",
            "Method 2",
        ]
        ssim = viewer.locator("table.unit-scores tbody tr").first.inner_text().split("\t")
        assert ssim[0] == "SSIM ↑"
        assert float(ssim[1]) > float(ssim[2])


def test_keys_lead_to_the_same_method_on_another_case(browser: Browser, run: RunRecords, tmp_path: Path) -> None:
    with opened(browser, HtmlReport().write([run], tmp_path)) as page:
        page.locator(".case").first.locator(".tile-control button.open").click()
        viewer = page.get_by_role("dialog")
        assert "Bridge" in viewer.locator(".subject").inner_text()
        page.keyboard.press("ArrowDown")
        assert viewer.get_by_role("heading").inner_text() == "Identity"
        assert "Cat" in viewer.locator(".subject").inner_text()
        page.keyboard.press("s")
        assert viewer.get_by_role("button", name="Side by side").get_attribute("aria-pressed") == "true"


def test_the_gallery_is_filtered_by_what_cases_differ_in(
    browser: Browser, crossed_run: RunRecords, tmp_path: Path
) -> None:
    with opened(browser, HtmlReport().write([crossed_run], tmp_path)) as page:
        gallery = page.locator("section.gallery")
        shown = gallery.locator(".case:visible")
        assert shown.count() == 16
        gallery.locator("[data-filter=content]").select_option(label="Photograph 1")
        assert shown.count() == 4
        gallery.locator("[data-filter=movement]").select_option(label="Ukiyo-e")
        assert shown.count() == 1
        assert "Painting 1" in (shown.text_content() or "")
        assert gallery.locator(".shown-count").inner_text() == "1 of 16 cases"
        gallery.locator("[data-filter=method]").select_option(label="Method 1")
        assert shown.locator(".tile:visible .heading").all_text_contents() == ["Content", "Style", "Method 1"]


def test_best_median_and_worst_case_of_every_method_follow_the_metric(
    browser: Browser, crossed_run: RunRecords, tmp_path: Path
) -> None:
    with opened(browser, HtmlReport().write([crossed_run], tmp_path)) as page:
        for title, best in (("SSIM", max), ("LPIPS", min)):
            page.locator("[data-extremes]").select_option(label=f"best, median, worst by {title}")
            row = page.locator(".extremes section").filter(has_text="Method 0")
            texts = [text.split(": ") for text in row.locator(".heading").all_inner_texts()]
            assert [words for words, _ in texts] == ["best", "median", "worst"]
            scores = [float(score) for _, score in texts]
            assert scores[0] == best(scores)
            assert sorted(scores)[1] == scores[1]


def test_contents_and_styles_are_enlarged_without_a_comparison(
    browser: Browser, run: RunRecords, tmp_path: Path
) -> None:
    with opened(browser, HtmlReport().write([run], tmp_path)) as page:
        page.locator(".tile-style button.open").first.click()
        viewer = page.get_by_role("dialog")
        assert viewer.locator(".after").is_visible()
        assert not viewer.locator(".before").is_visible()
        assert not viewer.get_by_role("slider").is_visible()
