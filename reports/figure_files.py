"""The figures of runs as files: pictures and charts as PDF, SVG and PNG, for a paper or slides."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final
from xml.etree import ElementTree

from benchmark.contracts.report import Report, ReportInfo
from benchmark.store.atomic import write_bytes, write_text
from benchmark.wording import format_count

if TYPE_CHECKING:
    from benchmark.store.records import RunRecords
    from reports.figures.all import DrawnFigure
    from reports.figures.pictures import PictureFigure

CHART_WIDTH: Final = 640
"""Width in pixels of a chart that is as wide as the text of a page, so that its letters are as large as a caption's."""
PIXELS_PER_INCH: Final = 300
POINTS_PER_INCH: Final = 72
LONGEST_SENTENCE: Final = 3000
NOTHING_TO_DRAW: Final = "There is nothing to draw: no picture and no score has been made yet."


@dataclass(frozen=True)
class WrittenFigure:
    """What is said of a figure that was written, or of one that could not be: in Markdown, and in LaTeX."""

    markdown: str
    latex: str


class FiguresReport(Report):
    r"""Writes every figure as ``NAME.pdf``, ``NAME.svg`` and ``NAME.png``, with its caption in two files.

    ``figures.md`` explains each of them; ``figures.tex`` has a float for each, to be read with ``\input``.
    ``qualitative`` shows pictures, the others are charts. Figures of several tables are named ``run-NUMBER-NAME``;
    charts from run to run ``runs-NAME``. A chart in which the reader of a page chooses is written as the page first
    shows it.

    Args:
        cases: Names of the cases whose pictures are shown; by default those that tell the methods apart best.
        methods: Names of the methods and controls whose pictures are shown; by default all.
    """

    info: ClassVar[ReportInfo] = ReportInfo(
        name="figures",
        title="Figures",
        version="2",
        summary="Pictures side by side and every chart as PDF, SVG and PNG, with captions, also for LaTeX.",
        chosen=True,
    )

    def __init__(self, *, cases: tuple[str, ...] = (), methods: tuple[str, ...] = ()) -> None:
        self._cases, self._methods = cases, methods

    def write(self, runs: Sequence[RunRecords], destination: Path) -> Path:
        """Writes the figures. One that cannot be drawn is named in ``figures.md``; the others are written.

        Args:
            runs: Records of the runs, at least one.
            destination: An existing folder to write into.

        Returns:
            The path of ``figures.md``.

        Raises:
            InputError: If a file cannot be written.
        """
        written = [*self._write_pictures(runs, destination), *write_charts(runs, destination)]
        target = destination / "figures.md"
        captions = [figure.markdown for figure in written] or [NOTHING_TO_DRAW]
        write_text(target, "\n\n".join(["# Figures", *captions]) + "\n")
        floats = [figure.latex for figure in written] or [f"% {NOTHING_TO_DRAW}"]
        head = (
            "% Needs \\usepackage{graphicx}, and \\graphicspath{{FOLDER/}} unless the figures are beside the document."
        )
        write_text(destination / "figures.tex", "\n\n".join([head, *floats]) + "\n")
        return target

    def _write_pictures(self, runs: Sequence[RunRecords], destination: Path) -> Iterator[WrittenFigure]:
        from reports.figures.pictures import draw_pictures

        for prefix, run in _prefixed(runs):
            for figure in draw_pictures(run, self._cases, self._methods):
                yield _write_picture_figure(figure, run, prefix, destination)


def write_charts(runs: Sequence[RunRecords], destination: Path) -> list[WrittenFigure]:
    """Writes the charts of runs, without the figures of pictures.

    Args:
        runs: Records of the runs, at least one.
        destination: An existing folder to write into.

    Returns:
        What is said of each of them.

    Raises:
        InputError: If a file cannot be written.
    """
    from benchmark.analysis.statistics import analyze
    from reports.figures.all import RANKS, TRADE_OFFS, draw_figures
    from reports.figures.sweeps import draw_sweeps
    from reports.html.run_comparison import build_comparison

    written: list[WrittenFigure] = []
    if sum(len(run.originals) for run in runs) > 1:
        written += _write_charts(build_comparison(runs).trends, "runs-", destination, "")
    for prefix, run in _prefixed(runs):
        statistics = analyze(run)
        drawn = (*draw_figures((*TRADE_OFFS, *RANKS), run, statistics), *draw_sweeps(run, statistics))
        written += _write_charts(drawn, prefix, destination, _protocol(run))
    return written


