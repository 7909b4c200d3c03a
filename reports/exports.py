"""The summary and the statistics of runs, and what people saw of them, for programs: as CSV, and as JSON."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from benchmark.contracts.precision import Precision
from benchmark.contracts.report import Report, ReportInfo
from benchmark.escaping import encodable
from benchmark.store.atomic import write_text
from reports.tables.formatting import field_of

if TYPE_CHECKING:
    from benchmark.analysis.people import Correlation
    from benchmark.store.people import QuestionResult, StudyResult
    from benchmark.store.records import RunRecords

SCHEMA_VERSION = 1
_NETWORK_COLUMNS = ("network", "stands_in_for", "method_network", "method_stands_in_for")


class CsvReport(Report):
    """Writes ``summary.csv``: one row per method and metric; the first column names the run.

    Where people answered questions about a run, ``people.csv`` has one row per question and method, and
    ``metrics_against_people.csv`` one per question, metric and kind of correlation.

    The last columns name the networks that made a number and those that the method uses, each with what it stands in
    for: nothing for published networks, ``unknown`` where an old run did not note it.
    """

    info: ClassVar[ReportInfo] = ReportInfo(
        name="csv",
        title="CSV",
        version="1",
        summary=(
            "One row per run, method and metric: mean, interval, numbers of cases, contents and styles, marks; what"
            " people saw beside it."
        ),
    )

    def write(self, runs: Sequence[RunRecords], destination: Path) -> Path:
        """Writes the summaries.

        Args:
            runs: Records of the runs.
            destination: An existing folder to write into.

        Returns:
            The path of ``summary.csv``.

        Raises:
            InputError: If it cannot be written.
        """
        from benchmark.analysis.networks import names_of, networks_of_run, originals_of
        from benchmark.store.records import SummaryRow

        columns = [field.name for field in fields(SummaryRow)]
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["run", "protocol", "fingerprint", *columns, *_NETWORK_COLUMNS])
        for run in runs:
            networks = networks_of_run(run)
            facts = (field_of(run.protocol, "name"), field_of(run.protocol, "fingerprint"))
            folders = {method: part.name for part in reversed(run.parts) for method in part.methods.values()}
            for row in run.summary:
                origin = [folders.get(row.method, "") if run.runs else run.folder_names, *facts]
                used = (networks.of_metric(row.metric), networks.of_methods.get(row.method, ()))
                words = (words for found in used for words in (names_of(found), originals_of(found)))
                writer.writerow([*origin, *(asdict(row)[column] for column in columns), *words])
        target = destination / "summary.csv"
        write_text(target, text.getvalue())
        for name, rows_of in (("people.csv", _strengths), ("metrics_against_people.csv", _correlations)):
            if rows := [row for run in runs for row in rows_of(run)]:
                write_text(destination / name, _table_of(rows))
            else:
                # One of an earlier report would be taken for this one's.
                (destination / name).unlink(missing_ok=True)
        return target


def _table_of(rows: Sequence[Mapping[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _asked(run: RunRecords) -> Iterator[tuple[dict[str, Any], QuestionResult]]:
    """Yields the questions that people answered about a run, each with the first columns of its rows."""
    facts = {
        "run": run.folder_names,
        "protocol": field_of(run.protocol, "name"),
        "fingerprint": field_of(run.protocol, "fingerprint"),
    }
    for study in run.people:
        for result in study.questions:
            yield {**facts, "study": study.study, "study_title": study.title, "question": str(result.question)}, result


def _strengths(run: RunRecords) -> Iterator[dict[str, Any]]:
    for facts, result in _asked(run):
        everybody = {one.method: one for one in result.everybody.strengths} if result.everybody else {}
        for strength in result.kept.strengths:
            row = asdict(strength)
            other = everybody.get(strength.method)
            yield {
                **facts,
                "method": row.pop("method"),
                "strength": row.pop("value"),
                **row,
                "strength_with_those_left_out": other.value if other else None,
                "people": result.kept.people,
                "cases": result.kept.cases,
            }


def _correlations(run: RunRecords) -> Iterator[dict[str, Any]]:
    for facts, result in _asked(run):
        for held in _held(run, result):
            for scope in ("over_methods", "within_cases"):
                found = held[scope]
                yield {**facts, "metric": held["metric"], "asks_this": held["asks_this"], "scope": scope, **found}


def _held(run: RunRecords, result: QuestionResult) -> list[dict[str, Any]]:
    """Returns for each metric that ranks how far it agrees with the answers to a question."""
    from benchmark.analysis.people import against_people, own_question

    axes = {metric.name: str(metric.axis) for metric in run.metrics}
    return [
        {
            "metric": held.metric,
            "asks_this": own_question(axes[held.metric]) is result.question,
            "over_methods": _correlation(held.over_methods),
            "within_cases": _correlation(held.within_cases),
        }
        for held in against_people(run, result)
    ]


def _correlation(found: Correlation) -> dict[str, Any]:
    return {
        "correlation": found.value,
        "low": found.interval.low if found.interval else None,
        "high": found.interval.high if found.interval else None,
        "count": found.count,
        "verdict": str(found.verdict),
    }


class JsonReport(Report):
    """Writes ``report.json``: summaries and statistics, an entry per table.

    Runs that make one table are one entry; its ``parts`` say which run each method is of, and how each was made.
    """

    info: ClassVar[ReportInfo] = ReportInfo(
        name="json",
        title="JSON",
        version="1",
        summary="Protocol, summary, statistics and breakdowns of every run, and what people saw.",
    )

    def write(self, runs: Sequence[RunRecords], destination: Path) -> Path:
        """Writes summaries and statistics.

        Args:
            runs: Records of the runs.
            destination: An existing folder to write into.

        Returns:
            The path of ``report.json``.

        Raises:
            InputError: If it cannot be written.
        """
        content = {"schema_version": SCHEMA_VERSION, "runs": [_portable(_run(run)) for run in runs]}
        target = destination / "report.json"
        write_text(target, json.dumps(content, indent=1, allow_nan=False, default=str))
        return target


def _run(run: RunRecords) -> dict[str, Any]:
    from benchmark.analysis.breakdown import breakdowns
    from benchmark.analysis.networks import networks_of_run
    from benchmark.analysis.statistics import analyze

    return {
        "run": run.folder_names,
        "parts": [asdict(part) for part in run.parts],
        "notes": list(run.notes),
        "costs_apart": run.costs_apart,
        "status": run.status,
        "precision": run.lower_precision or Precision.FLOAT32,
        "protocol": run.protocol,
        "warnings": list(run.warnings),
        "networks": asdict(networks_of_run(run)),
        "summary": [asdict(row) for row in run.summary],
        "statistics": analyze(run).to_json(),
        "breakdowns": [asdict(mean) for mean in breakdowns(run)],
        "people": [_study(run, study) for study in run.people],
    }


def _study(run: RunRecords, study: StudyResult) -> dict[str, Any]:
    """Returns the result of a study without single pictures and people, and the metrics held against it."""
    content = asdict(study)
    content |= {"left_out": len(study.left_out), "unread": len(study.unread)}
    for result, question in zip(study.questions, content["questions"], strict=True):
        del question["pictures"]
        question["metrics"] = _held(run, result)
    return content


def _portable(value: Any) -> Any:
    """Returns a value in which numbers that JSON does not know are ``None``, and texts are such that UTF-8 can hold."""
    if isinstance(value, dict):
        return {encodable(str(key)): _portable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_portable(item) for item in value]
    if isinstance(value, str):
        return encodable(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value
