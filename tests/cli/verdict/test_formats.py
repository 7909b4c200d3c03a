"""Whatever a reason holds, the formats stay whole."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from benchmark.analysis.gate.verdict import Finding, Outcome, make_verdict
from benchmark.cli.verdict.github import to_markdown, workflow_commands
from benchmark.cli.verdict.junit import to_junit
from benchmark.cli.verdict.text import print_text

NASTY = "a|b <script> & \"q\" 's' 100%\r\nnext ]]> \x00\x1b[31m \ud800 ::error:: [red]x[/red] 图 🎨"


def verdict(outcome: Outcome = Outcome.WORSE, **facts: bool):
    return make_verdict(NASTY, [Finding(outcome, "a|b <c> [red]", "ssim", NASTY, **facts)], (NASTY,))


@pytest.mark.parametrize(
    ("outcome", "decides", "mark"),
    [
        (Outcome.WORSE, True, "failure"),
        (Outcome.MISSING, True, "failure"),
        (Outcome.NEWLY_FAILING, True, "failure"),
        (Outcome.NOT_COMPARABLE, True, "error"),
        (Outcome.NOT_COMPARABLE, False, "skipped"),
        (Outcome.BETTER, True, ""),
        (Outcome.SAME, True, ""),
    ],
)
def test_junit_says_what_became_of_it(outcome, decides, mark):
    suite = ElementTree.fromstring(to_junit(verdict(outcome, decides=decides)).encode()).find("testsuite")
    (case,) = suite.findall("testcase")
    assert [child.tag for child in case] == ([mark] if mark else [])
    counts = [suite.get(name) for name in ("failures", "errors", "skipped")]
    assert counts == [str(int(mark == name)) for name in ("failure", "error", "skipped")]


def test_junit_is_whole_xml_whatever_the_text():
    suite = ElementTree.fromstring(to_junit(verdict()).encode()).find("testsuite")
    assert "<script>" in suite.get("name")
    assert "图 🎨" in suite.find("testcase/failure").text


@pytest.mark.parametrize(
    ("outcome", "decides", "level"),
    [
        (Outcome.WORSE, True, "error"),
        (Outcome.NOT_COMPARABLE, True, "error"),
        (Outcome.NOT_COMPARABLE, False, "warning"),
        (Outcome.BETTER, True, "notice"),
    ],
)
def test_a_workflow_command_is_one_line(outcome, decides, level):
    (line,) = workflow_commands(verdict(outcome, decides=decides))
    assert line.startswith(f"::{level} title=")
    assert "\n" not in line
    assert "\r" not in line
    assert "100%25 next" in line


def test_what_stayed_the_same_is_not_annotated():
    assert workflow_commands(verdict(Outcome.SAME)) == []


def test_markdown_stays_one_table():
    text = to_markdown(verdict())
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len(rows) == 3
    assert {row.replace("\\|", "").count("|") for row in rows} == {10}
    assert "<script>" not in text


def test_text_shows_markup_as_it_is(capsys):
    print_text(make_verdict("", [Finding(Outcome.WORSE, "a", "[red]x[/red]")]))
    assert "[red]x[/red]" in capsys.readouterr().out


def test_text_is_written_whatever_it_holds(capsys):
    print_text(verdict())
    assert "\\ud800" in capsys.readouterr().out
