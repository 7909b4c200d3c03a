"""Which scores of a column are the best, and how they are grouped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from benchmark.contracts.metric import Direction
from benchmark.store.records import RunRecords, SummaryRow
from reports.interval_bar import BAR_WIDTH, IntervalScale
from reports.ranking import Mark, Ranking, build_ranking

MakeRow = Callable[..., SummaryRow]


def marks(run: RunRecords, *rows: SummaryRow) -> dict[str, Mark]:
    ranking = build_ranking(replace(run, summary=rows))
    assert len(ranking.columns) == 1
    return {row.method: row.cells[0].mark for row in (*ranking.methods, *ranking.controls)}


def column_names(ranking: Ranking) -> list[str]:
    return [column.name for column in ranking.columns]


def test_the_best_follows_the_direction(run: RunRecords, row: MakeRow) -> None:
    for direction, best in ((Direction.HIGHER, "clipstyler"), (Direction.LOWER, "gatys")):
        found = marks(
            run,
            row("gatys", "ssim", 0.1, 0.0, 0.2, direction=direction),
            row("clipstyler", "ssim", 0.9, 0.8, 1.0, direction=direction),
        )
        assert [method for method, mark in found.items() if mark is Mark.BEST] == [best]
        assert Mark.CLOSE not in found.values()


def test_an_interval_that_overlaps_the_best_is_close(run: RunRecords, row: MakeRow) -> None:
    found = marks(run, row("gatys", "ssim", 0.5, 0.4, 0.6), row("clipstyler", "ssim", 0.7, 0.6, 0.8))
    assert found["gatys"] is Mark.CLOSE
    assert found["clipstyler"] is Mark.BEST


def test_without_an_interval_nothing_is_close(run: RunRecords, row: MakeRow) -> None:
    found = marks(run, row("gatys", "ssim", 0.69, None, None), row("clipstyler", "ssim", 0.7, 0.6, 0.8))
    assert found["gatys"] is Mark.NONE


def test_equal_means_share_the_best(run: RunRecords, row: MakeRow) -> None:
    found = marks(run, row("gatys", "ssim", 0.7, None, None), row("clipstyler", "ssim", 0.7, None, None))
    assert found["gatys"] is found["clipstyler"] is Mark.BEST


@pytest.mark.parametrize("flag", ["circular", "control"])
def test_circular_scores_and_controls_are_never_marked(run: RunRecords, row: MakeRow, flag: str) -> None:
    found = marks(
        run,
        row("identity", "ssim", 0.95, 0.5, 1.0, **{flag: True}),
        row("gatys", "ssim", 0.5, 0.4, 0.6),
        row("clipstyler", "ssim", 0.2, 0.1, 0.3),
    )
    assert found == {"gatys": Mark.BEST, "clipstyler": Mark.NONE, "identity": Mark.NONE}


def test_a_number_with_a_warning_is_never_the_best(run: RunRecords, row: MakeRow) -> None:
    rows = (
        replace(row("gatys", "ssim", 0.9, None, None), warning="from 3 images"),
        row("clipstyler", "ssim", 0.5, 0.4, 0.6),
        row("adain", "ssim", 0.2, 0.1, 0.3),
    )
    assert marks(run, *rows)["gatys"] is Mark.NONE
    assert marks(run, *rows)["clipstyler"] is Mark.BEST

    ranking = build_ranking(replace(run, summary=rows))
    assert [warning.endswith(" from 3 images") for warning in ranking.warnings] == [True]


def test_a_metric_without_a_good_end_has_no_best(run: RunRecords, row: MakeRow) -> None:
    neither = Direction.NEITHER
    found = marks(
        run,
        row("gatys", "ssim", 1, 0, 2, direction=neither),
        row("clipstyler", "ssim", 2, 1, 3, direction=neither),
    )
    assert set(found.values()) == {Mark.NONE}


def test_a_single_candidate_is_not_called_best(run: RunRecords, row: MakeRow) -> None:
    found = marks(run, row("gatys", "ssim", 0.5, 0.4, 0.6), row("clipstyler", "ssim", float("nan"), None, None))
    assert Mark.BEST not in found.values()


def test_columns_are_grouped_by_their_question_and_costs_come_last(run: RunRecords, row: MakeRow) -> None:
    ranking = build_ranking(
        replace(
            run,
            summary=(
                row("gatys", "seconds", 1, 1, 1, direction=Direction.LOWER),
                row("gatys", "unknown", 1, 1, 1),
                row("gatys", "gram.relu1_1", 1, 1, 1),
                row("gatys", "gram", 1, 1, 1, direction=Direction.LOWER),
                row("gatys", "ssim", 1, 1, 1),
            ),
        )
    )
    assert column_names(ranking) == ["ssim", "gram", "unknown", "seconds"]
    assert [group.title for group in ranking.groups] == ["Content", "Style", "Other", "Cost"]
    assert [column.first for column in ranking.columns] == [True] * 4


def test_a_number_of_cases_is_given_only_where_it_differs(run: RunRecords, row: MakeRow) -> None:
    ranking = build_ranking(
        replace(
            run,
            summary=(
                row("gatys", "ssim", 1, 1, 1, n=3),
                row("gatys", "gram", 1, 1, 1, n=2),
                row("clipstyler", "ssim", 1, 1, 1, n=2),
                row("clipstyler", "gram", 1, 1, 1, n=2),
            ),
        )
    )
    gatys, clipstyler = ranking.methods
    assert (gatys.n, [cell.n for cell in gatys.cells]) == (None, [None, 2])
    assert (clipstyler.n, [cell.n for cell in clipstyler.cells]) == (2, [None, None])


def test_costs_are_readable(run: RunRecords, row: MakeRow) -> None:
    low = Direction.LOWER
    ranking = build_ranking(
        replace(
            run,
            summary=(
                row("gatys", "seconds", 125, 120, 130, direction=low),
                row("gatys", "peak_memory_bytes", 3 * 2**29, None, None, direction=low),
            ),
        )
    )
    assert [cell.text for cell in ranking.methods[0].cells] == ["2 min 05 s", "1.5 GiB"]


def test_methods_that_only_the_summary_knows_are_kept(run: RunRecords, row: MakeRow) -> None:
    summary = (row("lost", "ssim", 0.5, 0.4, 0.6), row("lost_control", "ssim", 0.5, 0.4, 0.6, control=True))
    ranking = build_ranking(replace(run, summary=summary))
    assert "lost" in [row.method for row in ranking.methods]
    assert "lost_control" in [row.method for row in ranking.controls]


def test_bars_of_a_column_share_a_scale() -> None:
    scale = IntervalScale.over([0.0, 1.0], logarithmic=False)
    low, middle, high = (scale.bar(value, None, None).mean for value in (0.0, 0.5, 1.0))
    assert 0 < low < middle < high < BAR_WIDTH
    assert middle - low == pytest.approx(high - middle)


def test_a_logarithmic_scale_spaces_ratios_evenly() -> None:
    scale = IntervalScale.over([0.01, 100.0], logarithmic=True)
    low, middle, high = (scale.bar(value, None, None).mean for value in (0.01, 1.0, 100.0))
    assert middle - low == pytest.approx(high - middle, abs=0.02)


def test_a_logarithmic_scale_copes_with_zero() -> None:
    bar = IntervalScale.over([0.0, 10.0], logarithmic=True).bar(5.0, 0.0, 10.0)
    assert bar.start is not None
    assert bar.length is not None
    assert bar.start < bar.mean < bar.start + bar.length
