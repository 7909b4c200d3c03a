"""Standard streams that lead somewhere unusual: results, reports and exit codes do not depend on it."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys

import pytest

from benchmark.cli.streams import SteadyStream
from tests.conftest import SAMPLE_PLUGINS

RUN = "run --protocol tiny --methods identity --metrics brightness_difference,sometimes_fails --out run"


@pytest.fixture
def shell(tmp_path):
    """Runs a line of bash, in which ``benchmark`` is the command, and gives the ended process."""

    def run(line: str, **variables: str) -> subprocess.CompletedProcess[bytes]:
        # tox sets it.
        inherited = {name: value for name, value in os.environ.items() if name != "PYTHONIOENCODING"}
        command = f'benchmark() {{ "{sys.executable}" -m benchmark "$@"; }}; {line}'
        return subprocess.run(
            ["bash", "-c", command], cwd=tmp_path, capture_output=True, check=False,
            env={**inherited, "PYTHONPATH": str(SAMPLE_PLUGINS), "SAMPLE_PLUGINS_METRIC": "fail", **variables},
        )  # fmt: skip

    return run


class TestARun:
    """The tiny run has a metric that fails, so its own exit code is 4."""

    @pytest.mark.parametrize(
        ("redirection", "said"),
        [
            ("> /dev/full", "warning: standard output cannot be written: No space left on device"),
            (">&-", "warning: standard output cannot be written: Bad file descriptor"),
            ("2> /dev/full", ""),
            ("<&- >&- 2>&-", ""),
        ],
    )
    def test_that_cannot_print_ends_as_it_would_with_its_report(self, shell, tmp_path, redirection, said):
        result = shell(f"benchmark {RUN} {redirection}")
        assert result.returncode == 4
        assert said in result.stderr.decode()
        assert b"Traceback" not in result.stderr
        assert (tmp_path / "run" / "report" / "index.html").is_file()
        # What it prints has not landed in a file that got the number of the closed stream.
        for line in (tmp_path / "run" / "journal.jsonl").read_text().splitlines():
            json.loads(line)
        assert json.loads((tmp_path / "run" / "run.json").read_text())["status"] == "incomplete"

    def test_whose_reader_has_gone_says_nothing_of_it(self, shell, tmp_path):
        result = shell(f"benchmark {RUN} | true; exit ${{PIPESTATUS[0]}}")
        assert result.returncode == 4
        assert b"standard output" not in result.stderr
        assert (tmp_path / "run" / "report" / "index.html").is_file()

    def test_prints_what_the_encoding_has(self, shell, tmp_path):
        result = shell(f"benchmark {RUN}", PYTHONIOENCODING="cp1252")
        assert result.returncode == 4
        assert "brightness_difference ?" in result.stdout.decode("cp1252")
        assert (tmp_path / "run" / "report" / "index.html").is_file()


class TestWhatIsOnlyPrinted:
    @pytest.mark.parametrize("arguments", ["list metrics --json", "--help"])
    def test_must_not_get_lost_unnoticed(self, shell, arguments):
        result = shell(f"benchmark {arguments} > /dev/full")
        assert result.returncode == 2
        assert result.stderr.decode().splitlines() == [
            "error: standard output cannot be written: No space left on device; nothing else holds the result"
        ]

    def test_ends_quietly_with_its_reader(self, shell):
        result = shell("benchmark list metrics | head -1; exit ${PIPESTATUS[0]}")
        assert (result.returncode, result.stderr) == (0, b"")
        assert len(result.stdout.splitlines()) == 1

    def test_an_error_keeps_its_exit_code(self, shell):
        assert shell("benchmark list nothing > /dev/full 2> /dev/full").returncode == 2

    @pytest.mark.parametrize(
        "variables",
        [{"PYTHONIOENCODING": "cp1252"}, {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}],
    )
    def test_is_shown_with_question_marks_for_what_the_encoding_lacks(self, shell, variables):
        result = shell("benchmark list metrics", **variables)
        assert (result.returncode, result.stderr) == (0, b"")
        assert b"ssim" in result.stdout
        assert b"+---" in result.stdout

    def test_json_loses_nothing_in_any_encoding(self, shell):
        lists = [
            json.loads(shell("benchmark list metrics --json", PYTHONIOENCODING=encoding).stdout)
            for encoding in ("utf-8", "ascii")
        ]
        assert lists[0] == lists[1]
        assert not json.dumps(lists[0], ensure_ascii=False).isascii()


class TestTheStream:
    def test_replaces_what_the_encoding_lacks_and_escapes_what_is_no_text(self):
        inner = io.TextIOWrapper(io.BytesIO(), encoding="cp1252", newline="")
        stream = SteadyStream(inner)
        stream.write("é ↑ \udcff\n")
        stream.flush()
        assert inner.buffer.getvalue() == "é ? \\udcff\n".encode("cp1252")

    def test_writes_nothing_after_the_first_error(self):
        class Full(io.StringIO):
            attempts = 0

            def write(self, text: str) -> int:
                self.attempts += 1
                raise OSError(28, "No space left on device")

        inner = Full()
        stream = SteadyStream(inner)
        assert stream.write("a") == 1
        assert stream.write("b") == 1
        assert inner.attempts == 1
        assert stream.failure.errno == 28

    def test_that_was_closed_fails_at_the_first_text_only(self):
        stream = SteadyStream(None)
        stream.flush()
        stream.write("")
        assert stream.failure is None
        stream.write("x")
        assert stream.failure.errno == 9

    def test_takes_no_bytes(self):
        with pytest.raises(TypeError):
            SteadyStream(io.StringIO()).write(b"bytes")
