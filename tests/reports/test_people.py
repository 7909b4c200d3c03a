"""What people saw, in the reports: methods, metrics with their correlations, and what each metric is worth."""

from __future__ import annotations

import csv
import dataclasses
import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from benchmark.analysis.people import against_people, with_studies
from benchmark.contracts.report import Report
from benchmark.store.people import LeftOut, Origin, QuestionResult, StudyResult
from benchmark.store.questions import Question
from benchmark.store.records import RunRecords
from benchmark.study.analysing import outcome_of_votes
from benchmark.study.votes import Vote, Votes
from reports.exports import CsvReport, JsonReport
from reports.html.report import HtmlReport
from reports.latex import LatexReport
from reports.markdown import MarkdownReport
from reports.tables.people import build_people, worth
from tests.reports.chromium import opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def seen_run(crossed_run: RunRecords) -> RunRecords:
    """A run whose pictures twelve people compared: the last method carries the style best."""
    generator = np.random.default_rng(0)
    methods = tuple(method.name for method in crossed_run.methods if not method.control)
    votes = []
    for person in range(12):
        for case in crossed_run.cases:
            for first, second in ((0, 1), (1, 2), (0, 2)):
                chance = 1 / (1 + np.exp(1.5 * (second - first)))
                votes.append(Vote(f"p{person}", case.id, first, second, float(generator.random() < chance)))
    counted = Votes(methods, tuple(votes))
    outcome = outcome_of_votes(counted, seed=0, rounds=30)
    result = StudyResult(
        schema_version=1,
        origin=Origin.STUDY,
        study="5" * 24,
        title="Study <i>one</i>",
        fingerprint=crossed_run.protocol["fingerprint"],
        runs=("run",),
        rule="nobody",
        people=13,
        left_out=(LeftOut("f" * 32, "failed 3 of 3 checks"),),
        unread=(),
        notes=(),
        questions=(QuestionResult(Question.STYLE, outcome, outcome, counted.picture_scores()),),
    )
    return dataclasses.replace(crossed_run, people=(result,))


def test_methods_stand_in_the_order_of_people(seen_run: RunRecords) -> None:
    ((table,),) = [study.questions for study in build_people(seen_run)]
    assert [row.title for row in table.methods] == ["Method 2", "Method 1", "Method 0"]
    assert all(row.interval and row.bar and row.with_left_out for row in table.methods)


def test_every_metric_is_held_against_them_and_the_own_question_is_marked(seen_run: RunRecords) -> None:
    ((table,),) = [study.questions for study in build_people(seen_run)]
    rows = {row.title: row for row in table.metrics}
    assert rows.keys() == {"SSIM", "LPIPS", "CLIP style", "CLIP text"}
    assert [title for title, row in rows.items() if row.is_own] == ["CLIP style"]
    assert rows["CLIP style"].within_cases.verdict == "agrees"
    assert rows["SSIM"].within_cases.verdict == "disagrees"
    assert rows["SSIM"].over_methods.verdict == "cannot be told: fewer than 5 methods"


def test_a_metric_is_worth_what_is_measured_else_what_is_published_else_a_dash(seen_run: RunRecords) -> None:
    metrics = {metric.name: metric for metric in seen_run.metrics}
    assert worth(seen_run, metrics["clip_style"]).startswith("measured, style: ")
    assert worth(seen_run, dataclasses.replace(metrics["lpips"], people="content: 0.5")) == "published, content: 0.5"
    assert worth(seen_run, metrics["lpips"]) == "–"


def test_the_page_shows_it_safely_and_in_every_width(browser: Browser, seen_run: RunRecords, tmp_path: Path) -> None:
    with opened(browser, HtmlReport().write([seen_run], tmp_path)) as page:
        section = page.locator("#run-1-people")
        assert section.locator("h2").inner_text() == "What people saw"
        assert "Study <i>one</i>" in section.inner_text()
        assert "cannot be told" in section.inner_text()
        for width in (360, 900, 1440):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") == width


def test_markdown_shows_it_too(seen_run: RunRecords, tmp_path: Path) -> None:
    text = MarkdownReport().write([seen_run], tmp_path).read_text(encoding="utf-8")
    assert "### What people saw: Study &lt;i\\>one&lt;/i\\>" in text
    assert "| CLIP style |" in text


