"""The LaTeX report: the tables of scores, and of what people saw, for a paper."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from benchmark.analysis.networks import STAND_IN
from benchmark.contracts.metric import Axis
from benchmark.contracts.report import Report, ReportInfo
from benchmark.store.atomic import write_text
from benchmark.wording import format_count
from reports.tables.citation import TEX_ESCAPES
from reports.tables.formatting import MINUS, NOTHING, field_of, short_fingerprint
from reports.tables.origins import describe_origins

if TYPE_CHECKING:
    from benchmark.analysis.design import Design
    from benchmark.store.records import RunRecords
    from reports.tables.ablations import AblationTable
    from reports.tables.differences import Pair
    from reports.tables.people import CorrelationCell, PeopleTable, QuestionTable
    from reports.tables.ranking import Cell, Ranking

SYMBOLS: Final = {
    "↑": r"$\uparrow$",
    "↓": r"$\downarrow$",
    MINUS: "$-$",
    NOTHING: "--",
    "…": r"\dots{}",
    "×": r"$\times$",
    "µ": r"$\mu$",
    "α": r"$\alpha$",
    "Δ": r"$\Delta$",
    "–": "--",
    "—": "---",
    "’": "'",
    # The default encoding of LaTeX has no straight ones.
    '"': "''",
    "“": "``",
    "”": "''",
    STAND_IN: r"$^\ddagger$",
    "\N{NO-BREAK SPACE}": "~",
}
LAST_ACCENTED: Final = "\N{LATIN SMALL LETTER LONG S}"
"""Letters up to here are known to LaTeX's own fonts."""


class LatexReport(Report):
    r"""Writes ``tables.tex``, to be read with ``\input`` by a document that uses the package booktabs."""

    info: ClassVar[ReportInfo] = ReportInfo(
        name="latex",
        title="LaTeX tables",
        version="1",
        summary="Booktabs tables of scores, the best in bold, and of what people saw, for a paper.",
    )

    def write(self, runs: Sequence[RunRecords], destination: Path) -> Path:
        """Writes the tables of every run.

        Args:
            runs: Records of the runs.
            destination: An existing folder to write into.

        Returns:
            The path of ``tables.tex``.

        Raises:
            InputError: If it cannot be written.
        """
        target = destination / "tables.tex"
        tables = [table for run in runs for table in _tables(run)]
        text = "\n\n".join(["% Needs \\usepackage{booktabs}.", *tables]) + "\n"
        write_text(target, text)
        return target


def _tables(run: RunRecords) -> list[str]:
    from benchmark.analysis.statistics import analyze
    from reports.tables.ablations import build_ablations
    from reports.tables.ranking import build_scores

    statistics = analyze(run)
    scores = build_scores(run, statistics.comparisons)
    apart = [f"{scores.costs_apart}."] * bool(scores.costs_apart)
    return [
        *(
            _table(run, ranking, [*scores.uneven, *(apart if ranking.axis == Axis.COST else ())], statistics.design)
            for ranking in scores.rankings
        ),
        *(_ablation(run, table, statistics.design) for table in build_ablations(run, statistics)),
        *_people(run),
    ]


def _people(run: RunRecords) -> list[str]:
    from reports.tables.people import build_people

    tables = []
    for study in build_people(run):
        for asked in study.questions:
            tables.append(_strengths(run, study, asked))
            if asked.metrics:
                tables.append(_against_people(run, study, asked))
    return tables


def _strengths(run: RunRecords, study: PeopleTable, asked: QuestionTable) -> str:
    """Returns a table with a row for each method: how people ranked it."""
    words = [
        f"What people saw, \\emph{{{tex(asked.sentence)}}} {_study(run, study)}: strengths of Bradley and Terry",
        r"(log-odds, zero on average) with 95\,\% intervals from resampling people and cases.",
        f"{tex(asked.counts)}; {tex(asked.agreement)}.",
    ]
    words += [f"{tex(asked.problem)}."] * bool(asked.problem)
    words += map(tex, study.facts)
    heads = ["Method", "Strength", "Won / no difference / lost"]
    rows = [[tex(row.title), _with_interval(row.strength, row.interval), tex(row.record)] for row in asked.methods]
    if asked.has_left_out:
        heads.append("With those left out")
        rows = [[*cells, tex(row.with_left_out or NOTHING)] for cells, row in zip(rows, asked.methods, strict=True)]
    return _plain_table(" ".join(words), heads, rows)


