"""The file that says where a run went."""

from __future__ import annotations

import json
from pathlib import Path

from reports.trackers.receipt import LoggedRow, LoggedRun, without_password, write_receipt


def test_it_names_place_group_and_everything_that_was_logged(tmp_path: Path) -> None:
    logged = LoggedRun(LoggedRow("mini", "1", "there/1", "new"), (LoggedRow("gatys", "2", "there/2", "new", 16),))
    path = write_receipt(tmp_path / "receipt.json", "http://there", "experiment", [logged], "open it")
    content = json.loads(path.read_text())
    assert (content["place"], content["group"], content["see"]) == ("http://there", "experiment", "open it")
    assert content["runs"][0]["run"]["address"] == "there/1"
    assert content["runs"][0]["methods"][0] == {
        "name": "gatys", "id": "2", "address": "there/2", "outcome": "new", "pictures": 16,
    }  # fmt: skip


def test_passwords_are_left_out() -> None:
    assert without_password("https://me:secret@server:5000/path") == "https://server:5000/path"
    assert without_password("sqlite:///home/me@work/mlflow.db") == "sqlite:///home/me@work/mlflow.db"
    assert without_password("http://[broken") == "http://[broken"
