"""Event files are read back by TensorBoard's own reader."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from PIL import Image

from benchmark.store.records import RunRecords
from benchmark.testing import ReportConformance
from reports.trackers.tensorboard_report import EVENTS, FOLDER, TensorBoardReport
from tests.conftest import CommandResult
from tests.reports.sample_runs import build_crossed_run, build_run, rewrite
from tests.reports.trackers.conftest import contents

pytest.importorskip("tensorboard", reason="needs the extra tensorboard")


class TestConformance(ReportConformance):
    plugin = TensorBoardReport


def read(folder: Path) -> Any:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(folder), size_guidance={"images": 0, "tensors": 0})
    events.Reload()
    return events


@pytest.fixture
def gatys(run: RunRecords, tmp_path: Path) -> Any:
    TensorBoardReport().write([run], tmp_path)
    return read(tmp_path / FOLDER / "mini-run" / "gatys")


def test_scores_have_their_intervals(gatys: Any) -> None:
    values = {name: gatys.Scalars(name)[-1].value for name in ("ssim", "ssim.low", "ssim.high")}
    assert values == pytest.approx({"ssim": 0.40, "ssim.low": 0.35, "ssim.high": 0.45})


def test_the_scores_of_the_cases_are_a_histogram(gatys: Any) -> None:
    assert {"cases/ssim", "cases/gram", "cases/gram.relu1_1"} <= set(gatys.Tags()["histograms"])
    assert gatys.Histograms("cases/ssim")[0].histogram_value.num == 3


def test_pictures_show_content_style_and_result(gatys: Any, run: RunRecords) -> None:
    tags = [name for name in gatys.Tags()["images"] if name.startswith("pictures/")]
    assert tags == [f"pictures/{case.id}" for case in run.cases[:2]]
    with Image.open(io.BytesIO(gatys.Images(tags[0])[0].encoded_image_string)) as image:
        assert image.size == (3 * 48 + 2 * 4, 48)


def test_settings_are_hyperparameters(gatys: Any) -> None:
    from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

    contents = gatys.summary_metadata["_hparams_/session_start_info"].plugin_data.content
    hyperparameters = HParamsPluginData.FromString(contents).session_start_info.hparams
    assert hyperparameters["settings.steps"].number_value == 500
    assert hyperparameters["protocol.fingerprint"].string_value == "0123456789abcdef0123456789abcdef"
    assert "version.python" not in hyperparameters


def test_text_says_what_it_is(gatys: Any) -> None:
    (text,) = gatys.Tensors("facts/text_summary")[0].tensor_proto.string_val
    assert "| circular | gram |" in text.decode()
    (text,) = gatys.Tensors("parameters/text_summary")[0].tensor_proto.string_val
    assert r"| version.python | 3.11.9 |" in text.decode()


def test_writing_again_replaces_what_was_there(run: RunRecords, tmp_path: Path) -> None:
    TensorBoardReport().write([run], tmp_path)
    changed = replace(run, summary=(replace(run.summary[0], mean=0.38), *run.summary[1:]))
    TensorBoardReport().write([changed], tmp_path)
    folder = tmp_path / FOLDER / "mini-run" / "gatys"
    assert [path.name for path in folder.iterdir()] == [EVENTS]
    assert [point.value for point in read(folder).Scalars("ssim")] == [pytest.approx(0.38)]
    receipt = json.loads((tmp_path / "tensorboard.json").read_text())
    assert {row["outcome"] for row in receipt["runs"][0]["methods"]} == {"replaced"}


def test_methods_that_are_gone_are_removed_and_files_of_others_stay(run: RunRecords, tmp_path: Path) -> None:
    TensorBoardReport().write([run], tmp_path)
    folder = tmp_path / FOLDER / "mini-run"
    (folder / "clipstyler" / "notes.txt").write_text("mine")
    (folder / "mine").mkdir()
    (folder / "mine" / "events.out.tfevents.1").write_bytes(b"")
    path = TensorBoardReport().write([replace(run, methods=run.methods[:1])], tmp_path)
    assert {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()} == {
        f"gatys/{EVENTS}", "clipstyler/notes.txt", "mine/events.out.tfevents.1",
    }  # fmt: skip
    assert not (folder / "identity").exists()
    assert json.loads(path.read_text())["command"] == f"tensorboard --logdir {FOLDER}"
    assert str(tmp_path) not in path.read_text()


@pytest.mark.parametrize("missing", [None, math.nan])
def test_missing_scores_are_left_out(run: RunRecords, tmp_path: Path, missing: float | None) -> None:
    row = replace(run.summary[0], mean=missing, low=missing, high=missing)
    TensorBoardReport().write([replace(run, summary=(row, *run.summary[1:]))], tmp_path)
    assert "ssim" not in read(tmp_path / FOLDER / "mini-run" / "gatys").Tags()["scalars"]


def test_a_run_of_which_nothing_has_ended(run: RunRecords, tmp_path: Path) -> None:
    TensorBoardReport().write([replace(run, units=pd.DataFrame(), summary=())], tmp_path)
    assert read(tmp_path / FOLDER / "mini-run" / "gatys").Scalars("units.ok")[0].value == 0


def test_a_run_without_methods(run: RunRecords, tmp_path: Path) -> None:
    path = TensorBoardReport().write([replace(run, methods=(), units=pd.DataFrame(), summary=())], tmp_path)
    assert json.loads(path.read_text())["runs"][0]["methods"] == []


def test_hostile_names_stay_in_the_folder(tmp_path: Path) -> None:
    run = build_run(tmp_path / "run")
    hostile = rewrite(run, lambda text: f"../<b>漢 '\"\n{text}", frozenset({"status", "unavailable", "image"}))
    out = tmp_path / "out"
    out.mkdir()
    TensorBoardReport().write([hostile], out)
    assert len(list(out.rglob(EVENTS))) == 3
    assert {path.name for path in tmp_path.iterdir()} == {"run", "out"}
    (text,) = read(next(out.rglob(EVENTS)).parent).Tensors("parameters/text_summary")[0].tensor_proto.string_val
    assert b"<b>" not in text


def test_a_run_of_2000_units_has_few_pictures(tmp_path: Path) -> None:
    run = build_crossed_run(tmp_path / "large-run", contents=20, styles=20, methods=3, side=8)
    TensorBoardReport().write([run], tmp_path)
    events = read(tmp_path / FOLDER / "large-run" / "method_0")
    assert len(events.Tags()["images"]) == 16
    assert events.Histograms("cases/ssim")[0].histogram_value.num == 400


def test_a_folder_that_cannot_be_written_is_one_line(
    command: Callable[..., CommandResult], finished: Path, tmp_path: Path
) -> None:
    before = contents(finished)
    (tmp_path / FOLDER).write_text("in the way")
    result = command("report", finished, "--format", "tensorboard", "-o", tmp_path)
    assert result.code == 2
    assert len(result.error_lines) == 1
    assert "Traceback" not in result.err
    assert contents(finished) == before