def _against_people(run: RunRecords, study: PeopleTable, asked: QuestionTable) -> str:
    """Returns a table with a row for each metric: how far it agrees with people."""
    caption = (
        f"Metrics against people, \\emph{{{tex(asked.sentence)}}} {_study(run, study)}: Spearman's rank correlation, 1"
        r" where a metric's better end is what people chose, with 95\,\% intervals. $^\bullet$: agrees, $^\times$:"
        r" disagrees, no mark: cannot be told. Bold: the metric asks this question."
    )
    rows = [
        [
            rf"\textbf{{{tex(row.title)}}}" if row.is_own else tex(row.title),
            _correlation(row.over_methods),
            _correlation(row.within_cases),
        ]
        for row in asked.metrics
    ]
    return _plain_table(caption, ["Metric", "Over methods", "Within cases"], rows)


def _study(run: RunRecords, study: PeopleTable) -> str:
    protocol = tex(" ".join(filter(None, (field_of(run.protocol, "name"), field_of(run.protocol, "version")))))
    return f"(study {tex(study.title)}, protocol {protocol})"


def _with_interval(value: str, interval: str) -> str:
    shown = rf" {{\scriptsize {tex(interval)}}}" if interval else ""
    return tex(value or NOTHING) + shown


def _correlation(cell: CorrelationCell) -> str:
    from benchmark.analysis.people import Verdict

    mark = {Verdict.AGREES: r"$^\bullet$", Verdict.DISAGREES: r"$^\times$"}.get(cell.told, "")
    return f"{_with_interval(cell.value, cell.interval)}{mark} ({tex(cell.count)})"


def _plain_table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(
        [
            r"\begin{table}",
            r"\centering\small",
            rf"\caption{{{caption}}}",
            rf"\begin{{tabular}}{{l{'r' * (len(heads) - 1)}}}",
            r"\toprule",
            _line(heads),
            r"\midrule",
            *map(_line, rows),
            r"\bottomrule",
            r"\end{tabular}",
            r"\end{table}",
        ]
    )


def _ablation(run: RunRecords, table: AblationTable, design: Design) -> str:
    """Returns a table with a row for each change, and for each metric its difference from the method."""
    from reports.tables.ablations import CIRCULAR
    from reports.tables.ranking import DIRECTIONS
    from reports.tables.titles import metric_titles

    found = {
        (metric.metric, pair.first.removesuffix(CIRCULAR)): pair for metric in table.metrics for pair in metric.pairs
    }
    titles = metric_titles(run)
    arrows = {titles[metric.name]: DIRECTIONS[metric.direction][0] for metric in run.metrics if metric.name in titles}
    heads = [
        " ".join(filter(None, (tex(metric.metric), tex(arrows.get(metric.metric, ""))))) for metric in table.metrics
    ]
    circular = r" $^\ast$: circular, the method optimised the network of the metric."
    explanation = circular if any(pair.first.endswith(CIRCULAR) for pair in found.values()) else ""
    lines = [
        r"\begin{table}",
        r"\centering\small",
        rf"\caption{{Ablation of {tex(table.method)} on protocol {tex(field_of(run.protocol, 'name'))}: mean "
        r"difference from the method, and its interval below. Bold: shown to be better; underlined: to be worse "
        rf"(paired $t$ test with {design.error}, Holm, over the changes)."
        rf"{explanation}}}",
        rf"\begin{{tabular}}{{l{'r' * len(table.metrics)}r}}",
        r"\toprule",
        _line(["Change", *heads, "Time"]),
        r"\midrule",
    ]
    for change in table.changes:
        cells, intervals = [tex(change.title)], [""]
        for metric in table.metrics:
            pair = found.get((metric.metric, change.title))
            cells.append(_difference(pair) if pair else tex(NOTHING))
            intervals.append(rf"{{\scriptsize {tex(pair.interval)}}}" if pair and pair.interval else "")
        lines += [_line([*cells, tex(change.time)]), _line([*intervals, ""])]
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}", r"\end{table}"])


def _difference(pair: Pair) -> str:
    """Returns the difference of a variant from its method: bold where it is better, underlined where it is worse."""
    from reports.tables.ablations import CIRCULAR

    text = tex(pair.difference)
    mark = r"$^\ast$" if pair.first.endswith(CIRCULAR) else ""
    if not pair.better:
        return text + mark
    is_better = pair.better.removesuffix(CIRCULAR) == pair.first.removesuffix(CIRCULAR)
    return rf"\{'textbf' if is_better else 'underline'}{{{text}}}{mark}"


