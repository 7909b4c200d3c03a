"""``import benchmark``: runs are started, opened and shown from Python as from the command line."""

from __future__ import annotations

import importlib
import json
import logging
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import benchmark
from benchmark.execution.schedule import SilentObserver
from tests.conftest import SAMPLE_PLUGINS

COSTS = ["seconds", "cpu_seconds", "disturbed", "peak_memory_bytes"]
ONE_UNIT = {"methods": "identity", "metrics": "ssim", "limit": 1, "threads": 1, "report": False}
CALL = "benchmark.run('smoke', methods='identity', metrics='ssim', limit=1, threads=1, report=False, out='run')"


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> benchmark.Run:
    """A control and a method of ours by a metric with a stand-in and one without a network, on one case."""
    return benchmark.run(
        "smoke",
        methods=["identity", "adain"],
        metrics=["ssim", "clip_text_similarity"],
        limit=1,
        threads=1,
        out=tmp_path_factory.mktemp("interface") / "run",
    )


def program(folder: Path, *arguments: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )


def manifest_of(run: Path) -> dict[str, Any]:
    """Reads ``run.json`` as other programs do."""
    return json.loads((run / "run.json").read_text(encoding="utf-8"))


class TestNames:
    @pytest.mark.parametrize("name", benchmark.__all__)
    def test_every_public_name_is_there(self, name):
        assert getattr(benchmark, name) is not None

    def test_what_plugins_and_programs_need_is_public(self):
        named = {"run", "open_run", "load_run", "read_protocol", "Run", "Models", "Protocol", "RunStatus", "UnitStatus"}
        assert named < set(benchmark.__all__)

    def test_opening_and_showing_a_run_loads_no_torch(self, finished, tmp_path):
        done = program(
            tmp_path,
            "-c",
            f"import sys, benchmark; run = benchmark.open_run({str(finished.path)!r}); run._repr_html_(); run.table()\n"
            "print('torch' in sys.modules)",
        )
        assert done.stdout.split() == ["False"], done.stderr


