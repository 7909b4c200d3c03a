"""The summary and the statistics of runs for programs: as CSV, and as JSON."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from benchmark.contracts.report import Report, ReportInfo
from benchmark.escaping import encodable
from benchmark.store.atomic import write_text
from reports.tables.formatting import field_of

if TYPE_CHECKING:
    from benchmark.store.records import RunRecords

SCHEMA_VERSION = 1
_NETWORK_COLUMNS = ("network", "stands_in_for", "method_network", "method_stands_in_for")


class CsvReport(Report):
    """Writes ``summary.csv``: one row per method and metric; the first column names the run.

    The last columns name the networks that made a number and those that the method uses, each with what it stands in
    for: nothing for published networks, ``unknown`` where an old run did not note it.
    """

    info: ClassVar[ReportInfo] = ReportInfo(
        name="csv",
        title="CSV",
        version="1",
        summary="One row per run, method and metric: mean, interval, numbers of cases, contents and styles, marks.",
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
        return target


class JsonReport(Report):
    """Writes ``report.json``: summaries and statistics, an entry per table.

    Runs that make one table are one entry; its ``parts`` say which run each method is of, and how each was made.
    """

    info: ClassVar[ReportInfo] = ReportInfo(
        name="json",
        title="JSON",
        version="1",
        summary="Protocol, summary, statistics and breakdowns of every run.",
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
        "protocol": run.protocol,
        "warnings": list(run.warnings),
        "networks": asdict(networks_of_run(run)),
        "summary": [asdict(row) for row in run.summary],
        "statistics": analyze(run).to_json(),
        "breakdowns": [asdict(mean) for mean in breakdowns(run)],
    }


def _portable(value: Any) -> Any:
    """Returns a value in which numbers that JSON does not know are ``None``, and texts are such that UTF-8 can hold."""
    if isinstance(value, dict):
        return {encodable(str(key)): _portable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_portable(item) for item in value]
    if isinstance(value, str):
        return encodable(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value
