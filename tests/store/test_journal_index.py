"""The index of a journal over the units of a plan."""

from __future__ import annotations

import numpy as np
import pytest

from benchmark.plan.plan import Plan
from benchmark.protocol.embedded import smoke
from benchmark.store.journal import JournalWriter, Superseded, UnitRecord, read_journal
from benchmark.store.journal_index import JournalIndex
from benchmark.store.records import UnitStatus

PLAN = Plan(("painter", "printer"), smoke().cases, seed=0)
FIRST, SECOND, *_ = (case.id for case in smoke().cases)


@pytest.fixture
def journal(tmp_path):
    return tmp_path / "journal.jsonl"


def record(method: str, case: str, status: UnitStatus = UnitStatus.OK, **facts) -> UnitRecord:
    return UnitRecord(method, case, status, seed=0, **facts)


def append(journal, *records: UnitRecord | Superseded) -> None:
    with JournalWriter(journal) as writer:
        for each in records:
            writer.append(each)


def test_without_a_journal_everything_is_left(journal):
    index = JournalIndex(journal, PLAN)
    assert len(index) == 0
    assert list(index.unfinished()) == list(range(len(PLAN)))
    assert index.record(0) is None
    assert list(index.records()) == []


def test_records_come_in_the_order_of_the_plan(journal):
    written = [record("printer", FIRST), record("painter", SECOND, seconds=2.0), record("painter", FIRST)]
    append(journal, *written)
    found = list(JournalIndex(journal, PLAN).records())
    assert [record for _, record in found] == [written[2], written[1], written[0]]
    assert [PLAN[position].key for position, _ in found] == [record.key for _, record in found]


def test_the_last_record_of_a_unit_counts(journal):
    append(journal, record("painter", FIRST, UnitStatus.FAILED, error="no paint"), record("painter", FIRST))
    index = JournalIndex(journal, PLAN)
    assert (len(index), index.status(0)) == (1, UnitStatus.OK)
    assert index.record(0).error == ""


def test_failures_and_failed_scores_are_left_to_do(journal):
    append(
        journal,
        record("painter", FIRST, UnitStatus.FAILED, error="no paint"),
        record("painter", SECOND, score_errors={"ssim": "no eyes"}),
        record("printer", FIRST, UnitStatus.SKIPPED, error="no style image"),
        record("printer", SECOND),
    )
    index = JournalIndex(journal, PLAN)
    assert list(index.unfinished()) == [0, 1]
    assert index.counts() == {UnitStatus.OK: 2, UnitStatus.FAILED: 1, UnitStatus.SKIPPED: 1}
    assert index.failed_scores() == 1


def test_only_what_was_appended_is_read_again(journal):
    append(journal, record("painter", FIRST))
    index = JournalIndex(journal, PLAN)
    damaged = b"x" * (journal.stat().st_size - 1)
    append(journal, record("painter", SECOND))
    with journal.open("r+b") as file:
        file.write(damaged)
    index.refresh()
    assert (len(index), index.status(0), index.status(1)) == (2, UnitStatus.OK, UnitStatus.OK)


def test_a_line_that_is_cut_off_counts_when_it_is_whole(journal):
    append(journal, record("painter", FIRST), record("painter", SECOND))
    whole = journal.read_bytes()
    for end in (-20, -1):
        journal.write_bytes(whole[:end])
        index = JournalIndex(journal, PLAN)
        assert len(index) == 1
        journal.write_bytes(whole)
        index.refresh()
        assert len(index) == 2


def test_damaged_lines_and_units_of_others_are_passed_over(journal):
    append(journal, record("stranger", FIRST), record("painter", "stranger"))
    with journal.open("ab") as file:
        file.write(b"{damaged\n\xff\xfe\n")
    append(journal, record("painter", FIRST))
    index = JournalIndex(journal, PLAN)
    assert (len(index), index.status(0)) == (1, UnitStatus.OK)


