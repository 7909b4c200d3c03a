"""The first screen of the HTML report: a few telling cases, a column a method, and sentences."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.store.records import RunRecords
from reports.html.gallery import choose_cases
from reports.html.report import HtmlReport
from tests.reports.chromium import opened
from tests.reports.html_page import Parse, section, text_of
from tests.reports.sample_runs import build_crossed_run

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def test_it_comes_before_the_scores_and_has_a_column_for_each_method_and_then_the_controls(
    crossed_run: RunRecords, tmp_path: Path, parse: Parse
) -> None:
    page = parse(HtmlReport().write([crossed_run], tmp_path))
    names = [found.get("id") for found in page.iter("section")]
    assert names.index("run-1-overview") < names.index("run-1-ranking")
    table = section(page, "overview").find(".//table")
    assert table is not None
    heads = table.findall("thead/tr/th")
    assert [text_of(head).split(" Style ")[0] for head in heads] == [
        *("Content", "Style", "Method 0", "Method 1", "Method 2", "Identity", "Style copy")
    ]
    assert [head.get("class") for head in heads[-3:]] == [None, "control", "control"]
    assert text_of(heads[2]).startswith("Method 0 Style 0.2")
    rows = table.findall("tbody/tr")
    assert len(rows) == 6
    assert all(len(list(row.iter("img"))) == len(heads) for row in rows)


def test_many_methods_leave_room_for_four_cases(tmp_path: Path, parse: Parse) -> None:
    run = build_crossed_run(tmp_path / "run", contents=3, styles=3, methods=8)
    table = section(parse(HtmlReport().write([run], tmp_path)), "overview").find(".//table")
    assert table is not None
    assert len(table.findall("tbody/tr")) == 4


def test_it_says_by_which_rule_cases_were_chosen_and_what_the_numbers_are(
    crossed_run: RunRecords, tmp_path: Path, parse: Parse
) -> None:
    text = text_of(section(parse(HtmlReport().write([crossed_run], tmp_path)), "overview"))
    assert "6 of 16 cases: those in which scores differ most between the methods" in text
    assert "by CLIP style, SSIM, CLIP text; intervals" in text
    assert "By CLIP style, Method 2 keeps the style best" in text


def test_failures_and_skips_keep_their_places(run: RunRecords, tmp_path: Path, parse: Parse) -> None:
    text = text_of(section(parse(HtmlReport().write([run], tmp_path)), "overview"))
    assert "failed RuntimeError: loss is NaN" in text
    assert "skipped takes at most 1 style, the case has 2" in text


def test_a_run_without_pictures_has_no_overview(run: RunRecords, tmp_path: Path, parse: Parse) -> None:
    page = parse(HtmlReport().write([replace(run, units=run.units.iloc[:0])], tmp_path))
    assert page.find(".//section[@id='run-1-overview']") is None
    assert not [link for link in page.iter("a") if link.get("href") == "#run-1-overview"]


def test_its_cases_are_in_the_gallery_of_a_run_that_is_too_large_to_show_whole(tmp_path: Path, parse: Parse) -> None:
    run = build_crossed_run(tmp_path / "run", contents=30, styles=12, methods=4)
    page = parse(HtmlReport(inline=True).write([run], tmp_path))
    glimpses = {button.get("data-case") for button in section(page, "overview").iter("button")}
    shown = {case.get("data-case") for case in section(page, "gallery").iter("article")}
    even, _ = choose_cases(run.cases, len(run.methods) + 2)
    assert len(shown) <= len(even) < len(run.cases)
    assert glimpses <= shown


def test_a_picture_opens_the_viewer_and_closing_it_returns_there(
    browser: Browser, crossed_run: RunRecords, tmp_path: Path
) -> None:
    with opened(browser, HtmlReport().write([crossed_run], tmp_path)) as page:
        glimpse = page.locator("button.glimpse[data-method=method_1]").first
        glimpse.focus()
        page.keyboard.press("Enter")
        viewer = page.get_by_role("dialog")
        assert viewer.get_by_role("heading").inner_text() == "Method 1"
        assert "0." in viewer.locator("table.unit-scores").inner_text()
        page.keyboard.press("Escape")
        viewer.wait_for(state="hidden")
        page.locator("button.glimpse[data-method=method_1]:focus").wait_for()
        page.locator("button.glimpse[data-role=style]").first.click()
        assert viewer.get_by_role("heading").inner_text() == "Style"


def test_sections_are_folded_linked_and_remembered(browser: Browser, crossed_run: RunRecords, tmp_path: Path) -> None:
    with opened(browser, HtmlReport().write([crossed_run], tmp_path)) as page:
        page.get_by_role("button", name="Hide Metrics").click()
        metrics = page.locator("#run-1-metrics table")
        assert not metrics.first.is_visible()
        again = page.context.new_page()
        again.goto(page.url)
        metrics = again.locator("#run-1-metrics table")
        assert again.get_by_role("button", name="Show Metrics").get_attribute("aria-expanded") == "false"
        assert not metrics.first.is_visible()
        again.locator("nav.sections a[href='#run-1-metrics']").click()
        metrics.first.wait_for()
        assert again.get_by_role("link", name="Link to Metrics").get_attribute("href") == "#run-1-metrics"


def test_the_contents_of_the_page_stay_at_hand(browser: Browser, crossed_run: RunRecords, tmp_path: Path) -> None:
    path = HtmlReport().write([crossed_run], tmp_path)
    with opened(browser, path, viewport={"width": 1440, "height": 900}) as page:
        page.locator("#run-1-provenance").scroll_into_view_if_needed()
        box = page.locator("nav.sections").bounding_box()
        assert box is not None
        assert 0 <= box["y"] < 5
