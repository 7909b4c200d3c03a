"""The charts of runs as files: SVG and PNG, for a paper or slides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from benchmark.contracts.report import Report, ReportInfo
from benchmark.store.atomic import write_bytes, write_text

if TYPE_CHECKING:
    from benchmark.store.records import RunRecords
    from reports.figures.all import DrawnFigure


class FiguresReport(Report):
    """Writes every chart as ``NAME.svg`` and ``NAME.png``, and ``figures.md``, which explains each of them.

    Charts of several tables are named ``run-NUMBER-NAME``; those from run to run ``runs-NAME``. A chart in which the
    reader of a page chooses is written as the page first shows it.
    """

    info: ClassVar[ReportInfo] = ReportInfo(
        name="figures",
        title="Figures",
        version="1",
        summary="Every chart as SVG and PNG, with a caption.",
    )

    def write(self, runs: Sequence[RunRecords], destination: Path) -> Path:
        """Writes the charts. One that cannot be drawn is named in ``figures.md``; the others are written.

        Args:
            runs: Records of the runs, at least one.
            destination: An existing folder to write into.

        Returns:
            The path of ``figures.md``.

        Raises:
            InputError: If a file cannot be written.
        """
        from benchmark.analysis.statistics import analyze
        from reports.figures.all import RANKS, TRADE_OFFS, draw_figures
        from reports.figures.sweeps import draw_sweeps
        from reports.html.run_comparison import build_comparison

        captions = ["# Figures"]
        if sum(len(run.originals) for run in runs) > 1:
            captions += _write(build_comparison(runs).trends, "runs-", destination)
        for number, run in enumerate(runs, start=1):
            prefix = f"run-{number}-" if len(runs) > 1 else ""
            statistics = analyze(run)
            drawn = (*draw_figures((*TRADE_OFFS, *RANKS), run, statistics), *draw_sweeps(run, statistics))
            captions += _write(drawn, prefix, destination)
        if len(captions) == 1:
            captions.append("There is nothing to draw: no score has been made yet.")
        target = destination / "figures.md"
        write_text(target, "\n\n".join(captions) + "\n")
        return target


def _write(figures: Iterable[DrawnFigure], prefix: str, destination: Path) -> list[str]:
    """Writes figures and returns their captions."""
    from reports.figures.all import to_png
    from reports.markdown import escape

    captions = []
    for drawn in figures:
        name = f"{prefix}{drawn.name}"
        if drawn.figure is None:
            captions.append(f"## {drawn.title}\n\n{name} could not be drawn: {escape(drawn.problem)}")
            continue
        write_bytes(destination / f"{name}.svg", drawn.svg.encode("utf-8"))
        write_bytes(destination / f"{name}.png", to_png(drawn.figure))
        text = "\n\n".join([escape(drawn.figure.alt), drawn.figure.explanation, *map(escape, drawn.figure.notes)])
        captions.append(f"## {drawn.title}\n\n![{escape(drawn.title)}]({name}.svg)\n\n{text}")
    return captions
