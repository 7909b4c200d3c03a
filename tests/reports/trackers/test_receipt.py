"""The file that says where a run went."""

from __future__ import annotations

import json
from pathlib import Path

from reports.trackers.receipt import LoggedRow, LoggedRun, write_receipt


def test_it_names_tracker_experiment_and_everything_that_was_logged(tmp_path: Path) -> None:
    logged = LoggedRun(LoggedRow("mini", "1", "there/1", "new"), (LoggedRow("gatys", "2", "there/2", "new", 16),))
    path = write_receipt(tmp_path / "receipt.json", "http://there", "experiment", [logged], "open it")
    content = json.loads(path.read_text())
    assert (content["tracking_uri"], content["experiment"]) == ("http://there", "experiment")
    assert content["command"] == "open it"
    assert content["runs"][0]["run"]["address"] == "there/1"
    assert content["runs"][0]["methods"][0] == {
        "name": "gatys", "id": "2", "address": "there/2", "outcome": "new", "pictures": 16,
    }  # fmt: skip
