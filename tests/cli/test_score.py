"""``benchmark score RUN``: more scores for the pictures of a run, without its methods."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import benchmark
from benchmark.errors import InputError
from benchmark.store.records import RunStatus
from tests.conftest import SAMPLE_PLUGINS

TINY = ("run", "--protocol", "tiny", "--no-report")


@pytest.fixture
def made(command, sample_plugins, tmp_path) -> Path:
    """A finished run with one metric."""
    run = tmp_path / "run"
    assert command(*TINY, "--methods", "noisy,blend", "--metrics", "sometimes_fails", "--out", run).code == 0
    return run


def images(run: Path) -> dict[Path, tuple[bytes, int]]:
    return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in run.glob("images/*/*")}


def manifest(run: Path) -> dict:
    return json.loads((run / "run.json").read_text())


def edit_manifest(run: Path, **facts) -> None:
    (run / "run.json").write_text(json.dumps({**manifest(run), **facts}))


def test_adds_a_metric_and_changes_nothing_else(command, made):
    before, kept, said = benchmark.load_run(made), images(made), manifest(made)

    result = command("score", made, "--metrics", "brightness_difference,brightness-gap")

    assert result.code == 0
    assert "9 pictures are there and are only scored" in result.err
    after = benchmark.load_run(made)
    assert after[before.columns].equals(before)
    assert after["brightness_difference"].count() == 9
    assert images(made) == kept
    now = manifest(made)
    assert [metric["name"] for metric in now["metrics"]] == [
        "sometimes_fails",
        "brightness_difference",
        "brightness_gap",
    ]
    changing = ("metrics", "finished")
    assert {key: now[key] for key in now if key not in changing} == {
        key: said[key] for key in said if key not in changing
    }
    assert (made / "report" / "index.html").exists()


def test_all_metrics_are_those_that_are_installed(command, made):
    assert command("score", made, "--no-report").code == 0
    found = benchmark.load_run(made)
    assert found[["brightness_difference", "ssim"]].count().to_list() == [9, 9]
    assert not (made / "report").exists()


def test_what_is_scored_is_not_scored_again(command, made):
    command("score", made, "--metrics", "brightness_difference", "--no-report")
    journal = (made / "journal.jsonl").read_bytes()
    assert command("score", made, "--metrics", "brightness_difference", "--no-report").code == 0
    assert (made / "journal.jsonl").read_bytes() == journal


def test_the_methods_need_not_be_installed(command, tmp_path, monkeypatch):
    plugins = tmp_path / "plugins"
    shutil.copytree(SAMPLE_PLUGINS, plugins, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.syspath_prepend(str(plugins))
    run = tmp_path / "run"
    command(*TINY, "--methods", "noisy", "--metrics", "sometimes_fails", "--out", run)
    (entry_points,) = plugins.glob("*.dist-info/entry_points.txt")
    left = [line for line in entry_points.read_text().splitlines() if not line.startswith("noisy")]
    entry_points.write_text("\n".join(left))
    entry_points.parent.rename(plugins / "sample_plugins-1.1.dist-info")
    assert "unknown method 'noisy'" in command("show", "noisy").err or command("show", "noisy").code == 2

    result = command("score", run, "--metrics", "brightness_difference", "--no-report")

    assert result.code == 0
    assert benchmark.load_run(run)["brightness_difference"].count() == 5


@pytest.mark.parametrize("origin", ["pictures", "program"])
def test_pictures_that_no_plugin_made_are_scored_too(command, made, origin):
    methods = [
        {**method, "origin": origin, "timing": "none", "source": {"folder": "gone"}}
        for method in manifest(made)["methods"]
    ]
    edit_manifest(made, methods=methods)
    assert command("score", made, "--metrics", "brightness_difference", "--no-report").code == 0
    assert benchmark.load_run(made)["brightness_difference"].count() == 9
    assert manifest(made)["methods"] == methods


def test_units_that_were_never_finished_are_left_alone(command, sample_plugins, tmp_path):
    run = tmp_path / "run"
    command(*TINY, "--methods", "noisy,raises", "--metrics", "sometimes_fails", "--limit", "3", "--out", run)
    lost, changed, *_ = sorted((run / "images" / "noisy").iterdir())
    lost.unlink()
    changed.write_bytes(b"something else")

    result = command("score", run, "--metrics", "brightness_difference", "--no-report")

    assert result.code == 0
    assert "left alone: 2 units of noisy without a picture, 2 of them missing or changed since" in result.err
    assert "left alone: 3 units of raises without a picture" in result.err
    assert (lost.exists(), changed.read_bytes()) == (False, b"something else")
    assert manifest(run)["status"] == "incomplete"
    assert f"{run}: 6 units: 1 ok, 3 failed, 2 left" in result.out


def test_a_metric_that_fails_is_said_and_tried_again(command, made, monkeypatch):
    command("score", made, "--metrics", "brightness_difference", "--no-report")
    monkeypatch.setenv("SAMPLE_PLUGINS_METRIC", "crash")
    kept = images(made)

    result = command("score", made, "--metrics", "crashing_metric", "--no-report")

    assert result.code == 4
    assert "9 with a metric that failed" in result.out
    assert images(made) == kept
    assert benchmark.load_run(made)["brightness_difference"].count() == 9
    monkeypatch.delenv("SAMPLE_PLUGINS_METRIC")
    assert command("score", made, "--metrics", "crashing_metric", "--no-report").code == 0
    assert benchmark.load_run(made)["crashing_metric"].count() == 9
    assert manifest(made)["status"] == "complete"


class TestProtocol:
    """The run's own is found again, and no other is taken for it."""

    @pytest.fixture
    def own(self, command, sample_plugins, tmp_path) -> tuple[Path, Path]:
        """A protocol of the user's in a folder, and a run of it."""
        folder, run = tmp_path / "own", tmp_path / "run"
        shutil.copytree(SAMPLE_PLUGINS / "sample_plugins" / "tiny", folder)
        arguments = ("--methods", "noisy", "--metrics", "sometimes_fails", "--out", run, "--no-report")
        assert command("run", "--protocol", folder / "protocol.toml", *arguments).code == 0
        return folder, run

    def score(self, command, run: Path, *arguments):
        return command("score", run, "--metrics", "brightness_difference", "--no-report", *arguments)

    def test_in_a_file_is_found_from_any_folder(self, command, own, tmp_path, monkeypatch):
        assert manifest(own[1])["protocol"]["source"] == str(own[0] / "protocol.toml")
        monkeypatch.chdir(tmp_path)
        assert self.score(command, own[1]).code == 0

    def test_that_was_moved_is_asked_for(self, command, own, tmp_path, sample_plugins):
        folder, run = own
        folder.rename(tmp_path / "moved")
        edit_manifest(run, protocol={**manifest(run)["protocol"], "name": "own"})
        result = self.score(command, run)
        assert result.code == 2
        (line,) = result.error_lines
        assert line.startswith(f"error: the protocol of {run}, own (")
        assert line.endswith("name it with --protocol PATH")
        assert self.score(command, run, "--protocol", tmp_path / "moved" / "protocol.toml").code == 0

    def test_that_has_changed_is_refused(self, command, own):
        folder, run = own
        file = folder / "protocol.toml"
        file.write_text(file.read_text().replace("resolution = 32", "resolution = 48"))
        edit_manifest(run, protocol={**manifest(run)["protocol"], "name": "own"})
        for arguments in ((), ("--protocol", file)):
            result = self.score(command, run, *arguments)
            assert result.code == 2
            (line,) = result.error_lines
            assert f"{file} is another protocol now (" in line

    def test_of_a_run_of_an_earlier_version_is_found_by_its_command_or_its_name(self, command, own, made):
        for run in (own[1], made):
            protocol = {key: value for key, value in manifest(run)["protocol"].items() if key != "source"}
            file = own[0] / "protocol.toml"
            edit_manifest(run, protocol=protocol, command=["benchmark", "run", "--protocol", str(file)])
            assert self.score(command, run).code == 0

    @pytest.mark.parametrize("source", ["/a\0b/protocol.toml", "a\0b"])
    def test_whose_noted_path_no_system_takes_is_found_by_what_else_names_it(self, command, own, source):
        run = own[1]
        edit_manifest(run, protocol={**manifest(run)["protocol"], "source": source})
        assert self.score(command, run).code == 0
        edit_manifest(run, command=[], protocol={**manifest(run)["protocol"], "name": "own"})
        result = self.score(command, run)
        assert result.code == 2
        (line,) = result.error_lines
        assert "is not found: " in line
        assert r"a\x00b" in line


