"""The journal outlives crashes."""

from __future__ import annotations

import json

import pytest

from benchmark.errors import InputError
from benchmark.store.journal import SIMILARITIES, JournalWriter, Superseded, UnitRecord, read_journal
from benchmark.store.records import UnitStatus


def record(case: str, status: UnitStatus = UnitStatus.OK, **facts) -> UnitRecord:
    return UnitRecord("painter", case, status, seed=2**63 - 1, **facts)


def test_what_is_written_is_read(tmp_path):
    written = record(
        "a",
        seconds=0.1,
        cpu_seconds=0.2,
        disturbed=True,
        peak_memory_bytes=5,
        image="images/painter/a.png",
        scores={"x": 0.1 + 0.2, "y": None},
    )
    with JournalWriter(tmp_path / "journal.jsonl") as journal:
        journal.append(written)
    assert read_journal(tmp_path / "journal.jsonl") == ({("painter", "a"): written}, [])


def test_a_line_of_a_version_that_did_not_look_is_not_known_to_be_disturbed_or_not():
    line = '{"method":"painter","case":"a","status":"ok","seed":0,"seconds":0.1,"peak_memory_bytes":5}'
    read = UnitRecord.from_line(line)
    assert (read.seconds, read.cpu_seconds, read.disturbed) == (0.1, None, None)


def test_the_last_record_of_a_unit_counts(tmp_path):
    with JournalWriter(tmp_path / "j") as journal:
        journal.append(record("a", UnitStatus.FAILED, error="no paint"))
        journal.append(record("a"))
    assert read_journal(tmp_path / "j")[0]["painter", "a"].status is UnitStatus.OK


def test_a_line_cut_off_by_a_crash_is_cut_away_before_the_next_one(tmp_path):
    path = tmp_path / "j"
    with JournalWriter(path) as journal:
        journal.append(record("a"))
        journal.append(record("b"))
    path.write_bytes(path.read_bytes()[:-20])
    with JournalWriter(path) as journal:
        journal.append(record("c"))
    records, warnings = read_journal(path)
    assert [case for _, case in records] == ["a", "c"]
    assert not warnings


@pytest.mark.parametrize("lost", [1, 20])
def test_a_last_line_that_is_cut_off_counts_no_more_than_for_who_goes_on_with_the_run(tmp_path, lost):
    path = tmp_path / "j"
    with JournalWriter(path) as journal:
        journal.append(record("a"))
        journal.append(record("b"))
    path.write_bytes(path.read_bytes()[:-lost])

    records, warnings = read_journal(path)

    assert [case for _, case in records] == ["a"]
    assert warnings == ["j line 2 is cut off and was passed over"]


@pytest.mark.parametrize("line", ["{", "[]", "null", '{"method": "m"}', '{"status": "great"}', "\x00\x00"])
def test_a_damaged_line_is_passed_over_and_said(tmp_path, line):
    path = tmp_path / "j"
    with JournalWriter(path) as journal:
        journal.append(record("a"))
    path.write_text(line + "\n" + path.read_text())
    records, warnings = read_journal(path)
    assert len(records) == 1
    assert len(warnings) == 1
    assert "j line 1 is damaged" in warnings[0]


def test_a_score_that_json_cannot_hold_is_no_number(tmp_path):
    with JournalWriter(tmp_path / "j") as journal:
        journal.append(record("a", scores={"x": float("nan")}))
    assert read_journal(tmp_path / "j")[0]["painter", "a"].scores == {"x": None}


def test_a_missing_journal_is_empty(tmp_path):
    assert read_journal(tmp_path / "none") == ({}, [])


def test_a_record_lacks_the_scores_that_failed_or_were_never_made():
    made = record("a", scores={"x": None, "y": 0.5}, score_errors={"z": "no score"})
    assert made.lacking(["x", "y", "z", "new"]) == ["z", "new"]
    assert made.lacking([SIMILARITIES]) == []
    assert record("a", score_errors={SIMILARITIES: "no eyes"}).lacking([SIMILARITIES]) == [SIMILARITIES]


def test_what_a_line_supersedes_no_longer_counts_above_it(tmp_path):
    first = record("a", scores={"x": 1.0, "x.part": 2.0, "y": 3.0}, score_errors={"z": "no score"})
    second = record("b", scores={"x": 4.0})
    with JournalWriter(tmp_path / "j") as journal:
        for line in (first, Superseded({"x": "version 1 there, 2 here", "z": "new weights"}), second):
            journal.append(line)
    records, warnings = read_journal(tmp_path / "j")
    assert warnings == []
    assert records["painter", "a"] == record("a", scores={"y": 3.0})
    assert records["painter", "b"] == second


def test_a_damaged_line_that_supersedes_is_passed_over(tmp_path):
    (tmp_path / "j").write_text('{"superseded": ["x"]}\n')
    records, (warning,) = read_journal(tmp_path / "j")
    assert (records, warning.startswith("j line 1 is damaged")) == ({}, True)


def test_an_unwritable_place_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"cannot write .*file"):
        JournalWriter(tmp_path / "file" / "journal.jsonl")


@pytest.mark.parametrize(
    "change",
    [
        {"method": ".."},
        {"case": "../../a"},
        {"case": ""},
        {"image": "/etc/passwd"},
        {"image": "images/painter/../../a.png"},
        {"log": "../painter.log"},
        {"seed": 2**63},
        {"seed": "1"},
        {"seconds": "soon"},
        {"scores": [1]},
        {"scores": {"x": "0.5"}},
        {"status": 1},
        {"surprise": 1},
    ],
)
def test_a_line_that_no_run_writes_is_damaged(tmp_path, change):
    line = {**json.loads(record("a").to_line()), **change}
    (tmp_path / "j").write_text(json.dumps(line) + "\n")
    records, warnings = read_journal(tmp_path / "j")
    assert records == {}
    assert len(warnings) == 1
