"""Unfinished tasks of a plan."""

from __future__ import annotations

from benchmark.execution.tasks.remaining_tasks import RemainingTasks
from benchmark.plan.plan import Plan
from benchmark.protocol.embedded import smoke
from benchmark.store.journal import JournalWriter, UnitRecord
from benchmark.store.journal_index import JournalIndex
from benchmark.store.records import UnitStatus

PLAN = Plan(("painter", "printer"), smoke().cases, seed=0)


def remaining(path, *records: UnitRecord) -> RemainingTasks:
    with JournalWriter(path / "journal.jsonl") as journal:
        for record in records:
            journal.append(record)
    return RemainingTasks(JournalIndex(path / "journal.jsonl", PLAN))


def record(position: int, status: UnitStatus, **facts) -> UnitRecord:
    unit = PLAN[position]
    return UnitRecord(unit.method, unit.case.id, status, unit.seed, **facts)


def test_at_first_it_is_everything(tmp_path):
    tasks = remaining(tmp_path)
    assert [task.unit for task in tasks] == list(PLAN)
    assert tasks.number_by_method == {"painter": 2, "printer": 2}


def test_finished_units_are_left_out(tmp_path):
    tasks = remaining(tmp_path, record(1, UnitStatus.OK), record(2, UnitStatus.SKIPPED), record(3, UnitStatus.SKIPPED))
    assert [task.unit for task in tasks] == [PLAN[0]]
    assert tasks.number_by_method == {"painter": 1}


def test_an_image_that_is_made_is_only_scored(tmp_path):
    made = record(1, UnitStatus.OK, score_errors={"ssim": "no eyes"})
    tasks = remaining(tmp_path, made, record(0, UnitStatus.FAILED, error="no paint"))
    assert [task.made for task in tasks] == [None, made, None, None]
    assert tasks[1:3] == [tasks[1], tasks[2]]


def test_methods_that_make_nothing_only_have_their_images_scored(tmp_path):
    records = [record(0, UnitStatus.OK), record(1, UnitStatus.FAILED, error="no paint"), record(2, UnitStatus.OK)]
    with JournalWriter(tmp_path / "journal.jsonl") as journal:
        for each in records:
            journal.append(each)
    index = JournalIndex(tmp_path / "journal.jsonl", PLAN, wanted=["ssim"])
    tasks = RemainingTasks(index, methods=["printer"], wanted=["ssim"], described={"painter": {"fid"}})
    assert [task.unit for task in tasks] == [PLAN[0], PLAN[2], PLAN[3]]
    assert [task.made for task in tasks] == [records[0], records[2], None]
    assert [task.only_scores for task in tasks] == [True, False, False]
    assert [task.described for task in tasks] == [{"fid"}, (), ()]
    assert tasks.number_to_make == 1
    assert tasks.left_alone_by_method == {"painter": 1}