class TestRun:
    def test_gives_path_status_and_counts(self, finished):
        assert finished.status is benchmark.RunStatus.COMPLETE
        assert finished.counts == {"ok": 2, "failed": 0, "skipped": 0}
        assert (finished.planned, finished.left, finished.problems()) == (2, 0, [])
        assert (finished.path / "report" / "index.html").is_file()
        assert repr(finished) == f"<Run {finished.path}: complete; 2 units: 2 ok>"

    def test_its_table_has_the_means_of_metrics_by_methods_controls_to_the_right(self, finished):
        table = finished.table()
        units = benchmark.load_run(finished.path).set_index("method")

        assert list(table.columns) == ["adain", "identity"]
        assert list(table.index) == ["ssim", "clip_text_similarity", "seconds", "cpu_seconds"]
        assert table.loc["ssim", "identity"] == 1
        assert table.loc["clip_text_similarity", "adain"] == units.loc["adain", "clip_text_similarity"]

    def test_is_the_run_that_the_command_line_makes(self, finished, command, tmp_path):
        result = command(
            "run", "--protocol", "smoke", "--methods", "identity,adain", "--metrics",
            "ssim,clip_text_similarity", "--limit", 1, "--threads", 1, "--out", tmp_path / "run",
        )  # fmt: skip

        assert result.code == 0
        theirs, ours = (benchmark.load_run(path).drop(columns=COSTS) for path in (tmp_path / "run", finished.path))
        pd.testing.assert_frame_equal(theirs, ours, check_exact=True)
        manifests = (manifest_of(path) for path in (tmp_path / "run", finished.path))
        changing = {"command", "started", "finished", "id", "calibration"}
        theirs, ours = ({key: made[key] for key in made.keys() - changing} for made in manifests)
        assert theirs == ours

    def test_the_recorded_command_goes_on_with_it(self, command, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        run = benchmark.run("smoke", out="run", seed=3, device="cpu", **ONE_UNIT)
        recorded = manifest_of(run.path)["command"]
        journal = (run.path / "journal.jsonl").read_bytes()

        result = command(*recorded[1:])

        assert result.code == 0
        assert "continuing: 1 of 1 units are finished" in result.err
        assert (run.path / "journal.jsonl").read_bytes() == journal

    def test_settings_are_those_of_the_command_line(self, tmp_path):
        run = benchmark.run(
            "smoke", out=tmp_path / "run", settings={"gatys.steps": 2}, **{**ONE_UNIT, "methods": ["gatys"]}
        )
        manifest = manifest_of(run.path)

        assert manifest["methods"][0]["settings"]["steps"] == 2
        assert manifest["methods"][0]["origins"]["steps"] == "user"
        assert manifest["command"][-3:] == ["--set", "gatys.steps=2", "--no-report"]

    def test_a_run_that_is_there_is_continued_or_started_over(self, tmp_path):
        first = benchmark.run("smoke", out=tmp_path / "run", **ONE_UNIT)
        image = next((first.path / "images").rglob("*.png"))
        made = image.stat().st_mtime_ns

        benchmark.run("smoke", out=tmp_path / "run", **ONE_UNIT)
        assert image.stat().st_mtime_ns == made
        benchmark.run("smoke", out=tmp_path / "run", fresh=True, **ONE_UNIT)
        assert image.stat().st_mtime_ns > made

    def test_without_a_folder_it_is_named_after_the_protocol(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)

        assert benchmark.run("smoke", **ONE_UNIT).path == Path("runs/smoke")
        assert not (tmp_path / "runs" / "smoke" / "report").exists()

    def test_a_protocol_that_was_changed_in_python_can_be_run(self, tmp_path):
        protocol = replace(benchmark.read_protocol("smoke"), name="larger", resolution=64)

        run = benchmark.run(protocol, out=tmp_path / "run", **ONE_UNIT)

        manifest = manifest_of(run.path)
        assert (manifest["protocol"]["name"], manifest["protocol"]["resolution"]) == ("larger", 64)
        assert manifest["command"][:4] == ["benchmark", "run", "--protocol", "<larger, given from Python>"]

    def test_failed_units_raise_nothing_and_are_told(self, sample_plugins, tmp_path, caplog):
        run = benchmark.run(
            "tiny",
            methods="raises,blend",
            metrics="brightness_difference",
            threads=1,
            report=False,
            out=tmp_path / "run",
        )

        assert run.status is benchmark.RunStatus.INCOMPLETE
        assert run.counts["failed"]
        assert run.counts["ok"]
        assert len(run.problems()) == run.counts["failed"]
        assert all(problem.startswith("raises ") for problem in run.problems())
        warned = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
        assert sum(message.startswith("raises ") for message in warned) == run.counts["failed"]

    def test_an_interruption_keeps_what_is_finished(self, sample_plugins, tmp_path):
        class Interrupting(SilentObserver):
            def ended(self, unit, record, seconds):
                os.kill(os.getpid(), signal.SIGINT)

        with pytest.raises(KeyboardInterrupt):
            benchmark.run(
                "tiny", methods="blend", metrics="brightness_difference", threads=1, report=False,
                out=tmp_path / "run", observer=Interrupting(),
            )  # fmt: skip

        left = benchmark.open_run(tmp_path / "run")
        assert left.status is benchmark.RunStatus.INCOMPLETE
        assert left.counts["ok"] >= 1
        assert left.left >= 1

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            ({"protocol": "smok"}, "smoke"),
            ({"methods": "identiti"}, "identity"),
            ({"methods": []}, "no methods selected"),
            ({"device": "gpu"}, "device must be one of auto, cpu, cuda, not 'gpu'"),
            ({"limit": 0}, "limit must be a whole number of at least 1, not 0"),
            ({"workers": True}, "workers must be a whole number of at least 1, not True"),
            ({"seed": -1}, "seed must be a whole number of at least 0, not -1"),
            ({"timeout": float("nan")}, "timeout must be a positive number of seconds, not nan"),
            ({"settings": {"steps": 1}}, "cannot read setting 'steps'; write METHOD.SETTING, as in gatys.steps"),
            ({"settings": {"gatys.steps": 1}}, "method gatys is not selected"),
            ({"methods": "gatys", "settings": {"gatys.step": 1}}, "method gatys has no setting 'step'"),
        ],
    )
    def test_bad_input_is_one_clear_error_and_leaves_no_folder(self, arguments, said, tmp_path):
        with pytest.raises(benchmark.InputError) as raised:
            benchmark.run(**{"protocol": "smoke", **ONE_UNIT, "out": tmp_path / "run", **arguments})

        assert said in str(raised.value)
        assert "\n" not in str(raised.value)
        assert not (tmp_path / "run").exists()

    def test_another_run_in_the_folder_is_refused_untouched(self, finished):
        before = (finished.path / "run.json").read_bytes()

        with pytest.raises(benchmark.InputError, match="holds another run"):
            benchmark.run("smoke", out=finished.path, seed=7, **ONE_UNIT)

        assert (finished.path / "run.json").read_bytes() == before


