"""The conclusion of an ablation, made from the comparisons by a rule that is fixed before they are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from benchmark.analysis.comparison import MethodComparison
from tools.ablation.contrasts import Contrasts
from tools.ablation.plan import Asked


class Finding(StrEnum):
    """What one metric says of one arm."""

    HELPS = "helps, beyond every control"
    HELPS_AS_A_CONTROL = "helps, but not shown to do so beyond its controls"
    HURTS = "hurts, beyond every control"
    HURTS_AS_A_CONTROL = "hurts, but not shown to do so beyond its controls"
    DIFFERS_FROM_CONTROLS = "no effect that this design could show, but another than a control's"
    NOTHING = "no effect that this design could show"
    ALIKE = "no effect: every score is the same"
    UNKNOWN = "cannot be told"

    @property
    def is_gain(self) -> bool:
        """Whether the arm is shown to be better than the method as it is."""
        return self in (Finding.HELPS, Finding.HELPS_AS_A_CONTROL)

    @property
    def is_loss(self) -> bool:
        """Whether the arm is shown to be worse than the method as it is."""
        return self in (Finding.HURTS, Finding.HURTS_AS_A_CONTROL)


RULE = (
    "An arm is *shown* to be better or worse than another row where the paired comparison shows it: t test with Holm's "
    "correction for all comparisons of the metric, an interval without zero, and ranks that do not say the opposite.",
    f"“{Finding.HELPS}”: shown to be better than the method as it is, and than each of its controls. "
    f"“{Finding.HELPS_AS_A_CONTROL}”: better than the method, but not than each control. Likewise where it hurts.",
    f"“{Finding.NOTHING}”: not shown to differ from the method as it is. The smallest difference that so many cases "
    "would have shown four times in five stands beside it; a smaller effect may well exist.",
    "A gain by one deciding metric with a loss by another is a trade, and no gain.",
    f"“{Finding.UNKNOWN}”: no scores, or cases of one content or one style only, which tell nothing of others.",
)


@dataclass(frozen=True)
class Answer:
    """What one metric says of one arm, and the comparisons that say so.

    Attributes:
        finding: The finding.
        against_base: The comparison with the method as it is, or ``None`` where the two share no scored case.
        beaten: Names of the controls than which the arm is shown to be better.
        better: Names of those that are shown to be better.
        open: Names of the others.
    """

    finding: Finding
    against_base: MethodComparison | None
    beaten: tuple[str, ...] = ()
    better: tuple[str, ...] = ()
    open: tuple[str, ...] = ()


def answer(asked: Asked, base: str, contrasts: Contrasts | None) -> Answer:
    """Judges an arm by one metric.

    Args:
        asked: The question.
        base: Name of the row of the method as it is.
        contrasts: The comparisons by the metric, or ``None`` where it has no scores.
    """
    pairs: Mapping[tuple[str, str], MethodComparison] = contrasts.pairs if contrasts else {}
    arm = asked.arm.name
    compared = pairs.get((arm, base))
    verdicts = {row.name: found.better if (found := pairs.get((arm, row.name))) else "" for row in asked.controls}
    beaten = tuple(name for name, better in verdicts.items() if better == arm)
    stronger = tuple(name for name, better in verdicts.items() if better == name)
    undecided = tuple(name for name, better in verdicts.items() if not better)
    return Answer(_finding(arm, compared, verdicts), compared, beaten, stronger, undecided)


def _finding(arm: str, compared: MethodComparison | None, verdicts: Mapping[str, str]) -> Finding:
    if compared is None or compared.difference.standard_error is None:
        return Finding.UNKNOWN
    if compared.better == arm:
        return Finding.HELPS if set(verdicts.values()) <= {arm} else Finding.HELPS_AS_A_CONTROL
    if compared.better:
        beyond = all(better == control for control, better in verdicts.items())
        return Finding.HURTS if beyond else Finding.HURTS_AS_A_CONTROL
    if any(verdicts.values()):
        return Finding.DIFFERS_FROM_CONTROLS
    if compared.difference.mean == 0 and compared.difference.standard_error == 0:
        return Finding.ALIKE
    return Finding.NOTHING


def overall(answers: Mapping[str, Sequence[Answer]]) -> list[str]:
    """Says in sentences what the deciding metrics say together.

    Args:
        answers: By the title of each question, the answer of each deciding metric.
    """
    kinds: dict[str, list[str]] = {}
    for title, given in answers.items():
        kinds.setdefault(_kind([one.finding for one in given]), []).append(title)
    return [f"{words}: {', '.join(kinds[words])}." for words in _KINDS if words in kinds]


_TRADE = "A trade, better by one deciding metric and worse by another"
_GAIN = "A gain that is the arm's own, beyond every control, and no loss by another deciding metric"
_SHARED_GAIN = "A gain that a control may give as well"
_LOSS = "A loss"
_NONE = "No effect that this design could show"
_UNKNOWN = "Cannot be told from these cases"
_KINDS = (_GAIN, _SHARED_GAIN, _TRADE, _LOSS, _NONE, _UNKNOWN)


def _kind(findings: Sequence[Finding]) -> str:
    gains, losses = [one for one in findings if one.is_gain], [one for one in findings if one.is_loss]
    if gains and losses:
        return _TRADE
    if gains:
        return _GAIN if Finding.HELPS in gains else _SHARED_GAIN
    if losses:
        return _LOSS
    return _UNKNOWN if set(findings) == {Finding.UNKNOWN} else _NONE
