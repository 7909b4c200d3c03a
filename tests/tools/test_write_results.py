"""The page of results: what a run shows, what it does not, and what its metrics say of the controls."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import pytest
from PIL import Image

from benchmark.store.records import RunRecords
from tests.reports.sample_runs import build_crossed_run, build_run
from tools.write_results import write_results


@pytest.fixture
def crossed(tmp_path) -> RunRecords:
    return build_crossed_run(tmp_path / "run", contents=3, styles=4, methods=3)


def sections(text: str) -> dict[str, str]:
    return {part.partition("\n")[0]: part for part in re.split(r"^## ", text, flags=re.MULTILINE)}


def test_every_section_is_there_and_every_picture(crossed, tmp_path):
    page = write_results(crossed, tmp_path / "results")
    text = page.read_text(encoding="utf-8")
    assert list(sections(text))[1:] == [
        "What is shown",
        "What is not shown, and cannot be concluded",
        "What each metric says of the controls",
        "Scores",
        "Figures",
        "Pictures",
    ]
    shown = re.findall(r"\]\((?!\.\.)([^)]+)\)", text)
    assert len(shown) > len(crossed.contents)
    assert {path.name for path in (page.parent / page.stem).iterdir()} == {name.partition("/")[2] for name in shown}
    assert all((page.parent / name).is_file() for name in shown)


def test_the_page_has_one_title_and_no_step_between_headings(crossed, tmp_path):
    text = write_results(crossed, tmp_path / "results").read_text(encoding="utf-8")
    levels = [len(marks) for marks in re.findall(r"^(#+) ", text, flags=re.MULTILINE)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_pair_is_either_shown_or_not(crossed, tmp_path):
    found = sections(write_results(crossed, tmp_path / "results").read_text(encoding="utf-8"))
    rows = [
        line
        for title in ("What is shown", "What is not shown, and cannot be concluded")
        for line in found[title].splitlines()
        if line.startswith("| ") and not line.startswith(("| Metric", "| ---"))
    ]
    methods = [method for method in crossed.methods if not method.control]
    metrics = [metric for metric in crossed.metrics if not metric.unavailable]
    assert len(rows) == len(metrics) * len(methods) * (len(methods) - 1) // 2


def test_a_control_that_beats_every_method_is_named(tmp_path):
    run = build_run(tmp_path / "run")
    found = sections(write_results(run, tmp_path / "results").read_text(encoding="utf-8"))
    (row,) = [line for line in found["What each metric says of the controls"].splitlines() if "ssim" in line]
    assert "| 1 (1 of 3) | identity before every method" in row
    # Below the methods it is not.
    units = run.units.assign(ssim=run.units["ssim"].where(run.units["method"] != "identity", 0.1))
    found = sections(write_results(replace(run, units=units), tmp_path / "worse").read_text(encoding="utf-8"))
    (row,) = [line for line in found["What each metric says of the controls"].splitlines() if "ssim" in line]
    assert "| 0.1 (3 of 3) | no control before every method" in row


def test_what_is_missing_is_said(tmp_path):
    found = sections(write_results(build_run(tmp_path / "run"), tmp_path / "results").read_text(encoding="utf-8"))
    limits = found["What is not shown, and cannot be concluded"]
    assert "was not computed: needs weights" in limits.replace("\\", "")


def test_sheets_hold_every_case_and_leave_gaps_for_what_failed(tmp_path):
    run = build_run(tmp_path / "run")
    page = write_results(run, tmp_path / "results")
    with Image.open(page.parent / page.stem / "cat.webp") as sheet:
        cases = [case for case in run.cases if case.content == "cat"]
        columns = 1 + len(run.methods)
        assert (sheet.width % columns, (sheet.height - 16) % len(cases)) == (0, 0)
        width, height = sheet.width // columns, (sheet.height - 16) // len(cases)
        middle = [sheet.getpixel((column * width + width // 2, 16 + height // 2 - 8)) for column in range(columns)]
    failed = [unit.method for unit in run.units.itertuples() if unit.case == cases[0].id and unit.status != "ok"]
    white = [min(pixel) > 250 for pixel in middle[1:]]
    assert white == [method.name in failed for method in run.methods]


def test_writing_anew_replaces_the_pictures_of_before_and_nothing_else(crossed, tmp_path):
    fewer = replace(crossed, contents=crossed.contents[:1])
    results = tmp_path / "results"
    page = write_results(crossed, results)
    folder = page.parent / page.stem
    (folder / "mine.webp").write_bytes(b"mine")
    before, names = page.read_text(encoding="utf-8"), {path.name for path in folder.iterdir()}

    assert write_results(crossed, results).read_text(encoding="utf-8") == before
    assert {path.name for path in folder.iterdir()} == names

    write_results(fewer, results)
    gone = {f"{content['id']}.webp" for content in crossed.contents[1:]}
    assert {path.name for path in folder.iterdir()} == names - gone
    assert set(results.iterdir()) == {page, folder}
