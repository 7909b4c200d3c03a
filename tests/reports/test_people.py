"""What people saw, in the reports: methods, metrics with their correlations, and what each metric is worth."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from benchmark.store.people import LeftOut, Origin, QuestionResult, StudyResult
from benchmark.store.questions import Question
from benchmark.store.records import RunRecords
from benchmark.study.analysing import outcome_of_votes
from benchmark.study.votes import Vote, Votes
from reports.html.report import HtmlReport
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


def test_a_run_without_a_study_shows_nothing_of_it(crossed_run: RunRecords, tmp_path: Path) -> None:
    assert "What people saw" not in HtmlReport().write([crossed_run], tmp_path).read_text(encoding="utf-8")
