"""The files of the HTML report: which there are, how large they are, and what replaces what."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmark.store.records import RunRecords
from reports.html.report import HtmlReport
from tests.reports.html_page import Parse
from tests.reports.sample_runs import build_crossed_run


def test_pictures_are_files_beside_the_page(run: RunRecords, tmp_path: Path, parse: Parse) -> None:
    destination = tmp_path / "report"
    destination.mkdir()
    path = HtmlReport().write([run], destination)
    assert path == destination / "index.html"
    pictures = {image.attrib["src"] for image in parse(path).iter("img") if "src" in image.attrib}
    assert pictures == {f"pictures/{file.name}" for file in (destination / "pictures").iterdir()}
    assert sorted(file.name for file in destination.iterdir()) == ["index.html", "pictures"]


def test_pictures_of_an_older_page_are_removed_and_nothing_else(run: RunRecords, tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for name in (f"{'0' * 20}.webp", "holiday.webp"):
        (pictures / name).write_text("older")
    HtmlReport().write([run], tmp_path)
    assert not (pictures / f"{'0' * 20}.webp").exists()
    assert (pictures / "holiday.webp").exists()


def test_an_inline_report_is_one_page_and_nothing_else(run: RunRecords, tmp_path: Path) -> None:
    destination = tmp_path / "report"
    destination.mkdir()
    HtmlReport(inline=True).write([run], destination)
    assert [path.name for path in destination.iterdir()] == ["index.html"]


def test_replaces_an_older_page(run: RunRecords, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("older")
    assert HtmlReport().write([run], tmp_path).read_text(encoding="utf-8").startswith("<!doctype html>")


def test_refuses_to_report_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least one run"):
        HtmlReport().write([], tmp_path)
    assert not list(tmp_path.iterdir())


def test_importing_the_report_loads_nothing_heavy() -> None:
    heavy = "{'altair', 'jinja2', 'markupsafe', 'pandas', 'numpy', 'PIL', 'torch', 'vl_convert'}"
    code = f"import sys, reports.html.report; print(sorted({heavy} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_pages_of_large_runs_stay_below_15_megabytes_and_of_small_ones_below_6(tmp_path: Path) -> None:
    def page_size(styles: int) -> int:
        folder = tmp_path / str(styles)
        run = build_crossed_run(folder / "run", contents=4, styles=styles, methods=3)
        return HtmlReport().write([run], folder).stat().st_size

    small, larger = page_size(4), page_size(8)
    assert small < 6e6
    # The first has 16 cases × 5 methods, the second twice as many.
    of_a_unit = (larger - small) / (16 * 5)
    assert small + 800 * 12 * of_a_unit < 15e6
