"""The page of a study in a real browser: by keyboard alone, in three widths, with axe, interrupted, in two windows."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchmark.study.answers import collect_answers
from benchmark.study.page import render_page
from benchmark.study.study import Kind
from tests.reports.chromium import opened
from tests.study.conftest import MadeStudy

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Dialog, Page

READY = "#choose-left:not([aria-disabled])"
WIDTHS = {"phone": (360, 740), "tablet": (820, 1100), "desktop": (1600, 900)}


@pytest.fixture
def page_file(made: MadeStudy) -> Path:
    return made.folder / "page" / "index.html"


def begin(page: Page) -> None:
    page.click("#begin")
    page.wait_for_selector(READY)


def press(page: Page, key: str) -> None:
    """Answers, and waits for what comes next."""
    page.wait_for_selector(READY)
    place = page.inner_text("#place")
    page.keyboard.press(key)
    page.wait_for_function(
        "place => document.querySelector('#place').textContent !== place || !document.querySelector('#end').hidden",
        arg=place,
    )


def save(page: Page, folder: Path) -> Path:
    with page.expect_download() as download:
        page.click("#save")
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_a_study_is_answered_by_keyboard_alone_and_its_file_is_counted(
    browser: Browser, made: MadeStudy, page_file: Path, tmp_path: Path
) -> None:
    with opened(browser, page_file) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.id") == "begin"
        page.keyboard.press("Enter")
        for number in range(len(made.study.forms[0])):
            press(page, ("ArrowLeft", "ArrowRight", "ArrowDown")[number % 3])
        assert page.inner_text("h1:visible") == "Thank you"
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.id") == "save"
        with page.expect_download() as download:
            page.keyboard.press("Enter")
        download.value.save_as(tmp_path / "answers.json")
    collected = collect_answers(made.study, [tmp_path / "answers.json"])
    assert collected.set_aside == ()
    (sheet,) = collected.sheets
    assert [str(answer.choice) for answer in sheet.answers.values()][:3] == ["left", "right", "tie"]
    assert set(json.loads((tmp_path / "answers.json").read_text())) == {
        "kind", "schema_version", "study", "participant", "form", "started", "saved", "answers", "checksum",
    }  # fmt: skip


def test_buttons_alone_do_as_well_and_pictures_can_be_seen_larger(browser: Browser, page_file: Path) -> None:
    with opened(browser, page_file) as page:
        begin(page)
        page.click("#enlarge-left")
        assert page.locator("#viewer").is_visible()
        page.keyboard.press("ArrowLeft")
        assert page.inner_text("#place").startswith("Pair 1 ")
        page.keyboard.press("Escape")
        assert page.evaluate("document.activeElement.id") == "enlarge-left"
        page.click("#choose-tie")
        page.wait_for_function("document.querySelector('#place').textContent.startsWith('Pair 2 ')")


@pytest.mark.parametrize("name", WIDTHS)
def test_it_fits_every_width_and_can_be_looked_at(browser: Browser, page_file: Path, tmp_path: Path, name: str) -> None:
    """Leaves pictures of the page, in the folder that the environment variable SCREENSHOTS names if there is one."""
    folder = Path(os.environ.get("SCREENSHOTS", tmp_path))
    width, height = WIDTHS[name]
    with opened(browser, page_file, viewport={"width": width, "height": height}) as page:
        for section in ("start", "trial", "end"):
            if section == "trial":
                begin(page)
                # Both pictures and the buttons are seen at once.
                assert page.locator("#choose-right").bounding_box()["y"] < height  # type: ignore[index]
                boxes = [page.locator(f"#picture-{side}").bounding_box() for side in ("left", "right")]
                assert boxes[0]["width"] == pytest.approx(boxes[1]["width"], abs=0.1)  # type: ignore[index]
                assert boxes[0]["y"] == boxes[1]["y"]  # type: ignore[index]
            if section == "end":
                page.click("#stop")
            assert page.evaluate("document.documentElement.scrollWidth") == width
            page.screenshot(path=folder / f"study-{section}-{name}.png")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_part(browser: Browser, page_file: Path, scheme: str) -> None:
    package = pytest.importorskip("axe_playwright_python", reason="needs the axe-playwright-python package")
    axe = Path(package.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
    with opened(browser, page_file, color_scheme=scheme) as page:
        page.evaluate(axe)
        for step in (lambda: None, lambda: begin(page), lambda: page.click("#enlarge-right"), lambda: leave(page)):
            step()
            found = page.evaluate("axe.run()")
            assert len(found["passes"]) > 10
            assert [(entry["id"], entry["nodes"][0]["html"]) for entry in found["violations"]] == []


def leave(page: Page) -> None:
    page.click("#viewer-close")
    page.click("#stop")


def test_alternative_texts_say_the_side_and_nothing_else(browser: Browser, page_file: Path) -> None:
    with opened(browser, page_file) as page:
        begin(page)
        texts = page.evaluate("Array.from(document.querySelectorAll('#trial img'), image => image.alt)")
        assert set(texts) <= {"Left picture", "Right picture", "Photograph", "Style"}
        assert "Pair 1 of" in page.inner_text("#announcement")


def test_an_interrupted_study_goes_on_where_it_was(browser: Browser, page_file: Path, tmp_path: Path) -> None:
    context, page = fresh(browser, page_file)
    begin(page)
    press(page, "ArrowLeft")
    press(page, "ArrowRight")
    page.reload()
    assert page.inner_text("#begin") == "Go on where I stopped"
    begin(page)
    assert page.inner_text("#place").startswith("Pair 3 ")
    page.click("#stop")
    assert len(json.loads(save(page, tmp_path).read_text())["answers"]) == 2
    page.click("#forget")
    assert page.evaluate("localStorage.length") == 0
    context.close()


def test_two_windows_of_one_participant_never_answer_a_pair_twice(
    browser: Browser, made: MadeStudy, page_file: Path, tmp_path: Path
) -> None:
    context, first = fresh(browser, page_file)
    begin(first)
    second = context.new_page()
    second.goto(page_file.as_uri())
    second.click("#begin")
    second.wait_for_selector(READY)
    press(first, "ArrowLeft")
    press(first, "ArrowLeft")
    # The other window follows, or finds out when it is answered in.
    second.keyboard.press("ArrowRight")
    second.wait_for_function("Number(document.querySelector('#place').textContent.split(' ')[1]) >= 3")
    second.wait_for_selector(READY)
    second.click("#stop")
    file = save(second, tmp_path)
    places = [answer["place"] for answer in json.loads(file.read_text())["answers"]]
    assert places == list(range(len(places)))
    assert collect_answers(made.study, [file]).set_aside == ()
    context.close()


def test_times_do_not_depend_on_the_clock(browser: Browser, page_file: Path, tmp_path: Path) -> None:
    context, page = fresh(browser, page_file)
    begin(page)
    page.evaluate("Date.now = () => 0")
    press(page, "ArrowLeft")
    page.click("#stop")
    (answer,) = json.loads(save(page, tmp_path).read_text())["answers"]
    assert 0 <= answer["milliseconds"] < 60_000
    context.close()


def test_the_address_can_name_the_form(browser: Browser, page_file: Path, tmp_path: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{page_file.as_uri()}#form=4")
    begin(page)
    page.click("#stop")
    assert json.loads(save(page, tmp_path).read_text())["form"] == 3
    context.close()


def test_a_browser_that_keeps_nothing_is_said_all_along(browser: Browser, page_file: Path, tmp_path: Path) -> None:
    context = browser.new_context()
    context.add_init_script("Storage.prototype.setItem = () => { throw new Error('full'); };")
    page = context.new_page()
    page.goto(page_file.as_uri())
    begin(page)
    press(page, "ArrowLeft")
    page.wait_for_selector(READY)
    assert "do not close this page before you have saved" in page.inner_text("#not-kept:visible")
    page.click("#stop")
    assert page.is_visible("#not-kept")
    assert len(json.loads(save(page, tmp_path).read_text())["answers"]) == 1
    context.close()


def test_that_another_window_went_on_is_said_until_the_next_answer(browser: Browser, page_file: Path) -> None:
    context, page = fresh(browser, page_file)
    begin(page)
    # What another window writes, before this one is told of it.
    page.evaluate(
        """() => {
            const [key] = Object.keys(localStorage);
            const state = JSON.parse(localStorage.getItem(key));
            state.answers.push({ place: 0, choice: "left", milliseconds: 2000 });
            localStorage.setItem(key, JSON.stringify(state));
        }"""
    )
    press(page, "ArrowRight")
    page.wait_for_selector(READY)
    assert "continued in another window" in page.inner_text("#continued:visible")
    press(page, "ArrowRight")
    assert not page.is_visible("#continued")
    context.close()


def test_answers_that_are_nowhere_else_are_not_deleted_unasked(
    browser: Browser, page_file: Path, tmp_path: Path
) -> None:
    context, page = fresh(browser, page_file)
    asked: list[str] = []

    def keep_them(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", keep_them)
    begin(page)
    press(page, "ArrowLeft")
    page.reload()
    page.click("#discard")
    assert len(asked) == 1
    assert "neither saved nor sent" in asked[0]
    begin(page)
    assert page.inner_text("#place").startswith("Pair 2 ")
    page.click("#stop")
    save(page, tmp_path)
    page.click("#forget")
    assert len(asked) == 1
    assert page.evaluate("localStorage.length") == 0
    context.close()


@pytest.mark.parametrize("kinds", [{Kind.VOTE}, {Kind.VOTE, Kind.REPEAT}, {Kind.VOTE, Kind.CHECK}, set(Kind)])
@pytest.mark.parametrize("questions", [1, 2])
def test_what_people_agree_to_is_true_of_what_they_get(made: MadeStudy, kinds: set[Kind], questions: int) -> None:
    asked = made.study.questions[:questions]
    forms = [[shown for shown in form if shown.kind in kinds and shown.question in asked] for form in made.study.forms]
    forms = [[dataclasses.replace(shown, repeats=None) for shown in form] for form in forms]
    for is_collected in (False, True):
        study = dataclasses.replace(made.study, forms=tuple(map(tuple, forms)))
        html = render_page(study, is_collected=is_collected)
        assert ("come twice" in html) == (Kind.REPEAT in kinds)
        assert ("have an obvious answer" in html) == (Kind.CHECK in kinds)
        assert ("because it changes" in html) == (questions > 1)
        assert ("is always the same" in html) == (questions == 1)


def test_without_scripts_it_says_what_it_needs(browser: Browser, page_file: Path) -> None:
    with opened(browser, page_file, java_script_enabled=False) as page:
        assert "needs JavaScript" in page.inner_text("main")


def fresh(browser: Browser, path: Path) -> tuple[BrowserContext, Page]:
    context = browser.new_context()
    page = context.new_page()
    page.goto(path.as_uri())
    return context, page
