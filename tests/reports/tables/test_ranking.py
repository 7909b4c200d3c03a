"""The best scores of each column, and the tables by question."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest

from benchmark.analysis.comparison import MethodComparison
from benchmark.analysis.interval import Estimate
from benchmark.contracts.metric import Direction
from benchmark.store.records import RunRecords, SummaryRow, UnitStatus
from reports.tables.interval_bar import BAR_WIDTH, IntervalScale
from reports.tables.ranking import Column, Row, Scores, build_scores
from reports.tables.verdicts import Mark
from tests.reports.sample_runs import summary_row

MakeRow = Callable[..., SummaryRow]


@pytest.fixture
def run(run: RunRecords) -> RunRecords:
    """The small run, of which every method answered every case."""
    return replace(run, units=run.units.assign(status=UnitStatus.OK))


def marks(run: RunRecords, *rows: SummaryRow, comparisons: tuple[MethodComparison, ...] = ()) -> dict[str, Mark]:
    (ranking,) = build_scores(replace(run, summary=rows), comparisons).rankings
    assert len(ranking.columns) == 1
    return {row.method: row.cells[0].mark for row in ranking.rows}


def columns_of(scores: Scores) -> list[Column]:
    return [column for ranking in scores.rankings for column in ranking.columns]


def rows_of(scores: Scores, method: str) -> list[Row]:
    return [row for ranking in scores.rankings for row in ranking.rows if row.method == method]


def compared(
    better: str, detectable: float | None = None, standard_error: float | None = 0.1, disagreement: str = ""
) -> tuple[MethodComparison, ...]:
    """Makes a paired comparison of Gatys and CLIPstyler by SSIM."""
    return (
        MethodComparison(
            metric="ssim",
            first="gatys",
            second="clipstyler",
            difference=Estimate(-0.2, None, standard_error, cases=9, contents=3, styles=3),
            effect=-0.5,
            first_wins=3,
            second_wins=6,
            p_value=0.1,
            p_holm=0.2,
            better=better,
            disagreement=disagreement,
            detectable=detectable,
        ),
    )


def test_the_best_follows_the_direction(run: RunRecords, row: MakeRow) -> None:
    for direction, best in ((Direction.HIGHER, "clipstyler"), (Direction.LOWER, "gatys")):
        found = marks(
            run,
            row("gatys", "ssim", 0.1, 0.0, 0.2, direction=direction),
            row("clipstyler", "ssim", 0.9, 0.8, 1.0, direction=direction),
        )
        assert [method for method, mark in found.items() if mark is Mark.BEST] == [best]
        assert Mark.CLOSE not in found.values()


@pytest.mark.parametrize(("better", "mark"), [("", Mark.CLOSE), ("gatys", Mark.CLOSE), ("clipstyler", Mark.NONE)])
def test_the_paired_comparison_decides_what_is_not_worse_than_the_best(
    run: RunRecords, row: MakeRow, better: str, mark: Mark
) -> None:
    rows = (row("gatys", "ssim", 0.5, 0.4, 0.6), row("clipstyler", "ssim", 0.7, 0.6, 0.8))
    found = marks(run, *rows, comparisons=compared(better))
    assert found == {"gatys": mark, "clipstyler": Mark.BEST, "identity": Mark.NONE}


def test_methods_without_a_comparison_are_not_called_close(run: RunRecords, row: MakeRow) -> None:
    found = marks(run, row("gatys", "ssim", 0.5, 0.4, 0.6), row("clipstyler", "ssim", 0.7, 0.6, 0.8))
    assert found["gatys"] is Mark.NONE


@pytest.mark.parametrize(
    ("comparison", "words"),
    [
        (compared("", 0.123), "(p = 0.2, Holm); a difference of 0.123 would be"),
        (compared(""), "(p = 0.2, Holm)"),
        (compared("", standard_error=None), "the best: one content or style cannot show any difference"),
        (compared("", 0.1, disagreement="the mean favours gatys"), "(p = 0.2, Holm): the mean favours gatys"),
    ],
    ids=["detectable", "no scatter", "one content", "disagreement"],
)
def test_a_mark_says_what_so_many_cases_could_have_shown(
    run: RunRecords, row: MakeRow, comparison: tuple[MethodComparison, ...], words: str
) -> None:
    summary = (row("gatys", "ssim", 0.5, 0.4, 0.6), row("clipstyler", "ssim", 0.7, 0.6, 0.8))
    (gatys,) = rows_of(build_scores(replace(run, summary=summary), comparison), "gatys")
    assert gatys.cells[0].note.startswith("not shown to be worse than the best")
    assert words in gatys.cells[0].note


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
        row("identity", "ssim", 0.2, 0.1, 0.3),
    )
    assert marks(run, *rows)["gatys"] is Mark.NONE
    assert marks(run, *rows)["clipstyler"] is Mark.BEST

    scores = build_scores(replace(run, summary=rows), ())
    assert [warning.endswith(" from 3 images") for warning in scores.warnings] == [True]


def unlike_cases(run: RunRecords, gatys: list[float | None], clipstyler: list[float | None]) -> RunRecords:
    """The run with these scores by SSIM on its three cases; a method did not answer a case without one."""
    units = run.units[run.units["method"] != "identity"].assign(ssim=pd.Series([*gatys, *clipstyler]))
    units.loc[units["ssim"].isna(), "status"] = UnitStatus.SKIPPED
    answered = units.dropna(subset="ssim").groupby("method")["ssim"]
    rows = (summary_row(str(name), "ssim", scores.mean(), None, None, n=len(scores)) for name, scores in answered)
    return replace(run, units=units, summary=tuple(rows))


def test_the_best_is_decided_on_cases_that_all_answered(run: RunRecords) -> None:
    # Gatys has the higher mean, for it did not answer the hard case; on the others CLIPstyler is better.
    uneven = unlike_cases(run, [0.6, 0.7, None], [0.7, 0.8, 0.0])
    scores = build_scores(uneven, ())
    (gatys,), (clipstyler,) = rows_of(scores, "gatys"), rows_of(scores, "clipstyler")
    assert (gatys.cells[0].text, clipstyler.cells[0].text) == ("0.650", "0.500")
    assert (gatys.cells[0].mark, clipstyler.cells[0].mark) == (Mark.NONE, Mark.BEST)
    assert clipstyler.cells[0].note == "best on the 2 cases that all compared methods answered"
    assert ["on the 2 cases that all compared methods answered" in sentence for sentence in scores.uneven] == [True]
    # What is sorted by is what compares: the means over the shared cases, which are shown too.
    assert (gatys.cells[0].shared, clipstyler.cells[0].shared) == ("0.650", "0.750")
    assert (gatys.cells[0].order, clipstyler.cells[0].order) == pytest.approx((0.65, 0.75))


def test_a_method_that_shares_too_few_cases_is_left_out_and_said(run: RunRecords) -> None:
    third = replace(run.methods[0], name="third", title="Third")
    units = pd.concat([run.units, run.units[run.units["method"] == "gatys"].assign(method="third")], ignore_index=True)
    units = pd.concat([units.assign(case=units["case"] + suffix) for suffix in ("", "2")], ignore_index=True)
    units = units[(units["method"] != "third") | (units["case"] == units["case"].iloc[0])]
    numbers = {"gatys": 0.4, "clipstyler": 0.5, "third": 0.9}
    units = units[units["method"].isin(numbers)].assign(ssim=units["method"].map(numbers))
    summary = tuple(
        summary_row(name, "ssim", number, None, None, n=1 if name == "third" else 6) for name, number in numbers.items()
    )
    scores = build_scores(
        replace(run, methods=(*run.methods[:2], third), units=units, summary=summary, cases=run.cases * 2), ()
    )
    (left_out,), (best,) = rows_of(scores, "third"), rows_of(scores, "clipstyler")
    assert (left_out.cells[0].text, left_out.cells[0].shared, left_out.cells[0].order) == ("0.900", "–", None)
    assert (left_out.cells[0].mark, best.cells[0].mark) == (Mark.NONE, Mark.BEST)
    assert "Third answered too few cases to be compared by SSIM." in scores.uneven


def test_none_is_the_best_where_methods_share_no_case(run: RunRecords) -> None:
    uneven = unlike_cases(run, [0.6, 0.7, None], [None, None, 0.9])
    assert Mark.BEST not in marks(uneven, *uneven.summary).values()
    assert build_scores(uneven, ()).uneven == (
        "None is called best where methods answered different cases only: SSIM.",
    )


def test_none_is_the_best_of_numbers_for_all_images_at_once_of_different_cases(run: RunRecords, row: MakeRow) -> None:
    summary = (row("gatys", "art_fid", 30.0, None, None), row("clipstyler", "art_fid", 40.0, None, None))
    assert marks(run, *summary)["clipstyler"] is Mark.BEST
    assert Mark.BEST not in marks(unlike_cases(run, [0.6, 0.7, None], [0.7, 0.8, 0.0]), *summary).values()


def test_methods_with_the_same_cases_need_no_note(run: RunRecords) -> None:
    even = unlike_cases(run, [0.6, 0.7, None], [0.7, 0.8, None])
    assert marks(even, *even.summary)["clipstyler"] is Mark.BEST
    assert build_scores(even, ()).uneven == ()


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


def test_every_question_has_its_table_and_costs_come_last(run: RunRecords, row: MakeRow) -> None:
    summary = (
        row("gatys", "seconds", 1, 1, 1, direction=Direction.LOWER),
        row("gatys", "unknown", 1, 1, 1),
        row("gatys", "gram.relu1_1", 1, 1, 1),
        row("gatys", "gram", 1, 1, 1, direction=Direction.LOWER),
        row("gatys", "ssim", 1, 1, 1),
    )
    scores = build_scores(replace(run, summary=summary), ())
    assert [column.name for column in columns_of(scores)] == ["ssim", "gram", "unknown", "seconds"]
    assert [ranking.title for ranking in scores.rankings] == ["Content", "Style", "Other", "Cost"]


def test_a_number_of_cases_is_given_only_where_it_differs(run: RunRecords, row: MakeRow) -> None:
    ssim, lpips = run.metrics[0], replace(run.metrics[0], name="lpips")
    summary = (
        row("gatys", "ssim", 1, 1, 1, n=3),
        row("gatys", "lpips", 1, 1, 1, n=2),
        row("clipstyler", "ssim", 1, 1, 1, n=2),
        row("clipstyler", "lpips", 1, 1, 1, n=2),
    )
    scores = build_scores(replace(run, metrics=(ssim, lpips), summary=summary), ())
    (gatys,), (clipstyler,) = rows_of(scores, "gatys"), rows_of(scores, "clipstyler")
    assert (gatys.n, [cell.n for cell in gatys.cells]) == (None, [None, 2])
    assert (clipstyler.n, [cell.n for cell in clipstyler.cells]) == (2, [None, None])


def test_costs_are_readable(run: RunRecords, row: MakeRow) -> None:
    low = Direction.LOWER
    summary = (
        row("gatys", "seconds", 125, 120, 130, direction=low),
        row("gatys", "peak_memory_bytes", 3 * 2**29, None, None, direction=low),
    )
    (gatys,) = rows_of(build_scores(replace(run, summary=summary), ()), "gatys")
    assert [cell.text for cell in gatys.cells] == ["2 min 05 s", "1.5 GiB"]


def test_methods_that_only_the_summary_knows_are_kept(run: RunRecords, row: MakeRow) -> None:
    summary = (row("lost", "ssim", 0.5, 0.4, 0.6), row("lost_control", "ssim", 0.5, 0.4, 0.6, control=True))
    (ranking,) = build_scores(replace(run, summary=summary), ()).rankings
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
