"""Who looked: the checks, times and sides of each person, and the rule that was stated before."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Final

from benchmark.store.people import LeftOut
from benchmark.study.sheet import Sheet
from benchmark.study.study import Choice, Kind, Study
from benchmark.wording import format_count

_LEAST_ON_SIDES: Final = 10


def leave_out(study: Study, sheets: Sequence[Sheet]) -> tuple[LeftOut, ...]:
    """Finds the people whom the rule of the study leaves out.

    Args:
        study: The study.
        sheets: The answers.
    """
    found = ((sheet, _reason(study, sheet)) for sheet in sheets)
    return tuple(LeftOut(sheet.participant, reason) for sheet, reason in found if reason)


def _reason(study: Study, sheet: Sheet) -> str:
    rule, form = study.exclusion, study.forms[sheet.form]
    checks = [(place, answer) for place, answer in sheet.answers.items() if form[place].kind is Kind.CHECK]
    failed = sum(answer.choice is not study.expected(form[place]) for place, answer in checks)
    reasons = []
    if failed > rule.most_failed_checks:
        reasons.append(f"failed {failed} of {format_count(len(checks), 'check')}")
    median = statistics.median(answer.milliseconds for answer in sheet.answers.values())
    if median < rule.least_median_milliseconds:
        reasons.append(f"took {median / 1000:.2f} s for an answer at the median")
    sides = [answer.choice for answer in sheet.answers.values() if answer.choice is not Choice.TIE]
    most = max(sides.count(Choice.LEFT), sides.count(Choice.RIGHT))
    if len(sides) >= _LEAST_ON_SIDES and most > rule.most_on_one_side * len(sides):
        reasons.append(f"gave {most} of {len(sides)} answers to one side")
    return "; ".join(reasons)
