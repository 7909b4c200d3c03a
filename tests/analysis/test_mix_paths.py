"""Scores along paths of mixes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmark.analysis.mix_paths import course, describe_course, mix_paths
from benchmark.store.records import CaseRecord, RunRecords
from tests.analysis.conftest import SSIM, make_run


def step(content: str, first: float, seed: int = 0) -> CaseRecord:
    shares = {"warm": first, "cold": 1 - first}
    style = f"warm+cold@{100 * first:.4g}+{100 - 100 * first:.4g}"
    styles = tuple({"id": name, "weight": weight, "mask": None} for name, weight in shares.items() if weight)
    return CaseRecord(f"{content}--{style}" + f"--{seed}" * bool(seed), content, style, "", seed, styles)


@pytest.fixture
def run() -> RunRecords:
    """One path of five steps with two seeds, and two plain mixes."""
    cases = (
        *(step("cat", share, seed) for share in (1, 0.75, 0.5, 0.25, 0) for seed in (0, 1)),
        step("dog", 1),
        CaseRecord("dog--warm+cold", "dog", "warm+cold", "", 0),
    )
    made = make_run({"m": {"ssim": [[0.1 * number for number in range(len(cases))]]}}, metrics=(SSIM,))
    units = made.units.assign(case=[case.id for case in cases], content=[case.content for case in cases])
    return replace(made, cases=cases, units=units)


def test_are_found_by_content_styles_and_seed_with_every_share(run):
    first, second = mix_paths(run)
    assert (first.content, first.styles, first.seed, second.seed) == ("cat", ("warm", "cold"), 0, 1)
    assert first.weights == ((1, 0), (0.75, 0.25), (0.5, 0.5), (0.25, 0.75), (0, 1))
    assert [case.seed for case in second.cases] == [1] * 5


def test_have_the_scores_of_their_steps(run):
    path = mix_paths(run)[1]
    found = course(run, path, "m", "ssim")
    assert found is not None
    assert found.scores == pytest.approx((0.1, 0.3, 0.5, 0.7, 0.9))
    assert found.is_monotone
    assert found.jump_share == pytest.approx(0.25)


def test_have_none_where_a_step_lacks_one(run):
    (path, _) = mix_paths(run)
    less = replace(run, units=run.units[run.units.case != path.cases[2].id])
    assert course(less, path, "m", "ssim") is None
    assert course(run, path, "m", "lpips") is None


@pytest.mark.parametrize(
    ("scores", "monotone", "jump", "share"),
    [
        ((0, 1, 2, 3), True, 0, 1 / 3),
        ((3, 2, 2, 0), True, 2, 2 / 3),
        ((0, 0, 5, 5), True, 1, 1),
        ((0, 4, 3, 5), False, 0, 4 / 7),
        ((2, 2, 2), True, None, 0),
    ],
)
def test_turn_back_or_not_and_jump_somewhere(scores, monotone, jump, share):
    found = describe_course(scores)
    assert (found.is_monotone, found.jump) == (monotone, jump)
    assert found.jump_share == pytest.approx(share)