@pytest.mark.parametrize(("before", "after"), [(b"no paint", b"no \xffaint"), (b',"seed"', b',\r"seed"')])
def test_a_damaged_byte_that_costs_no_fact_costs_no_record_either(journal, before, after):
    append(journal, record("painter", FIRST, error="no paint"), record("painter", SECOND))
    journal.write_bytes(journal.read_bytes().replace(before, after, 1))
    reported, warnings = read_journal(journal)
    assert [record for _, record in JournalIndex(journal, PLAN).records()] == list(reported.values())
    assert (len(reported), warnings) == (2, [])


def test_it_tells_of_damage_as_the_reader_of_a_whole_journal_does(journal):
    append(journal, record("painter", FIRST))
    with journal.open("ab") as file:
        file.write(b"{damaged\n" + b'{"superseded": 3}\n' + b'{"method": "painter", "ca')
    index = JournalIndex(journal, PLAN)
    assert len(index.damage) == 3
    assert index.damage == read_journal(journal)[1]
    append(journal, record("painter", SECOND))
    index.refresh()
    assert (len(index), len(index.damage)) == (2, 2)


def append_bytes(journal, line: bytes) -> None:
    with journal.open("ab") as file:
        file.write(line)


class TestLastingDamage:
    """What no later line makes up for, so that it matters to whoever reads the results."""

    @pytest.fixture
    def whole(self, journal):
        """A journal with a record of every unit."""
        append(journal, *(record(*unit.key) for unit in PLAN))
        return journal

    def test_is_all_damage_while_a_unit_has_no_record(self, journal):
        append(journal, *(record(*unit.key) for unit in list(PLAN)[1:]))
        append_bytes(journal, b'{"method":"printer"\n')
        index = JournalIndex(journal, PLAN)
        assert index.lasting_damage == index.damage != []

    @pytest.mark.parametrize(
        "line", [b'{"superseded": {"ssim": 1}}\n', b'{"supersed\n', b"\0\0\0\n", b'{"supers', b"{"]
    )
    def test_is_a_line_that_may_have_superseded_scores_above_it(self, whole, line):
        append_bytes(whole, line)
        index = JournalIndex(whole, PLAN)
        assert len(index.damage) == 1
        assert index.lasting_damage == index.damage

    def test_is_none_once_all_units_that_have_scores_are_recorded_again(self, whole):
        append(whole, record(*PLAN[0].key, status=UnitStatus.SKIPPED, error="no style image"))
        append_bytes(whole, b'{"superseded": 3}\n')
        append(whole, *(record(*unit.key) for unit in list(PLAN)[2:]))
        index = JournalIndex(whole, PLAN)
        assert index.lasting_damage == index.damage != []
        append(whole, record(*PLAN[1].key))
        index.refresh()
        assert (len(index.damage), index.lasting_damage) == (1, [])

    @pytest.mark.parametrize("cut", [b'"stat\n', b'"stat'], ids=["damaged", "cut off"])
    def test_is_a_record_whose_unit_has_only_an_earlier_one(self, whole, cut):
        append_bytes(
            whole, record(*PLAN[1].key).to_line().encode().replace(b'"status"', cut, 1).partition(cut)[0] + cut
        )
        index = JournalIndex(whole, PLAN)
        assert index.lasting_damage == index.damage != []
        append(whole, record(*PLAN[1].key))
        index.refresh()
        assert index.lasting_damage == []

    def test_is_no_record_of_a_unit_that_cannot_be_told_where_none_lacks_one(self, whole):
        append_bytes(whole, b'{"method":"pai\n' + b'd":"painter","case":"a","status":"ok"}\n')
        index = JournalIndex(whole, PLAN)
        assert (len(index.damage), index.lasting_damage) == (2, [])


def test_what_is_forgotten_is_left_to_do(journal):
    append(journal, record("painter", FIRST), record("painter", SECOND))
    index = JournalIndex(journal, PLAN)
    index.forget(0)
    assert (index.record(0), index.status(0)) == (None, None)
    assert list(index.unfinished()) == [0, 2, 3]
    assert [record.case for _, record in index.records(UnitStatus.OK)] == [SECOND]
    append(journal, record("painter", FIRST))
    index.refresh()
    assert index.status(0) is UnitStatus.OK


