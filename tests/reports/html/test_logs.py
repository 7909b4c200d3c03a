"""The HTML report links what methods that failed printed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmark.store.records import RunRecords
from reports.html.logs import LARGEST_LOG
from reports.html.report import HtmlReport
from tests.reports.html_page import INJECTION, Parse, assert_inert, section, text_of


@pytest.fixture
def logged(run: RunRecords) -> RunRecords:
    """A run whose methods printed something; only CLIPstyler failed."""
    (run.directory / "logs").mkdir()
    for name in ("gatys", "clipstyler"):
        (run.directory / f"logs/{name}.log").write_text(f"{name} {INJECTION}")
    return replace(run, logs={name: f"logs/{name}.log" for name in ("gatys", "clipstyler")})


def test_a_failure_links_a_copy_of_the_log_wherever_the_page_is(
    logged: RunRecords, tmp_path: Path, parse: Parse
) -> None:
    destination = tmp_path / "elsewhere"
    destination.mkdir()
    page = parse(HtmlReport().write([logged], destination))
    assert_inert(page)
    (link,) = section(page, "incidents").findall(".//a")
    assert (destination / link.attrib["href"]).read_text() == f"clipstyler {INJECTION}"
    assert [file.name for file in (destination / "logs").iterdir()] == [Path(link.attrib["href"]).name]


def test_an_inline_page_says_where_the_log_is(logged: RunRecords, tmp_path: Path, parse: Parse) -> None:
    destination = tmp_path / "inline"
    destination.mkdir()
    incidents = section(parse(HtmlReport(inline=True).write([logged], destination)), "incidents")
    assert incidents.find(".//a") is None
    assert "What it printed: logs/clipstyler.log in the run's folder" in text_of(incidents)
    assert [file.name for file in destination.iterdir()] == ["index.html"]


@pytest.mark.parametrize("kind", ["relative", "absolute", "link", "folder", "missing", "unprintable"])
def test_a_log_that_is_not_a_file_of_the_run_is_not_linked(
    logged: RunRecords, tmp_path: Path, parse: Parse, kind: str
) -> None:
    secret = tmp_path / "secret.log"
    secret.write_text("secret")
    (logged.directory / "logs/link.log").symlink_to(secret)
    path = {
        "relative": "../secret.log",
        "absolute": str(secret),
        "link": "logs/link.log",
        "folder": "logs",
        "missing": "logs/missing.log",
        "unprintable": "logs/\0.log",
    }[kind]
    page = parse(HtmlReport().write([replace(logged, logs={"clipstyler": path})], tmp_path))
    assert section(page, "incidents").find(".//a") is None
    assert not (tmp_path / "logs").exists()


def test_names_of_logs_are_text(logged: RunRecords, tmp_path: Path, parse: Parse) -> None:
    name = "<b onclick=x>.log"
    (logged.directory / "logs" / name).write_text("printed")
    page = parse(HtmlReport(inline=True).write([replace(logged, logs={"clipstyler": f"logs/{name}"})], tmp_path))
    assert_inert(page)
    assert f"logs/{name}" in text_of(section(page, "incidents"))


def test_of_a_long_log_the_end_is_copied(logged: RunRecords, tmp_path: Path, parse: Parse) -> None:
    (logged.directory / "logs/clipstyler.log").write_text("x" * LARGEST_LOG + "the end")
    incidents = section(parse(HtmlReport().write([logged], tmp_path)), "incidents")
    (link,) = incidents.findall(".//a")
    copy = (tmp_path / link.attrib["href"]).read_text()
    assert len(copy) == LARGEST_LOG
    assert copy.endswith("the end")
    assert "What it printed, the end" in text_of(incidents)
