"""The files of the site: a run's page is written when it is read, all others when all runs are known."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmark.escaping import printable
from benchmark.store.atomic import write_text
from benchmark.wording import format_count
from reports.html.linked_files import PICTURES, LinkedFiles
from reports.leaderboard.entries import (
    MethodEntry,
    Metric,
    ProtocolEntry,
    Result,
    describe_command,
    read_metrics,
    read_protocol,
    read_results,
    read_run,
)
from reports.leaderboard.pictures import CheckedPictures, shown_cases
from reports.leaderboard.rendering import Renderer
from reports.leaderboard.tables import Row, Table, build_table, column_formats, make_line, sort_metrics
from reports.tables.formatting import field_of

if TYPE_CHECKING:
    from benchmark.store.records import RunRecords

LINES: Final = 200
"""Lines of a history on one page."""
LATEST: Final = 30
"""Runs that the first page names."""
FOLDERS: Final = ("protocols", "methods", "runs", "badges")
FILE_NAME: Final = re.compile(r"(?:[a-z0-9_-]+-)?[0-9a-f]{12}(?:-page\d+)?\.(?:html|svg)")
LABEL: Final = "style transfer benchmark"
_UP: Final = "../"


@dataclass
class _Protocol:
    """What is known of a protocol while runs are read."""

    entry: ProtocolEntry
    metrics: dict[str, Metric]
    results: list[Result]


class Site:
    """A site that is being written.

    Args:
        destination: Its folder.
    """

    def __init__(self, destination: Path) -> None:
        self._destination = destination
        self._renderer = Renderer()
        self._files = LinkedFiles(destination, PICTURES)
        self._pictures = CheckedPictures(self._files)
        self._protocols: dict[str, _Protocol] = {}
        self._methods: dict[str, MethodEntry] = {}
        self._runs: set[str] = set()
        self._written: set[str] = set()

    def add(self, run: RunRecords) -> None:
        """Writes the page of a run and keeps its scores; does nothing for a run that is there.

        Args:
            run: The run.

        Raises:
            InputError: The page cannot be written.
        """
        entry, protocol = read_run(run), read_protocol(run)
        if entry.id in self._runs:
            return
        self._runs.add(entry.id)
        known = self._protocols.setdefault(protocol.fingerprint, _Protocol(protocol, {}, []))
        metrics = read_metrics(run)
        known.metrics |= {metric.key: known.metrics.get(metric.key, metric) for metric in metrics.values()}
        results = read_results(run, entry, metrics, self._methods)
        known.results += results
        columns = sort_metrics(metrics.values())
        formats = column_formats(columns, results)
        cases = shown_cases(run.cases)
        strips = self._pictures.of_methods(run, cases)
        environment = run.provenance.get("environment") or {}
        self._write(
            entry.address,
            "run",
            _UP,
            title=entry.name,
            run=entry,
            protocol=known.entry,
            metrics=columns,
            lines=[(make_line(result, columns, formats), strips[result.method.name]) for result in results],
            contents=self._pictures.contents(run, cases),
            styles=self._pictures.styles(run, cases),
            shown=len(cases),
            facts=[
                ("Fingerprint", known.entry.fingerprint),
                ("Finished", entry.moment),
                ("Cases", f"{entry.cases:,}"),
                ("Seed", entry.seed),
                ("Device", entry.device),
                *([("Precision", entry.precision)] if entry.precision else []),
                ("Python", field_of(environment, "python")),
                ("Platform", field_of(environment, "platform")),
                ("Processor", field_of(environment, "processor")),
            ],
            command=describe_command(run.provenance.get("command")),
            networks=[(model.role, model.name, model.fingerprint, model.licence) for model in run.models],
        )

    def finish(self) -> Path:
        """Writes all other pages and the badges, and removes those that an earlier site left.

        Returns:
            The path of ``index.html``.

        Raises:
            InputError: A file cannot be written.
        """
        tables = [build_table(known.entry, known.metrics, known.results) for known in self._protocols.values()]
        tables.sort(key=lambda table: (-len(table.runs), table.protocol.slug))
        for table in tables:
            self._write(table.protocol.address, "protocol", _UP, title=_title(table.protocol), table=table)
            for row in table.all_rows:
                self._write_method(table, row)
        latest = sorted(
            ((run, table.protocol) for table in tables for run in table.runs),
            key=lambda found: (found[0].time, found[0].id),
            reverse=True,
        )
        self._write(
            "index.html", "index", "", title="Leaderboard", tables=tables, latest=latest[:LATEST], runs=len(latest)
        )
        self._files.remove_others()
        self._remove_others()
        return self._destination / "index.html"

    def _write_method(self, table: Table, row: Row) -> None:
        method = row.method
        pages = [row.history[start : start + LINES] for start in range(0, len(row.history), LINES)]
        addresses = [
            method.address,
            *(f"methods/{method.slug}-page{number}.html" for number in range(2, len(pages) + 1)),
        ]
        for number, (address, lines) in enumerate(zip(addresses, pages, strict=True), start=1):
            self._write(
                address,
                "method",
                _UP,
                title=method.title,
                method=method,
                table=table,
                lines=lines,
                runs=len(row.history),
                number=number,
                pages=addresses,
            )
        value = f"{_title(table.protocol)}: {format_count(row.latest.result.ok, 'case')}"
        value += f", {format_count(len(row.history), 'run')}" if len(row.history) > 1 else ""
        self._write_text(method.badge, self._renderer.badge(LABEL, printable(value)))

    def _write(self, address: str, template: str, root: str, **facts: object) -> None:
        self._write_text(address, self._renderer.page(template, root, **facts))

    def _write_text(self, address: str, text: str) -> None:
        write_text(self._destination / address, text)
        self._written.add(address)

    def _remove_others(self) -> None:
        for folder in FOLDERS:
            for file in (self._destination / folder).glob("*"):
                if FILE_NAME.fullmatch(file.name) and f"{folder}/{file.name}" not in self._written:
                    file.unlink(missing_ok=True)


def _title(protocol: ProtocolEntry) -> str:
    return f"{protocol.name} {protocol.version}".strip()
