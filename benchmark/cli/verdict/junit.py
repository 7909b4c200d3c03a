"""A verdict as JUnit XML, which most continuous integration servers show as tests."""

from __future__ import annotations

from xml.etree import ElementTree

from benchmark.analysis.gate.verdict import Finding, Outcome, Verdict
from benchmark.cli.verdict.cells import COLUMNS, cells


def to_junit(verdict: Verdict) -> str:
    """Returns the verdict as one test suite for each part, with a test case for each finding.

    Findings that are worse, missing or newly failing are failures; those that cannot be compared are errors, or skipped
    where they do not decide.

    Args:
        verdict: The verdict.
    """
    suites = ElementTree.Element("testsuites", name=_legal(verdict.title))
    for part in verdict.parts:
        suite = ElementTree.SubElement(suites, "testsuite", name=_legal(part.title), tests=str(len(part.findings)))
        marks = {"failure": 0, "error": 0, "skipped": 0}
        for finding in part.findings:
            mark = _mark(finding)
            if mark:
                marks[mark] += 1
            _add_case(suite, finding, mark)
        suite.attrib |= {
            "failures": str(marks["failure"]),
            "errors": str(marks["error"]),
            "skipped": str(marks["skipped"]),
        }
    if verdict.notes:
        ElementTree.SubElement(suites[0], "system-out").text = _legal("\n".join(verdict.notes))
    ElementTree.indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(suites, encoding="unicode")


def _add_case(suite: ElementTree.Element, finding: Finding, mark: str) -> None:
    attributes = {"classname": _legal(finding.method or "all"), "name": _legal(finding.metric or "all")}
    case = ElementTree.SubElement(suite, "testcase", attributes)
    if mark:
        message = f"{finding.outcome}: {finding.reason}" if finding.reason else str(finding.outcome)
        element = ElementTree.SubElement(case, mark, message=_legal(message))
        element.text = _legal(
            "\n".join(f"{column}: {cell}" for column, cell in zip(COLUMNS, cells(finding), strict=True) if cell)
        )


def _mark(finding: Finding) -> str:
    if finding.is_regression:
        return "failure"
    if finding.outcome is Outcome.NOT_COMPARABLE:
        return "error" if finding.decides else "skipped"
    return ""


def _legal(text: str) -> str:
    """Replaces the characters that XML 1.0 cannot hold even escaped."""
    return "".join(
        character
        if character in "\t\n"
        or " " <= character <= "\ud7ff"
        or "\ue000" <= character <= "\ufffd"
        or character > "\uffff"
        else "\ufffd"
        for character in text
    )
