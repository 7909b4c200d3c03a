"""The score of a set metric is compared where it says enough."""

from __future__ import annotations

import dataclasses

import pytest

from benchmark.analysis.gate.baseline_file import read_baseline, write_baseline
from benchmark.analysis.gate.regression import compare_snapshots, differences_of_note
from benchmark.analysis.gate.repeats import mean_snapshot
from benchmark.analysis.gate.rules import GateRules, Tolerance
from benchmark.analysis.gate.snapshot import take_snapshot
from benchmark.analysis.gate.verdict import Outcome, make_verdict
from benchmark.contracts.metric import Direction
from benchmark.errors import ExitCode, InputError
from benchmark.store.records import MetricRecord, RunRecords, SummaryRow
from tests.analysis.conftest import SSIM, make_run

FID = MetricRecord("fid", "FID", "1", "", Direction.LOWER, "style", backbone="vgg", sample_size=4)
LIKENESS = dataclasses.replace(FID, name="likeness", direction=Direction.HIGHER)
SCORES = [[0.5, 0.6], [0.7, 0.8]]


def row(method: str, value: float | None, warning: str = "", *, metric: MetricRecord = FID, n: int = 400) -> SummaryRow:
    return SummaryRow(
        method, metric.name, value, None, None, n, 2, 2, metric.direction, False, False, "0" * 64, warning
    )


def run(*rows: SummaryRow, metric: MetricRecord = FID) -> RunRecords:
    made = make_run({name: {"ssim": SCORES} for name in dict.fromkeys(one.method for one in rows)}, metrics=(SSIM,))
    return dataclasses.replace(made, metrics=(SSIM, metric), summary=rows)


def compare(before: RunRecords, now: RunRecords, rules: GateRules = GateRules()):  # noqa: B008
    found = compare_snapshots(take_snapshot(before), take_snapshot(now), rules)
    return [finding for finding in found if finding.metric in ("fid", "likeness")]


@pytest.mark.parametrize(
    ("metric", "now", "outcome"),
    [
        (FID, 103.0, Outcome.WORSE),
        (FID, 97.0, Outcome.BETTER),
        (FID, 101.9, Outcome.SAME),
        (LIKENESS, 97.0, Outcome.WORSE),
        (LIKENESS, 103.0, Outcome.BETTER),
        (LIKENESS, 98.1, Outcome.SAME),
    ],
)
def test_beyond_the_tolerance_the_direction_says_what_is_worse(metric, now, outcome):
    before = run(row("a", 100.0, metric=metric), metric=metric)
    (finding,) = compare(before, run(row("a", now, metric=metric), metric=metric))
    assert finding.outcome is outcome
    assert finding.decides


def test_a_negative_number_is_tolerated_by_its_size():
    before = run(row("a", -100.0))
    assert compare(before, run(row("a", -99.0)))[0].outcome is Outcome.SAME
    assert compare(before, run(row("a", -97.0)))[0].outcome is Outcome.WORSE


def test_the_tolerance_can_be_set():
    rules = GateRules(scores=Tolerance(relative=0.1, absolute=0))
    assert compare(run(row("a", 100.0)), run(row("a", 109.0)), rules)[0].outcome is Outcome.SAME


def test_repeats_itself_as_a_mean_over_its_images_would():
    (finding,) = compare(run(row("a", 100.0)), run(row("a", 110.0)))
    # Of two comparisons (the other is ssim), each at 97.5 %: 2.2414 · 0.02 · 100 · √(2 / 400).
    assert finding.interval.high - finding.difference == pytest.approx(0.316983, rel=1e-4)
    assert finding.reason == "one number for all images; noise not known, 2% of a score assumed"
    assert (finding.before, finding.now, finding.difference, finding.tolerance) == (100.0, 110.0, 10.0, 2.0)
    assert (finding.cases, finding.contents, finding.styles) == (400, 2, 2)


@pytest.mark.parametrize(
    ("repeats", "now", "outcome"),
    [
        ((100.0, 100.0), 102.1, Outcome.WORSE),
        ((100.0, 100.0), 101.9, Outcome.SAME),
        # Standard deviation √2, standard error √(2 · 3/2), t at 97.5 % of one degree 12.706: ± 22.0.
        ((99.0, 101.0), 105.0, Outcome.NOT_COMPARABLE),
        ((99.0, 101.0), 122.1, Outcome.WORSE),
        # Two degrees: standard deviation 1, standard error √(4 / 3), t 4.3027: ± 4.97.
        ((99.0, 100.0, 101.0), 104.9, Outcome.SAME),
        ((99.0, 100.0, 101.0), 105.0, Outcome.WORSE),
    ],
)
def test_that_was_repeated_is_compared_by_its_noise(repeats, now, outcome):
    before = mean_snapshot([take_snapshot(run(row("a", value))) for value in repeats])
    found = compare_snapshots(before, take_snapshot(run(row("a", now))), GateRules())
    assert [one.outcome for one in found if one.metric == "fid"] == [outcome]


