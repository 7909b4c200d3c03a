"""The results of a run, from its journal and its scores of set metrics, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass, replace

from benchmark.analysis.summary import known_set_scores, summarize, summary_from_json, summary_to_json
from benchmark.execution.continuation import Scoring
from benchmark.execution.tasks.set_task import SetTask, plan_sets
from benchmark.plan.plan import Plan
from benchmark.store.atomic import write_json
from benchmark.store.journal_index import JournalIndex
from benchmark.store.manifest import Manifest
from benchmark.store.records import RunStatus, SetScore, SummaryRow, UnitStatus
from benchmark.store.results import TableInFile, score_columns, write_results
from benchmark.store.run_directory import RunDirectory


@dataclass(frozen=True)
class RunOutcome:
    """The end of a run.

    Attributes:
        status: State of the run.
        planned: Number of units of the run.
        counts: Number of finished units by how they ended.
        failed_units: Number of units that failed, of those that were to be run.
        failed_scores: Number of units of which some metric failed, of those that were to score.
        failed_set_scores: Number of scores of set metrics that failed, of those that were to score.
        lacking_scores: Number of units that lack the score of a metric that was not to score now.
        interrupted: Whether the user stopped it.
    """

    status: RunStatus
    planned: int
    counts: dict[UnitStatus, int]
    failed_units: int
    failed_scores: int
    failed_set_scores: int
    lacking_scores: int
    interrupted: bool

    @property
    def left(self) -> int:
        """Number of units that have not been run."""
        return self.planned - sum(self.counts.values())

    @property
    def has_failures(self) -> bool:
        """Whether something failed that was to be run or scored."""
        return bool(self.failed_units or self.failed_scores or self.failed_set_scores)


class RunResults:
    """The results of a run, which are known better and better.

    Args:
        directory: The folder of the run.
        manifest: The run.
        scoring: What works now.
        index: Index of its journal.
    """

    def __init__(
        self, directory: RunDirectory, manifest: Manifest, scoring: Scoring, index: JournalIndex[Plan]
    ) -> None:
        self._directory = directory
        self._manifest = manifest
        self._scoring = scoring
        self._index = index
        # What nobody tries again now is known even where there is no number.
        kept = frozenset(metric.name for metric in manifest.metrics) - scoring.metrics
        self._known = {_key(score): score for score in known_set_scores(_read_summary(directory), kept)}

    def scored_sets(self) -> dict[str, frozenset[str]]:
        """The set metrics whose scores of the present images are known, by method."""
        scored: dict[str, set[str]] = {}
        for task in self._sets():
            if task.key in self._known:
                scored.setdefault(task.method, set()).add(task.metric)
        return {method: frozenset(metrics) for method, metrics in scored.items()}

    def sets_to_score(self) -> list[SetTask]:
        """The tasks of the set metrics that are to score and have not scored the present images."""
        return [task for task in self._sets() if task.metric in self._scoring.metrics and task.key not in self._known]

    def add(self, score: SetScore) -> None:
        """Takes in a score of a set metric."""
        self._known[_key(score)] = score

    def write(self, *, interrupted: bool = False) -> RunOutcome:
        """Writes ``results.parquet`` and ``summary.json`` with what there is.

        Args:
            interrupted: Whether the user stopped the run.

        Returns:
            How the run ended.

        Raises:
            InputError: They cannot be written.
        """
        self._index.refresh()
        manifest = self._manifest
        sets = [task.key for task in self._sets()]
        set_scores = [self._known[key] for key in sets if key in self._known]
        write_results(self._index.records(), self._index.plan, score_columns(manifest.metrics), self._directory.results)
        with TableInFile(self._directory.results) as table:
            rows = summarize(manifest.methods, manifest.metrics, manifest.models, table.scores, set_scores)
            write_json(self._directory.summary, summary_to_json(rows))
        outcome = self._outcome(set_scores, interrupted=interrupted)
        lacks_nothing = not (outcome.lacking_scores or self._index.unscored() or len(set_scores) < len(sets))
        has_failures = (
            outcome.counts[UnitStatus.FAILED] or outcome.failed_scores or any(score.failed for score in set_scores)
        )
        is_complete = lacks_nothing and not (interrupted or outcome.left or has_failures)
        return replace(outcome, status=RunStatus.COMPLETE) if is_complete else outcome

    def _outcome(self, set_scores: list[SetScore], *, interrupted: bool) -> RunOutcome:
        failed = [score for score in set_scores if score.failed and score.metric in self._scoring.metrics]
        return RunOutcome(
            RunStatus.INCOMPLETE,
            planned=len(self._index.plan),
            counts=self._index.counts(),
            failed_units=self._index.failed(self._scoring.methods),
            failed_scores=self._index.failed_scores(),
            failed_set_scores=len(failed),
            lacking_scores=self._index.lacking_others(),
            interrupted=interrupted,
        )

    def _sets(self) -> list[SetTask]:
        return plan_sets(self._manifest.metrics, self._index)


def _read_summary(directory: RunDirectory) -> list[SummaryRow]:
    try:
        return summary_from_json(directory.summary.read_bytes())
    except (OSError, ValueError):
        return []


def _key(score: SetScore) -> tuple[str, str, str]:
    return score.method, score.metric, score.images_sha256
