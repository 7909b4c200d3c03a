"""Loading of runs, finished or not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmark.analysis.combination import notes_on_parts
from benchmark.analysis.comparability import why_costs_are_apart
from benchmark.analysis.summary import summarize, summary_from_json
from benchmark.errors import describe_error
from benchmark.plan.unit import log_path
from benchmark.store.cases import DescribedPicture
from benchmark.store.journal import UnitRecord
from benchmark.store.journal_index import JournalIndex
from benchmark.store.manifest import Manifest, MergedRun, UnreadPrompt
from benchmark.store.planned_units import RecordedUnits
from benchmark.store.records import (
    RunPart,
    RunRecords,
    RunStatus,
    ScoreError,
    SummaryRow,
    UnitStatus,
)
from benchmark.store.results import ResultsTable, TableInMemory, score_columns
from benchmark.store.run_directory import RunDirectory
from benchmark.wording import format_count, repetition


def load_records(path: Path) -> RunRecords:
    """Loads all records of a run. A damaged or partial run gives the parts that exist, with warnings.

    Args:
        path: Folder of the run.

    Raises:
        InputError: It is no run, or ``run.json`` is damaged.
    """
    directory = RunDirectory(path)
    manifest = directory.read_manifest()
    warnings: list[str] = []
    cases = tuple(manifest.case_records())
    methods = tuple(method.name for method in manifest.methods)
    index = JournalIndex(directory.journal, RecordedUnits(methods, cases))
    others = _BesideTheTable(manifest.styles)
    columns = score_columns(manifest.metrics)
    table = TableInMemory.of(others.collecting(index.records()), index.plan, columns)
    starter = "the command that started the run"
    parts = tuple(map(_part, manifest.merged))
    warnings += index.lasting_damage
    missing = len(index.plan) - len(index)
    if missing:
        left = format_count(missing, "unit")
        warnings.append(f"not finished: {left}; {repetition(manifest.command, 'continues it', starter)}")
    warnings += _warn_of_unread(manifest.unread_prompts)
    summary, problem = _summary(directory, manifest, table)
    if problem and manifest.status is not RunStatus.RUNNING:
        warnings.append(
            f"{problem}: means were computed anew, scores of set metrics are left out; "
            f"{repetition(manifest.command, 'writes it again', starter)}"
        )
    return RunRecords(
        directory=path,
        status=manifest.status,
        protocol=manifest.protocol.model_dump(exclude_unset=True),
        methods=manifest.methods,
        metrics=manifest.metrics,
        models=manifest.models,
        cases=cases,
        contents=tuple(content.facts() for content in manifest.contents),
        styles=tuple(style.facts() for style in manifest.styles),
        units=table.to_pandas(),
        summary=tuple(summary),
        similarity=others.similarity(),
        provenance=_provenance(manifest),
        warnings=tuple(warnings),
        summary_problem=problem,
        score_errors=tuple(others.score_errors),
        logs={method: log for method in methods if (path / (log := log_path(method))).exists()},
        calibration=manifest.calibration,
        image_hashes=others.image_hashes,
        parts=parts,
        notes=notes_on_parts(parts),
        costs_apart=why_costs_are_apart(parts),
    )


def _part(run: MergedRun) -> RunPart:
    return RunPart(run.name, run.methods, run.metrics, run.number_of_cases, _provenance(run), run.calibration)


def _provenance(manifest: Manifest | MergedRun) -> dict[str, Any]:
    unread = _unread_parts(manifest.unread_prompts) if isinstance(manifest, Manifest) else {}
    return {
        "command": list(manifest.command),
        **({"id": manifest.id} if isinstance(manifest, Manifest) and manifest.id else {}),
        "seed": manifest.seed,
        "device": manifest.device,
        "precision": manifest.precision,
        **({"executor": manifest.executor} if manifest.executor else {}),
        "started": manifest.started,
        "finished": manifest.finished,
        "environment": manifest.environment.model_dump(exclude_unset=True),
        **({"prompts not wholly read": unread} if unread else {}),
    }


def _summary(directory: RunDirectory, manifest: Manifest, table: ResultsTable) -> tuple[list[SummaryRow], str]:
    """The rows of the summary, and why they had to be computed from the units, or an empty string."""
    if manifest.status is RunStatus.RUNNING:
        problem = "the run has not ended"
    else:
        try:
            return summary_from_json(directory.summary.read_bytes()), ""
        except FileNotFoundError:
            problem = "summary.json is missing"
        except (OSError, ValueError) as error:
            problem = f"summary.json is damaged ({describe_error(error)})"
    return summarize(manifest.methods, manifest.metrics, manifest.models, table.scores), problem


def _warn_of_unread(losses: Sequence[UnreadPrompt]) -> list[str]:
    """Says of which styles a model did not read the whole prompt, where there are some."""
    styles = dict.fromkeys(style for loss in losses for style in loss.styles)
    if not styles:
        return []
    return [f"not wholly read: the prompts of {', '.join(styles)}; the run's provenance says what was lost"]


def _unread_parts(losses: Sequence[UnreadPrompt]) -> dict[str, str]:
    """What was lost of prompts, by style and model."""
    return {f"{', '.join(loss.styles)} › {loss.reader or 'metrics'}, {loss.model}": loss.description for loss in losses}


class _BesideTheTable:
    """What the journal says of units that is no column of the table: failed scores, hashes of images, and similarities.

    Args:
        styles: The styles of the run.
    """

    def __init__(self, styles: Sequence[DescribedPicture]) -> None:
        self.score_errors: list[ScoreError] = []
        self.image_hashes: dict[tuple[str, str], str] = {}
        self._prompts = {style.id: style.prompt for style in styles if style.prompt}
        self._cases: dict[str, list[str]] = {}
        self._values: dict[str, list[list[float | None]]] = {}

    def collecting(self, records: Iterable[tuple[int, UnitRecord]]) -> Iterator[tuple[int, UnitRecord]]:
        """Passes on the records of units, and takes from them what is to be kept."""
        for position, record in records:
            self.score_errors += (
                ScoreError(record.method, record.case, metric, reason) for metric, reason in record.score_errors.items()
            )
            if record.image_sha256:
                self.image_hashes[record.key] = record.image_sha256
            if record.status is UnitStatus.OK and record.similarities:
                self._cases.setdefault(record.method, []).append(record.case)
                found = [record.similarities.get(style) for style in self._prompts]
                self._values.setdefault(record.method, []).append(found)
            yield position, record

    def similarity(self) -> dict[str, dict[str, Any]]:
        """The similarities of each method's images to the prompts."""
        return {
            method: {
                "rows": list(self._prompts.values()),
                "columns": cases,
                "values": [list(row) for row in zip(*self._values[method], strict=True)],
            }
            for method, cases in self._cases.items()
        }
