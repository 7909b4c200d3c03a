"""Figures as files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest
from PIL import Image

from benchmark.store.records import RunRecords
from benchmark.testing.report_conformance import ReportConformance
from reports.figure_files import FiguresReport, write_charts

CHARTS = ("trade_off", "quality_and_runtime", "costs", "profile", "ranks")
NAMES = ("qualitative", *CHARTS)
SUFFIXES = ("svg", "png", "pdf")
SCALES = dict.fromkeys(CHARTS, 2.0) | {"qualitative": 300 / 72}
"""Pixels of a picture for each unit of the drawing."""


class TestFiguresReport(ReportConformance):
    plugin = FiguresReport


def test_every_figure_is_there_in_three_formats(crossed_run: RunRecords, tmp_path: Path) -> None:
    captions = FiguresReport().write([crossed_run], tmp_path).read_text(encoding="utf-8")
    files = {path.name for path in tmp_path.iterdir()}
    assert files == {"figures.md", "figures.tex", *(f"{name}.{suffix}" for name in NAMES for suffix in SUFFIXES)}
    for name in NAMES:
        drawing = ElementTree.parse(tmp_path / f"{name}.svg").getroot()
        assert drawing.tag.endswith("svg")
        with Image.open(tmp_path / f"{name}.png") as picture:
            assert picture.width == pytest.approx(SCALES[name] * float(drawing.attrib["width"]), abs=2)
            assert picture.convert("RGB").getpixel((0, 0)) == (255, 255, 255)
        assert f"({name}.svg)" in captions
    assert "Scatter plot of SSIM against CLIP style" in captions


def test_charts_of_several_runs_are_told_apart(crossed_run: RunRecords, tmp_path: Path) -> None:
    FiguresReport().write([crossed_run] * 3, tmp_path)
    files = {path.name for path in tmp_path.glob("*.svg")}
    assert files == {"runs-trend_1.svg", *(f"run-{number}-{name}.svg" for number in (1, 2, 3) for name in NAMES)}


def test_in_the_pdf_text_is_text_and_pictures_are_whole(crossed_run: RunRecords, tmp_path: Path) -> None:
    FiguresReport().write([crossed_run], tmp_path)
    for name in NAMES:
        content = (tmp_path / f"{name}.pdf").read_bytes()
        assert content.startswith(b"%PDF-")
        assert b"/FontFile" in content
        drawing = (tmp_path / f"{name}.svg").read_text(encoding="utf-8")
        assert content.count(b"/DCTDecode") == drawing.count("<image"), "no picture is drawn anew as pixels of the page"


def test_the_floats_of_latex_say_what_they_show(crossed_run: RunRecords, tmp_path: Path) -> None:
    FiguresReport().write([crossed_run], tmp_path)
    text = (tmp_path / "figures.tex").read_text(encoding="utf-8")
    for name in NAMES:
        assert f"{{{name}.pdf}}" in text
        assert rf"\label{{fig:{name}}}" in text
    assert text.count(r"\begin{figure*}") == text.count(r"\end{figure*}") == len(NAMES)
    assert text.count("Protocol crossed 1, fingerprint 89abcdef0123, 16 cases.") == len(NAMES)
    assert "chosen by rule" in text


def test_what_cannot_be_shown_is_a_comment_in_latex(crossed_run: RunRecords, tmp_path: Path) -> None:
    gone = replace(crossed_run, units=crossed_run.units.assign(image="images/gone\nx.png"))
    captions = FiguresReport().write([gone], tmp_path).read_text(encoding="utf-8")
    assert "qualitative could not be drawn: no picture of a method can be shown" in captions
    (line,) = [line for line in (tmp_path / "figures.tex").read_text().splitlines() if "could not be drawn" in line]
    assert line.startswith(
        "% qualitative could not be drawn: no picture of a method can be shown (the picture is missing"
    )
    assert not list(tmp_path.glob("qualitative.*"))


def test_the_charts_alone_can_be_written(crossed_run: RunRecords, tmp_path: Path) -> None:
    written = write_charts([crossed_run], tmp_path)
    assert [f"({name}.svg)" in figure.markdown for name, figure in zip(CHARTS, written, strict=True)] == [True] * 5
    assert not list(tmp_path.glob("qualitative.*"))


def test_a_chart_that_cannot_be_drawn_is_named(
    crossed_run: RunRecords, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise ValueError("no room")

    monkeypatch.setattr("reports.figures.costs.format_bytes", fail)
    captions = FiguresReport().write([crossed_run], tmp_path).read_text(encoding="utf-8")
    assert "costs could not be drawn: ValueError\\: no room" in captions
    assert not (tmp_path / "costs.svg").exists()
    assert (tmp_path / "profile.svg").exists()


def test_a_run_without_scores_has_nothing_to_draw(crossed_run: RunRecords, tmp_path: Path) -> None:
    begun = replace(crossed_run, units=pd.DataFrame(), summary=())
    assert "There is nothing to draw" in FiguresReport().write([begun], tmp_path).read_text(encoding="utf-8")
    assert "% There is nothing to draw" in (tmp_path / "figures.tex").read_text(encoding="utf-8")


def test_captions_hold_no_markup_of_others(
    crossed_run: RunRecords, tmp_path: Path, rewritten: Callable[..., RunRecords]
) -> None:
    hostile = rewritten(crossed_run, lambda text: "<script>" + text, frozenset({"thumbnail", "image", "status"}))
    assert "<script>" not in FiguresReport().write([hostile], tmp_path).read_text(encoding="utf-8")
