"""Runs are logged to W&B offline, and read back from the files that it keeps."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from benchmark.store.records import RunRecords, RunStatus
from benchmark.testing import ReportConformance
from reports.trackers.wandb_report import WandbReport
from tests.conftest import CommandResult
from tests.reports.sample_runs import build_crossed_run, build_run, rewrite
from tests.reports.trackers.conftest import answering, contents, deleting, free_address, wandb_offline

pytest.importorskip("wandb", reason="needs the extra wandb")


@dataclass
class Kept:
    """What W&B keeps of a run until it is synchronised."""

    run: Any = None
    history: dict[str, Any] = field(default_factory=dict)
    artefacts: dict[str, set[str]] = field(default_factory=dict)
    table: dict[str, Any] = field(default_factory=dict)
    summary: dict[str, Any] = field(default_factory=dict)
    code: int = 0
    is_preempting: bool = False

    @property
    def config(self) -> dict[str, Any]:
        return {item.key: json.loads(item.value_json) for item in self.run.config.update}


BLOCK, HEADER = 32_768, 7


def records(path: Path) -> Iterator[Any]:
    """The records of W&B's file: a header, then blocks in the format of LevelDB's log."""
    from wandb.proto.wandb_internal_pb2 import Record

    data, position, record = path.read_bytes(), HEADER, b""
    assert data.startswith(b":W&B")
    while position + HEADER <= len(data):
        if BLOCK - position % BLOCK < HEADER:
            position += BLOCK - position % BLOCK
            continue
        _, length, part = struct.unpack_from("<IHB", data, position)
        record += data[position + HEADER : position + HEADER + length]
        position += HEADER + length
        is_whole, is_last = part == 1, part == 4
        if is_whole or is_last:
            yield Record.FromString(record)
            record = b""


def read(folder: Path) -> Kept:
    (path,) = folder.glob("run-*.wandb")
    kept = Kept()
    for record in records(path):
        kind = record.WhichOneof("record_type")
        if kind == "run":
            kept.run = record.run
        elif kind == "history":
            kept.history |= {
                item.key or ".".join(item.nested_key): json.loads(item.value_json) for item in record.history.item
            }
        elif kind == "summary":
            kept.summary |= {
                item.key or ".".join(item.nested_key): json.loads(item.value_json) for item in record.summary.update
            }
        elif kind == "preempting":
            kept.is_preempting = True
        elif kind == "artifact":
            kept.artefacts[record.artifact.type] = {entry.path for entry in record.artifact.manifest.contents}
        elif kind == "exit":
            kept.code = record.exit.exit_code
    for table in folder.rglob("*.table.json"):
        kept.table = json.loads(table.read_text())
    return kept


def kept(receipt: Path) -> dict[str, Kept]:
    """What was logged, by the name of the run or of the method."""
    (run,) = json.loads(receipt.read_text())["runs"]
    return {row["name"]: read(receipt.parent / row["address"]) for row in (run["run"], *run["methods"])}


@pytest.mark.usefixtures("wandb_folder")
class TestConformance(ReportConformance):
    plugin = WandbReport


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the report of a run of two methods and a control, some of whose units failed."""
    folder = tmp_path_factory.mktemp("wandb")
    with wandb_offline(folder / "kept by wandb"):
        WandbReport().write([build_run(folder / "mini-run")], folder)
    return folder


@pytest.fixture(scope="module")
def logged(folder: Path) -> dict[str, Kept]:
    return kept(folder / "wandb.json")


def test_methods_and_page_are_a_group(logged: dict[str, Kept]) -> None:
    assert [(name, one.run.job_type) for name, one in logged.items()] == [
        ("mini-run", "report"), ("gatys", "method"), ("clipstyler", "method"), ("identity", "method"),
    ]  # fmt: skip
    assert len({one.run.run_group for one in logged.values()}) == 1
    assert {one.run.project for one in logged.values()} == {"style-transfer-benchmark"}


def test_scores_have_their_intervals(logged: dict[str, Kept]) -> None:
    history = logged["gatys"].history
    assert [history[name] for name in ("ssim", "ssim_low", "ssim_high", "ssim_n")] == [0.40, 0.35, 0.45, 2]
    assert "art_fid" not in history


def test_settings_say_what_it_was_run_with(logged: dict[str, Kept]) -> None:
    config = logged["gatys"].config
    assert (config["settings_steps"], config["seed"], config["circular"]) == (500, 7, "gram")
    assert config["protocol_fingerprint"] == "0123456789abcdef0123456789abcdef"


