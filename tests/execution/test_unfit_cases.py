"""Cases of which a method finds out only while it stylizes that they do not fit."""

from __future__ import annotations

import json

from benchmark.store.journal import read_journal
from benchmark.store.records import UnitStatus


def test_are_skipped_with_the_methods_reason_and_not_tried_again(tiny, tmp_path):
    first = tiny("refuses_dark_contents")
    assert first.code == 0, first.err
    records, _ = read_journal(tmp_path / "run" / "journal.jsonl")
    of_hills = {record.case: record for record in records.values() if record.case.startswith("hills")}
    assert len(of_hills) == 2
    assert {record.status for record in of_hills.values()} == {UnitStatus.SKIPPED}
    assert {record.error for record in of_hills.values()} == {"needs a bright content, this one is dark"}
    others = [record for record in records.values() if record.case not in of_hills]
    assert {record.status for record in others} == {UnitStatus.OK}
    assert json.loads((tmp_path / "run" / "run.json").read_text())["status"] == "complete"

    assert "continuing: 5 of 5 units are finished" in tiny("refuses_dark_contents").err
