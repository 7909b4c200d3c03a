"""Runs are logged to an MLflow server on SQLite, and read back through MLflow's own client."""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmark.store.records import RunRecords, RunStatus
from benchmark.testing import ReportConformance
from reports.trackers.mlflow_report import TABLE, MlflowReport, command_for
from tests.conftest import CommandResult
from tests.reports.sample_runs import build_crossed_run, build_run, rewrite
from tests.reports.trackers.conftest import answering, contents, experiment_named, free_address

pytest.importorskip("mlflow", reason="needs the extra mlflow")


@pytest.mark.usefixtures("experiment")
class TestConformance(ReportConformance):
    plugin = MlflowReport


def runs_of(experiment: str, **options: Any) -> dict[str, Any]:
    """The runs of MLflow in an experiment, by name."""
    from mlflow import MlflowClient

    client = MlflowClient()
    known = client.get_experiment_by_name(experiment)
    runs = client.search_runs([known.experiment_id], max_results=5000, **options)
    names = [run.info.run_name for run in runs]
    assert len(set(names)) == len(names), f"logged twice: {names}"
    return dict(zip(names, runs, strict=True))


@pytest.fixture
def find(experiment: str) -> Callable[..., dict[str, Any]]:
    """Finds what the test logged."""
    return functools.partial(runs_of, experiment)


def artefacts(run: Any, folder: str | None = None) -> set[str]:
    from mlflow import MlflowClient

    return {file.path for file in MlflowClient().list_artifacts(run.info.run_id, folder)}


ONE_RUN = "one run"


