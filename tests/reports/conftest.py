"""Fixtures of the tests of reports: runs to render, and a parser for rendered pages."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmark.store.records import RunRecords, SummaryRow
from tests.reports.sample_runs import build_crossed_run, build_run, rewrite, summary_row

VOID_ELEMENTS = {"meta", "link", "img", "input", "br"}


class _TreeParser(HTMLParser):
    """Builds a tree, and fails where elements are not closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.builder = ElementTree.TreeBuilder()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.builder.start(tag, {name: value or "" for name, value in attrs})
        if tag in VOID_ELEMENTS:
            self.builder.end(tag)
        else:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.builder.start(tag, {name: value or "" for name, value in attrs})
        self.builder.end(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes something else"
        self.builder.end(tag)

    def handle_data(self, data: str) -> None:
        if self.open:
            self.builder.data(data)


def parse_html(html: str) -> ElementTree.Element:
    parser = _TreeParser()
    parser.feed(html)
    assert not parser.open, f"never closed: {parser.open}"
    return parser.builder.close()


@pytest.fixture
def parse() -> Callable[[Path], ElementTree.Element]:
    """Returns the tree of an HTML file."""
    return lambda path: parse_html(path.read_text(encoding="utf-8"))


@pytest.fixture
def run(tmp_path: Path) -> RunRecords:
    """A run of two methods and a control on three cases; one unit failed, one was skipped."""
    directory = tmp_path / "mini-run"
    return build_run(directory)


@pytest.fixture(scope="session")
def crossed_run(tmp_path_factory: pytest.TempPathFactory) -> RunRecords:
    """A complete run of three methods and both controls that mark the ends, on four contents × four styles."""
    return build_crossed_run(tmp_path_factory.mktemp("crossed") / "run", contents=4, styles=4, methods=3)


@pytest.fixture
def row() -> Callable[..., SummaryRow]:
    """Makes a row of a summary."""
    return summary_row


@pytest.fixture
def rewritten() -> Callable[..., RunRecords]:
    """Returns a run whose strings are changed by a function."""
    return rewrite
