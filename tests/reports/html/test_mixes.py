"""The part of the HTML report on mixes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from benchmark.store.records import RunRecords
from reports.html.report import HtmlReport
from tests.reports.html_page import Parse, section, text_of
from tests.reports.variant_runs import build_path_run


@pytest.fixture
def mixed(tmp_path: Path) -> RunRecords:
    return build_path_run(tmp_path / "run")


def test_shows_a_strip_of_each_method_along_a_path(mixed: RunRecords, tmp_path: Path, parse: Parse) -> None:
    part = section(parse(HtmlReport().write([mixed], tmp_path / "page")), "mixes")
    strips = part.findall(".//figure[@class='strip']")
    assert [text_of(strip.find("figcaption")) for strip in strips[:2]] == [
        "Method 0: content_0, style_0 + style_1",
        "Method 1: content_0, style_0 + style_1",
    ]
    assert [text_of(tile) for tile in strips[0].findall("ol/li")] == ["100+0 %", "70+30 %", "30+70 %", "0+100 %"]


def test_says_whether_scores_turn_back_and_where_they_jump(mixed: RunRecords, tmp_path: Path, parse: Parse) -> None:
    part = section(parse(HtmlReport().write([mixed], tmp_path / "page")), "mixes")
    first, second = ([text_of(cell) for cell in table.find("tbody/tr") or ()] for table in part.findall(".//table"))
    assert first == ["SSIM", "0.200", "0.300", "0.400", "0.500", "monotone"]
    assert second[-1] == "turns back; jumps from 70+30 to 30+70 (89% of all change)"


def test_shows_regions_with_their_masks(mixed: RunRecords, tmp_path: Path, parse: Parse) -> None:
    part = section(parse(HtmlReport().write([mixed], tmp_path / "page")), "mixes")
    tiles = part.findall(".//figure[@class='strip']")[-1].findall("ol/li")
    assert [text_of(tile) for tile in tiles[:5]] == [
        "content", "style style_0", "mask of style_0", "style style_1", "mask of style_1",
    ]  # fmt: skip
    assert all(tile.find("img") is not None for tile in tiles)


def test_a_mask_that_an_earlier_version_did_not_keep_is_a_placeholder(
    mixed: RunRecords, tmp_path: Path, parse: Parse
) -> None:
    for mask in (tmp_path / "run" / "inputs" / "masks").iterdir():
        mask.unlink()
    part = section(parse(HtmlReport().write([mixed], tmp_path / "page")), "mixes")
    assert "the picture is missing mask of style_0" in text_of(part)


def test_is_not_there_without_paths_and_masks(crossed_run: RunRecords, tmp_path: Path, parse: Parse) -> None:
    page = parse(HtmlReport().write([crossed_run], tmp_path))
    assert page.find(".//section[@id='run-1-mixes']") is None


def repeated(run: RunRecords, times: int) -> RunRecords:
    """The run with its cases repeated, each repetition with another seed."""
    cases = [replace(case, id=f"{case.id}--{seed}", seed=seed) for seed in range(times) for case in run.cases]
    units = [run.units.assign(case=run.units["case"] + f"--{seed}") for seed in range(times)]
    return replace(run, cases=tuple(cases), units=pd.concat(units, ignore_index=True))


class TestOfALargeRun:
    def test_shows_a_part_that_is_spread_evenly_and_says_so(
        self, mixed: RunRecords, tmp_path: Path, parse: Parse
    ) -> None:
        part = section(parse(HtmlReport(inline=True).write([repeated(mixed, 100)], tmp_path / "page")), "mixes")
        # A path of two methods and four steps, and a case of a content, two styles, two masks and the methods.
        each = 192 * 192 * 0.45
        paths, cases = int(1_500_000 / each / 8), int(1_500_000 / each / (5 + len(mixed.methods)))
        assert f"{paths} of 100 paths are shown" in text_of(part)
        assert f"{cases} of 100 cases are shown" in text_of(part)
        titles = [text_of(strip.find("figcaption")) for strip in part.findall(".//figure[@class='strip']")]
        assert len(titles) == 2 * paths + cases
        assert titles[0] == "Method 0: content_0, style_0 + style_1"
        assert titles[2] == f"Method 0: content_0, style_0 + style_1, seed {100 // paths}"

    def test_shows_all_of_it_where_pictures_lie_beside_the_page(
        self, mixed: RunRecords, tmp_path: Path, parse: Parse
    ) -> None:
        part = section(parse(HtmlReport().write([repeated(mixed, 100)], tmp_path / "page")), "mixes")
        assert "are shown" not in text_of(part)
        assert len(part.findall(".//figure[@class='strip']")) == 300
