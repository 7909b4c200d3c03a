"""The table of results."""

from __future__ import annotations

import pandas as pd
import pytest

from benchmark.errors import InputError
from benchmark.plan.plan import Plan
from benchmark.protocol.embedded import mini
from benchmark.store import results
from benchmark.store.journal import UnitRecord
from benchmark.store.planned_units import RecordedUnits
from benchmark.store.records import CaseRecord, UnitStatus
from benchmark.store.results import TableInFile, TableInMemory, write_results

PLAN = Plan(("painter", "printer"), mini().cases, seed=3)
COLUMNS = ["ssim", "gram", "gram.relu1_1"]


def record(position: int) -> UnitRecord:
    unit = PLAN[position]
    if position % 5 == 4:
        return UnitRecord(unit.method, unit.case.id, UnitStatus.FAILED, unit.seed, error="no paint")
    return UnitRecord(
        unit.method,
        unit.case.id,
        UnitStatus.OK,
        unit.seed,
        seconds=position / 8,
        cpu_seconds=None if position == 3 else position / 4,
        disturbed=(True, False, None)[position % 3],
        peak_memory_bytes=None if position % 2 else 2**40 + position,
        image=unit.image,
        scores={"ssim": None if position % 3 == 0 else position / 7, "gram": 1.0, "unplanned": 2.0},
    )


POSITIONS = [position for position in range(len(PLAN)) if position not in (2, 13)]
RECORDS = [record(position) for position in POSITIONS]


@pytest.fixture
def table(tmp_path):
    write_results(zip(POSITIONS, RECORDS, strict=True), PLAN, COLUMNS, tmp_path / "results.parquet")
    return tmp_path / "results.parquet"


def test_it_has_a_row_for_every_finished_unit(table):
    found = pd.read_parquet(table)
    assert list(zip(found["method"], found["case"], strict=True)) == [each.key for each in RECORDS]
    assert list(found.columns) == [*results.UNIT_COLUMNS, *COLUMNS]
    assert list(found["seed"]) == [each.seed for each in RECORDS]
    mixed = found[found["style"].str.contains("+", regex=False)].iloc[0]
    assert " + " in mixed["prompt"]
    assert found["gram.relu1_1"].isna().all()
    assert str(found["peak_memory_bytes"].dtype) == "Int64"
    assert str(found["disturbed"].dtype) == "boolean"
    assert [None if pd.isna(one) else bool(one) for one in found["disturbed"]] == [each.disturbed for each in RECORDS]


@pytest.fixture
def recorded() -> RecordedUnits:
    """The units as a run tells of them that is read."""
    cases = [
        CaseRecord(case.id, case.content.id, case.style_id, case.prompt, case.seed)
        for case in (PLAN[position].case for position in range(PLAN.cases_per_method))
    ]
    return RecordedUnits(PLAN.methods, cases)


def test_a_report_makes_the_same_table_from_the_journal(table, recorded):
    assert [recorded.position(*each.key) for each in RECORDS] == POSITIONS
    assert recorded.position("nobody", RECORDS[0].case) is recorded.position("painter", "nothing") is None
    made = TableInMemory.of(zip(POSITIONS, RECORDS, strict=True), recorded, COLUMNS)
    pd.testing.assert_frame_equal(pd.read_parquet(table), made.to_pandas())


@pytest.mark.parametrize("column", ["ssim", "gram", "disturbed"])
def test_scores_are_the_same_from_memory_and_from_the_file(table, column):
    made = TableInMemory.of(zip(POSITIONS, RECORDS, strict=True), PLAN, COLUMNS)
    shuffled = TableInMemory.of_frame(made.to_pandas().sort_values("seed"))
    with TableInFile(table) as written:
        for method in (*PLAN.methods, "nobody"):
            (found,) = written.scores(method, [column])
            for other in (*made.scores(method, [column]), *shuffled.scores(method, [column])):
                assert list(other.columns) == list(found.columns)
                key = ["content", "style"]
                left, right = (one.astype(dict.fromkeys(key, object)).sort_values(key) for one in (found, other))
                pd.testing.assert_frame_equal(left.reset_index(drop=True), right.reset_index(drop=True))


@pytest.mark.parametrize("rows", [1, 7, 20, 21])
def test_it_is_the_same_however_few_rows_are_in_memory(table, tmp_path, monkeypatch, rows):
    monkeypatch.setattr(results, "_ROWS_AT_ONCE", rows)
    write_results(zip(POSITIONS, RECORDS, strict=True), PLAN, COLUMNS, tmp_path / "few.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "few.parquet"), pd.read_parquet(table))


def test_without_finished_units_it_is_empty(tmp_path):
    write_results(iter(()), PLAN, COLUMNS, tmp_path / "results.parquet")
    assert pd.read_parquet(tmp_path / "results.parquet").shape == (0, len(results.UNIT_COLUMNS) + len(COLUMNS))
    with TableInFile(tmp_path / "results.parquet") as reader:
        assert all(scores.empty for scores in reader.scores("painter", ["ssim"]))


def test_what_goes_wrong_leaves_the_table_that_was_there(table):
    def units():
        yield POSITIONS[0], RECORDS[0]
        raise KeyboardInterrupt

    before = table.read_bytes()
    with pytest.raises(KeyboardInterrupt):
        write_results(units(), PLAN, COLUMNS, table)
    assert table.read_bytes() == before
    assert list(table.parent.iterdir()) == [table]


def test_a_folder_that_is_a_file_is_one_clear_line(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"^cannot write .*results.parquet: "):
        write_results(iter(()), PLAN, COLUMNS, tmp_path / "file" / "results.parquet")


@pytest.mark.parametrize("rows", [3, 10_000])
@pytest.mark.parametrize("column", ["ssim", "gram", "seconds", "cpu_seconds", "peak_memory_bytes"])
def test_the_scores_of_a_method_that_ended_well_are_read_alone(tmp_path, monkeypatch, column, rows):
    monkeypatch.setattr(results, "_ROWS_AT_ONCE", rows)
    path = tmp_path / "results.parquet"
    write_results(zip(POSITIONS, RECORDS, strict=True), PLAN, COLUMNS, path)
    whole = pd.read_parquet(path)
    expected = whole.loc[(whole["method"] == "printer") & (whole["status"] == "ok"), ["content", "style", column]]
    with TableInFile(path) as reader:
        (found,) = reader.scores("printer", [column])
        assert all(scores.empty for scores in reader.scores("nobody", [column]))
    assert str(found["style"].dtype) == "category"
    names = ["content", "style"]
    pd.testing.assert_frame_equal(
        found.astype(dict.fromkeys(names, object)).reset_index(drop=True),
        expected.astype(dict.fromkeys(names, object)).reset_index(drop=True),
    )


@pytest.mark.parametrize(("values", "sizes"), [(1, [1, 1, 1]), (20, [2, 1]), (200_000, [3])])
def test_few_scores_are_read_at_once_and_in_their_order(table, monkeypatch, values, sizes):
    monkeypatch.setattr(results, "_VALUES_AT_ONCE", values)
    made = TableInMemory.of(zip(POSITIONS, RECORDS, strict=True), PLAN, COLUMNS)
    names = ["ssim", "gram", "seconds"]
    with TableInFile(table) as written:
        for source in (written, made):
            found = list(source.scores("printer", names))
            assert [len(scores.columns) - 2 for scores in found] == sizes
            assert [name for scores in found for name in scores.columns[2:]] == names
            for scores in found:
                for name in scores.columns[2:]:
                    (alone,) = source.scores("printer", [name])
                    pd.testing.assert_frame_equal(scores[["content", "style", name]], alone)
