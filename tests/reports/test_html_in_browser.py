"""The page in a real browser: opened from the disk, at several widths, by mouse and by keyboard."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

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
    assert [url for url in requests if not url.startswith("data:")] == [path.as_uri()]
    context.close()


def first_column(page: Page, body: str) -> list[str]:
    return page.locator(".scroll").first.locator(f"table tbody.{body} th bdi").all_inner_texts()


def test_sorting_a_column_starts_with_the_best_and_keeps_controls_apart(
    browser: Browser, run: RunRecords, tmp_path: Path
) -> None:
    with opened(browser, HtmlReport().write([run], tmp_path)) as page:
        header = page.get_by_role("columnheader", name="SSIM")
        header.get_by_role("button").click()
        assert header.get_attribute("aria-sort") == "descending"
        assert first_column(page, "methods") == ["CLIPstyler", "Gatys"]
        assert first_column(page, "controls") == ["Identity"]
        header.get_by_role("button").press("Enter")
        assert header.get_attribute("aria-sort") == "ascending"
        assert first_column(page, "methods") == ["Gatys", "CLIPstyler"]
        method = page.get_by_role("columnheader", name="Method").first
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
        assert "0.500" in viewer.locator(".unit-scores").inner_text()

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
        assert page.locator("table.ranking").first.is_visible()
        assert not page.locator(".copy").first.is_visible()
        assert not page.locator("#viewer").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_stand_out_from_the_page(browser: Browser, run: RunRecords, tmp_path: Path, scheme: str) -> None:
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
    with opened(browser, HtmlReport().write([run], tmp_path), color_scheme=scheme) as page:
        for selector in (
            "p",
            "a",
            ".quiet",
            ".notice li",
            ".mark-best .mean",
            ".circular",
            ".heat td",
            ".unit-failed",
        ):
            assert page.evaluate(contrast, selector) >= 4.5, selector