class TestPython:
    def test_a_run_scores_its_pictures(self, made):
        before = benchmark.open_run(made)
        run = before.score(["brightness_difference"])
        assert (run.path, run.status) == (made, RunStatus.COMPLETE)
        assert run.units()["brightness_difference"].count() == 9
        assert "brightness_difference" not in before.units()

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            ({"device": "tpu"}, "device must be one of auto, cpu, cuda, not 'tpu'"),
            ({"workers": 0}, "workers must be a whole number of at least 1, not 0"),
            ({"timeout": -1}, "timeout must be a positive number of seconds, not -1"),
        ],
    )
    def test_what_cannot_be_used_is_refused(self, made, given, message):
        with pytest.raises(InputError, match=message):
            benchmark.open_run(made).score("ssim", **given)

    def test_of_a_protocol_that_was_given_from_python_needs_it_again(self, sample_plugins, tmp_path):
        from dataclasses import replace

        from sample_plugins.protocols import tiny

        given = replace(tiny(), name="mine")
        run = benchmark.run(given, methods="noisy", metrics="sometimes_fails", out=tmp_path / "run", report=False)
        with pytest.raises(InputError, match=r"mine \(.*\), is not found"):
            run.score("brightness_difference")
        assert run.score("brightness_difference", protocol=given).units()["brightness_difference"].count() == 5

    def test_of_a_protocol_whose_cases_the_run_repeats_needs_no_repetitions(self, sample_plugins, tmp_path):
        from sample_plugins.protocols import tiny

        options = {"methods": "noisy", "metrics": "sometimes_fails", "out": tmp_path / "run", "report": False}
        run = benchmark.run(tiny(), seeds=(0, 1), **options)
        assert run.score("brightness_difference", protocol=tiny()).units()["brightness_difference"].count() == 10


@pytest.mark.parametrize("folder", ["nothing", "."])
def test_a_folder_without_a_run_is_one_clear_line(command, tmp_path, folder):
    result = command("score", tmp_path / folder)
    assert result.code == 2
    (line,) = result.error_lines
    assert line.endswith("is not a run: it has no run.json")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_metric_is_refused_before_anything_is_touched(command, made):
    before = (made / "run.json").read_bytes()
    result = command("score", made, "--metrics", "brightness_diference")
    assert result.code == 2
    assert "brightness_difference" in result.error_lines[0]
    assert (made / "run.json").read_bytes() == before
