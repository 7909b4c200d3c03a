"""The Markdown report: the tables of scores, for a README or a pull request."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from benchmark.contracts.report import Report, ReportInfo
from benchmark.store.atomic import write_text
from benchmark.wording import format_count
from reports.tables.formatting import field_of, short_fingerprint

if TYPE_CHECKING:
    from benchmark.analysis.design import Design
    from benchmark.store.records import RunRecords
    from reports.tables.ablations import AblationTable
    from reports.tables.people import CorrelationCell
    from reports.tables.ranking import Cell, Ranking, Scores

MARKUP: Final = re.compile(r"([\\`*_{}\[\]()#+!|~>$@:-])")
LONGEST_TEXT: Final = 300


class MarkdownReport(Report):
    """Writes ``report.md``. Text from plugins and protocols is escaped."""

    info: ClassVar[ReportInfo] = ReportInfo(
        name="markdown",
        title="Markdown",
        version="1",
        summary="Tables of scores with intervals, for a README or a pull request.",
    )

    def write(self, runs: Sequence[RunRecords], destination: Path) -> Path:
        """Writes the tables of every run.

        Args:
            runs: Records of the runs.
            destination: An existing folder to write into.

        Returns:
            The path of ``report.md``.

        Raises:
            InputError: If it cannot be written.
        """
        target = destination / "report.md"
        text = "\n\n".join(_section(run) for run in runs) + "\n"
        write_text(target, text)
        return target


def _section(run: RunRecords) -> str:
    from benchmark.analysis.statistics import analyze
    from reports.tables.ablations import build_ablations
    from reports.tables.findings import build_findings, headline_metrics
    from reports.tables.ranking import build_scores

    statistics = analyze(run)
    scores = build_scores(run, statistics.comparisons)
    fingerprint = short_fingerprint(field_of(run.protocol, "fingerprint"))
    facts = [
        f"protocol {escape(field_of(run.protocol, 'name'))} {escape(field_of(run.protocol, 'version'))}",
        f"fingerprint {escape(fingerprint)}",
        format_count(len(run.cases), "case"),
        *([f"runs {escape(run.folder_names)}"] if run.runs else []),
        *([f"precision {escape(run.lower_precision)}"] if run.lower_precision else []),
        f"status {run.status}",
    ]
    parts = [f"## {escape(field_of(run.protocol, 'title', 'name') or 'unnamed protocol')}", ", ".join(facts)]
    parts += [f"> {escape(sentence)}" for sentence in (*run.warnings, *run.notes)]
    findings = build_findings(run, scores, statistics, headline_metrics(run, statistics.anchored))
    parts += ["\n".join(f"- {escape(sentence)}" for sentence in findings)] * bool(findings)
    parts += [f"### {ranking.title}\n\n{_table(ranking)}" for ranking in scores.rankings]
    parts += _legend(scores, statistics.design)
    parts += _ablations(build_ablations(run, statistics), statistics.design)
    parts += _people(run)
    return "\n\n".join(parts)


def _people(run: RunRecords) -> list[str]:
    from reports.tables.people import build_people

    parts: list[str] = []
    for study in build_people(run):
        parts += [f"### What people saw: {escape(study.title)}", " ".join(map(escape, study.facts))]
        for asked in study.questions:
            problem = f" {escape(asked.problem)}." if asked.problem else ""
            parts.append(f"**{escape(asked.sentence)}** {escape(asked.counts)}; {escape(asked.agreement)}.{problem}")
            lines = [
                _line(["Method", "Strength (log-odds)", "Won / no difference / lost"]),
                _line(["---", "---:", "---:"]),
            ]
            lines += [
                _line([escape(row.title), " ".join(filter(None, (row.strength, row.interval))), row.record])
                for row in asked.methods
            ]
            parts.append("\n".join(lines))
            if asked.metrics:
                lines = [_line(["Metric", "Over methods", "Within cases"]), _line(["---", "---:", "---:"])]
                lines += [
                    _line([escape(row.title), _correlation(row.over_methods), _correlation(row.within_cases)])
                    for row in asked.metrics
                ]
                parts.append("\n".join(lines))
    if parts:
        parts.append(
            "Strengths of Bradley and Terry, zero on average, intervals by resampling people and cases. A metric"
            " against people is Spearman’s rank correlation, 1 where its better end is what people chose."
        )
    return parts


def _correlation(cell: CorrelationCell) -> str:
    return f"{' '.join(filter(None, (cell.value, cell.interval)))}<br>{cell.count}: {cell.verdict}"


def _table(ranking: Ranking) -> str:
    titles = [
        " ".join(filter(None, (escape(column.title), f"({escape(column.unit)})" if column.unit else "", column.arrow)))
        + _second_line(column.network)
        for column in ranking.columns
    ]
    lines = [_line(["Method", *titles]), _line(["---", *("---:" for _ in titles)])]
    lines += [
        _line([escape(row.title) + _second_line(row.stand_ins), *map(_cell, row.cells)]) for row in ranking.methods
    ]
    lines += [
        _line([f"*{escape(row.title)}*" + _second_line(row.stand_ins), *map(_cell, row.cells)])
        for row in ranking.controls
    ]
    return "\n".join(lines)


def _ablations(tables: Sequence[AblationTable], design: Design) -> list[str]:
    parts: list[str] = []
    for table in tables:
        lines = [_line(["Change", "Helped", "Hurt", "Cannot be told", "Time"]), _line(["---"] * 4 + ["---:"])]
        lines += [
            _line(
                [
                    escape(change.title),
                    *(
                        f"{len(names)}{': ' * bool(names)}{escape(', '.join(names))}"
                        for names in (change.helped, change.hurt, change.open)
                    ),
                    change.time,
                ]
            )
            for change in table.changes
        ]
        parts += [f"### Ablation: {escape(table.method)}", "\n".join(lines)]
        for metric in table.metrics:
            lines = [_line(["Change", escape(metric.metric), "p (Holm)", "Could have shown", "Cases"])]
            lines += [_line(["---", *["---:"] * 4])]
            lines += [
                _line(
                    [
                        escape(pair.first),
                        f"{pair.difference}{f'<br>{pair.interval}' if pair.interval else ''}",
                        pair.p_value,
                        pair.detectable,
                        pair.cases,
                    ]
                )
                for pair in metric.pairs
            ]
            parts.append("\n".join(lines))
    if parts:
        parts.append(
            "Helped, hurt: the mean difference from the method on the same cases is shown (paired t test with "
            f"{design.error}, corrected for the number of changes, Holm). Differences are change minus method, with "
            "the interval at the level of that step. ↻: the method optimised the network of the metric."
        )
    return parts


def _second_line(network: str) -> str:
    return f"<br>{escape(network)}" if network else ""


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(cell: Cell) -> str:
    text = f"{cell.text} / {cell.shared}" if cell.shared else cell.text
    mean = f"**{text}**" if cell.mark == "best" else f"{text} ○" if cell.mark == "close" else text
    signs = ("↻" if cell.circular else "") + ("⚠" if cell.warning else "")
    interval = f"<br>{cell.interval}" if cell.interval else ""
    return f"{mean}{' ' if signs else ''}{signs}{interval}"


def _legend(scores: Scores, design: Design) -> list[str]:
    if not scores.rankings:
        return ["No score has been made yet."]
    words = [
        f"Means with 95 % intervals (t, with {design.error}: {design.explanation}). **Bold**: best mean.",
        f"○: not shown to be worse than the best (paired t test with {design.error}, Holm).",
        "*Italic*: controls, which mark the ends of the scales.",
        "Below a metric: the network that made its numbers.",
    ]
    words += map(escape, scores.uneven)
    words += [f"{escape(scores.costs_apart)}."] * bool(scores.costs_apart)
    if scores.has_circular:
        words.append("↻: circular, the method optimised the network of the metric.")
    words += [f"⚠: {escape(warning)}." for warning in scores.warnings]
    words += [f"{escape(note)}." for note in (*scores.notes, *scores.origins)]
    return [" ".join(words)]


def escape(text: str, longest: int = LONGEST_TEXT) -> str:
    """Returns text that Markdown and the HTML inside it show literally, on one line.

    Args:
        text: The text.
        longest: Largest number of letters; a longer text is cut and ends in an ellipsis.
    """
    line = " ".join(text.split())
    if len(line) > longest:
        line = f"{line[: longest - 1]}…"
    return MARKUP.sub(r"\\\1", line.replace("&", "&amp;").replace("<", "&lt;"))
