"""Tables and figures in one LaTeX document, compiled for real."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import benchmark
from benchmark.store.records import RunRecords
from reports.figure_files import FiguresReport
from reports.latex import LatexReport

DOCUMENT = r"""\documentclass[twocolumn]{article}
\usepackage{booktabs,graphicx}
\graphicspath{{figures/}}
\begin{document}
\input{figures/figures}
\input{tables}
\end{document}
"""


def has_latex() -> bool:
    """Whether LaTeX is here, with the packages that tables and figures need."""
    if not shutil.which("pdflatex") or not shutil.which("kpsewhich"):
        return False
    found = subprocess.run(["kpsewhich", "booktabs.sty", "graphicx.sty"], capture_output=True, text=True, check=False)
    return len(found.stdout.split()) == 2


pytestmark = pytest.mark.skipif(
    not has_latex(), reason="needs pdflatex, booktabs and graphicx: the package texlive-latex-recommended of Debian"
)


def compile_paper(folder: Path) -> str:
    """Compiles the tables and figures of a folder, and returns what LaTeX logged, without its line breaks."""
    (folder / "paper.tex").write_text(DOCUMENT)
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"]
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, timeout=120)
    log = (folder / "paper.log").read_text(encoding="latin-1")
    assert done.returncode == 0, log[-3000:]
    return log.replace("\n", "")


def is_used(path: str, log: str) -> bool:
    """Whether a picture was put into the document."""
    return re.search(rf"<use (\./)?{re.escape(path).replace('/', '/+')}>", log) is not None


def test_of_a_real_run(tmp_path: Path) -> None:
    run = benchmark.run("smoke", methods="adain,johnson,identity,style_copy", metrics="ssim,vgg_style_loss",
                        out=tmp_path / "run", device="cpu")  # fmt: skip
    run.report("latex", tmp_path)
    run.report("figures", tmp_path / "figures", methods=["adain", "johnson"])
    log = compile_paper(tmp_path)
    for name in ("qualitative", "trade_off"):
        assert is_used(f"figures/{name}.pdf", log)
    assert (tmp_path / "paper.pdf").stat().st_size > 50_000


def test_of_hostile_names(run: RunRecords, tmp_path: Path, rewritten: Callable[..., RunRecords]) -> None:
    keep = frozenset({"status", "unavailable", "thumbnail", "image"})
    hostile = rewritten(run, lambda text: f"\\end{{x}} %$#_^~& <script> 漢 \u202e {text}", keep)
    figures = tmp_path / "figures"
    figures.mkdir()
    LatexReport().write([run, hostile], tmp_path)
    FiguresReport().write([run, hostile], figures)
    log = compile_paper(tmp_path)
    assert is_used("figures/run-2-qualitative.pdf", log)