class TestMetrics:
    """Which metrics are wanted decides what is left to do."""

    def test_a_unit_is_unfinished_that_a_wanted_metric_has_not_scored(self, journal):
        append(
            journal,
            record("painter", FIRST, scores={"ssim": 0.5}),
            record("painter", SECOND, scores={"ssim": 0.5, "lpips": None}),
            record("printer", FIRST, UnitStatus.SKIPPED, error="no style image"),
            record("printer", SECOND, scores={"ssim": 0.5}, score_errors={"lpips": "no eyes"}),
        )
        index = JournalIndex(journal, PLAN, wanted=["ssim", "lpips"])
        assert list(index.unfinished()) == [0, 3]
        assert (index.unscored(), index.failed_scores(), index.lacking_others()) == (1, 1, 0)

    def test_metrics_that_are_not_wanted_leave_a_unit_finished(self, journal):
        append(
            journal,
            record("painter", FIRST, scores={"ssim": 0.5}, score_errors={"lpips": "no eyes"}),
            record("painter", SECOND, scores={"ssim": 0.5, "lpips": 0.1}),
        )
        index = JournalIndex(journal, PLAN, wanted=["ssim"], others=["lpips"])
        assert list(index.unfinished()) == [2, 3]
        assert (index.failed_scores(), index.lacking_others()) == (0, 1)

    def test_superseded_scores_are_left_to_do_and_are_not_read(self, journal):
        append(
            journal,
            record("painter", FIRST, scores={"ssim": 0.5, "lpips": 0.1}),
            record("painter", SECOND, UnitStatus.SKIPPED, error="no style image"),
            Superseded({"ssim": "version 1 there, 2 here"}),
            record("printer", FIRST, scores={"ssim": 0.6, "lpips": 0.1}),
        )
        index = JournalIndex(journal, PLAN, wanted=["ssim", "lpips"])
        assert list(index.unfinished()) == [0, 3]
        assert index.record(0).scores == {"lpips": 0.1}
        assert index.record(2).scores == {"ssim": 0.6, "lpips": 0.1}
        append(journal, record("painter", FIRST, scores={"ssim": 0.7, "lpips": 0.1}))
        index.refresh()
        assert index.record(0).scores == {"ssim": 0.7, "lpips": 0.1}
        assert list(index.unfinished()) == [3]

    def test_superseded_scores_of_metrics_that_are_not_wanted_are_lacking(self, journal):
        append(journal, record("painter", FIRST, scores={"ssim": 0.5}), Superseded({"ssim": "new weights"}))
        index = JournalIndex(journal, PLAN, wanted=[], others=["ssim"])
        assert (index.status(0), index.lacking_others()) == (UnitStatus.OK, 1)
        assert 0 not in index.unfinished()

    def test_a_failure_of_a_superseded_metric_is_one_to_score_no_longer_one_that_failed(self, journal):
        append(
            journal,
            record("painter", FIRST, scores={"lpips": 0.1}, score_errors={"ssim": "no eyes"}),
            record("painter", SECOND, score_errors={"ssim": "no eyes", "lpips": "no weights"}),
            record("printer", FIRST, scores={"ssim": 0.5}, score_errors={"lpips": "no weights"}),
        )
        index = JournalIndex(journal, PLAN, wanted=["ssim", "lpips"])
        assert (index.failed_scores(), index.unscored()) == (3, 0)
        append(journal, Superseded({"ssim": "version 1 there, 2 here"}))
        index.refresh()
        read_at_once = JournalIndex(journal, PLAN, wanted=["ssim", "lpips"])
        for each in (index, read_at_once):
            assert (each.failed_scores(), each.unscored()) == (2, 1)
            assert list(each.unfinished()) == [0, 1, 2, 3]

    def test_failed_units_are_counted_by_method(self, journal):
        append(journal, *(record("painter", case, UnitStatus.FAILED, error="no paint") for case in (FIRST, SECOND)))
        index = JournalIndex(journal, PLAN)
        assert (index.failed({"painter", "printer"}), index.failed({"printer"})) == (2, 0)


def test_it_keeps_ten_bytes_for_a_unit(journal):
    index = JournalIndex(journal, PLAN)
    kept = [value for value in vars(index).values() if isinstance(value, np.ndarray)]
    assert sum(array.nbytes for array in kept) == 10 * len(PLAN)
