"""The server of a study, as a process of its own: many people at once, killed, flooded, and given nonsense."""

from __future__ import annotations

import dataclasses
import http.client
import json
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from benchmark.errors import InputError
from benchmark.study.answer_store import AnswerStore, FullError, Recorded, read_store
from benchmark.study.server import RateLimit
from benchmark.study.sheet import Answer
from benchmark.study.study import Choice
from tests.study.conftest import MadeStudy

pytest.importorskip("starlette", reason="needs the extra study")
pytest.importorskip("uvicorn", reason="needs the extra study")

HEAD = b"POST /answers HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


@pytest.fixture
def folder(made: MadeStudy, tmp_path: Path) -> Path:
    """A copy of the study, to collect answers in."""
    return Path(shutil.copytree(made.folder, tmp_path / "study"))


@contextmanager
def served(folder: Path, port: int = 0) -> Iterator[tuple[subprocess.Popen[str], int]]:
    command = [sys.executable, "-m", "benchmark", "study", "serve", str(folder), "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("http://127.0.0.1:"), process.stderr.read() if process.stderr else ""
        yield process, int(line.split(":")[2].split("/")[0])
    finally:
        process.kill()
        process.communicate()


def ask(port: int, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> tuple[int, Any]:
    """The status and the JSON (or the bytes) of a reply."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        sent = {"Content-Type": "application/json"} | (headers or {})
        connection.request(method, path, data, sent)
        reply = connection.getresponse()
        text = reply.read()
        is_json = reply.headers.get("Content-Type") == "application/json"
        return reply.status, json.loads(text) if is_json else text
    finally:
        connection.close()


def answer(
    made: MadeStudy, participant: str, place: int, choice: str = "left", milliseconds: int = 1500
) -> dict[str, Any]:
    return {
        "study": made.study.id,
        "participant": participant,
        "place": place,
        "choice": choice,
        "milliseconds": milliseconds,
    }


def test_every_acknowledged_answer_of_fifty_people_survives_two_kills(made: MadeStudy, folder: Path) -> None:
    acknowledged: set[tuple[str, int]] = set()
    lock = threading.Lock()
    port = free_port()

    def take_part(number: int) -> None:
        participant = f"{number:032x}"
        form = None
        while form is None:
            form = _patiently(
                lambda: ask(port, "POST", "/participants", {"study": made.study.id, "participant": participant})
            )
        for place in range(len(made.study.forms[form[1]["form"]])):
            while True:
                reply = _patiently(lambda place=place: ask(port, "POST", "/answers", answer(made, participant, place)))
                if reply and reply[0] == 200:
                    with lock:
                        acknowledged.add((participant, place))
                    break
            # As long as a picture takes: otherwise all would be over before the first kill.
            time.sleep(0.15)

    with ThreadPoolExecutor(50) as people:
        tasks = [people.submit(take_part, number) for number in range(50)]
        for _ in range(2):
            with served(folder, port) as (process, _):
                before = len(acknowledged)
                deadline = time.monotonic() + 60
                while len(acknowledged) < before + 60 and time.monotonic() < deadline:
                    time.sleep(0.01)
                assert len(acknowledged) >= before + 60
                process.send_signal(signal.SIGKILL)
                process.wait()
        with served(folder, port):
            for task in tasks:
                task.result(timeout=120)
            # The database is read while the server has it open.
            sheets = read_store(folder / "answers.sqlite", made.study)
    stored = {(sheet.participant, place) for sheet in sheets for place in sheet.answers}
    assert stored == acknowledged
    assert len({sheet.participant for sheet in sheets}) == 50
    counts = [sum(sheet.form == form for sheet in sheets) for form in range(len(made.study.forms))]
    assert max(counts) - min(counts) <= 1


def test_nothing_but_the_page_its_pictures_and_answers_is_served(made: MadeStudy, folder: Path) -> None:
    token = next(made.study.tokens())
    with served(folder) as (_, port):
        status, page = ask(port, "GET", "/")
        assert status == 200
        assert b"connect-src &#39;self&#39;" in page
        assert ask(port, "GET", f"/pictures/{token}.png")[0] == 200
        for path in (
            "/study.json", "/answers.sqlite", "/pictures/../study.json", "/pictures/..%2f..%2fstudy.json",
            "/pictures/%2e%2e/%2e%2e/study.json", f"/pictures/{token}.png/..", "/pictures/", "//etc/passwd",
            f"/pictures/{'0' * 24}.png", "/pictures/" + "a" * 5000,
        ):  # fmt: skip
            assert ask(port, "GET", path)[0] == 404, path
        for method, path in (
            ("PUT", "/answers"),
            ("DELETE", "/answers"),
            ("GET", "/answers"),
            ("POST", "/"),
            ("POST", f"/pictures/{token}.png"),
        ):
            assert ask(port, method, path)[0] == 405, (method, path)
    assert sorted(path.name for path in folder.iterdir() if not path.name.startswith("answers.sqlite-")) == [
        "answers.sqlite", "page", "study.json",
    ]  # fmt: skip


def test_nobody_gets_more_requests_by_naming_other_addresses(made: MadeStudy, folder: Path) -> None:
    with served(folder) as (_, port):
        statuses = {
            ask(port, "POST", "/participants", {"study": "x", "participant": "x"}, {"X-Forwarded-For": f"10.0.0.{n}"})[
                0
            ]
            for n in range(200)
        }
    assert statuses == {409, 429}


def test_a_picture_that_is_gone_is_not_found(made: MadeStudy, folder: Path) -> None:
    token = next(made.study.tokens())
    (folder / "page" / "pictures" / f"{token}.png").unlink()
    with served(folder) as (process, port):
        assert ask(port, "GET", f"/pictures/{token}.png") == (404, {"error": "no such picture"})
        process.terminate()
        assert "Traceback" not in process.communicate(timeout=30)[1]


def test_what_is_no_answer_is_refused_and_nothing_is_written(made: MadeStudy, folder: Path) -> None:
    person = "a" * 32
    with served(folder) as (_, port):
        assert ask(port, "POST", "/participants", {"study": made.study.id, "participant": person})[0] == 200
        good = answer(made, person, 0)
        for bad, status in (
            (b"", 400), (b"{", 400), (b"[" * 900, 400), (b"null", 400), (b"\xff\0", 400),
            (good | {"name": "somebody"}, 400), ({"study": made.study.id}, 400),
            (good | {"participant": "<script>alert(1)</script>"}, 400), (good | {"participant": "b" * 32}, 404),
            (good | {"participant": 5}, 400), (good | {"study": "another"}, 409), (good | {"place": -1}, 400),
            (good | {"place": 10**6}, 400), (good | {"place": True}, 400), (good | {"place": "0"}, 400),
            (good | {"choice": "both"}, 400), (good | {"choice": ["left"]}, 400), (good | {"milliseconds": -1}, 400),
            (good | {"milliseconds": 1.5}, 400), (good | {"milliseconds": 10**30}, 400),
            (b'{"a": "' + b"x" * 2000, 413),
        ):  # fmt: skip
            assert ask(port, "POST", "/answers", bad)[0] == status, bad
        assert ask(port, "POST", "/answers", good, {"Content-Type": "text/plain"})[0] == 415
        assert ask(port, "POST", "/answers", good)[0] == 200
        assert ask(port, "POST", "/answers", good) == (200, {"stored": True})
        status, reply = ask(port, "POST", "/answers", good | {"choice": "right"})
        assert status == 409
        assert "stays" in reply["error"]
    (sheet,) = read_store(folder / "answers.sqlite", made.study)
    assert dict(sheet.answers) == {0: Answer(Choice.LEFT, 1500)}


def test_a_hundred_megabytes_are_refused_before_they_are_read(made: MadeStudy, folder: Path) -> None:
    with served(folder) as (_, port):
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            connection.sendall(HEAD + b"Content-Length: 104857600\r\n\r\n")
            assert b" 413 " in connection.recv(4096)
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n800\r\n" + b"x" * 2048 + b"\r\n")
            assert b" 413 " in connection.recv(4096)
        assert ask(port, "GET", "/")[0] == 200


def test_a_flood_is_refused_and_is_over_when_it_ends() -> None:
    limit = RateLimit(rate=10, burst=20)
    assert sum(limit.admits("flood", 0.0) for _ in range(1000)) == 20
    assert limit.admits("another", 0.0)
    assert not limit.admits("flood", 0.05)
    assert limit.admits("flood", 1.0)
    for number in range(20_000):
        limit.admits(str(number), 2.0)
    assert len(limit._buckets) <= 10_000


def test_a_store_takes_so_many_people_and_gives_each_form_equally_often(made: MadeStudy, tmp_path: Path) -> None:
    with AnswerStore(tmp_path / "answers.sqlite", made.study, most_people=8) as store:
        forms = [store.enrol(f"{number:032x}") for number in range(8)]
        assert sorted(forms) == [0, 0, 1, 1, 2, 3, 4, 5]
        assert store.enrol(f"{0:032x}") == forms[0]
        with pytest.raises(FullError):
            store.enrol("f" * 32)
        assert store.record("f" * 32, 0, Answer(Choice.LEFT, 5)) is Recorded.UNKNOWN


def test_a_file_that_is_no_database_or_of_another_study_is_refused(made: MadeStudy, tmp_path: Path) -> None:
    path = tmp_path / "answers.sqlite"
    path.write_text("no database at all, but long enough to be read as one" * 100)
    with pytest.raises(InputError, match="cannot use"):
        AnswerStore(path, made.study, 10)
    with pytest.raises(InputError, match="no database of answers"):
        read_store(path, made.study)


def test_a_refusal_leaves_the_answers_of_another_study_usable(made: MadeStudy, tmp_path: Path) -> None:
    path, person = tmp_path / "answers.sqlite", "a" * 32
    with AnswerStore(path, made.study, 10) as store:
        store.enrol(person)
        store.record(person, 0, Answer(Choice.LEFT, 1500))
    before = path.read_bytes()
    for _ in range(2):
        with pytest.raises(InputError, match="answers of another study"):
            AnswerStore(path, dataclasses.replace(made.study, id="another"), 10)
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["answers.sqlite"]
    (sheet,) = read_store(path, made.study)
    assert dict(sheet.answers) == {0: Answer(Choice.LEFT, 1500)}
    with AnswerStore(path, made.study, 10) as store:
        assert store.form_of(person) == 0


def test_a_database_of_something_else_stays_as_it_is(made: MadeStudy, tmp_path: Path) -> None:
    path = tmp_path / "answers.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE birds (name TEXT)")
    before = path.read_bytes()
    with pytest.raises(InputError, match="a database of something else"):
        AnswerStore(path, made.study, 10)
    assert path.read_bytes() == before


def test_a_port_that_is_taken_is_said_in_one_line(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        command = [
            sys.executable,
            "-m",
            "benchmark",
            "study",
            "serve",
            str(folder),
            "--port",
            str(taken.getsockname()[1]),
        ]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert ended.stderr.startswith("error: cannot listen at 127.0.0.1")
    assert ended.stderr.count("\n") == 1


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def _patiently(request: Callable[[], tuple[int, Any]]) -> tuple[int, Any] | None:
    """The reply, or nothing while the server is away."""
    try:
        return request()
    except (OSError, http.client.HTTPException):
        time.sleep(0.05)
        return None
