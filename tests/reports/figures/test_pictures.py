"""The figure of pictures: its columns and rows, what stands below it, and what is shown in place of a picture."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from benchmark.analysis.distinguishing_cases import distinguishing_cases
from benchmark.store.records import RunRecords
from reports.figures.picture_grid import WIDTH
from reports.figures.picture_rows import CASES
from reports.figures.pictures import MOST_METHODS, PictureFigure, draw_pictures
from tests.reports.sample_runs import build_crossed_run

SVG = "{http://www.w3.org/2000/svg}"
SIDE = 96


def paint(run: RunRecords) -> None:
    """Gives every picture of a run details of its own."""
    generator = np.random.default_rng(3)
    for file in sorted(run.directory.rglob("*.png")):
        with Image.open(file) as opened:
            size = opened.size
        coarse = Image.fromarray(generator.integers(0, 255, (12, 12, 3), dtype=np.uint8))
        coarse.resize(size, Image.Resampling.NEAREST).save(file)


@pytest.fixture(scope="module")
def painted(tmp_path_factory: pytest.TempPathFactory) -> RunRecords:
    """A complete run of three methods and two controls on 3 × 3 cases, with pictures that differ."""
    run = build_crossed_run(tmp_path_factory.mktemp("painted") / "run", contents=3, styles=3, methods=3, side=SIDE)
    paint(run)
    return run


def single(figures: tuple[PictureFigure, ...]) -> PictureFigure:
    (figure,) = figures
    assert not figure.problem
    return figure


def texts(figure: PictureFigure) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(figure.svg).iter(f"{SVG}text")]


def boxes(figure: PictureFigure, tag: str) -> list[tuple[float, float, float, float]]:
    """Left, top, width and height of elements, in the order in which they are drawn."""
    found = ElementTree.fromstring(figure.svg).iter(f"{SVG}{tag}")
    return [
        tuple(float(element.attrib[name]) for name in ("x", "y", "width", "height"))  # type: ignore[misc]
        for element in found
        if "x" in element.attrib
    ]


def size(figure: PictureFigure) -> tuple[float, float]:
    root = ElementTree.fromstring(figure.svg)
    return float(root.attrib["width"]), float(root.attrib["height"])


def test_content_and_style_are_left_and_the_controls_right(painted: RunRecords) -> None:
    figure = single(draw_pictures(painted))
    heads = texts(figure)[-6:]
    assert heads == ["Content", "Style", "Method 0", "Method 1", "Method 2", "Controls"]
    per_row = 5 + 4 + 2
    pictures = boxes(figure, "image")
    assert len(pictures) == CASES * per_row, "two controls, and an enlarged window below all others but the style"
    wide = [box for box in pictures if box[2] == max(box[2] for box in pictures)]
    assert [len(list(row)) for _, row in itertools.groupby(wide, key=lambda box: box[1])] == [5] * CASES
    end = max(left + width for left, _, width, _ in wide)
    controls = [box for box in pictures if box[0] > end]
    assert len(controls) == 2 * CASES
    assert len({left for left, *_ in controls}) == 1
    assert max(left + width for left, _, width, _ in pictures) <= size(figure)[0] <= WIDTH


def test_cases_are_those_of_the_first_screens_rule(painted: RunRecords) -> None:
    figure = single(draw_pictures(painted))
    styles = {style["id"]: style["title"] for style in painted.styles}
    chosen = [styles[case.style] for case in distinguishing_cases(painted, CASES)]
    assert [text for text in texts(figure) if text.startswith("Painting")] == chosen
    words = " ".join(figure.caption)
    assert "4 cases of 9 by 3 methods and controls." in words
    assert "chosen by rule: those whose scores differ most between the methods" in words
    assert "averaged over SSIM, LPIPS, CLIP style, CLIP text" in words
    assert "from above: the controls Identity, Style copy." in words


def test_cases_and_methods_can_be_named_in_an_order(painted: RunRecords) -> None:
    cases, methods = ("content_2--style_1", "content_0--style_0"), ("identity", "method_2", "method_0")
    figure = single(draw_pictures(painted, cases, methods))
    assert texts(figure)[-5:] == ["Content", "Style", "Method 2", "Method 0", "Control"]
    assert [text for text in texts(figure) if text.startswith("Painting")] == ["Painting 1", "Painting 0"]
    assert "The cases were named, not chosen by a rule." in figure.caption
    assert "Right column: the control Identity." in figure.caption


def test_without_scores_the_caption_claims_no_rule_of_scores(painted: RunRecords) -> None:
    figure = single(draw_pictures(replace(painted, metrics=())))
    assert any("there are no scores to choose them by" in sentence for sentence in figure.caption)


def test_a_window_is_at_the_same_place_in_all_pictures_of_a_case(painted: RunRecords) -> None:
    figure = single(draw_pictures(painted, (painted.cases[0].id,), ("method_0", "method_1")))
    frames, pictures = boxes(figure, "rect"), boxes(figure, "image")
    sources = frames[::2]
    tiles = [box for box in pictures if box[3] == max(box[3] for box in pictures)]
    without_style = [tiles[0], *tiles[2:]]
    assert len(sources) == len(without_style) == 3
    places = {
        (round(frame[0] - tile[0], 2), round(frame[1] - tile[1], 2))
        for frame, tile in zip(sources, without_style, strict=True)
    }
    assert len(places) == 1
    assert any("that in which details" in sentence and "vary most" in sentence for sentence in figure.caption)


def test_of_a_single_method_the_window_shows_what_it_changed(painted: RunRecords) -> None:
    figure = single(draw_pictures(painted, methods=("method_1",)))
    assert texts(figure)[-3:] == ["Content", "Style", "Method 1"]
    assert figure.width < 0.8, "three columns are not blown up to the width of a page"
    assert any("in which the method changed details" in sentence for sentence in figure.caption)
    assert "4 cases of 9 by 1 method." in figure.caption


def test_small_pictures_are_not_enlarged(crossed_run: RunRecords) -> None:
    figure = single(draw_pictures(crossed_run))
    assert not boxes(figure, "rect")
    assert not any("Framed" in sentence for sentence in figure.caption)


def test_thirty_methods_are_several_figures_and_none_has_small_pictures(tmp_path: Path) -> None:
    run = build_crossed_run(tmp_path / "run", contents=2, styles=2, methods=30, side=SIDE)
    paint(run)
    figures = draw_pictures(run)
    assert [figure.name for figure in figures] == [f"qualitative_{number}" for number in (1, 2, 3, 4)]
    shown = [[text for text in texts(figure) if text.startswith("Method")] for figure in figures]
    assert [text for part in shown for text in part] == [f"Method {number}" for number in range(30)]
    assert {len(part) for part in shown} == {7, 8}
    assert max(map(len, shown)) <= MOST_METHODS
    assert ["Controls" in texts(figure) for figure in figures] == [False, False, False, True]
    for figure in figures:
        assert size(figure)[0] <= WIDTH
        assert max(width for _, _, width, _ in boxes(figure, "image")) > 40


def test_many_named_cases_are_several_figures_that_fit_on_a_page(painted: RunRecords) -> None:
    figures = draw_pictures(painted, tuple(case.id for case in painted.cases))
    assert [figure.title[-8:] for figure in figures] == ["(1 of 2)", "(2 of 2)"]
    assert all(size(figure)[1] <= 600 for figure in figures)


def test_failures_and_skips_keep_their_places_and_say_why(run: RunRecords) -> None:
    figure = single(draw_pictures(run))
    assert {"failed", "skipped"} <= set(texts(figure))
    words = " ".join(figure.caption)
    assert "CLIPstyler in row 2 (failed: RuntimeError: loss is NaN)" in words
    assert "Gatys in row 3 (skipped: takes at most 1 style, the case has 2)" in words


def test_a_text_driven_method_has_its_prompts_in_the_caption(run: RunRecords) -> None:
    (said,) = [sentence for sentence in single(draw_pictures(run)).caption if "read its prompt" in sentence]
    assert said.startswith("CLIPstyler did not see the style's picture")
    assert "“a woodblock print of a wave”; “a swirling night sky”" in said


def test_a_style_without_a_picture_is_its_prompt(run: RunRecords) -> None:
    wordy = tuple(style | {"thumbnail": None, "image": None} for style in run.styles)
    cases = tuple(
        replace(case, styles=tuple(style | {"thumbnail": None, "image": None} for style in case.styles))
        for case in run.cases
    )
    figure = single(draw_pictures(replace(run, styles=wordy, cases=cases)))
    assert "“a woodblock print of a wave”" in " ".join(texts(figure))
    assert not any("Style in row" in sentence for sentence in figure.caption)


def test_several_styles_share_a_place(run: RunRecords) -> None:
    figure = single(draw_pictures(run, (run.cases[2].id,)))
    content, first, second, *_ = boxes(figure, "image")
    assert first[2] == second[2] < content[2] / 2
    assert first[3] == content[3]
    assert second[0] + second[2] == pytest.approx(first[0] + content[2], abs=0.01)
    words = " ".join(texts(figure))
    assert "50 % The Great Wave" in words
    assert "50 % The Starry Night" in words


def test_a_missing_picture_leaves_the_others_and_is_named(painted: RunRecords, tmp_path: Path) -> None:
    gone = painted.units.copy()
    case = painted.cases[0].id
    gone.loc[(gone["method"] == "method_1") & (gone["case"] == case), "image"] = "images/gone.png"
    figure = single(draw_pictures(replace(painted, units=gone), (case,)))
    assert "no picture" in texts(figure)
    assert "Without a picture: Method 1 in row 1 (the picture is missing: images/gone.png)." in figure.caption


def test_without_any_picture_of_a_method_there_is_one_line(painted: RunRecords) -> None:
    gone = painted.units.assign(image="images/gone.png")
    (figure,) = draw_pictures(replace(painted, units=gone))
    assert not figure.svg
    assert figure.problem == "no picture of a method can be shown (the picture is missing: images/gone.png)"


def test_a_picture_outside_the_folder_is_not_shown(painted: RunRecords, tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    Image.new("RGB", (SIDE, SIDE)).save(secret)
    (figure,) = draw_pictures(replace(painted, units=painted.units.assign(image=str(secret))))
    assert "outside the run's folder" in figure.problem


def test_names_are_text_whatever_they_hold(painted: RunRecords, rewritten: Callable[..., RunRecords]) -> None:
    keep = frozenset({"thumbnail", "image", "status", "condition", "direction", "axis", "id", "method", "case", "name",
                      "content", "style"})  # fmt: skip
    hostile = rewritten(painted, lambda text: f"<script>&\u202e\x1b\uffff{text}", keep)
    figure = single(draw_pictures(hostile))
    root = ElementTree.fromstring(figure.svg)
    assert {element.tag for element in root.iter()} == {f"{SVG}{tag}" for tag in ("svg", "rect", "image", "text")}
    assert any(text.startswith("<script>") for text in texts(figure))
    for text in (*texts(figure), *figure.caption):
        assert not set(text) & set("\u202e\x1b\uffff")


def test_a_run_without_cases_has_none(painted: RunRecords) -> None:
    assert draw_pictures(replace(painted, cases=())) == ()
