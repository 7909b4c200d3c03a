"""The result of a study in words and tables, as Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from benchmark.escaping import one_line
from benchmark.store.people import Origin, Outcome, QuestionResult, StudyResult
from benchmark.store.questions import WORDINGS
from benchmark.wording import format_count

_MARKUP: Final = re.compile(r"([\\`*_{}\[\]()#+!|~>$])")
_MOST_LISTED: Final = 50


def summary_text(result: StudyResult) -> str:
    """Returns the result as Markdown; texts of people and files are escaped.

    Args:
        result: The result.
    """
    parts = [f"# {_escape(result.title)}", _people(result)]
    for question in result.questions:
        parts += _question(question)
    if result.left_out:
        parts += ["## Left out", f"Rule, stated before anybody answered: {_escape(result.rule)}."]
        parts.append(_list([f"{person.participant}: {person.reason}" for person in result.left_out]))
    if result.unread:
        parts += ["## Not counted", _list([f"{one.source}: {one.reason}" for one in result.unread])]
    if result.notes:
        parts += ["## Notes", _list(result.notes)]
    return "\n\n".join(parts) + "\n"


def _people(result: StudyResult) -> str:
    if result.origin is Origin.IMPORT:
        return f"Imported: {format_count(result.people, 'person', 'people')}."
    counted = result.people - len(result.left_out)
    return (
        f"{format_count(result.people, 'person', 'people')} answered, {counted:,} are counted."
        f" {len(result.unread):,} files were not counted."
    )


def _question(result: QuestionResult) -> list[str]:
    kept = result.kept
    parts = [
        f"## {WORDINGS[result.question].sentence}",
        f"{format_count(kept.answers, 'answer')} of {format_count(kept.people, 'person', 'people')} about"
        f" {format_count(kept.cases, 'case')}. {agreement_words(kept)}",
    ]
    if kept.problem:
        parts.append(f"No intervals or strengths: {_escape(kept.problem)}.")
    parts.append(_strengths(kept, result.everybody))
    if kept.differences:
        parts.append(_differences(kept))
    parts.append(_wins(kept))
    return parts


def agreement_words(outcome: Outcome) -> str:
    """Returns how far people agree with each other, with themselves and about sides, in sentences.

    Args:
        outcome: The outcome of a question.
    """
    agreement = outcome.agreement
    if agreement.value is None:
        words = "How far people agree cannot be told: no comparison was answered differently by several."
    else:
        interval = "" if agreement.low is None else f" [{agreement.low:.2f}, {agreement.high:.2f}]"
        count = format_count(agreement.units, "comparison")
        words = f"Krippendorff’s α (nominal) {agreement.value:.2f}{interval}, of {count} that several answered."
    if outcome.repeats:
        words += f" Of {format_count(outcome.repeats, 'pair')} shown twice, {outcome.same} were answered alike."
    if outcome.left_share is not None:
        words += f" {outcome.left_share:.0%} of the choices were for the left side."
    return words


def _strengths(kept: Outcome, everybody: Outcome | None) -> str:
    header = ["Method", "Strength (log-odds)", "95 % interval", "Wins", "Ties", "Losses"]
    header += ["With those left out"] * (everybody is not None)
    others = {one.method: one for one in everybody.strengths} if everybody else {}
    rows = []
    for one in sorted(kept.strengths, key=lambda one: -(one.value if one.value is not None else 0)):
        cells = [_escape(one.method), _number(one.value), _ends(one.low, one.high)]
        cells += [str(one.wins), str(one.ties), str(one.losses)]
        if everybody:
            other = others[one.method]
            cells.append(" ".join(filter(None, [_number(other.value), _ends(other.low, other.high)])))
        rows.append(cells)
    return _table(header, rows)


def _differences(outcome: Outcome) -> str:
    rows = []
    for one in outcome.differences:
        first, second, value, low, high = one.first, one.second, one.value, one.low, one.high
        if value < 0:
            first, second, value, low, high = second, first, -value, -high, -low
        if one.is_shown:
            shown = "shown"
        elif one.more_answers is None:
            shown = "not shown; over a hundred times the answers would be needed"
        else:
            shown = f"not shown; about {format_count(one.more_answers, 'answer')} more would show it, if it is as large"
        rows.append([_escape(first), _escape(second), _number(value), _ends(low, high), f"{one.p_value:.3f}", shown])
    return _table(["Method", "Above", "Difference", "95 % interval", "p (Holm)", "Verdict"], rows)


def _wins(outcome: Outcome) -> str:
    names = [_escape(one.method) for one in outcome.strengths]
    rows = [
        [name, *("" if i == j else f"{value:g}" for j, value in enumerate(row))]
        for i, (name, row) in enumerate(zip(names, outcome.wins, strict=True))
    ]
    return _table(["Wins of ↓ against →", *names], rows)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}".replace("-", "−")


def _ends(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"[{_number(low)}, {_number(high)}]"


def _list(lines: Sequence[str]) -> str:
    shown = [f"- {_escape(line)}" for line in lines[:_MOST_LISTED]]
    if len(lines) > _MOST_LISTED:
        shown.append(f"- and {len(lines) - _MOST_LISTED:,} more, in result.json")
    return "\n".join(shown)


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---", *("---:" for _ in header[1:])], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _escape(text: str) -> str:
    line = one_line(text).replace("&", "&amp;").replace("<", "&lt;")
    return _MARKUP.sub(r"\\\1", line)