def test_what_failed_before_is_noted():
    notes = differences_of_note(take_snapshot(run(row("a", None, "no memory"))), take_snapshot(run(row("a", 1.0))))
    assert "fid failed there already for a, not compared" in notes


@pytest.mark.parametrize("warnings", [("few", ""), ("", "few"), ("few", "few")])
def test_from_too_few_images_it_is_not_comparable_which_decides_nothing(warnings):
    there, here = warnings
    (finding,) = compare(run(row("a", 100.0, there)), run(row("a", 900.0, here)))
    assert (finding.outcome, finding.method, finding.reason) == (Outcome.NOT_COMPARABLE, "a", "few")
    assert make_verdict("", [finding]).exit_code is ExitCode.DONE


def test_methods_that_cannot_be_compared_for_one_reason_are_one_finding():
    rows = (row("a", 1.0, "few"), row("b", 2.0, "few"), row("c", 3.0))
    undecided, compared = sorted(compare(run(*rows), run(*rows)), key=lambda finding: finding.method)
    assert (undecided.method, undecided.reason) == ("", "2 methods: few")
    assert (compared.method, compared.outcome) == ("c", Outcome.SAME)


def test_from_other_numbers_of_images_it_is_not_comparable_which_decides_nothing():
    (finding,) = compare(run(row("a", 1.0, n=3)), run(row("a", 1.0)))
    assert (finding.outcome, finding.decides) == (Outcome.NOT_COMPARABLE, False)
    assert finding.reason == "from 3 stylized and 2 style images there, 400 stylized and 2 style images here"


@pytest.mark.parametrize("warning", ["", "few"])
def test_what_fails_now_is_newly_failing_however_little_it_said(warning):
    (finding,) = compare(run(row("a", 1.0, warning)), run(row("a", None, "no memory")))
    assert (finding.outcome, finding.reason) == (Outcome.NEWLY_FAILING, "no memory")


def test_what_has_no_number_now_is_missing():
    (finding,) = compare(run(row("a", 1.0), row("b", 1.0)), run(row("a", 1.0), row("b", None)))[1:]
    assert (finding.outcome, finding.method, finding.reason) == (Outcome.MISSING, "b", "has no score")


def test_what_had_no_number_is_not_compared():
    assert compare(run(row("a", None, "no memory")), run(row("a", 1.0))) == []


def test_another_version_of_the_metric_is_not_comparable():
    (finding,) = compare(run(row("a", 1.0)), run(row("a", 1.0), metric=dataclasses.replace(FID, version="2")))
    assert (finding.outcome, finding.method, finding.decides) == (Outcome.NOT_COMPARABLE, "", True)


def test_a_metric_that_the_run_lacks_is_missing():
    (finding,) = compare(run(row("a", 1.0)), dataclasses.replace(run(row("a", 1.0)), summary=()))
    assert (finding.outcome, finding.method) == (Outcome.MISSING, "")


class TestInABaselineFile:
    def test_is_the_number_with_what_it_is_from(self, tmp_path):
        path = tmp_path / "baseline.json"
        write_baseline(take_snapshot(run(row("a", 12.3456789), row("b", 2.0, "few"))), path)

        snapshot = read_baseline(path)
        result = snapshot.methods["a"].set_scores["fid"]
        assert (result.value, result.images, result.contents, result.styles) == (12.3457, 400, 2, 2)
        assert snapshot.methods["b"].set_scores["fid"].warning == "few"
        assert (snapshot.metrics["fid"].version, snapshot.metrics["fid"].backbone) == ("1", "vgg")
        assert snapshot.metrics["fid"].backbone_fingerprint == "f" * 64

    def test_alone_is_enough(self, tmp_path):
        unscored = make_run({"a": {"ssim": [[float("nan")]]}}, metrics=(SSIM,))
        records = dataclasses.replace(unscored, metrics=(FID,), summary=(row("a", 1.0),))
        write_baseline(take_snapshot(records), tmp_path / "baseline.json")
        assert list(read_baseline(tmp_path / "baseline.json").metrics) == ["fid"]

    @pytest.mark.parametrize(
        ("old", "new"), [("12.5", "1e999"), ("12.5", '"high"'), ('"fid": {"value"', '"x": {"value"')]
    )
    def test_a_damaged_one_is_one_clear_line(self, tmp_path, old, new):
        path = tmp_path / "baseline.json"
        write_baseline(take_snapshot(run(row("a", 12.5))), path)
        path.write_text(path.read_text().replace(old, new))
        with pytest.raises(InputError, match=r"baseline\.json is damaged") as error:
            read_baseline(path)
        assert "\n" not in str(error.value)
