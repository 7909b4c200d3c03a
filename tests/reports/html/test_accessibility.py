"""The HTML report can be read by everyone: axe and contrast, in light and dark."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchmark.store.records import RunRecords
from reports.html.report import HtmlReport
from tests.reports.chromium import opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser


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