def test_latex_shows_it_too(seen_run: RunRecords, tmp_path: Path) -> None:
    ((table,),) = [study.questions for study in build_people(seen_run)]
    text = LatexReport().write([seen_run], tmp_path).read_text(encoding="utf-8")

    strengths, against = text.split(r"\begin{table}")[-2:]
    assert r"\caption{What people saw, \emph{Which picture carries the style better?} (study Study " in strengths
    best = table.methods[0]
    assert rf"Method 2 & {best.strength} {{\scriptsize {best.interval}}} & {best.record} & {best.with_left_out} \\" in (
        strengths.replace("$-$", "−")
    )
    assert r"Krippendorff's $\alpha$ " in strengths
    own = next(row for row in table.metrics if row.is_own)
    cell = own.within_cases
    assert r"\textbf{CLIP style} & " in against
    assert rf"{cell.value} {{\scriptsize {cell.interval}}}$^\bullet$ ({cell.count}) \\" in against.replace("$-$", "−")


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
def test_latex_compiles_whatever_the_study_is_called(seen_run: RunRecords, tmp_path: Path) -> None:
    (study,) = seen_run.people
    hostile = dataclasses.replace(study, title="\\end{x} %$#_^~& 漢", notes=("50 % \\of",), rule="$ & #")
    LatexReport().write([dataclasses.replace(seen_run, people=(hostile,))], tmp_path)
    document = r"\documentclass{article}\usepackage{booktabs}\begin{document}\input{tables}\end{document}"
    (tmp_path / "paper.tex").write_text(document)
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / "paper.pdf").stat().st_size > 0


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_csv_has_it_in_two_tables_beside_the_summary(seen_run: RunRecords, tmp_path: Path) -> None:
    CsvReport().write([seen_run], tmp_path)
    (result,) = seen_run.people[0].questions

    strengths = rows_of(tmp_path / "people.csv")
    assert [row["method"] for row in strengths] == [one.method for one in result.kept.strengths]
    for row, one in zip(strengths, result.kept.strengths, strict=True):
        assert [float(row[name]) for name in ("strength", "low", "high")] == [one.value, one.low, one.high]
        assert (row["question"], row["wins"], row["fingerprint"]) == (
            "style", str(one.wins), seen_run.protocol["fingerprint"],
        )  # fmt: skip

    against = rows_of(tmp_path / "metrics_against_people.csv")
    assert [(row["metric"], row["scope"]) for row in against] == [
        (held.metric, scope) for held in against_people(seen_run, result) for scope in ("over_methods", "within_cases")
    ]
    (own,) = (row for row in against if row["asks_this"] == "True" and row["scope"] == "within_cases")
    assert (own["metric"], own["verdict"]) == ("clip_style", "agrees")
    assert 0 < float(own["low"]) <= float(own["correlation"]) <= float(own["high"])


def test_csv_keeps_no_table_of_a_study_that_is_not_given_any_more(seen_run: RunRecords, tmp_path: Path) -> None:
    CsvReport().write([seen_run], tmp_path)
    CsvReport().write([replace(seen_run, people=())], tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["summary.csv"]


def test_json_has_strengths_differences_and_correlations_and_nothing_of_single_people(
    seen_run: RunRecords, tmp_path: Path
) -> None:
    text = JsonReport().write([seen_run], tmp_path).read_text(encoding="utf-8")
    ((study,),) = [run["people"] for run in json.loads(text)["runs"]]

    assert "f" * 32 not in text
    assert (study["title"], study["left_out"], study["people"]) == ("Study <i>one</i>", 1, 13)
    (question,) = study["questions"]
    (result,) = seen_run.people[0].questions
    assert question["kept"]["strengths"] == [dataclasses.asdict(one) for one in result.kept.strengths]
    assert [one["metric"] for one in question["metrics"]] == ["ssim", "lpips", "clip_style", "clip_text"]
    assert question["metrics"][0]["within_cases"]["verdict"] == "disagrees"


@pytest.mark.parametrize("report", [HtmlReport, LatexReport, MarkdownReport], ids=["html", "latex", "markdown"])
def test_a_run_without_a_study_shows_nothing_of_it(
    report: Callable[[], Report], crossed_run: RunRecords, tmp_path: Path
) -> None:
    assert "What people saw" not in report().write([crossed_run], tmp_path).read_text(encoding="utf-8")


def test_a_run_without_a_study_has_no_tables_of_people(crossed_run: RunRecords, tmp_path: Path) -> None:
    CsvReport().write([crossed_run], tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["summary.csv"]


def test_each_run_of_a_table_has_the_studies_of_its_own_pictures(seen_run: RunRecords, crossed_run: RunRecords) -> None:
    other = dataclasses.replace(crossed_run, protocol={**crossed_run.protocol, "fingerprint": "another"})
    table = dataclasses.replace(crossed_run, runs=(crossed_run, other))
    found = with_studies(table, seen_run.people)
    assert [run.people for run in (found, *found.originals)] == [seen_run.people, seen_run.people, ()]