def test_units_are_a_table_with_pictures(logged: dict[str, Kept]) -> None:
    table = logged["gatys"].table
    rows = [dict(zip(table["columns"], row, strict=True)) for row in table["data"]]
    assert [row["status"] for row in rows] == ["ok", "ok", "skipped"]
    assert [row["gram_relu1_1"] for row in rows] == [0.1, 0.1, 0.1]
    assert [row["stylized_picture"] for row in rows] == ["Image", "Image", None]
    files = logged["gatys"].artefacts["run_table"]
    # Bridge, cat, wave, night, and one picture that the sample method made of both cases.
    assert len([name for name in files if name.endswith(".jpg")]) == 5


def test_the_page_is_an_artefact(logged: dict[str, Kept]) -> None:
    assert logged["mini-run"].artefacts == {"report": {"index.html", "summary.csv"}}


def test_a_method_with_failures_has_failed_and_its_run_too(logged: dict[str, Kept]) -> None:
    assert {name: one.code for name, one in logged.items()} == {
        "mini-run": 1, "gatys": 0, "clipstyler": 1, "identity": 0,
    }  # fmt: skip
    assert not any(one.is_preempting for one in logged.values())


def test_a_run_that_goes_on_is_not_finished(run: RunRecords, wandb_folder: Path, tmp_path: Path) -> None:
    logged = kept(WandbReport().write([replace(run, status=RunStatus.RUNNING)], tmp_path))
    assert {(one.code, one.is_preempting) for one in logged.values()} == {(1, True)}
    assert {one.config["status"] for one in logged.values()} == {"running"}


def test_a_resumed_run_would_say_nothing_that_no_longer_holds(
    run: RunRecords, wandb_folder: Path, tmp_path: Path
) -> None:
    lost = replace(run.summary[0], mean=None, low=None, high=None, warning="no memory")
    one_method = replace(run, methods=run.methods[:1])
    first = kept(WandbReport().write([replace(one_method, summary=(lost, *run.summary[1:]))], tmp_path))["gatys"]
    assert first.config["not_scored"] == "ssim: no memory"
    assert [first.summary[name] for name in ("ssim", "ssim_low", "ssim_high", "ssim_n")] == [None] * 4
    summary = tuple(replace(row, circular=False) for row in run.summary)
    second = kept(WandbReport().write([replace(one_method, summary=summary, warnings=())], tmp_path))["gatys"]
    assert [second.config[name] for name in ("warnings", "not_scored", "circular")] == ["", "", ""]
    assert second.summary.get("ssim", 0.40) == 0.40


def test_a_run_of_the_user_stays_open_and_gets_nothing(run: RunRecords, wandb_folder: Path, tmp_path: Path) -> None:
    import wandb

    with wandb.init(project="mine", settings=wandb.Settings(console="off", silent=True)) as mine:
        logged = kept(WandbReport().write([replace(run, methods=run.methods[:1])], tmp_path))
        assert wandb.run is mine
        mine.log({"loss": 0.5})
        folder = Path(mine.dir).parent
    assert mine.id not in {one.run.run_id for one in logged.values()}
    assert logged["gatys"].history["ssim"] == 0.40
    theirs = read(folder)
    assert theirs.history["loss"] == 0.5
    assert not {"ssim", "cases"} & theirs.history.keys()
    wandb.teardown()


def test_nothing_of_this_machine_is_gathered(folder: Path) -> None:
    names = {path.name for path in folder.rglob("*")}
    assert not {"wandb-metadata.json", "requirements.txt", "output.log"} & names
    assert {one.run.host for one in kept(folder / "wandb.json").values()} == {""}


def test_logging_again_has_the_same_identifiers(run: RunRecords, wandb_folder: Path, tmp_path: Path) -> None:
    first, second = (kept(WandbReport().write([run], tmp_path)) for _ in range(2))
    assert {name: one.run.run_id for name, one in first.items()} == {
        name: one.run.run_id for name, one in second.items()
    }


def test_a_small_file_says_how_to_synchronise(
    command: Callable[..., CommandResult], finished: Path, wandb_folder: Path, tmp_path: Path
) -> None:
    result = command("report", finished, "--format", "wandb", "-o", tmp_path / "out")
    assert (result.code, result.out) == (0, f"{tmp_path / 'out' / 'wandb.json'}\n"), result.err
    receipt = json.loads((tmp_path / "out" / "wandb.json").read_text())
    assert receipt["command"].startswith("wandb sync ")
    assert str(tmp_path) not in json.dumps(receipt)
    folders = [(tmp_path / "out" / row["address"]).resolve() for row in receipt["runs"][0]["methods"]]
    assert all(folder.is_dir() and folder.is_relative_to(wandb_folder) for folder in folders)


