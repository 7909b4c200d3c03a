"""Fixtures of all tests: the command line in this process, a third-party package with plugins, and a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchmark.cli.main import main
from tests.file_server import FileServer
from tests.reports.chromium import ARGUMENTS, CHROMIUM

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SAMPLE_PLUGINS = Path(__file__).parent / "plugins"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts files first whose tests are given the most time, so that no process ends long after the others."""
    times: dict[Path, float] = {}
    for item in items:
        mark = item.get_closest_marker("timeout")
        times[item.path] = max(times.get(item.path, 0.0), mark.args[0] if mark else 0.0)
    items.sort(key=lambda item: -times[item.path])


@dataclass(frozen=True)
class CommandResult:
    """Output and exit code of a command."""

    code: int
    out: str
    err: str

    @property
    def error_lines(self) -> list[str]:
        return [line for line in self.err.splitlines() if line.startswith("error:")]


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., CommandResult]:
    """Runs ``benchmark`` with arguments, in this process."""
    monkeypatch.setenv("COLUMNS", "300")

    def run(*arguments: str | Path) -> CommandResult:
        capsys.readouterr()
        with pytest.raises(SystemExit) as exit_info:
            main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return CommandResult(int(exit_info.value.code or 0), captured.out, captured.err)

    return run


@pytest.fixture
def sample_plugins(monkeypatch: pytest.MonkeyPatch) -> Path:
    """Installs the sample package for one test."""
    monkeypatch.syspath_prepend(str(SAMPLE_PLUGINS))
    return SAMPLE_PLUGINS


@pytest.fixture
def file_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    """A web server of this test, reached past any proxy."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with FileServer() as server:
        yield server


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    if CHROMIUM is None:
        pytest.skip("needs Chromium: no chromium or google-chrome on the path")
    playwright = pytest.importorskip("playwright.sync_api", reason="needs the playwright package")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()