class TestProcesses:
    """Workers do not import the program that starts the run, however they are started."""

    @pytest.mark.parametrize("start", ["", "import benchmark.execution.workers.server as s; s.HAS_SERVER = False\n"])
    def test_a_plain_script_needs_no_main_guard(self, start, tmp_path):
        script = f"import benchmark\n{start}print('begins', __name__)\nrun = {CALL}\nprint(run.status)\n"
        (tmp_path / "script.py").write_text(script, encoding="utf-8")

        done = program(tmp_path, "script.py")

        assert done.stdout.split() == ["begins", "__main__", "complete"], done.stderr

    def test_nor_where_plugins_of_others_are_tried_in_a_process(self, tmp_path):
        call = CALL.replace("'identity'", "'blend'").replace("'ssim'", "'brightness_difference'")
        (tmp_path / "script.py").write_text(
            f"import benchmark\nprint('begins')\nprint({call}.status)\n", encoding="utf-8"
        )

        done = program(tmp_path, "script.py", environment={"PYTHONPATH": str(SAMPLE_PLUGINS)})

        assert done.stdout.split() == ["begins", "complete"], done.stderr

    def test_a_cell_of_a_notebook_runs_and_shows_the_table(self, tmp_path):
        pytest.importorskip("IPython")
        shell = (
            "from IPython.core.interactiveshell import InteractiveShell\n"
            "shell = InteractiveShell.instance()\n"
            f"result = shell.run_cell({f'import benchmark; {CALL}'!r})\n"
            "print('HTML', shell.display_formatter.format(result.result)[0]['text/html'])\n"
        )

        done = program(tmp_path, "-c", shell, environment={"IPYTHONDIR": str(tmp_path / "ipython")})

        assert "HTML <table><caption>run: complete; 1 unit: 1 ok</caption>" in done.stdout, done.stderr

    def test_code_that_is_executed_from_a_text_runs(self, tmp_path):
        done = program(tmp_path, "-c", f"exec({f'import benchmark; print({CALL}.status)'!r}, {{}})")

        assert done.stdout.split() == ["complete"], done.stderr

    def test_a_script_that_another_process_imports_again_is_told_what_to_do(self, tmp_path):
        script = (
            f"import multiprocessing\nimport benchmark\n{CALL}\n"
            "child = multiprocessing.get_context('spawn').Process(target=print)\nchild.start()\nchild.join()\n"
        )
        (tmp_path / "script.py").write_text(script, encoding="utf-8")

        done = program(tmp_path, "script.py")

        assert 'put what the script does below `if __name__ == "__main__":`' in done.stderr.splitlines()[-1]
        assert done.stderr.count("Traceback") == 1

    def test_a_daemonic_process_is_told_that_it_cannot_start_workers(self, tmp_path):
        script = (
            f"import multiprocessing\nimport benchmark\ndef work():\n    {CALL}\n"
            "if __name__ == '__main__':\n"
            "    child = multiprocessing.get_context('spawn').Process(target=work, daemon=True)\n"
            "    child.start()\n    child.join()\n"
        )
        (tmp_path / "script.py").write_text(script, encoding="utf-8")

        done = program(tmp_path, "script.py")

        assert "may not; call it in the main process" in done.stderr.splitlines()[-1]


class TestOpenRun:
    def test_gives_what_run_returned(self, finished):
        opened = benchmark.open_run(str(finished.path))

        assert repr(opened) == repr(finished)
        assert opened.counts == finished.counts
        pd.testing.assert_frame_equal(opened.units(), benchmark.load_run(finished.path))

    def test_refuses_what_is_no_run(self, tmp_path):
        with pytest.raises(benchmark.InputError, match="is not a run"):
            benchmark.open_run(tmp_path)

    def test_writes_reports(self, finished, tmp_path):
        written = finished.report("markdown", tmp_path / "report")

        assert written.parent == tmp_path / "report"
        assert "adain" in written.read_text(encoding="utf-8").lower()

    def test_writes_no_report_into_the_run_itself(self, finished):
        with pytest.raises(benchmark.InputError, match="it is read; name another folder"):
            finished.report("json", finished.path)


class TestDisplay:
    def test_marks_stand_ins_and_circular_numbers(self, finished):
        shown = finished._repr_html_()

        assert "clip-tiny-judge ‡</td>" in shown
        assert "<p>‡ clip-tiny-judge is not " in shown
        assert shown.count("<tr>") == 1 + 4

    def test_escapes_what_plugins_say(self, finished, tmp_path):
        manifest = manifest_of(finished.path)
        manifest["metrics"][1]["unavailable"] = "<script>alert(1)</script>\x1b[31m"
        folder = tmp_path / "<b>run"
        folder.mkdir()
        for name in ("journal.jsonl", "summary.json"):
            (folder / name).write_bytes((finished.path / name).read_bytes())
        (folder / "run.json").write_text(json.dumps(manifest), encoding="utf-8")

        shown = benchmark.open_run(folder)._repr_html_()

        assert "&lt;script&gt;alert(1)&lt;/script&gt;\\x1b[31m" in shown
        assert "&lt;b&gt;run: " in shown
        assert "<script" not in shown
        assert "<b>" not in shown


class TestReadProtocol:
    def test_finds_names_and_paths(self, tmp_path, monkeypatch):
        path = importlib.import_module("benchmark.protocol.data_directory").__file__
        by_path = benchmark.read_protocol(Path(path).parent / "data" / "smoke.toml")

        assert by_path == benchmark.read_protocol("smoke")
        assert isinstance(by_path, benchmark.Protocol)

    def test_a_path_is_no_name(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)

        with pytest.raises(benchmark.InputError, match="smoke"):
            benchmark.read_protocol(Path("smoke"))
