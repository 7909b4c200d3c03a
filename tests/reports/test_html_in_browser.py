"""The page in a real browser: opened from the disk, at several widths, by mouse and by keyboard."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from benchmark.store.records import RunRecords
from reports.html import HtmlReport

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
INJECTION = "\"'><script>window.hacked=1</script><img src=x onerror=window.hacked=1><b>"

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: no chromium or google-chrome on the path")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    playwright = pytest.importorskip("playwright.sync_api", reason="needs the playwright package")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def opened(browser: Browser, path: Path, **options: object) -> Iterator[Page]:
    """Opens a page, and fails if it logs anything, breaks its policy, or asks for anything but itself."""
    complaints: list[str] = []
    requests: list[str] = []
    context = browser.new_context(**options)  # type: ignore[arg-type]
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(path.as_uri())
    yield page
    assert complaints == []
    own = f"{path.parent.as_uri()}/pictures/"
    assert [url for url in requests if not url.startswith(("data:", "blob:", own))] == [path.as_uri()]
    context.close()


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


def test_the_viewer_is_usable_by_keyboard(browser: Browser, run: RunRecords, tmp_path: Path) -> None:
    with opened(browser, HtmlReport().write([run], tmp_path)) as page:
        opener = page.locator(".tile-method button.open").first
        opener.focus()
        page.keyboard.press("Enter")
        viewer = page.get_by_role("dialog")
        assert viewer.get_by_role("heading").inner_text() == "Gatys"
        assert "The Great Wave" in viewer.locator(".subject").inner_text()
        assert "0.500" in viewer.locator("table.unit-scores").inner_text()

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
        chart.get_by_label("Content by").select_option(label="LPIPS")
        page.wait_for_function(
            "before => document.querySelector(\".chart-trade_off path[aria-roledescription='point']\")"
            ".getAttribute('transform') !== before",
            arg=before,
        )


def test_breakdowns_follow_the_metric_that_is_chosen(browser: Browser, crossed_run: RunRecords, tmp_path: Path) -> None:
    with opened(browser, HtmlReport().write([crossed_run], tmp_path)) as page:
        section = page.locator("section.breakdowns")
        shown = section.locator("table:visible caption")
        assert [text.split(" ")[0] for text in shown.all_inner_texts()] == ["SSIM"]
        section.get_by_label("Means by").select_option(label="CLIP text")
        assert [text.split(" ↑")[0] for text in shown.all_inner_texts()] == ["CLIP text"]
        section.locator("summary", has_text="Artist").click()
        assert shown.count() == 2


def test_contents_and_styles_are_enlarged_without_a_comparison(
    browser: Browser, run: RunRecords, tmp_path: Path
) -> None:
    with opened(browser, HtmlReport().write([run], tmp_path)) as page:
        page.locator(".tile-style button.open").first.click()
        viewer = page.get_by_role("dialog")
        assert viewer.locator(".after").is_visible()
        assert not viewer.locator(".before").is_visible()
        assert not viewer.get_by_role("slider").is_visible()


def test_the_command_can_be_copied(browser: Browser, run: RunRecords, tmp_path: Path) -> None:
    permissions = ["clipboard-read", "clipboard-write"]
    with opened(browser, HtmlReport().write([run], tmp_path), permissions=permissions) as page:
        page.locator(".copy").first.click()
        page.get_by_text("Copied").wait_for()
        assert page.evaluate("navigator.clipboard.readText()") == run.provenance["command"]


def test_injected_markup_is_inert(
    browser: Browser, run: RunRecords, tmp_path: Path, rewritten: Callable[..., RunRecords]
) -> None:
    hostile = rewritten(run, lambda text: INJECTION + text, frozenset({"thumbnail", "image", "status"}))
    with opened(browser, HtmlReport().write([hostile], tmp_path)) as page:
        page.locator(".tile-method button.open").first.click()
        page.get_by_role("button", name="Next").click()
        assert INJECTION in page.get_by_role("dialog").get_by_role("heading").inner_text()
        assert page.evaluate("window.hacked") is None
        assert page.locator("img[src='x']").count() == 0


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


def test_the_trend_follows_the_metric_that_is_chosen(browser: Browser, crossed_run: RunRecords, tmp_path: Path) -> None:
    with opened(browser, HtmlReport().write([crossed_run] * 3, tmp_path)) as page:
        chart = page.locator(".chart-trend_1")
        chart.scroll_into_view_if_needed()
        page.locator(".chart-trend_1.drawn").wait_for()
        points = chart.locator("path[aria-roledescription='point']")
        assert points.count() == 3 * len(crossed_run.methods)
        before = points.first.get_attribute("transform")
        chart.get_by_label("Trend of").select_option(label="CLIP text")
        page.wait_for_function(
            "before => document.querySelector(\".chart-trend_1 path[aria-roledescription='point']\")"
            ".getAttribute('transform') !== before",
            arg=before,
        )
        points.first.hover()
        assert page.locator("#tip").inner_text().startswith("Method 0\nrun 1: CLIP text 0.2")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_that_bars_anyone(
    browser: Browser, run: RunRecords, crossed_run: RunRecords, tmp_path: Path, scheme: str
) -> None:
    package = pytest.importorskip("axe_playwright_python", reason="needs the axe-playwright-python package")
    axe = Path(package.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
    with opened(browser, HtmlReport().write([run, crossed_run], tmp_path), color_scheme=scheme) as page:
        page.locator(".chart-trade_off").first.scroll_into_view_if_needed()
        page.locator(".chart-trade_off.drawn").first.wait_for()
        page.evaluate(axe)
        found = page.evaluate("axe.run()")
        assert len(found["passes"]) > 20
        serious = [entry for entry in found["violations"] if entry["impact"] in ("serious", "critical")]
        assert [(entry["id"], entry["nodes"][0]["html"]) for entry in serious] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_stand_out_from_the_page(
    browser: Browser, run: RunRecords, crossed_run: RunRecords, tmp_path: Path, scheme: str
) -> None:
    """Contrast of WCAG 2.2 level AA: 4.5 to 1."""
    contrast = """selector => {
      const rgb = colour => colour.match(/[\\d.]+/g).slice(0, 3).map(Number);
      const luminance = colour => rgb(colour).map(v => v / 255)
        .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
      const ground = element => {
        const colour = getComputedStyle(element).backgroundColor;
        return colour === "rgba(0, 0, 0, 0)" ? ground(element.parentElement) : colour;
      };
      const ratios = Array.from(document.querySelectorAll(selector), element => {
        const pair = [getComputedStyle(element).color, ground(element)].map(luminance).sort((a, b) => b - a);
        return (pair[0] + 0.05) / (pair[1] + 0.05);
      });
      return Math.min(...ratios);
    }"""
    with opened(browser, HtmlReport().write([run, crossed_run], tmp_path), color_scheme=scheme) as page:
        for selector in (
            "p",
            "a",
            ".quiet",
            ".notice li",
            ".mark-best .mean",
            ".circular",
            ".heat td",
            "[class^='tau-']",
            ".unit-failed",
        ):
            assert page.evaluate(contrast, selector) >= 4.5, selector


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
