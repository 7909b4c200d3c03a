"""A run on a protocol of pairs, from the table to the report."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from benchmark.analysis.loading import load_records
from tests.cli.conftest import scores
from tests.synthetic_wikiart import picture

NUMBER = 6
SINGLE_STYLE = "s0.jpg"


@pytest.fixture
def protocol(command, tmp_path):
    """Makes a protocol of pairs of small pictures, content by content; the style of each is given."""

    def make(styles: list[str], name: str = "mine") -> Path:
        for kind, offset in (("c", 0), ("s", 100)):
            for number in range(NUMBER):
                (tmp_path / f"{kind}{number}.jpg").write_bytes(picture(offset + number, 48))
        rows = [f"c{number}.jpg,{style},a picture of {style}" for number, style in enumerate(styles)]
        (tmp_path / "pairs.csv").write_text("\n".join(["content,style,prompt", *rows]))
        made = command(
            "protocol", "new", "--pairs", tmp_path / "pairs.csv", "--resolution", "32", "-o", tmp_path / name
        )
        assert made.code == 0, made.err
        return tmp_path / name

    return make


@pytest.fixture
def run(command, tmp_path):
    def start(protocol: Path, *arguments: str):
        chosen = ("--methods", "color_transfer,identity", "--metrics", "ssim")
        return command("run", "--protocol", protocol, *chosen, "--out", tmp_path / "run", *arguments)

    return start


@pytest.fixture
def pairs(protocol):
    return protocol([f"s{number}.jpg" for number in range(NUMBER)])


def row_of(run: Path, method: str) -> dict:
    rows = json.loads((run / "summary.json").read_text())["rows"]
    return next(row for row in rows if (row["method"], row["metric"]) == (method, "ssim"))


def test_it_is_described_by_pairs_and_its_intervals_are_those_of_independent_cases(run, pairs, tmp_path):
    assert run(pairs, "--no-report").code == 0
    units = pd.read_parquet(tmp_path / "run" / "results.parquet")
    values = units.loc[units["method"] == "color_transfer", "ssim"]
    interval = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    row = row_of(tmp_path / "run", "color_transfer")
    assert (row["n"], row["contents"], row["styles"]) == (NUMBER,) * 3
    assert (row["low"], row["high"]) == pytest.approx((interval.low, min(interval.high, 1)))
    described = json.loads((tmp_path / "run" / "run.json").read_text())
    assert described["schema_version"] == 3, "earlier programs would take the cases for crossed"
    assert described["cases"]["pairs"] == [[f"c{number}", f"s{number}"] for number in range(NUMBER)]
    cases = load_records(tmp_path / "run").cases
    assert [case.id for case in cases] == [f"c{number}--s{number}" for number in range(NUMBER)]
    assert cases[2].prompt == "a picture of s2.jpg"


def test_it_goes_on_where_it_was_stopped(run, pairs, tmp_path):
    assert run(pairs, "--no-report", "--limit", "2").code == 0
    first = scores(tmp_path / "run").set_index(["method", "case"])
    assert "continuing: 4 of 12 units" in run(pairs, "--no-report").err
    after = scores(tmp_path / "run").set_index(["method", "case"])
    assert len(after) == 12
    assert after.loc[first.index, "ssim"].tolist() == first["ssim"].tolist()


def test_merged_with_another_it_is_still_none_that_earlier_programs_take_for_crossed(command, pairs, tmp_path):
    for method in ("color_transfer", "identity"):
        chosen = ("--methods", method, "--metrics", "ssim", "--limit", "2", "--no-report")
        assert command("run", "--protocol", pairs, *chosen, "--out", tmp_path / method).code == 0
    merged = tmp_path / "merged"
    assert command("merge", tmp_path / "color_transfer", tmp_path / "identity", "-o", merged).code == 0
    described = json.loads((merged / "run.json").read_text())
    assert described["cases"]["pairs"][:2] == [["c0", "s0"], ["c1", "s1"]]
    assert described["schema_version"] == 3
    assert [case.id for case in load_records(merged).cases] == ["c0--s0", "c1--s1"]


@pytest.mark.parametrize(
    ("styles", "words"),
    [
        (
            [f"s{number}.jpg" for number in range(NUMBER)],
            "the standard error of independent pairs: no content and no style is in two pairs",
        ),
        (
            [f"s{number // 2}.jpg" for number in range(NUMBER)],
            "the standard error clustered by style: each content is used with one style only",
        ),
        ([SINGLE_STYLE] * NUMBER, "there is none from one content or one style, which says nothing about others"),
    ],
    ids=["pairs", "contents of their own", "one style"],
)
def test_reports_say_how_intervals_were_made(run, command, protocol, tmp_path, styles, words):
    assert run(protocol(styles)).code == 0
    assert words in (tmp_path / "run" / "report" / "index.html").read_text(encoding="utf-8")
    command("report", tmp_path / "run", "--format", "markdown", "-o", tmp_path)
    assert words in (tmp_path / "report.md").read_text(encoding="utf-8")
    row = row_of(tmp_path / "run", "color_transfer")
    assert np.isfinite(row["mean"])
    assert (row["low"] is None) == (len(set(styles)) == 1)


def test_it_is_compared_and_gated(run, command, pairs, tmp_path, sample_plugins):
    methods = ("--methods", "blend,noisy", "--no-report")
    assert run(pairs, *methods).code == 0
    units = pd.read_parquet(tmp_path / "run" / "results.parquet").pivot(index="case", columns="method", values="ssim")
    statistics = json.loads(command("compare", tmp_path / "run", "--json").out)
    assert statistics["design"] == "pairs"
    assert "the standard error of independent pairs" in statistics["notes"]["intervals"]
    assert "which these pairs are" in statistics["notes"]["ranks"]
    (comparison,) = statistics["comparisons"]
    assert comparison["p_value"] == pytest.approx(stats.ttest_rel(units["blend"], units["noisy"]).pvalue)
    shown = command("compare", tmp_path / "run").out
    assert "6 (6 contents, 6 styles)" in shown
    assert "with the standard error of independent pairs: no content and no style is in two pairs" in shown
    assert command("baseline", tmp_path / "run", "-o", tmp_path / "baseline.json").code == 0
    assert command("check", tmp_path / "run", "--baseline", tmp_path / "baseline.json").code == 0


def test_a_changed_pair_is_another_protocol(run, protocol, pairs, tmp_path):
    assert run(pairs, "--no-report").code == 0
    styles = [f"s{number}.jpg" for number in range(NUMBER)]
    other = protocol([styles[1], styles[0], *styles[2:]], "other")
    assert run(other, "--no-report").code != 0
