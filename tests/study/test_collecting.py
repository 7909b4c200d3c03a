"""The page that a server hands out, in a real browser: every answer arrives, even if the server is killed meanwhile."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchmark.study.answer_store import read_store
from tests.study.conftest import MadeStudy
from tests.study.test_page import READY, begin
from tests.study.test_server import free_port, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytest.importorskip("starlette", reason="needs the extra study")


def test_answers_that_are_refused_are_counted_and_asked_for_as_a_file(
    browser: Browser, made: MadeStudy, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(made.folder, tmp_path / "study"))
    context = browser.new_context()
    page = context.new_page()
    with served(folder) as (_, port):
        page.goto(f"http://127.0.0.1:{port}/")
        begin(page)
        # As a web server before this one may say.
        page.route("**/answers", lambda route: route.fulfill(status=413))
        for place in (2, 3):
            page.wait_for_selector(READY)
            page.keyboard.press("ArrowLeft")
            page.locator("#place", has_text=f"Pair {place} ").wait_for()
        page.wait_for_function("JSON.parse(localStorage.getItem(Object.keys(localStorage)[0])).refused === 2")
        page.unroute("**/answers")
        page.reload()
        begin(page)
        page.keyboard.press("ArrowRight")
        page.locator("#place", has_text="Pair 4 ").wait_for()
        page.click("#stop")
        page.locator("#summary", has_text="2 were refused: save your answers as a file").wait_for()
        page.wait_for_function("!document.querySelector('#summary').textContent.includes('being sent')")
        assert "All of them have arrived" not in page.inner_text("#summary")
        asked: list[str] = []
        page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
        page.click("#forget")
        assert len(asked) == 1
    context.close()


@pytest.mark.parametrize("status", [401, 403, 404, 408, 429, 503])
def test_answers_are_sent_again_after_refusals_that_pass(
    browser: Browser, made: MadeStudy, tmp_path: Path, status: int
) -> None:
    folder = Path(shutil.copytree(made.folder, tmp_path / "study"))
    context = browser.new_context()
    page = context.new_page()
    with served(folder) as (_, port):
        page.goto(f"http://127.0.0.1:{port}/")
        begin(page)
        page.route("**/answers", lambda route: route.fulfill(status=status), times=1)
        page.keyboard.press("ArrowLeft")
        page.locator("#place", has_text="Pair 2 ").wait_for()
        page.click("#stop")
        page.locator("#summary", has_text="All of them have arrived").wait_for(timeout=60_000)
    context.close()
    (sheet,) = read_store(folder / "answers.sqlite", made.study)
    assert [str(answer.choice) for answer in sheet.answers.values()] == ["left"]


def test_answers_given_while_the_server_is_away_arrive_once_it_is_back(
    browser: Browser, made: MadeStudy, tmp_path: Path
) -> None:
    folder, port = Path(shutil.copytree(made.folder, tmp_path / "study")), free_port()
    context = browser.new_context()
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    with served(folder, port) as (process, _):
        page.goto(f"http://127.0.0.1:{port}/")
        begin(page)
        page.keyboard.press("ArrowLeft")
        page.locator("#place", has_text="Pair 2 ").wait_for()
        page.wait_for_selector(READY)
        page.wait_for_load_state("networkidle")
        process.send_signal(signal.SIGKILL)
        process.wait()
        # The pictures of the comparison that is shown are there already.
        page.keyboard.press("ArrowRight")
        page.locator("#place", has_text="Pair 3 ").wait_for()
        page.click("#stop")
        assert "still being sent" in page.inner_text("#summary")
    with served(folder, port):
        page.locator("#summary", has_text="All of them have arrived").wait_for(timeout=60_000)
    context.close()
    (sheet,) = read_store(folder / "answers.sqlite", made.study)
    assert [str(answer.choice) for _, answer in sorted(sheet.answers.items())] == ["left", "right"]
    assert errors == []
