"""Runs of one protocol as one table, in every format."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from benchmark.analysis.combination import combine
from benchmark.interface.reports import write_report
from benchmark.store.records import Calibration, RunRecords
from reports.exports import CsvReport, JsonReport
from reports.figure_files import FiguresReport
from reports.html.picture_source import PictureSource
from reports.html.report import HtmlReport
from reports.latex import LatexReport
from reports.markdown import MarkdownReport
from reports.tables.ranking import build_scores
from tests.conftest import CommandResult
from tests.reports.html_page import Parse, assert_inert, text_of
from tests.reports.sample_runs import build_crossed_run, save_picture
from tests.runs_of_one_protocol import Runs, make_runs, run_tiny

CALIBRATION = Calibration("1", 0.05)
PROVENANCE = {"executor": "local", "environment": {"processor": "A", "cores": 2, "threads": 2, "platform": "Linux"}}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    return make_runs(tmp_path_factory.mktemp("runs"))


def build_pair(folder: Path, **of_second: object) -> list[RunRecords]:
    """Two runs with both controls and two methods each, one of which both have; of one machine, or as given."""
    pair = []
    for name, methods in (("early", ["method_0", "method_1"]), ("late", ["method_1", "method_2"])):
        run = build_crossed_run(folder / name, contents=3, styles=3, methods=3)
        kept = [method for method in run.methods if method.control or method.name in methods]
        names = {method.name for method in kept}
        pair.append(
            replace(
                run,
                methods=tuple(kept),
                units=run.units[run.units["method"].isin(names)],
                summary=tuple(row for row in run.summary if row.method in names),
                image_hashes={(method.name, case.id): case.id for method in kept for case in run.cases},
                provenance={**run.provenance, **PROVENANCE, **(of_second if name == "late" else {})},
            )
        )
    return pair


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> RunRecords:
    """A table of runs of two devices and seeds."""
    (table,) = combine(build_pair(tmp_path_factory.mktemp("apart"), device="cuda", seed=9))
    return table


class TestThePageOfRealRuns:
    @pytest.mark.parametrize("inline", [False, True])
    def test_is_one_table_with_the_pictures_of_both(
        self, runs: Runs, tmp_path: Path, parse: Parse, inline: bool
    ) -> None:
        path = write_report([runs.first, runs.second], "html", tmp_path / "report", inline=inline)
        page = parse(path)
        assert_inert(page)
        (article,) = page.findall(".//article[@class='run']")
        ranked = [
            text_of(row) for row in article.findall(".//table[@class='ranking sortable']/tbody/tr/th[@scope='row']")
        ]
        assert all(any(title.startswith(name) for title in ranked) for name in ("Blend", "Noisy"))
        assert "the picture is missing" not in path.read_text(encoding="utf-8")
        assert "lies outside" not in path.read_text(encoding="utf-8")
        banner = text_of(page.find(".//header[@class='page-header']/aside"))
        assert banner.endswith("Their methods are one table.")

    def test_shows_the_pictures_of_the_run_that_a_method_is_of(self, runs: Runs, tmp_path: Path) -> None:
        alone, both = tmp_path / "alone", tmp_path / "both"
        for run, out in ((runs.second, alone), (runs.first, alone / "first")):
            write_report([run], "html", out)
        write_report([runs.first, runs.second], "html", both)
        separate = {path.name for folder in (alone, alone / "first") for path in (folder / "pictures").iterdir()}
        assert {path.name for path in (both / "pictures").iterdir()} == separate

    def test_links_the_logs_of_methods_that_failed(self, runs: Runs, sample_plugins: Path, tmp_path: Path) -> None:
        failing = run_tiny(tmp_path / "failing", ["raises"])
        write_report([runs.first, failing], "html", tmp_path / "report")
        (log,) = (tmp_path / "report/logs").iterdir()
        assert "the paint" in log.read_text()
        inline = write_report([runs.first, failing], "html", tmp_path / "inline", inline=True).read_text(
            encoding="utf-8"
        )
        assert "failing/logs/raises.log</code>" in inline

    def test_of_a_merged_run_lists_the_runs(
        self, runs: Runs, command: Callable[..., CommandResult], sample_plugins: Path, tmp_path: Path, parse: Parse
    ) -> None:
        assert command("merge", runs.first, runs.second, "-o", tmp_path / "merged").code == 0
        page = parse(write_report([tmp_path / "merged"], "html", tmp_path / "report"))
        shown = text_of(page.find(".//section[@id='run-1-provenance']"))
        assert "first Keeps_Content, Copies_Style, Blend" in shown
        assert "second Keeps_Content, Copies_Style, Noisy" in shown
        assert page.find(".//header[@class='page-header']") is None


class TestThePage:
    def test_compares_what_both_runs_have(self, apart: RunRecords, tmp_path: Path, parse: Parse) -> None:
        page = parse(HtmlReport().write([apart], tmp_path))
        rows = page.findall(".//section[@id='changes']//tbody/tr")
        assert {text_of(row[0]) for row in rows} == {"Method 1", "Identity", "Style copy"}
        assert "method_0" not in text_of(page.find(".//section[@id='changes']"))

    def test_names_the_differences_between_the_runs(self, apart: RunRecords, tmp_path: Path, parse: Parse) -> None:
        shown = text_of(parse(HtmlReport().write([apart], tmp_path)).find(".//section[@id='run-1-provenance']"))
        assert "seed: 0 in early; 9 in late" in shown
        assert "device: cpu in early; cuda in late" in shown
        assert "threads:" not in shown

    def test_names_settings_that_differ(self, tmp_path: Path, parse: Parse) -> None:
        early, late = build_pair(tmp_path)
        steps = {"method_1": {"steps": 9}}
        methods = tuple(replace(method, settings=steps.get(method.name, {})) for method in late.methods)
        late = replace(late, methods=methods)
        page = parse(HtmlReport().write(combine([early, late]), tmp_path))
        shown = text_of(page.find(".//section[@id='run-1-provenance']"))
        assert "method_1.steps: – in early; 9 in late" in shown

    def test_of_two_protocols_numbers_all_runs_in_its_order(self, tmp_path: Path, parse: Parse) -> None:
        early, late = build_pair(tmp_path)
        other = replace(early, directory=tmp_path / "other", protocol={**early.protocol, "fingerprint": "ffff"})
        page = parse(HtmlReport().write(combine([early, other, late]), tmp_path))
        kickers = [text_of(found) for found in page.findall(".//header[@class='run-header']/p[@class='kicker']")]
        assert kickers == [
            "Style transfer benchmark · runs 1, 2 (early, late)",
            "Style transfer benchmark · run 3 (other)",
        ]
        banner = text_of(page.find(".//header[@class='page-header']/aside"))
        assert "run 1 has 89abcdef0123, run 2 has 89abcdef0123, run 3 has ffff" in banner
        assert page.find(".//section[@id='side-by-side']") is not None


class TestCostsOfTwoMachines:
    SENTENCE = (
        "Costs of different runs do not compare, and none is called best by them: device cpu in early, cuda in late"
    )

    def test_are_shown_and_none_is_best(self, apart: RunRecords) -> None:
        scores = build_scores(apart, ())
        costs = next(ranking for ranking in scores.rankings if ranking.axis == "cost")
        cells = [cell for row in costs.methods for cell in row.cells]
        assert all(cell.value is not None for cell in cells)
        assert {cell.mark.value for cell in cells} == {"none"}
        assert any(cell.mark == "best" for cell in scores.cells)

    def test_of_one_machine_have_a_best(self, tmp_path: Path) -> None:
        early, late = (replace(run, calibration=CALIBRATION) for run in build_pair(tmp_path))
        (table,) = combine([early, late])
        costs = next(ranking for ranking in build_scores(table, ()).rankings if ranking.axis == "cost")
        assert any(cell.mark == "best" for row in costs.methods for cell in row.cells)

    def test_are_explained_beside_the_table(self, apart: RunRecords, tmp_path: Path, parse: Parse) -> None:
        page = parse(HtmlReport().write([apart], tmp_path))
        captions = [text_of(found) for found in page.findall(".//table[@class='ranking sortable']/caption")]
        assert [self.SENTENCE in caption for caption in captions] == [False] * (len(captions) - 1) + [True]

    def test_are_explained_in_markdown_and_latex(self, apart: RunRecords, tmp_path: Path) -> None:
        markdown = MarkdownReport().write([apart], tmp_path).read_text(encoding="utf-8")
        assert self.SENTENCE.replace(":", r"\:") in markdown
        tables = LatexReport().write([apart], tmp_path).read_text(encoding="utf-8").split(r"\begin{table}")
        assert [self.SENTENCE in table for table in tables] == [False] * (len(tables) - 1) + [True]

    def test_are_not_drawn(self, apart: RunRecords, tmp_path: Path) -> None:
        FiguresReport().write([apart], tmp_path)
        names = {path.stem for path in tmp_path.glob("*.svg")}
        assert "trade_off" in names
        assert names.isdisjoint({"costs", "quality_and_runtime"})


class TestOtherFormats:
    def test_name_the_runs_and_the_shared_controls(self, apart: RunRecords, tmp_path: Path) -> None:
        text = MarkdownReport().write([apart], tmp_path).read_text(encoding="utf-8")
        assert text.count("## Crossed") == 1
        assert "runs early, late" in text
        assert r"| Method 1 \(early\) |" in text
        assert r"> taken once, with the same pictures in early and late\: identity, style\_copy" in text
        assert "runs early, late)" in LatexReport().write([apart], tmp_path).read_text(encoding="utf-8")

    def test_the_rows_of_csv_name_the_run_of_each_method(self, apart: RunRecords, tmp_path: Path) -> None:
        with CsvReport().write([apart], tmp_path).open(encoding="utf-8", newline="") as file:
            found = {(row["run"], row["method"]) for row in csv.DictReader(file)}
        assert found == {
            ("early", "identity"),
            ("early", "style_copy"),
            ("early", "method_0"),
            ("early", "method_1 (early)"),
            ("late", "method_1 (late)"),
            ("late", "method_2"),
        }

    def test_json_has_one_entry_with_comparisons_across_runs(self, apart: RunRecords, tmp_path: Path) -> None:
        (entry,) = json.loads(JsonReport().write([apart], tmp_path).read_text(encoding="utf-8"))["runs"]
        assert [(part["name"], part["provenance"]["seed"]) for part in entry["parts"]] == [("early", 0), ("late", 9)]
        pairs = {(found["first"], found["second"]) for found in entry["statistics"]["comparisons"]}
        assert ("method_0", "method_2") in pairs
        assert entry["costs_apart"].startswith("Costs of different runs do not compare")

    def test_a_single_run_is_written_as_before(self, runs: Runs, tmp_path: Path) -> None:
        path = write_report([runs.first], "csv", tmp_path / "report")
        with path.open(encoding="utf-8", newline="") as file:
            assert {row["run"] for row in csv.DictReader(file)} == {"first"}


def test_pictures_outside_the_folders_of_the_runs_are_not_followed(tmp_path: Path) -> None:
    for name in ("a/in.png", "b/in.png", "c/in.png"):
        save_picture(tmp_path / name, (1, 2, 3))
    source = PictureSource(tmp_path, folders=[tmp_path / "a", tmp_path / "b"])
    assert [bool(source.load(name, "", 64).uri) for name in ("a/in.png", "b/in.png", "c/in.png")] == [True, True, False]
    assert "outside" in source.load("a/../c/in.png", "", 64).problem
