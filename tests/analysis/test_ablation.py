"""What changes do against their method."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmark.analysis.ablation import ablations
from benchmark.analysis.comparison import compare_methods
from benchmark.analysis.statistics import analyze
from benchmark.store.records import MethodRecord, RunPart, RunRecords
from tests.analysis.conftest import SSIM, make_run, method, without_unit


def variant(base: str, **changes: object) -> MethodRecord:
    name = f"{base}@{','.join(f'{key}={value}' for key, value in changes.items())}"
    source = {"variant_of": base, "changes": changes}
    return replace(method(name, steps=40, tail=True), source=source)


@pytest.fixture
def swept() -> RunRecords:
    """``m`` with 40 steps, between 20 (worse) and 80 (a little better), a change of another setting, and ``other``."""
    generator = np.random.default_rng(3)
    level = generator.normal(0.5, 0.05, (6, 6))

    def noisy(shift: float, size: float = 0.01) -> np.ndarray:
        return level + shift + generator.normal(0, size, (6, 6))

    methods = (
        method("m", steps=40, tail=True),
        variant("m", steps=80),
        variant("m", steps=20),
        variant("m", tail=False),
        method("other"),
    )
    scores = dict(zip((one.name for one in methods), map(noisy, (0, 0.001, -0.1, 0.05, 0.3)), strict=True))
    return make_run({name: {"ssim": values} for name, values in scores.items()}, metrics=(SSIM,), methods=methods)


def test_each_change_is_compared_with_its_method_alone(swept):
    (found,) = ablations(swept)
    assert (found.base, found.variants) == ("m", ("m@steps=80", "m@steps=20", "m@tail=False"))
    assert [(one.first, one.second) for one in found.comparisons] == [(name, "m") for name in found.variants]
    assert [one.better for one in found.comparisons] == ["", "m", "m@tail=False"]
    assert found.comparisons[0].detectable is not None


def test_is_corrected_for_the_number_of_changes_not_of_all_pairs(swept):
    (found,) = ablations(swept)
    every = {(one.first, one.second): one for one in compare_methods(swept)}
    worse = found.comparisons[1]
    assert worse.p_value == every["m", "m@steps=20"].p_value
    assert worse.p_holm <= 3 * worse.p_value
    assert every["m", "m@steps=20"].p_holm > worse.p_holm


def test_the_curve_of_a_sweep_is_the_means_of_its_rows(swept):
    (sweep,) = ablations(swept)[0].sweeps
    assert sweep.setting == "steps"
    assert [(point.method, point.value, point.is_base) for point in sweep.points] == [
        ("m@steps=20", 20, False),
        ("m", 40, True),
        ("m@steps=80", 80, False),
    ]
    for point in sweep.points:
        (mean,) = (entry for entry in sweep.means if (entry.metric, entry.method) == ("ssim", point.method))
        assert mean.estimate.mean == pytest.approx(swept.units.query(f"method == {point.method!r}").ssim.mean())
    assert {entry.metric for entry in sweep.means} == {"ssim", "seconds", "cpu_seconds", "peak_memory_bytes"}


def test_the_curve_is_over_cases_that_all_its_rows_answered(swept):
    run = without_unit(swept, "m@steps=20", "c0--s0")
    (sweep,) = ablations(run)[0].sweeps
    assert {entry.estimate.cases for entry in sweep.means} == {35}
    own = next(entry for entry in sweep.means if (entry.metric, entry.method) == ("ssim", "m"))
    assert own.estimate.mean == pytest.approx(run.units.query("method == 'm' and case != 'c0--s0'").ssim.mean())


def test_two_values_are_no_sweep(swept):
    fewer = replace(swept, methods=tuple(one for one in swept.methods if one.name != "m@steps=20"))
    assert ablations(fewer)[0].sweeps == ()


def test_without_variants_there_are_none_and_statistics_say_nothing(swept):
    plain = replace(swept, methods=tuple(one for one in swept.methods if not one.variant_of))
    assert ablations(plain) == []
    assert "ablations" not in analyze(plain).to_json()
    assert len(analyze(swept).to_json()["ablations"]) == 1


def test_a_variant_without_its_method_is_left_out(swept):
    assert ablations(replace(swept, methods=swept.methods[1:])) == []


def test_in_several_runs_a_variant_belongs_to_the_method_of_its_own_run(swept):
    renamed = {one.name: f"{one.name}_b" for one in swept.methods}
    methods = tuple(replace(one, name=renamed[one.name]) for one in swept.methods)
    units = swept.units.assign(method=swept.units.method.map(renamed))
    part = RunPart("b", renamed, ("ssim",), 36, {})
    (found,) = ablations(replace(swept, methods=methods, units=units, parts=(part,)))
    assert found.base == "m_b"
