"""Every format says which network made a score: a stand-in with a mark and a sentence, a published one without."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from benchmark.store.records import ModelRecord, RunRecords
from reports.exports import CsvReport, JsonReport
from reports.figure_files import FiguresReport
from reports.html.report import HtmlReport
from reports.latex import LatexReport
from reports.markdown import MarkdownReport

NOTE = (
    "clip-tiny-judge and clip-tiny are not CLIP, adain-decoder-embedded is not the published AdaIN decoder:"
    " compare within this protocol only"
)
PUBLISHED = {
    "clip-tiny-judge": "clip-ViT-L-14-openai",
    "clip-tiny": "clip-ViT-B-32-openai",
    "adain-decoder-embedded": "adain-decoder",
}
HOSTILE = "<img src=x onerror=alert(1)>_$&#|"


def _model(role: str, name: str, stands_in_for: str | None) -> ModelRecord:
    return ModelRecord(role, name, name, "0" * 64, "MIT", "here", stands_in_for)


@pytest.fixture
def stand_in_run(crossed_run: RunRecords) -> RunRecords:
    """A run whose CLIP metrics have a stand-in, as two of its methods have."""
    backbones = {"lpips": "st-lpips-alex", "clip_style": "clip-tiny-judge", "clip_text": "clip-tiny-judge"}
    uses = {"method_0": ("adain_decoder",), "method_1": ("clip",)}
    return replace(
        crossed_run,
        metrics=tuple(replace(metric, backbone=backbones.get(metric.name, "")) for metric in crossed_run.metrics),
        methods=tuple(replace(method, uses=uses.get(method.name, ())) for method in crossed_run.methods),
        models=(
            _model("perceptual", "st-lpips-alex", ""),
            _model("clip_judge", "clip-tiny-judge", "CLIP"),
            _model("clip", "clip-tiny", "CLIP"),
            _model("adain_decoder", "adain-decoder-embedded", "the published AdaIN decoder"),
        ),
        similarity={"method_0": {"rows": ["a"], "columns": [crossed_run.cases[0].id], "values": [[0.5]]}},
    )


@pytest.fixture
def published_run(stand_in_run: RunRecords) -> RunRecords:
    """The same run with the published networks."""
    return replace(
        stand_in_run,
        metrics=tuple(
            replace(metric, backbone=PUBLISHED.get(str(metric.backbone), metric.backbone))
            for metric in stand_in_run.metrics
        ),
        models=tuple(
            replace(model, name=PUBLISHED.get(model.name, model.name), stands_in_for="")
            for model in stand_in_run.models
        ),
    )


def _text(path: Path) -> str:
    return " ".join(path.read_text(encoding="utf-8").split())


class TestMarkdown:
    def test_names_a_stand_in_with_mark_and_sentence(self, stand_in_run, tmp_path):
        text = _text(MarkdownReport().write([stand_in_run], tmp_path)).replace("\\", "")
        assert "| CLIP text ↑<br>clip-tiny-judge ‡ |" in text
        assert "| Method 0<br>adain-decoder-embedded ‡ |" in text
        assert "| SSIM ↑ | LPIPS ↓<br>st-lpips-alex |" in text
        assert f"‡ {NOTE}." in text

    def test_names_a_published_network_without(self, published_run, tmp_path):
        text = _text(MarkdownReport().write([published_run], tmp_path)).replace("\\", "")
        assert "| CLIP text ↑<br>clip-ViT-L-14-openai |" in text
        assert "‡" not in text


class TestLatex:
    def test_names_a_stand_in_in_the_caption(self, stand_in_run, tmp_path):
        text = _text(LatexReport().write([stand_in_run], tmp_path))
        (caption,) = re.findall(r"\\caption\{(Text on protocol.*?)\} \\begin\{tabular\}", text)
        assert r"CLIP text by clip-tiny-judge $^\ddagger$." in caption
        assert r"Method 0 with adain-decoder-embedded $^\ddagger$; Method 1 with clip-tiny $^\ddagger$." in caption
        assert rf"$^\ddagger$ {NOTE}." in caption
        assert r"Method & CLIP text$^\ddagger$ $\uparrow$ \\" in text
        assert r"Method 0$^\ddagger$ &" in text
        assert r"Method 2 &" in text

    def test_names_a_published_network_without(self, published_run, tmp_path):
        text = _text(LatexReport().write([published_run], tmp_path))
        assert "CLIP text by clip-ViT-L-14-openai." in text
        assert "ddagger" not in text


class TestCsv:
    def test_has_columns_that_pandas_reads(self, stand_in_run, published_run, tmp_path):
        text = CsvReport().write([stand_in_run, published_run], tmp_path).read_text(encoding="utf-8")
        rows = list(csv.DictReader(io.StringIO(text)))
        found = {
            (row["network"], row["stands_in_for"], row["method_network"], row["method_stands_in_for"])
            for row in rows
            if (row["metric"], row["method"]) == ("clip_text", "method_0")
        }
        assert found == {
            ("clip-tiny-judge", "CLIP", "adain-decoder-embedded", "the published AdaIN decoder"),
            ("clip-ViT-L-14-openai", "", "adain-decoder", ""),
        }
        costs = {row["network"] for row in rows if row["metric"] in ("ssim", "seconds")}
        assert costs == {""}


def test_json_holds_the_networks(stand_in_run, tmp_path):
    (run,) = json.loads(JsonReport().write([stand_in_run], tmp_path).read_text())["runs"]
    assert run["networks"]["of_metrics"]["clip_text"] == [{"name": "clip-tiny-judge", "stands_in_for": "CLIP"}]
    assert run["networks"]["of_metrics"]["ssim"] == []
    assert run["networks"]["of_methods"]["method_1"] == [{"name": "clip-tiny", "stands_in_for": "CLIP"}]


class TestFigures:
    def test_say_it_in_the_picture_and_in_the_caption(self, stand_in_run, tmp_path):
        captions = _text(FiguresReport().write([stand_in_run], tmp_path)).replace("\\", "")
        assert f"‡ {NOTE}" in captions
        for name in ("trade_off", "quality_and_runtime", "profile", "ranks"):
            assert "not CLIP" in re.sub("<[^>]*>", " ", _text(tmp_path / f"{name}.svg")), name
        picture = _text(tmp_path / "trade_off.svg")
        assert "style by CLIP style, clip-tiny-judge ‡" in picture
        assert "Method 0 ‡" in picture
        assert "clip-tiny-judge ‡" in _text(tmp_path / "profile.svg")

    def test_name_published_networks_without_a_mark(self, published_run, tmp_path):
        FiguresReport().write([published_run], tmp_path)
        picture = _text(tmp_path / "trade_off.svg")
        assert "style by CLIP style, clip-ViT-L-14-openai" in picture
        assert all("‡" not in _text(path) for path in tmp_path.glob("*.svg"))
        assert "‡" not in _text(tmp_path / "figures.md")


class TestPage:
    def test_names_a_stand_in_in_every_section(self, stand_in_run, tmp_path):
        page = _text(HtmlReport().write([stand_in_run], tmp_path))
        body = page[page.index("<body") : page.index("<script")] if "<script" in page else page
        found = re.findall(r'(<section[^>]* id="run-1-([a-z-]+)".*?</section>)', body)
        sections = {name: text for text, name in found}
        for name in ("ranking", "trade-offs", "gallery", "similarity", "breakdowns", "differences", "metrics"):
            words = re.sub("<[^>]*>|[\u2066-\u2069]", "", sections[name])
            assert "clip-tiny-judge ‡" in words, name
            if name not in ("trade-offs", "metrics"):
                assert NOTE in words, name
        assert "stands in for CLIP" in re.sub("<[^>]*>|[\u2066-\u2069]", "", sections["metrics"])
        assert "stands in for the published AdaIN decoder" in re.sub("<[^>]*>|[\u2066-\u2069]", "", body)

    def test_has_no_mark_for_published_networks(self, published_run, tmp_path):
        page = _text(HtmlReport().write([published_run], tmp_path))
        assert "clip-ViT-L-14-openai" in page
        assert "‡" not in page

    def test_says_of_runs_side_by_side_which_network_made_what(self, stand_in_run, published_run, tmp_path):
        other = replace(published_run, protocol={**published_run.protocol, "fingerprint": "another"})
        page = _text(HtmlReport().write([stand_in_run, other], tmp_path))
        table = page[page.index('id="side-by-side"') :]
        words = re.sub("<[^>]*>|[\u2066-\u2069]", "", table[: table.index("</section>")])
        assert "clip-tiny-judge ‡; adain-decoder-embedded ‡" in words
        assert "clip-ViT-L-14-openai" in words


def test_a_hostile_name_is_escaped_in_every_format(stand_in_run, tmp_path):
    names = {"clip-tiny-judge": HOSTILE, "adain-decoder-embedded": HOSTILE + "2"}
    run = replace(
        stand_in_run,
        metrics=tuple(
            replace(metric, backbone=names.get(str(metric.backbone), metric.backbone))
            for metric in stand_in_run.metrics
        ),
        models=tuple(
            replace(model, name=names.get(model.name, model.name), stands_in_for=model.stands_in_for and HOSTILE)
            for model in stand_in_run.models
        ),
    )
    other = replace(run, protocol={**run.protocol, "fingerprint": "another"})
    page = HtmlReport().write([run, other], tmp_path).read_text(encoding="utf-8")
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page
    FiguresReport().write([run], tmp_path)
    assert all("<img" not in _text(path) for path in tmp_path.glob("*.svg"))
    markdown = MarkdownReport().write([run], tmp_path).read_text(encoding="utf-8")
    assert "<img" not in markdown
    assert r"\_\$&amp;\#\|" in markdown
    latex = LatexReport().write([run], tmp_path).read_text(encoding="utf-8")
    assert r"\_\$\&\#" in latex
    assert "onerror=alert(1)>_" not in latex