def _table(run: RunRecords, ranking: Ranking, remarks: Sequence[str], design: Design) -> str:
    heads = [
        " ".join(filter(None, (tex(column.title) + tex(column.mark), tex(column.arrow)))) for column in ranking.columns
    ]
    lines = [
        r"\begin{table}",
        r"\centering\small",
        rf"\caption{{{_caption(run, ranking, remarks, design)}}}",
        rf"\begin{{tabular}}{{l{'r' * len(heads)}}}",
        r"\toprule",
        _line(["Method", *heads]),
        r"\midrule",
        *(_line([tex(row.title) + tex(row.mark), *map(_cell, row.cells)]) for row in ranking.methods),
    ]
    if ranking.controls:
        lines += [
            r"\midrule",
            *(
                _line([rf"\emph{{{tex(row.title)}}}{tex(row.mark)}", *map(_cell, row.cells)])
                for row in ranking.controls
            ),
        ]
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}", r"\end{table}"])


def _caption(run: RunRecords, ranking: Ranking, remarks: Sequence[str], design: Design) -> str:
    protocol = tex(" ".join(filter(None, (field_of(run.protocol, "name"), field_of(run.protocol, "version")))))
    runs = f", runs {tex(run.folder_names)}" if run.runs else ""
    words = [
        f"{ranking.title} on protocol {protocol}",
        f"(fingerprint \\texttt{{{tex(short_fingerprint(field_of(run.protocol, 'fingerprint')))}}},",
        f"{format_count(len(run.cases), 'case')}{runs}). Bold: best mean; $^\\circ$: not shown to be worse than the",
        f"best (paired $t$ test with {design.error}, Holm). Controls in italics.",
    ]
    words += map(tex, remarks)
    cells = [cell for row in ranking.rows for cell in row.cells]
    if any(cell.circular for cell in cells):
        words.append(r"$^\ast$: circular, the method optimised the network of the metric.")
    warnings = dict.fromkeys(cell.warning for cell in cells if cell.warning)
    if warnings:
        # Costs have a table of their own, and its durations alone can be disturbed or stated.
        few = "from too few images to say much"
        words.append(rf"$^\dagger$: {tex(' or '.join(warnings)) if ranking.axis == Axis.COST else few}.")
    precision = [f"computed in {run.lower_precision}"] * bool(run.lower_precision)
    words += [f"{tex(sentence)}." for sentence in (*_networks(ranking), *precision, *describe_origins(run.methods))]
    return " ".join(words)


def _networks(ranking: Ranking) -> list[str]:
    """Returns sentences on the networks behind each column, the methods that use stand-ins, and their marks."""
    titles: dict[str, list[str]] = {}
    for column in ranking.columns:
        if column.network:
            titles.setdefault(column.network, []).append(column.title)
    made = "; ".join(f"{', '.join(columns)} by {network}" for network, columns in titles.items())
    used = "; ".join(f"{row.title} with {row.stand_ins}" for row in ranking.rows if row.stand_ins)
    return [sentence for sentence in (made, used, *ranking.notes) if sentence]


def _line(cells: Sequence[str]) -> str:
    return " & ".join(cells) + r" \\"


def _cell(cell: Cell) -> str:
    mean = tex(f"{cell.text} / {cell.shared}" if cell.shared else cell.text)
    if cell.mark == "best":
        mean = rf"\textbf{{{mean}}}"
    signs = "".join(
        sign
        for sign, shown in ((r"\circ", cell.mark == "close"), (r"\ast", cell.circular), (r"\dagger", cell.warning))
        if shown
    )
    return f"{mean}$^{{{signs}}}$" if signs else mean


def tex(text: str) -> str:
    """Returns text that LaTeX prints literally, on one line; letters that its fonts lack become question marks."""
    return "".join(SYMBOLS.get(character) or _letter(character) for character in " ".join(text.split()))


def _letter(character: str) -> str:
    if character.isascii():
        return character.translate(TEX_ESCAPES) if character.isprintable() else "?"
    known = character <= LAST_ACCENTED and unicodedata.category(character) in ("Lu", "Ll")
    return character if known else "?"
