"""Nothing in a run can make the HTML report more than text."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchmark.store.records import RunRecords
from reports.html.report import HtmlReport
from tests.reports.chromium import opened
from tests.reports.html_page import INJECTION, Parse, Rewritten, assert_inert, section, text_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.mark.parametrize(("inline", "sources"), [(True, "data:"), (False, "data: 'self'")], ids=["inline", "linked"])
def test_the_policy_allows_exactly_the_inlined_style_and_script(
    run: RunRecords, tmp_path: Path, parse: Parse, inline: bool, sources: str
) -> None:
    page = parse(HtmlReport(inline=inline).write([run], tmp_path))
    policy = page.find(".//meta[@http-equiv='Content-Security-Policy']")
    assert policy is not None
    directives = dict(directive.split(" ", 1) for directive in policy.attrib["content"].split("; "))
    assert directives["default-src"] == "'none'"
    assert directives["img-src"] == sources
    for tag in ("style", "script"):
        source = next(element for element in page.iter(tag) if "type" not in element.attrib)
        assert source.text
        digest = base64.b64encode(hashlib.sha256(source.text.encode()).digest()).decode()
        assert directives[f"{tag}-src"] == f"'sha256-{digest}'"


def test_injected_markup_is_text_in_charts(
    crossed_run: RunRecords, tmp_path: Path, parse: Parse, rewritten: Rewritten
) -> None:
    keep = frozenset({"thumbnail", "image", "status", "unavailable"})
    page = parse(HtmlReport().write([rewritten(crossed_run, lambda text: INJECTION + text, keep)], tmp_path))
    assert_inert(page)
    assert INJECTION[:12] in text_of(section(page, "trade-offs").find(".//svg"))


@pytest.mark.parametrize("keep", [{"thumbnail", "image", "status"}, set()], ids=["with pictures", "without"])
def test_injected_markup_is_shown_as_text(
    run: RunRecords, tmp_path: Path, parse: Parse, rewritten: Rewritten, keep: set[str]
) -> None:
    hostile = rewritten(run, lambda text: INJECTION + text, frozenset(keep))
    page = parse(HtmlReport().write([hostile], tmp_path))
    assert_inert(page)
    assert INJECTION + "Gatys" in text_of(section(page, "ranking"))
    assert INJECTION + "a swirling night sky" in text_of(section(page, "gallery"))
    assert INJECTION + "RuntimeError: loss is NaN" in text_of(section(page, "incidents"))
    assert INJECTION + "steps" in text_of(section(page, "provenance"))


@pytest.mark.parametrize("address", ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "file:///etc"])
def test_only_web_addresses_become_links(run: RunRecords, tmp_path: Path, parse: Parse, address: str) -> None:
    method = replace(run.methods[0], url=address, paper="Gatys et al. 2016")
    content = {**run.contents[0], "source": address}
    hostile = replace(run, methods=(method, *run.methods[1:]), contents=(content,))
    page = parse(HtmlReport().write([hostile], tmp_path))
    assert_inert(page)
    assert "Gatys et al. 2016" in text_of(section(page, "ranking"))


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "",
        lambda text: text + "x" * 20_000,
        lambda text: f"🎨👩🏽‍🎨{text}🖌️",
        lambda text: f"\u202e{text} שלום مرحبا",
        lambda text: f"{text}\x00\x1b\x7f\uffff",
    ],
    ids=["empty", "long", "emoji", "right to left", "unprintable"],
)
def test_any_text_can_be_shown(
    run: RunRecords, tmp_path: Path, parse: Parse, rewritten: Rewritten, change: Callable[[str], str]
) -> None:
    page = parse(HtmlReport().write([rewritten(run, change)], tmp_path))
    assert_inert(page)


def test_text_that_cannot_be_encoded_is_escaped(run: RunRecords, tmp_path: Path, parse: Parse) -> None:
    damaged = replace(run, warnings=("a lone surrogate: \ud800.",))
    page = parse(HtmlReport().write([damaged], tmp_path))
    assert r"a lone surrogate: \ud800." in text_of(page.find(".//aside"))


def test_injected_markup_is_inert_in_a_browser(
    browser: Browser, run: RunRecords, tmp_path: Path, rewritten: Callable[..., RunRecords]
) -> None:
    hostile = rewritten(run, lambda text: INJECTION + text, frozenset({"thumbnail", "image", "status"}))
    with opened(browser, HtmlReport().write([hostile], tmp_path)) as page:
        page.locator(".tile-method button.open").first.click()
        page.get_by_role("button", name="Next").click()
        assert INJECTION in page.get_by_role("dialog").get_by_role("heading").inner_text()
        assert page.evaluate("window.hacked") is None
        assert page.locator("img[src='x']").count() == 0
