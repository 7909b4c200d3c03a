"""Charts as files."""

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
from reports.figure_files import FiguresReport

NAMES = ("trade_off", "quality_and_runtime", "costs", "profile", "ranks")


class TestFiguresReport(ReportConformance):
    plugin = FiguresReport


def test_every_chart_is_a_drawing_and_a_picture(crossed_run: RunRecords, tmp_path: Path) -> None:
    captions = FiguresReport().write([crossed_run], tmp_path).read_text(encoding="utf-8")
    files = {path.name for path in tmp_path.iterdir()}
    assert files == {"figures.md", *(f"{name}.{suffix}" for name in NAMES for suffix in ("svg", "png"))}
    for name in NAMES:
        drawing = ElementTree.parse(tmp_path / f"{name}.svg").getroot()
        assert drawing.tag.endswith("svg")
        with Image.open(tmp_path / f"{name}.png") as picture:
            assert picture.width == pytest.approx(2 * float(drawing.attrib["width"]), abs=2)
            assert picture.convert("RGB").getpixel((0, 0)) == (255, 255, 255)
        assert f"({name}.svg)" in captions
    assert "Scatter plot of SSIM against CLIP style" in captions


def test_charts_of_several_runs_are_told_apart(crossed_run: RunRecords, tmp_path: Path) -> None:
    FiguresReport().write([crossed_run] * 3, tmp_path)
    files = {path.name for path in tmp_path.glob("*.svg")}
    assert files == {"runs-trend_1.svg", *(f"run-{number}-{name}.svg" for number in (1, 2, 3) for name in NAMES)}


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


def test_captions_hold_no_markup_of_others(
    crossed_run: RunRecords, tmp_path: Path, rewritten: Callable[..., RunRecords]
) -> None:
    hostile = rewritten(crossed_run, lambda text: "<script>" + text, frozenset({"thumbnail", "image", "status"}))
    assert "<script>" not in FiguresReport().write([hostile], tmp_path).read_text(encoding="utf-8")