@pytest.fixture(scope="module")
def receipt(mlflow_server: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the file says that is written when a run is logged."""
    folder = tmp_path_factory.mktemp("logged")
    with experiment_named(ONE_RUN, mlflow_server):
        path = MlflowReport().write([build_run(folder / "mini-run")], folder)
    content: dict[str, Any] = json.loads(path.read_text())
    return content


@pytest.fixture
def logged(receipt: dict[str, Any], mlflow_server: str) -> Iterator[dict[str, Any]]:
    """What MLflow has of it."""
    with experiment_named(ONE_RUN, mlflow_server):
        yield runs_of(ONE_RUN)


class TestLoggedRun:
    """The run of two methods and a control, some of whose units failed."""

    def test_methods_are_nested_in_their_run(self, logged: dict[str, Any]) -> None:
        assert set(logged) == {"mini-run", "gatys", "clipstyler", "identity"}
        parent = logged.pop("mini-run")
        assert {run.data.tags["mlflow.parentRunId"] for run in logged.values()} == {parent.info.run_id}

    def test_scores_have_their_intervals(self, logged: dict[str, Any]) -> None:
        metrics = logged["gatys"].data.metrics
        assert [metrics[name] for name in ("ssim", "ssim.low", "ssim.high", "ssim.n")] == [0.40, 0.35, 0.45, 2]
        assert "art_fid" not in metrics

    def test_parameters_say_what_it_was_run_with(self, logged: dict[str, Any]) -> None:
        found = logged["gatys"].data.params
        assert (found["settings.steps"], found["seed"], found["protocol.name"]) == ("500", "7", "mini")
        assert found["protocol.fingerprint"] == "0123456789abcdef0123456789abcdef"
        assert logged["mini-run"].data.params["device"] == "cpu"
        assert logged["gatys"].data.tags["benchmark.circular"] == "gram"

    def test_a_method_with_failures_has_failed_and_others_finished_when_the_run_did(
        self, logged: dict[str, Any]
    ) -> None:
        states = {name: run.info.status for name, run in logged.items()}
        assert states == {"gatys": "FINISHED", "clipstyler": "FAILED", "identity": "FINISHED", "mini-run": "FAILED"}
        assert logged["gatys"].info.start_time == 1767323045000  # 2026-01-02T03:04:05+00:00
        assert logged["gatys"].info.end_time == 1767323106000  # 2026-01-02T04:05:06+01:00

    def test_units_are_a_table_of_mlflow(self, logged: dict[str, Any]) -> None:
        import mlflow

        gatys = logged["gatys"]
        table = mlflow.load_table(TABLE, run_ids=[gatys.info.run_id])
        assert table["status"].tolist() == ["ok", "ok", "skipped"]
        assert table["ssim"].tolist() == [0.4, 0.4, 0.4]

    def test_page_and_pictures_are_artefacts(self, logged: dict[str, Any], tmp_path: Path) -> None:
        import mlflow

        assert artefacts(logged["mini-run"]) == {"report", "summary.csv"}
        assert len(artefacts(logged["gatys"], "pictures")) == 2
        page = mlflow.artifacts.download_artifacts(
            run_id=logged["mini-run"].info.run_id, artifact_path="report/index.html", dst_path=str(tmp_path)
        )
        assert "CLIPstyler" in Path(page).read_text(encoding="utf-8")

    def test_a_small_file_says_where_it_went(
        self, logged: dict[str, Any], receipt: dict[str, Any], mlflow_server: str
    ) -> None:
        assert (receipt["tracking_uri"], receipt["experiment"]) == (mlflow_server, ONE_RUN)
        assert receipt["command"] == mlflow_server
        rows = {row["name"]: row for row in receipt["runs"][0]["methods"]}
        assert rows["gatys"]["id"] == logged["gatys"].info.run_id
        assert rows["gatys"]["address"].endswith(f"/runs/{rows['gatys']['id']}")
        assert (rows["gatys"]["outcome"], rows["gatys"]["pictures"]) == ("new", 2)


class TestLoggingAgain:
    """A run that is logged again is updated, not doubled."""

    def test_nothing_is_doubled(self, run: RunRecords, find: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
        from mlflow import MlflowClient

        MlflowReport().write([run], tmp_path)
        before = find()
        MlflowReport().write([run], tmp_path)
        assert {name: found.info.run_id for name, found in find().items()} == {
            name: found.info.run_id for name, found in before.items()
        }
        history = MlflowClient().get_metric_history(before["gatys"].info.run_id, "ssim")
        assert [point.value for point in history] == [0.40]
        receipt = json.loads((tmp_path / "mlflow.json").read_text())
        assert {row["outcome"] for row in receipt["runs"][0]["methods"]} == {"updated"}

    def test_a_score_that_changed_is_the_new_one(
        self, run: RunRecords, find: Callable[..., dict[str, Any]], tmp_path: Path
    ) -> None:
        MlflowReport().write([run], tmp_path)
        changed = replace(run, summary=(replace(run.summary[0], mean=0.38), *run.summary[1:]))
        MlflowReport().write([changed], tmp_path)
        assert find()["gatys"].data.metrics["ssim"] == 0.38

    def test_what_an_incomplete_run_said_is_gone_when_it_is_complete(
        self, run: RunRecords, find: Callable[..., dict[str, Any]], tmp_path: Path
    ) -> None:
        lost = replace(run.summary[0], mean=None, low=None, high=None, n=0, warning="no memory")
        MlflowReport().write([replace(run, summary=(lost, *run.summary[1:]))], tmp_path)
        before = find()["gatys"].data.tags
        assert {"benchmark.warnings", "benchmark.circular", "benchmark.not_scored"} <= before.keys()
        summary = tuple(replace(row, circular=False) for row in run.summary)
        units = run.units[run.units["status"] != "failed"]
        MlflowReport().write(
            [replace(run, summary=summary, units=units, warnings=(), status=RunStatus.COMPLETE)], tmp_path
        )
        after = find()
        assert (
            not {"benchmark.warnings", "benchmark.circular", "benchmark.not_scored"} & after["gatys"].data.tags.keys()
        )
        assert after["gatys"].data.metrics["ssim"] == 0.40
        assert {found.info.status for found in after.values()} == {"FINISHED"}

    def test_a_score_that_is_gone_is_no_number(
        self, run: RunRecords, find: Callable[..., dict[str, Any]], tmp_path: Path
    ) -> None:
        from mlflow import MlflowClient

        MlflowReport().write([run], tmp_path)
        lost = replace(run.summary[0], mean=None, low=None, high=None)
        for _ in range(2):
            MlflowReport().write([replace(run, summary=(lost, *run.summary[1:]))], tmp_path)
        found = find()["gatys"]
        assert all(math.isnan(found.data.metrics[name]) for name in ("ssim", "ssim.low", "ssim.high", "ssim.n"))
        assert len(MlflowClient().get_metric_history(found.info.run_id, "ssim")) == 2

    def test_parameters_and_metrics_of_users_stay(
        self, run: RunRecords, find: Callable[..., dict[str, Any]], tmp_path: Path
    ) -> None:
        from mlflow import MlflowClient

        MlflowReport().write([run], tmp_path)
        id_ = find()["gatys"].info.run_id
        MlflowClient().log_param(id_, "reviewer", "me")
        MlflowClient().log_metric(id_, "liked", 0.9)
        MlflowClient().set_tag(id_, "paper", "figure 3")
        MlflowReport().write([run], tmp_path)
        found = find()["gatys"]
        assert found.info.run_id == id_
        assert (found.data.params["reviewer"], found.data.metrics["liked"], found.data.tags["paper"]) == (
            "me", 0.9, "figure 3",
        )  # fmt: skip

    def test_names_and_notes_that_users_changed_stay(
        self, run: RunRecords, find: Callable[..., dict[str, Any]], tmp_path: Path
    ) -> None:
        from mlflow import MlflowClient

        MlflowReport().write([run], tmp_path)
        id_ = find()["mini-run"].info.run_id
        MlflowClient().set_tag(id_, "mlflow.note.content", "the one for the paper")
        MlflowClient().update_run(id_, name="for the paper")
        MlflowReport().write([run], tmp_path)
        assert find()["for the paper"].data.tags["mlflow.note.content"] == "the one for the paper"

    def test_a_method_that_came_later_is_added(
        self, run: RunRecords, find: Callable[..., dict[str, Any]], tmp_path: Path
    ) -> None:
        MlflowReport().write([replace(run, methods=run.methods[:1])], tmp_path)
        assert set(find()) == {"mini-run", "gatys"}
        MlflowReport().write([run], tmp_path)
        assert set(find()) == {"mini-run", "gatys", "clipstyler", "identity"}

    def test_a_parameter_that_changed_replaces_the_run(
        self, run: RunRecords, find: Callable[..., dict[str, Any]], tmp_path: Path
    ) -> None:
        from mlflow.entities import ViewType

        MlflowReport().write([run], tmp_path)
        before = find()
        gatys = replace(run.methods[0], settings={"steps": 100})
        MlflowReport().write([replace(run, methods=(gatys, *run.methods[1:]))], tmp_path)
        after = find()
        assert after["gatys"].data.params["settings.steps"] == "100"
        assert after["gatys"].info.run_id != before["gatys"].info.run_id
        assert after["identity"].info.run_id == before["identity"].info.run_id
        assert find(run_view_type=ViewType.DELETED_ONLY)["gatys"].info.run_id == before["gatys"].info.run_id
        receipt = json.loads((tmp_path / "mlflow.json").read_text())
        assert [row["outcome"] for row in receipt["runs"][0]["methods"]] == ["replaced", "updated", "updated"]


def test_several_runs_are_logged_each_for_itself(
    command: Callable[..., CommandResult], finished: Path, find: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    from tests.runs_of_one_protocol import installed_sample_plugins, run_tiny

    with installed_sample_plugins():
        other = run_tiny(tmp_path / "other-run", ["blend"])
    result = command("report", finished, other, "--format", "mlflow", "-o", tmp_path / "out")
    assert (result.code, result.out) == (0, f"{tmp_path / 'out' / 'mlflow.json'}\n"), result.err
    assert set(find()) == {"tiny-run", "keeps_content", "copies_style", "other-run", "blend"}


def test_hostile_names_and_texts_are_logged(find: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    run = build_run(tmp_path / "run")
    hostile = rewrite(run, lambda text: f"../<b>漢 '\"\n{text}", frozenset({"status", "unavailable", "image"}))
    MlflowReport().write([hostile], tmp_path)
    runs = [found for found in find().values() if "mlflow.parentRunId" in found.data.tags]
    assert len(runs) == 3
    assert any(value == 0.40 for found in runs for value in found.data.metrics.values())


def test_a_run_of_which_nothing_has_ended_is_running(
    run: RunRecords, find: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    waiting = replace(run, units=run.units[:0], summary=(), status=RunStatus.RUNNING)
    MlflowReport().write([waiting], tmp_path)
    assert {found.info.status for found in find().values()} == {"RUNNING"}
    assert find()["gatys"].data.metrics == {"units.ok": 0, "units.failed": 0, "units.skipped": 0}


def test_a_run_with_a_failed_unit_that_goes_on_is_running(
    run: RunRecords, find: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    MlflowReport().write([replace(run, status=RunStatus.RUNNING)], tmp_path)
    assert {found.info.status for found in find().values()} == {"RUNNING"}


def test_an_interrupted_run_was_killed(run: RunRecords, find: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    MlflowReport().write([replace(run, units=run.units[run.units["method"] == "gatys"])], tmp_path)
    assert {name: found.info.status for name, found in find().items()} == {
        "mini-run": "KILLED", "gatys": "FINISHED", "clipstyler": "KILLED", "identity": "KILLED",
    }  # fmt: skip


def test_runs_that_started_in_the_same_second_are_two(
    run: RunRecords, find: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    gatys = replace(run, methods=run.methods[:1])
    array = [
        replace(gatys, directory=run.directory.with_name(f"job-{id_}"), provenance={**run.provenance, "id": id_})
        for id_ in ("1", "2")
    ]
    receipts = [json.loads(MlflowReport().write([job], tmp_path).read_text()) for job in array]
    assert [receipt["runs"][0]["run"]["outcome"] for receipt in receipts] == ["new", "new"]
    assert receipts[0]["runs"][0]["methods"][0]["id"] != receipts[1]["runs"][0]["methods"][0]["id"]


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("sqlite:///HERE/my runs.db", "mlflow ui --backend-store-uri 'sqlite:///../my runs.db'"),
        ("HERE/my runs", "mlflow ui --backend-store-uri '../my runs'"),
        ("databricks", "databricks"),
        ("databricks://house", "databricks://house"),
        ("postgresql://me:secret@server/db", "postgresql://server/db"),
    ],
)
def test_the_command_that_shows_it_can_be_given_to_a_shell(uri: str, said: str, tmp_path: Path) -> None:
    assert command_for(uri.replace("HERE", str(tmp_path)), tmp_path / "report") == said


def test_long_settings_are_cut(run: RunRecords, find: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    gatys = replace(run.methods[0], settings={"text": "x" * 20_000, **{f"s{n}": n for n in range(250)}})
    long = replace(run, methods=(gatys,), warnings=("y" * 20_000,))
    MlflowReport().write([long], tmp_path)
    found = find()["gatys"].data
    assert found.params["settings.text"].endswith("x…")
    assert found.params["settings.s249"] == "249"
    assert found.tags["benchmark.warnings"].endswith("y…")


def test_a_run_of_2000_units_has_all_scores_and_few_pictures(
    find: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    import mlflow

    run = build_crossed_run(tmp_path / "large-run", contents=20, styles=20, methods=3, side=8)
    MlflowReport().write([run], tmp_path)
    found = find()["method_0"]
    assert len(artefacts(found, "pictures")) == 16
    assert len(mlflow.load_table(TABLE, run_ids=[found.info.run_id])) == 400


class TestServerThatDoesNotTakeIt:
    """One clear line, exit code 2, and the run is as it was."""

    @pytest.fixture(autouse=True)
    def _patience(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    @pytest.fixture
    def report(
        self, command: Callable[..., CommandResult], finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> Callable[[str], str]:
        def failing(address: str) -> str:
            before = contents(finished)
            monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
            result = command("report", finished, "--format", "mlflow", "-o", tmp_path / "out")
            assert (result.code, result.out, len(result.error_lines)) == (2, "", 1), result.err
            assert "Traceback" not in result.err
            assert contents(finished) == before
            assert not list((tmp_path / "out").glob("*"))
            return result.error_lines[0]

        return failing

    def test_nobody_answers(self, report: Callable[[str], str]) -> None:
        address = free_address()
        line = report(address.replace("http://", "http://me:secret@"))
        assert line.startswith(f"error: cannot log to MLflow at {address}: it does not answer")
        assert "secret" not in line

    @pytest.mark.parametrize(
        ("status", "words"),
        [(401, "MLFLOW_TRACKING_USERNAME"), (403, "does not let you write"), (507, "507")],
    )
    def test_it_refuses(self, report: Callable[[str], str], status: int, words: str) -> None:
        with answering(status) as address:
            assert words in report(address)

    def test_the_experiment_is_in_the_trash(
        self, report: Callable[[str], str], mlflow_server: str, experiment: str
    ) -> None:
        from mlflow import MlflowClient

        client = MlflowClient()
        client.delete_experiment(client.create_experiment(experiment))
        assert "mlflow experiments restore" in report(mlflow_server)


# MLflow uses what SQLAlchemy no longer recommends.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_without_a_server_it_goes_into_a_file_of_this_folder(
    command: Callable[..., CommandResult], finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mlflow import MlflowClient

    monkeypatch.chdir(tmp_path)
    for name in ("MLFLOW_TRACKING_URI", "MLFLOW_EXPERIMENT_NAME", "MLFLOW_EXPERIMENT_ID"):
        monkeypatch.delenv(name, raising=False)
    result = command("report", finished, "--format", "mlflow", "-o", tmp_path / "out")
    assert (result.code, result.out) == (0, f"{tmp_path / 'out' / 'mlflow.json'}\n"), result.err
    text = (tmp_path / "out" / "mlflow.json").read_text()
    assert str(tmp_path) not in text
    receipt = json.loads(text)
    monkeypatch.chdir(tmp_path / "out")
    client = MlflowClient(receipt["tracking_uri"])
    assert client.get_experiment_by_name("style-transfer-benchmark") is not None
    assert client.get_run(receipt["runs"][0]["methods"][0]["id"]).data.metrics["units.ok"] > 0
