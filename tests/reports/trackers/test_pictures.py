"""Which pictures are logged."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PIL import Image

from benchmark.store.records import RunRecords
from reports.trackers.pictures import CASES, SIDE, LoggedCase, LoggedPictures
from tests.reports.sample_runs import build_crossed_run


def test_content_styles_and_result_stand_side_by_side() -> None:
    red, green, blue = (Image.new("RGB", size, colour) for size, colour in (
        ((40, 20), (255, 0, 0)), ((20, 40), (0, 255, 0)), ((40, 40), (0, 0, 255)),
    ))  # fmt: skip
    strip = LoggedCase("case", red, (green,), blue).strip()
    assert strip.height == 40
    assert strip.width == 80 + 20 + 40 + 2 * 4
    assert [strip.getpixel((x, 20)) for x in (0, 82, 90, 147)] == [
        (255, 0, 0), (255, 255, 255), (0, 255, 0), (0, 0, 255),
    ]  # fmt: skip


def test_there_are_no_more_than_a_few_cases_the_same_for_all_methods(tmp_path: Path) -> None:
    pictures = LoggedPictures(build_crossed_run(tmp_path, contents=6, styles=6, methods=2, side=8))
    first, second = ([made.case for made in pictures.of_method(name)] for name in ("method_0", "style_copy"))
    assert first == second
    assert len(set(first)) == CASES


def test_large_pictures_are_reduced(tmp_path: Path) -> None:
    pictures = LoggedPictures(build_crossed_run(tmp_path, contents=1, styles=1, methods=1, side=SIDE + 100))
    (made,) = pictures.of_method("method_0")
    assert made.stylized.size == (SIDE, SIDE)


def test_units_without_a_picture_have_none(run: RunRecords) -> None:
    (run.directory / "images" / "gatys" / f"{run.cases[0].id}.png").unlink()
    pictures = LoggedPictures(run)
    assert [made.case for made in pictures.of_method("gatys")] == [run.cases[1].id]
    assert [made.case for made in pictures.of_method("clipstyler")] == [run.cases[0].id, run.cases[2].id]


def test_controls_alone_have_pictures_too(crossed_run: RunRecords) -> None:
    controls = replace(
        crossed_run,
        methods=tuple(method for method in crossed_run.methods if method.control),
        units=crossed_run.units[crossed_run.units["method"].isin(["identity", "style_copy"])],
    )
    assert len(list(LoggedPictures(controls).of_method("identity"))) == CASES


def test_a_picture_outside_the_run_is_not_read(run: RunRecords, tmp_path: Path) -> None:
    Image.new("RGB", (4, 4)).save(tmp_path / "secret.png")
    run.units["image"] = "../secret.png"
    assert list(LoggedPictures(run).of_method("gatys")) == []
