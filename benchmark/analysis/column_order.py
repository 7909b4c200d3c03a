"""The order in which scores and costs are shown: by the question that they answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchmark.contracts.metric import Axis
from benchmark.store.cost_columns import COST_COLUMNS

if TYPE_CHECKING:
    from benchmark.store.records import RunRecords

OTHER: Final = "other"
"""The question of metrics that name none that is known here."""
QUESTIONS: Final = (Axis.CONTENT.value, Axis.STYLE.value, Axis.TEXT.value, OTHER, Axis.COST.value)
"""The questions in their order."""


def questions_of_columns(run: RunRecords) -> dict[str, str]:
    """Returns the question that each metric and cost of a run answers, by name; components of metrics are left out.

    Args:
        run: The run.

    Returns:
        The metrics and costs that its summary has, ordered by their questions, those of one question as in the run.
    """
    axes = {metric.name: str(metric.axis) for metric in run.metrics}
    components = {f"{metric.name}.{component}" for metric in run.metrics for component in metric.components}
    summarized = dict.fromkeys(row.metric for row in run.summary)
    names = [name for name in axes if name in summarized]
    names += [name for name in summarized if name not in axes and name not in components]
    questions = {name: Axis.COST.value if name in COST_COLUMNS else axes.get(name, OTHER) for name in names}
    known = {name: question if question in QUESTIONS else OTHER for name, question in questions.items()}
    return {name: known[name] for name in sorted(names, key=lambda name: QUESTIONS.index(known[name]))}
