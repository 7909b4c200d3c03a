"""The tables for READMEs, papers and programs."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from benchmark.store.records import RunRecords
from benchmark.testing.report_conformance import ReportConformance
from reports.exports import CsvReport, JsonReport
from reports.latex import LatexReport, tex
from reports.markdown import MarkdownReport, escape


class TestMarkdownReport(ReportConformance):
    plugin = MarkdownReport


class TestLatexReport(ReportConformance):
    plugin = LatexReport


class TestCsvReport(ReportConformance):
    plugin = CsvReport


class TestJsonReport(ReportConformance):
    plugin = JsonReport


def test_markdown_marks_best_circular_and_controls(run: RunRecords, tmp_path: Path) -> None:
    text = MarkdownReport().write([run], tmp_path).read_text(encoding="utf-8")
    assert "| CLIPstyler | **0.500 / 0.500**<br>0.440 – 0.560 |" in text
    assert "| Gatys | 0.400 / 0.400 ○<br>0.350 – 0.450 |" in text
    assert "| Gatys | 1.00 / 2.00 ↻<br>0.90 – 1.10 |" in text
    assert "| *Identity* | 1.000 / 1.000 |" in text


def test_markdown_begins_with_what_the_numbers_carry(crossed_run: RunRecords, tmp_path: Path) -> None:
    text = MarkdownReport().write([crossed_run], tmp_path).read_text(encoding="utf-8")
    assert text.index("- By CLIP style, Method 2 keeps the style best") < text.index("### Content")


def test_markdown_shows_markup_as_text(run: RunRecords, tmp_path: Path, rewritten: Callable[..., RunRecords]) -> None:
    injection = "<script>alert(1)</script>|[x](javascript:y)\n# head"
    hostile = rewritten(run, lambda text: injection + text, frozenset({"status", "unavailable"}))
    text = MarkdownReport().write([hostile], tmp_path).read_text(encoding="utf-8")
    assert "<script" not in text
    assert not re.search(r"(?<!\\)\[x(?<!\\)\]", text)
    assert escape("a|b\nc") == r"a\|b c"


def test_latex_marks_best_circular_and_controls(run: RunRecords, tmp_path: Path) -> None:
    text = LatexReport().write([run], tmp_path).read_text(encoding="utf-8")
    assert r"CLIPstyler & \textbf{0.500 / 0.500} \\" in text
    assert r"Gatys & 0.400 / 0.400$^{\circ}$ \\" in text
    assert r"\emph{Identity} & 1.000 / 1.000 \\" in text
    assert r"SSIM $\uparrow$" in text
    assert text.count(r"\toprule") == text.count(r"\bottomrule") == 3


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("50 % of_a & b", r"50 \% of\_a \& b"),
        ("\\input{x}", r"\textbackslash{}input\{x\}"),
        ("Café −1 漢 🎨", "Café $-$1 ? ?"),
        ("a\x00b", "a?b"),
        ('<b> | "c" “d”', r"\textless{}b\textgreater{} \textbar{} ''c'' ``d''"),
    ],
)
def test_latex_prints_any_text(text: str, shown: str) -> None:
    assert tex(text) == shown


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
def test_latex_compiles(run: RunRecords, tmp_path: Path, rewritten: Callable[..., RunRecords]) -> None:
    hostile = rewritten(run, lambda text: f"\\end{{x}} %$#_^~& 漢 {text}", frozenset({"status", "unavailable"}))
    LatexReport().write([run, hostile], tmp_path)
    document = r"\documentclass{article}\usepackage{booktabs}\begin{document}\input{tables}\end{document}"
    (tmp_path / "paper.tex").write_text(document)
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / "paper.pdf").stat().st_size > 0


def test_csv_has_a_row_per_method_and_metric(run: RunRecords, tmp_path: Path) -> None:
    with CsvReport().write([run], tmp_path).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(run.summary)
    assert rows[3]["method"] == "gatys"
    assert (rows[3]["metric"], rows[3]["mean"], rows[3]["circular"], rows[3]["direction"]) == (
        "gram", "1.0", "True", "lower",
    )  # fmt: skip
    assert rows[0]["fingerprint"] == run.protocol["fingerprint"]


def test_json_holds_summary_and_statistics(crossed_run: RunRecords, tmp_path: Path) -> None:
    broken = replace(crossed_run.summary[0], mean=float("nan"))
    damaged = replace(crossed_run, summary=(broken, *crossed_run.summary[1:]))
    content = json.loads(JsonReport().write([damaged], tmp_path).read_text(encoding="utf-8"))
    (found,) = content["runs"]
    assert found["protocol"]["fingerprint"] == "89abcdef01234567"
    assert found["summary"][0]["mean"] is None
    assert found["statistics"]["trade_offs"][0]["front"] == ["method_0", "method_1", "method_2"]
