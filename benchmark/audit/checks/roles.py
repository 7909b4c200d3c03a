"""Check that the score depends on each input that the metric reads, and that the right input wins."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmark.audit.check_result import CheckResult, CheckStatus, NotApplicableError
from benchmark.audit.checks.encoding import ROUNDING
from benchmark.audit.evidence import Evidence
from benchmark.audit.gathering import number_of_swaps
from benchmark.audit.significance import positive_mean
from benchmark.audit.treatment import HALFWAY, swapped
from benchmark.contracts import Axis, Need

_ROLE_OF_AXIS: Final = {Axis.CONTENT: Need.CONTENT, Axis.STYLE: Need.STYLE_IMAGE, Axis.TEXT: Need.PROMPT}


def roles(evidence: Evidence) -> CheckResult:
    """Scores the halfway blend against what other cases have.

    Every input that the metric reads has to matter: swapping it has to change most scores. For the input that its axis
    asks about, the right one has to win against the wrong ones more than half the time, shown by the interval
    of the share of wins.
    """
    needs = evidence.info.needs
    if not needs:
        raise NotApplicableError("it reads nothing but the stylized image")
    figures: dict[str, float] = {}
    problems: list[str] = []
    status = CheckStatus.PASSED
    own = _ROLE_OF_AXIS.get(evidence.info.axis)
    for need in sorted(needs, key=lambda need: need is not own):
        name = need.replace("_", " ")
        gaps = _gaps(evidence, need)
        changed = float(np.mean(np.abs(gaps) > ROUNDING * evidence.scale()))
        if need is own:
            # A tie is half a win: the score prefers neither of two references.
            wins = ((np.sign(evidence.sign * gaps) + 1) / 2).mean(axis=1)
            figures["wins"] = float(wins.mean())
            status = positive_mean(wins - 0.5, evidence)
            if status is not CheckStatus.PASSED:
                problems.append(f"the right {name} wins {wins.mean():.0%} of the time")
        figures[f"{name} matters"] = changed
        if changed <= 0.5:
            status = CheckStatus.FAILED
            problems.append(f"another {name} leaves {1 - changed:.0%} of the scores as they are")
    return CheckResult(status, "; ".join(problems), figures)


def _gaps(evidence: Evidence, need: Need) -> NDArray[np.float64]:
    """Score with the right one minus score with a wrong one, N×(number of wrong ones)."""
    if evidence.subject.is_set_metric and need is Need.STYLE_IMAGE:
        return _gaps_of_halves(evidence)
    swaps = number_of_swaps(need, evidence.cases)
    if swaps == 0:
        raise NotApplicableError(f"the cases share one {need.replace('_', ' ')}")
    right = evidence.scores(HALFWAY)
    return np.stack([right - evidence.scores(swapped(need, shift)) for shift in range(1, swaps + 1)], axis=1)


def _gaps_of_halves(evidence: Evidence) -> NDArray[np.float64]:
    """Returns the score of each half of the styles' pictures with their own half minus that with the other half."""
    readings = evidence.read(HALFWAY)
    styles = {reading.style: reading for reading in readings}
    names = sorted(styles)
    halves = names[: len(names) // 2], names[len(names) // 2 :]
    if len(names) < 4:
        raise NotApplicableError(f"{len(names)} styles cannot be halved into sets; four are needed")
    rows = []
    for half, other in (halves, halves[::-1]):
        own = [reading for reading in readings if reading.style in half]
        strangers = [styles[name] for name in other]
        wrong = [
            replace(reading, style=stranger.style, style_row=stranger.style_row)
            for number, reading in enumerate(own)
            for stranger in [strangers[number % len(strangers)]]
        ]
        rows.append(evidence.scores_of(own) - evidence.scores_of(wrong))
    return np.stack(rows)
