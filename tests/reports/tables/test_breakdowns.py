"""Means over groups of cases as tables."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmark.analysis.breakdown import breakdowns
from benchmark.store.records import RunRecords
from reports.tables.breakdowns import Breakdowns, build_breakdowns


def tables_of(run: RunRecords) -> Breakdowns | None:
    return build_breakdowns(run, breakdowns(run))


@pytest.fixture(scope="module")
def tables(crossed_run: RunRecords) -> Breakdowns:
    found = tables_of(crossed_run)
    assert found is not None
    return found


def test_there_is_a_table_for_every_factor_and_metric(tables: Breakdowns) -> None:
    assert [(factor.title, factor.levels) for factor in tables.factors] == [
        ("Movement", 3),
        ("Genre", 2),
        ("Artist", 4),
        ("Content", 4),
    ]
    assert [title for _, title in tables.metrics] == ["SSIM", "LPIPS", "CLIP style", "CLIP text"]
    for factor in tables.factors:
        assert [table.metric for table in factor.tables] == [name for name, _ in tables.metrics]


def test_methods_are_columns_with_controls_last(tables: Breakdowns) -> None:
    assert tables.factors[0].tables[0].methods == ("Method 0", "Method 1", "Method 2", "Identity", "Style copy")


def test_groups_say_how_many_cases_contents_and_styles_they_have(tables: Breakdowns) -> None:
    movement = tables.factors[0].tables[0]
    assert [(row.level, row.n) for row in movement.rows] == [
        ("Impressionism", "8 (4 × 2)"),
        ("Ukiyo-e", "4 (4 × 1)"),
        ("Cubism", "4 (4 × 1)"),
    ]
    first, second, _ = (row.cells[0] for row in movement.rows)
    assert first.interval
    assert not second.interval


def test_contents_are_named_by_their_titles(tables: Breakdowns) -> None:
    assert [row.level for row in tables.factors[-1].tables[0].rows] == [f"Photograph {n}" for n in range(4)]


def test_all_methods_of_a_table_stand_on_the_same_cases(crossed_run: RunRecords) -> None:
    units = crossed_run.units
    lost = (units["method"] == "method_1") & (units["case"] == units["case"].iloc[0])
    found = tables_of(replace(crossed_run, units=units[~lost]))
    assert found is not None
    row = found.factors[0].tables[0].rows[0]
    assert row.n == "7 (4 contents, 2 styles)"
    assert len(row.cells) == 5


def test_a_run_without_groups_has_no_tables(crossed_run: RunRecords) -> None:
    case = crossed_run.cases[0]
    alone = replace(crossed_run, cases=(case,), units=crossed_run.units[crossed_run.units["case"] == case.id])
    assert tables_of(alone) is None
