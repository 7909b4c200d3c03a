"""The page of a large run and of a small one: how long it takes to write, how large it is, how soon it answers."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchmark.analysis.breakdown import breakdowns
from benchmark.analysis.statistics import analyze
from benchmark.store.records import RunRecords
from reports.html.report import HtmlReport
from tests.reports.sample_runs import build_crossed_run

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu"]
SINCE_NAVIGATION = """() => new Promise(resolve =>
  requestAnimationFrame(() => setTimeout(() => resolve(performance.now() / 1000))))"""
"""Seconds from the start of the navigation until the page has drawn itself and answers."""


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> RunRecords:
    """800 cases × 20 methods, and both controls."""
    return build_crossed_run(tmp_path_factory.mktemp("large") / "run", contents=20, styles=40, methods=20)


@pytest.fixture(scope="module")
def large_page(large: RunRecords) -> Path:
    return written(large)


@pytest.fixture(scope="module")
def small_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """12 cases × 6 methods, as many as the protocol ``mini`` has."""
    folder = tmp_path_factory.mktemp("small") / "run"
    return written(build_crossed_run(folder, contents=3, styles=4, methods=6, side=256))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    playwright = pytest.importorskip("playwright.sync_api", reason="needs the playwright package")
    if CHROMIUM is None:
        pytest.skip("needs Chromium: no chromium or google-chrome on the path")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


def written(run: RunRecords) -> Path:
    destination = run.directory.parent / "report"
    destination.mkdir(exist_ok=True)
    return HtmlReport().write([run], destination)


@dataclass(frozen=True)
class Opening:
    """Seconds from the start of a navigation until the page answers, by the clock and of the page's own work."""

    elapsed: float
    busy: float


def opening(browser: Browser, path: Path) -> Opening:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(path.as_uri())
    elapsed = page.evaluate(SINCE_NAVIGATION)
    metrics = {metric["name"]: metric["value"] for metric in session.send("Performance.getMetrics")["metrics"]}
    context.close()
    return Opening(elapsed, metrics["TaskDuration"])


@pytest.mark.benchmark(group="report: analyze 800 cases × 20 methods")
def test_analyze(benchmark, large):
    benchmark.pedantic(lambda: (analyze(large), breakdowns(large)), rounds=2)


@pytest.mark.benchmark(group="report: write 800 cases × 20 methods")
@pytest.mark.timeout(900)
def test_write(benchmark, large):
    path = benchmark.pedantic(lambda: written(large), rounds=1)
    benchmark.extra_info["page in MB"] = path.stat().st_size / 1e6
    assert path.stat().st_size < 15e6


@pytest.mark.benchmark(group="report: open")
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("fixture", "limit"), [("small_page", 1), ("large_page", 1)])
def test_open(benchmark, request, browser, fixture, limit):
    path = request.getfixturevalue(fixture)
    openings = []
    benchmark.pedantic(lambda: openings.append(opening(browser, path)), rounds=3)
    benchmark.extra_info["seconds until it answers"] = [each.elapsed for each in openings]
    benchmark.extra_info["seconds of its own work"] = [each.busy for each in openings]
    # The processor time of the page's thread: what else the machine does is not the page's fault.
    assert min(each.busy for each in openings) < limit