def _prefixed(runs: Sequence[RunRecords]) -> list[tuple[str, RunRecords]]:
    return [(f"run-{number}-" if len(runs) > 1 else "", run) for number, run in enumerate(runs, start=1)]


def _protocol(run: RunRecords) -> str:
    """Returns a sentence on what the figures of a run are of."""
    from reports.tables.formatting import field_of, short_fingerprint

    name = " ".join(filter(None, (field_of(run.protocol, "name"), field_of(run.protocol, "version"))))
    fingerprint = short_fingerprint(field_of(run.protocol, "fingerprint"))
    of_runs = f"; runs {run.folder_names}" if run.runs else ""
    precision = f"; computed in {run.lower_precision}" if run.lower_precision else ""
    return f"Protocol {name}, fingerprint {fingerprint}, {format_count(len(run.cases), 'case')}{of_runs}{precision}."


def _write_charts(
    figures: Iterable[DrawnFigure], prefix: str, destination: Path, protocol: str
) -> Iterator[WrittenFigure]:
    from reports.figures.all import to_png

    for drawn in figures:
        figure = drawn.figure
        name = f"{prefix}{drawn.name}"
        if figure is None:
            yield _failure(name, drawn.title, drawn.problem)
            continue
        width = min(1.0, float(ElementTree.fromstring(drawn.svg).attrib["width"]) / CHART_WIDTH)  # noqa: S314 - our own
        sentences = [figure.alt, figure.explanation, *(f"{note}." for note in figure.notes), protocol]
        yield _write(name, drawn.title, drawn.svg, functools.partial(to_png, figure), sentences, width, destination)


def _write_picture_figure(figure: PictureFigure, run: RunRecords, prefix: str, destination: Path) -> WrittenFigure:
    import vl_convert

    name = f"{prefix}{figure.name}"
    if figure.problem:
        return _failure(name, figure.title, figure.problem)

    def png() -> bytes:
        return vl_convert.svg_to_png(figure.svg, scale=PIXELS_PER_INCH / POINTS_PER_INCH)

    return _write(name, figure.title, figure.svg, png, [*figure.caption, _protocol(run)], figure.width, destination)


def _failure(name: str, title: str, problem: str) -> WrittenFigure:
    from reports.latex import tex
    from reports.markdown import escape

    return WrittenFigure(
        f"## {escape(title)}\n\n{escape(name)} could not be drawn: {escape(problem)}",
        f"% {name} could not be drawn: {tex(problem)}",
    )


def _write(
    name: str,
    title: str,
    svg: str,
    png: Callable[[], bytes],
    sentences: Sequence[str],
    width: float,
    destination: Path,
) -> WrittenFigure:
    """Writes a figure in three formats, and returns its captions."""
    from reports.figures.all import to_pdf
    from reports.latex import tex
    from reports.markdown import escape

    try:
        files = {"svg": svg.encode("utf-8"), "png": png(), "pdf": to_pdf(svg)}
    # The drawing library raises nothing more precise.
    except (RuntimeError, ValueError) as error:
        return _failure(name, title, f"{type(error).__name__}: {str(error).partition(chr(10))[0]}")
    for suffix, data in files.items():
        write_bytes(destination / f"{name}.{suffix}", data)
    said = [sentence for sentence in sentences if sentence]
    markdown = "\n\n".join(escape(sentence, LONGEST_SENTENCE) for sentence in said)
    lines = [
        r"\begin{figure*}",
        r"\centering",
        rf"\includegraphics[width={width:.3g}\textwidth]{{{name}.pdf}}",
        rf"\caption[{{{tex(title)}}}]{{\textbf{{{tex(title)}.}} {' '.join(map(tex, said))}}}",
        rf"\label{{fig:{name}}}",
        r"\end{figure*}",
    ]
    return WrittenFigure(f"## {escape(title)}\n\n![{escape(title)}]({name}.svg)\n\n{markdown}", "\n".join(lines))