def test_hostile_names_and_texts_are_logged(wandb_folder: Path, tmp_path: Path) -> None:
    run = build_run(tmp_path / "run")
    hostile = rewrite(run, lambda text: f"../<b>漢 '\"\n{text}", frozenset({"status", "unavailable", "image"}))
    logged = kept(WandbReport().write([hostile], tmp_path))
    assert len(logged) == 4
    assert any(value == 0.40 for one in logged.values() for value in one.history.values())


def test_a_run_of_which_nothing_has_ended(run: RunRecords, wandb_folder: Path, tmp_path: Path) -> None:
    logged = kept(WandbReport().write([replace(run, units=run.units[:0], summary=())], tmp_path))
    assert logged["gatys"].history["units_ok"] == 0
    assert logged["gatys"].table["data"] == []


def test_a_run_of_2000_units_has_all_scores_and_few_pictures(wandb_folder: Path, tmp_path: Path) -> None:
    run = build_crossed_run(tmp_path / "large-run", contents=20, styles=20, methods=3, side=8)
    table = kept(WandbReport().write([replace(run, methods=run.methods[:1])], tmp_path))["method_0"].table
    assert len(table["data"]) == 400
    assert len([row for row in table["data"] if row[-1] == "Image"]) == 16


class TestServerThatDoesNotTakeIt:
    """One clear line, exit code 2, and the run is as it was."""

    @pytest.fixture
    def report(
        self,
        command: Callable[..., CommandResult],
        finished: Path,
        wandb_folder: Path,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> Callable[..., str]:
        def failing(**variables: str) -> str:
            before = contents(finished)
            for name, value in {"NO_PROXY": "127.0.0.1", **variables}.items():
                monkeypatch.setenv(name, value)
            result = command("report", finished, "--format", "wandb", "-o", tmp_path / "out")
            assert (result.code, result.out, len(result.error_lines)) == (2, "", 1), result.err
            assert "Traceback" not in result.err
            assert "secret" not in result.err
            assert contents(finished) == before
            assert not list((tmp_path / "out").glob("*"))
            return result.error_lines[0]

        return failing

    def test_nobody_is_logged_in(self, report: Callable[..., str]) -> None:
        with answering(404) as address:
            assert "nobody is logged in" in report(WANDB_MODE="online", WANDB_BASE_URL=address)

    def test_nobody_answers(self, report: Callable[..., str]) -> None:
        address = free_address()
        named = address.replace("http://", "http://me:secret@")
        line = report(WANDB_MODE="online", WANDB_BASE_URL=named, WANDB_API_KEY="0" * 40)
        assert line.startswith(f"error: cannot log to Weights & Biases at {address}: it does not answer")
        assert "secret" not in line

    def test_its_address_is_none(self, report: Callable[..., str]) -> None:
        line = report(WANDB_MODE="online", WANDB_BASE_URL="server.example/me:secret@", WANDB_API_KEY="0" * 40)
        assert line.startswith("error: cannot log to Weights & Biases: its settings are wrong: base_url: ")
        assert "secret" not in line

    def test_the_run_was_deleted_there(self, report: Callable[..., str]) -> None:
        with deleting() as address:
            line = report(
                WANDB_MODE="online",
                WANDB_BASE_URL=address.replace("http://", "http://me:secret@"),
                WANDB_API_KEY="0" * 40,
                WANDB_INIT_TIMEOUT="5",
            )
        assert "this run was deleted there" in line
        assert "WANDB_PROJECT" in line

    def test_it_refuses_the_key(self, report: Callable[..., str]) -> None:
        with answering(401) as address:
            line = report(WANDB_MODE="online", WANDB_BASE_URL=address, WANDB_API_KEY="0" * 40)
        assert "the server does not know you" in line

    def test_it_is_full(self, report: Callable[..., str]) -> None:
        with answering(507) as address:
            assert "not as it should" in report(WANDB_MODE="online", WANDB_BASE_URL=address, WANDB_API_KEY="0" * 40)

    def test_a_mode_that_logs_nothing(self, report: Callable[..., str]) -> None:
        assert "WANDB_MODE is disabled, with which nothing is logged" in report(WANDB_MODE="disabled")
