"""A verdict for GitHub: annotations on standard output, and a page in the summary of the job."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from benchmark.analysis.gate.verdict import Finding, Outcome, Verdict
from benchmark.cli.verdict.cells import COLUMNS, cells
from benchmark.errors import ExitCode, InputError

_VERDICTS = {
    ExitCode.DONE: "✅ no regression",
    ExitCode.REGRESSION: "❌ a regression",
    ExitCode.NOT_COMPARABLE: "⚠️ not comparable",
}


def workflow_commands(verdict: Verdict) -> list[str]:
    """Returns one workflow command for each finding that is not the same.

    Args:
        verdict: The verdict.
    """
    commands = []
    for finding in verdict.findings:
        if finding.outcome is not Outcome.SAME:
            part = f" ({finding.part})" if verdict.sources else ""
            title = _property(f"{finding.outcome}{part}: {finding.subject}")
            commands.append(f"::{_level(finding)} title={title}::{_data(_sentence(finding))}")
    return commands


def append_summary(verdict: Verdict) -> None:
    """Appends the verdict as Markdown to the file that ``GITHUB_STEP_SUMMARY`` names, if it names one.

    Raises:
        InputError: The file cannot be written.
    """
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        return
    try:
        with Path(path).open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(to_markdown(verdict))
    except OSError as error:
        raise InputError(f"cannot write GITHUB_STEP_SUMMARY {path}: {error.strerror}") from error


def to_markdown(verdict: Verdict) -> str:
    """Returns the verdict as Markdown; findings that stayed the same are folded.

    Args:
        verdict: The verdict.
    """
    paragraphs = [f"### {_VERDICTS[verdict.exit_code]}", _escaped(verdict.summary)]
    for part in verdict.parts:
        if verdict.sources:
            paragraphs += [f"#### {_VERDICTS[part.exit_code]}: {_escaped(part.title)}", _escaped(part.summary)]
        changed = [finding for finding in part.findings if finding.outcome is not Outcome.SAME]
        same = [finding for finding in part.findings if finding.outcome is Outcome.SAME]
        if changed:
            paragraphs.append(_table(changed))
        if same:
            paragraphs.append(f"<details><summary>{len(same)} the same</summary>\n\n{_table(same)}\n\n</details>")
    if verdict.notes:
        paragraphs.append("\n".join(f"- {_escaped(note)}" for note in verdict.notes))
    return "\n\n".join(paragraphs) + "\n\n"


def _table(findings: Iterable[Finding]) -> str:
    rows = [COLUMNS, ("---",) * len(COLUMNS), *(tuple(map(_escaped, cells(finding))) for finding in findings)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _level(finding: Finding) -> str:
    if finding.outcome is Outcome.BETTER:
        return "notice"
    return "error" if finding.decides else "warning"


def _sentence(finding: Finding) -> str:
    parts = [f"{column} {cell}" for column, cell in zip(COLUMNS[3:-1], cells(finding)[3:-1], strict=True) if cell]
    return "; ".join([*parts, finding.reason] if finding.reason else parts) or finding.outcome


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _escaped(text: str) -> str:
    for character in "\\`*_[]|":
        text = text.replace(character, f"\\{character}")
    return " ".join(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").split())
