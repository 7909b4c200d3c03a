"""Means over groups of cases."""

from __future__ import annotations

from dataclasses import replace
from math import nan

import pytest

from benchmark.analysis.breakdown import Factor, GroupMean, breakdowns
from benchmark.analysis.interval import crossed_estimate
from benchmark.store.records import RunRecords
from tests.analysis.conftest import make_run

SCORES = [[0.1, 0.2, 0.6], [0.3, 0.4, 0.8]]
MOVEMENTS = {"s0": "Cubism", "s1": "Cubism", "s2": "Ukiyo-e"}


def run_of(movements: dict[str, str]) -> RunRecords:
    run = make_run({"first": {"ssim": SCORES, "loss": SCORES}})
    cases = tuple(replace(case, styles=({"id": case.style, "movement": movements[case.style]},)) for case in run.cases)
    return replace(run, cases=cases)


def means_by(run: RunRecords, factor: Factor) -> dict[str, GroupMean]:
    return {mean.level: mean for mean in breakdowns(run) if mean.factor is factor and mean.metric == "ssim"}


def test_cases_are_averaged_by_what_their_styles_share() -> None:
    found = means_by(run_of(MOVEMENTS), Factor.MOVEMENT)
    cubism, ukiyo_e = found["Cubism"].estimate, found["Ukiyo-e"].estimate
    assert (cubism.mean, ukiyo_e.mean) == pytest.approx((0.25, 0.7))
    assert (cubism.cases, cubism.contents, cubism.styles) == (4, 2, 2)
    assert (
        cubism.interval
        == crossed_estimate([0.1, 0.2, 0.3, 0.4], ["c0", "c0", "c1", "c1"], ["s0", "s1", "s0", "s1"]).interval
    )


def test_a_group_with_one_style_or_one_content_has_no_interval() -> None:
    run = run_of(MOVEMENTS)
    assert means_by(run, Factor.MOVEMENT)["Ukiyo-e"].estimate.interval is None
    contents = means_by(run, Factor.CONTENT)
    assert [mean.estimate.mean for mean in contents.values()] == pytest.approx([0.3, 0.5])
    assert all(mean.estimate.interval is None for mean in contents.values())


def test_a_factor_with_one_level_has_no_groups() -> None:
    assert means_by(run_of(dict.fromkeys(MOVEMENTS, "Cubism")), Factor.MOVEMENT) == {}


def test_what_is_not_known_of_a_style_groups_nothing() -> None:
    found = means_by(run_of(MOVEMENTS | {"s0": ""}), Factor.MOVEMENT)
    assert {level: mean.estimate.cases for level, mean in found.items()} == {"Cubism": 2, "Ukiyo-e": 2}


def test_a_mix_belongs_to_a_group_if_all_its_styles_do() -> None:
    run = run_of(MOVEMENTS)
    alike, apart = ({"movement": "Cubism"}, {"movement": "Cubism"}), ({"movement": "Cubism"}, {"movement": "Ukiyo-e"})
    first, second, *others = run.cases
    mixed = replace(run, cases=(replace(first, styles=alike), replace(second, styles=apart), *others))
    assert means_by(mixed, Factor.MOVEMENT)["Cubism"].estimate.cases == 3


def test_cases_without_a_score_do_not_count() -> None:
    run = run_of(MOVEMENTS)
    units = run.units.assign(ssim=run.units["ssim"].where(run.units["case"] != "c0--s0"))
    assert means_by(replace(run, units=units), Factor.MOVEMENT)["Cubism"].estimate.cases == 3


def test_a_run_without_scores_has_no_groups() -> None:
    run = run_of(MOVEMENTS)
    assert breakdowns(replace(run, units=run.units.iloc[:0])) == []


def test_methods_of_a_group_stand_on_the_same_cases() -> None:
    without_hard = [[nan, 0.2, 0.6], [0.3, 0.4, 0.8]]
    scores = {"first": {"ssim": SCORES, "loss": SCORES}, "second": {"ssim": without_hard, "loss": SCORES}}
    found = [mean for mean in breakdowns(make_run(scores)) if (mean.metric, mean.level) == ("ssim", "c0")]
    assert {mean.method: (mean.estimate.mean, mean.estimate.cases) for mean in found} == {
        "first": (pytest.approx(0.4), 2),
        "second": (pytest.approx(0.4), 2),
    }


def test_a_method_with_too_few_cases_is_in_no_group() -> None:
    few = [[nan, nan, 0.6], [nan, nan, nan]]
    scores = {"first": {"ssim": SCORES, "loss": SCORES}, "second": {"ssim": few, "loss": SCORES}}
    found = [mean for mean in breakdowns(make_run(scores)) if mean.metric == "ssim"]
    assert {mean.method for mean in found} == {"first"}
    assert sum(mean.estimate.cases for mean in found if mean.factor is Factor.CONTENT) == 6
