"""The HTML report: what the page holds, and that nothing in a run can make it more than text."""

from __future__ import annotations

import base64
import hashlib
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest

from benchmark.store.records import RunRecords, RunStatus, SummaryRow
from reports.html import HtmlReport
from tests.reports.conftest import build_crossed_run

Parse = Callable[[Path], ElementTree.Element]
Rewritten = Callable[..., RunRecords]

INJECTION = "\"'><script>window.hacked=1</script><img src=x onerror=hacked=1></style></bdi>{{ 7*7 }}{% x %}&lt;"


PICTURE_ADDRESS = re.compile(r"data:|pictures/[0-9a-f]{20}\.webp$")


def text_of(element: ElementTree.Element | None) -> str:
    assert element is not None
    return " ".join("".join(element.itertext()).split())


def section(page: ElementTree.Element, name: str, run: int = 1) -> ElementTree.Element:
    found = page.find(f".//section[@id='run-{run}-{name}']")
    assert found is not None
    return found


def assert_inert(page: ElementTree.Element) -> None:
    """Nothing but our own script can run, and nothing is asked for."""
    assert [script.get("type", "") for script in page.iter("script")] == ["application/json", ""]
    assert len(list(page.iter("style"))) == 1
    for element in page.iter():
        assert element.tag not in {"iframe", "object", "embed", "base", "form", "video", "audio", "use"}
        assert not [name for name in element.attrib if name.startswith("on") or name == "style"]
        assert PICTURE_ADDRESS.match(element.get("src", "data:"))
        if element.tag == "link":
            assert element.get("href") == "data:,"
        elif "href" in element.attrib:
            assert element.attrib["href"].startswith(("#", "https://", "http://"))


def test_pictures_are_files_beside_the_page(run: RunRecords, tmp_path: Path, parse: Parse) -> None:
    destination = tmp_path / "report"
    destination.mkdir()
    path = HtmlReport().write([run], destination)
    assert path == destination / "index.html"
    pictures = {image.attrib["src"] for image in parse(path).iter("img") if "src" in image.attrib}
    assert pictures == {f"pictures/{file.name}" for file in (destination / "pictures").iterdir()}
    assert sorted(file.name for file in destination.iterdir()) == ["index.html", "pictures"]


def test_pictures_of_an_older_page_are_removed_and_nothing_else(run: RunRecords, tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for name in (f"{'0' * 20}.webp", "holiday.webp"):
        (pictures / name).write_text("older")
    HtmlReport().write([run], tmp_path)
    assert not (pictures / f"{'0' * 20}.webp").exists()
    assert (pictures / "holiday.webp").exists()


def test_an_inline_report_is_one_page_and_nothing_else(run: RunRecords, tmp_path: Path) -> None:
    destination = tmp_path / "report"
    destination.mkdir()
    HtmlReport(inline=True).write([run], destination)
    assert [path.name for path in destination.iterdir()] == ["index.html"]


def test_replaces_an_older_page(run: RunRecords, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("older")
    assert HtmlReport().write([run], tmp_path).read_text(encoding="utf-8").startswith("<!doctype html>")


def test_refuses_to_report_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least one run"):
        HtmlReport().write([], tmp_path)
    assert not list(tmp_path.iterdir())


def test_importing_the_report_loads_nothing_heavy() -> None:
    heavy = "{'altair', 'jinja2', 'markupsafe', 'pandas', 'numpy', 'PIL', 'torch', 'vl_convert'}"
    code = f"import sys, reports.html; print(sorted({heavy} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.mark.parametrize(("inline", "sources"), [(True, "data:"), (False, "data: 'self'")], ids=["inline", "linked"])
def test_the_policy_allows_exactly_the_inlined_style_and_script(
    run: RunRecords, tmp_path: Path, parse: Parse, inline: bool, sources: str
) -> None:
    page = parse(HtmlReport(inline=inline).write([run], tmp_path))
    policy = page.find(".//meta[@http-equiv='Content-Security-Policy']")
    assert policy is not None
    directives = dict(directive.split(" ", 1) for directive in policy.attrib["content"].split("; "))
    assert directives["default-src"] == "'none'"
    assert directives["img-src"] == sources
    for tag in ("style", "script"):
        source = next(element for element in page.iter(tag) if "type" not in element.attrib)
        assert source.text
        digest = base64.b64encode(hashlib.sha256(source.text.encode()).digest()).decode()
        assert directives[f"{tag}-src"] == f"'sha256-{digest}'"


def test_every_picture_is_described(run: RunRecords, tmp_path: Path, parse: Parse) -> None:
    page = parse(HtmlReport().write([run], tmp_path))
    assert_inert(page)
    pictures = list(section(page, "gallery").iter("img"))
    contents, styles, stylized = 3, 4, 7
    assert len(pictures) == contents + styles + stylized
    assert all(picture.attrib["alt"] for picture in pictures)
    assert "Gatys: Bridge, stylized towards The Great Wave (Katsushika Hokusai, 1831)" in {
        picture.attrib["alt"] for picture in pictures
    }


def test_the_header_says_what_was_run_and_that_it_is_incomplete(run: RunRecords, tmp_path: Path, parse: Parse) -> None:
    header = text_of(parse(HtmlReport().write([run], tmp_path)).find(".//header[@class='run-header']"))
    for expected in ("mini 1", "0123456789ab", "256 px", "2 methods, 1 control", "3 (2 contents × 3 styles)"):
        assert expected in header
    assert "2026-01-02 03:05 UTC" in header
    assert "This run is incomplete: 9 of 9 units finished, 1 failed." in header
    assert "One journal line was damaged and left out." in header


def test_a_complete_run_warns_of_nothing(run: RunRecords, tmp_path: Path, parse: Parse) -> None:
    complete = replace(run, status=RunStatus.COMPLETE, warnings=())
    page = parse(HtmlReport().write([complete], tmp_path))
    assert page.find(".//aside") is None


def test_controls_have_their_own_band_below_the_methods(run: RunRecords, tmp_path: Path, parse: Parse) -> None:
    table = section(parse(HtmlReport().write([run], tmp_path)), "ranking").find(".//table[@class='ranking sortable']")
    assert table is not None
    bodies = table.findall("tbody")
    assert [body.attrib["class"] for body in bodies] == ["methods", "band", "controls"]
    assert [text_of(row.find("th/bdi")) for row in bodies[0].findall("tr")] == ["Gatys", "CLIPstyler"]
    assert [text_of(row.find("th/bdi")) for row in bodies[2].findall("tr")] == ["Identity"]


def test_charts_are_shown_without_scripts_too(crossed_run: RunRecords, tmp_path: Path, parse: Parse) -> None:
    page = parse(HtmlReport().write([crossed_run], tmp_path))
    assert_inert(page)
    figures = section(page, "trade-offs").findall(".//figure")
    assert [figure.attrib["data-figure"] for figure in figures] == [
        "trade_off", "quality_and_runtime", "costs", "profile",
    ]  # fmt: skip
    for figure in figures:
        canvas = figure.find("div")
        assert canvas is not None
        assert canvas.find("svg") is not None
        assert canvas.attrib["aria-label"]
    assert "Method 1" in text_of(figures[0].find(".//svg"))


def test_a_chart_that_cannot_be_drawn_costs_the_page_nothing_else(
    crossed_run: RunRecords, tmp_path: Path, parse: Parse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(spec: object) -> str:
        raise ValueError("Vega-Lite to SVG conversion failed:\n" + INJECTION)

    monkeypatch.setattr("vl_convert.vegalite_to_svg", fail)
    page = parse(HtmlReport().write([crossed_run], tmp_path))
    assert_inert(page)
    trade_offs = text_of(section(page, "trade-offs"))
    assert trade_offs.count("This chart could not be drawn; its numbers are in the tables.") == 4
    assert INJECTION in trade_offs
    assert "Method 1" in text_of(section(page, "ranking"))


def test_injected_markup_is_text_in_charts(
    crossed_run: RunRecords, tmp_path: Path, parse: Parse, rewritten: Rewritten
) -> None:
    keep = frozenset({"thumbnail", "image", "status", "unavailable"})
    page = parse(HtmlReport().write([rewritten(crossed_run, lambda text: INJECTION + text, keep)], tmp_path))
    assert_inert(page)
    assert INJECTION[:12] in text_of(section(page, "trade-offs").find(".//svg"))


def test_the_ranking_explains_its_intervals_and_circular_scores(run: RunRecords, tmp_path: Path, parse: Parse) -> None:
    ranking = text_of(section(parse(HtmlReport().write([run], tmp_path)), "ranking"))
    assert "two-way bootstrap that resamples contents and styles" in ranking
    assert "circular: the method optimised the very network" in ranking
    assert "1.00 ↻ (circular)" in ranking
    assert "best: 0.500" in ranking
    assert "not shown to be worse than the best: 0.400" in ranking


def test_failed_and_skipped_units_show_their_reasons(run: RunRecords, tmp_path: Path, parse: Parse) -> None:
    page = parse(HtmlReport().write([run], tmp_path))
    for name in ("gallery", "incidents"):
        shown = text_of(section(page, name))
        assert "takes at most 1 style, the case has 2" in shown
        assert "RuntimeError: loss is NaN" in shown
    assert "needs weights: benchmark weights fetch inception-art" in text_of(section(page, "incidents"))


def test_the_similarity_matrix_outlines_the_prompts_of_each_image(
    run: RunRecords, tmp_path: Path, parse: Parse
) -> None:
    similarity = section(parse(HtmlReport().write([run], tmp_path)), "similarity")
    rows = similarity.findall(".//table/tbody/tr")
    outlined = [["matching" in cell.attrib["class"] for cell in row.findall("td")] for row in rows]
    assert outlined == [[True, False], [False, True]]
    assert "For 1 of 2 images the most similar prompt is one that they were made for" in text_of(similarity)


def test_provenance_lets_a_run_be_repeated_and_credited(run: RunRecords, tmp_path: Path, parse: Parse) -> None:
    provenance = text_of(section(parse(HtmlReport().write([run], tmp_path)), "provenance"))
    for expected in (
        "benchmark run --protocol mini --out 'my run'",
        "0123456789abcdef0123456789abcdef",
        "fedcba9876543210",
        "steps500",
        "weights › patch9000.0",
        "deeptrue",
        "packages › style-transfer-benchmark0.1.0",
        "Katsushika Hokusai",
        "Public domain",
        "version = {0.1.0}",
        "Gatys et al. 2016 Gatys, Gram distance",
    ):
        assert expected in provenance


@pytest.mark.parametrize("keep", [{"thumbnail", "image", "status"}, set()], ids=["with pictures", "without"])
def test_injected_markup_is_shown_as_text(
    run: RunRecords, tmp_path: Path, parse: Parse, rewritten: Rewritten, keep: set[str]
) -> None:
    hostile = rewritten(run, lambda text: INJECTION + text, frozenset(keep))
    page = parse(HtmlReport().write([hostile], tmp_path))
    assert_inert(page)
    assert INJECTION + "Gatys" in text_of(section(page, "ranking"))
    assert INJECTION + "a swirling night sky" in text_of(section(page, "gallery"))
    assert INJECTION + "RuntimeError: loss is NaN" in text_of(section(page, "incidents"))
    assert INJECTION + "steps" in text_of(section(page, "provenance"))


@pytest.mark.parametrize("address", ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "file:///etc"])
def test_only_web_addresses_become_links(run: RunRecords, tmp_path: Path, parse: Parse, address: str) -> None:
    method = replace(run.methods[0], url=address, paper="Gatys et al. 2016")
    content = {**run.contents[0], "source": address}
    hostile = replace(run, methods=(method, *run.methods[1:]), contents=(content,))
    page = parse(HtmlReport().write([hostile], tmp_path))
    assert_inert(page)
    assert "Gatys et al. 2016" in text_of(section(page, "ranking"))


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "",
        lambda text: text + "x" * 20_000,
        lambda text: f"🎨👩🏽‍🎨{text}🖌️",
        lambda text: f"\u202e{text} שלום مرحبا",
        lambda text: f"{text}\x00\x1b\x7f\uffff",
    ],
    ids=["empty", "long", "emoji", "right to left", "unprintable"],
)
def test_any_text_can_be_shown(
    run: RunRecords, tmp_path: Path, parse: Parse, rewritten: Rewritten, change: Callable[[str], str]
) -> None:
    page = parse(HtmlReport().write([rewritten(run, change)], tmp_path))
    assert_inert(page)


def test_text_that_cannot_be_encoded_is_replaced(run: RunRecords, tmp_path: Path, parse: Parse) -> None:
    damaged = replace(run, warnings=("a lone surrogate: \ud800.",))
    page = parse(HtmlReport().write([damaged], tmp_path))
    assert "a lone surrogate: ?." in text_of(page.find(".//aside"))


def test_a_missing_or_damaged_picture_is_a_placeholder(run: RunRecords, tmp_path: Path, parse: Parse) -> None:
    (run.directory / "images/gatys/bridge--wave.png").unlink()
    (run.directory / "images/gatys/cat--night.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
    gallery = section(parse(HtmlReport().write([run], tmp_path)), "gallery")
    problems = [text_of(element) for element in gallery.findall(".//span[@class='placeholder']")]
    assert problems == ["the picture is missing", "the picture cannot be read"]


def test_a_run_that_has_just_begun_is_rendered(run: RunRecords, tmp_path: Path, parse: Parse) -> None:
    begun = replace(run, status=RunStatus.RUNNING, units=pd.DataFrame(), summary=(), similarity={}, models=())
    page = parse(HtmlReport().write([begun], tmp_path))
    assert "No score has been made yet." in text_of(section(page, "ranking"))
    assert "Not run yet." in text_of(section(page, "gallery"))
    assert "9 units not run yet." in text_of(section(page, "incidents"))
    assert "is still running: 0 of 9 units finished" in text_of(page.find(".//aside"))


def test_a_run_of_which_almost_nothing_is_left_is_rendered(run: RunRecords, tmp_path: Path, parse: Parse) -> None:
    damaged = RunRecords(
        directory=run.directory / "gone",
        status=RunStatus.INCOMPLETE,
        protocol={},
        methods=(),
        metrics=(),
        models=(),
        cases=(),
        contents=(),
        styles=(),
        units=pd.DataFrame({"method": ["gatys"], "ssim": [float("nan")]}),
        summary=(),
        similarity={"gatys": {"rows": ["a"], "columns": ["b"], "values": [[None]]}, "adain": {}},
        provenance={},
    )
    assert_inert(parse(HtmlReport().write([damaged], tmp_path)))


def test_scores_that_no_metric_of_the_run_explains_are_shown(
    run: RunRecords, tmp_path: Path, parse: Parse, row: Callable[..., SummaryRow]
) -> None:
    extended = replace(run, summary=(*run.summary, row("gatys", "set_score", 3.25, None, None)))
    ranking = text_of(section(parse(HtmlReport().write([extended], tmp_path)), "ranking"))
    assert "set_score" in ranking
    assert "3.25" in ranking


def test_runs_of_one_protocol_are_comparable(run: RunRecords, tmp_path: Path, parse: Parse) -> None:
    page = parse(HtmlReport().write([run, run], tmp_path))
    assert text_of(page.find(".//header[@class='page-header']/aside")).startswith("Comparable.")
    assert len(page.findall(".//article[@class='run']")) == 2
    anchors = [element.attrib["id"] for element in page.iter() if "id" in element.attrib]
    assert len(anchors) == len(set(anchors))


def test_runs_of_one_protocol_are_compared_case_by_case(crossed_run: RunRecords, tmp_path: Path, parse: Parse) -> None:
    units = crossed_run.units.copy()
    units.loc[units["method"] == "method_1", "ssim"] -= 0.1
    page = parse(HtmlReport().write([crossed_run, replace(crossed_run, units=units)], tmp_path))
    assert_inert(page)
    changes = page.find(".//section[@id='changes']")
    assert changes is not None
    first, *_ = changes.findall(".//tbody/tr")
    assert [text_of(cell) for cell in first] == [
        "Method 1", "SSIM", "0.600", "0.500", "−0.100 −0.100 – −0.100", "worse", "16 (4 × 4)",
    ]  # fmt: skip
    assert page.find(".//section[@id='side-by-side']") is None


def test_runs_of_two_protocols_stand_side_by_side(crossed_run: RunRecords, tmp_path: Path, parse: Parse) -> None:
    other = replace(crossed_run, protocol={**crossed_run.protocol, "title": "Other", "fingerprint": "ffff"})
    page = parse(HtmlReport().write([crossed_run, other], tmp_path))
    assert page.find(".//section[@id='changes']") is None
    shown = text_of(page.find(".//section[@id='side-by-side']"))
    assert "Not comparable where fingerprints differ" in shown
    assert "Crossed 89abcdef0123" in shown
    assert "Other ffff" in shown


def test_runs_of_different_protocols_are_not_comparable(run: RunRecords, tmp_path: Path, parse: Parse) -> None:
    other = replace(run, protocol={**run.protocol, "fingerprint": "ffff"})
    banner = text_of(parse(HtmlReport().write([run, other], tmp_path)).find(".//header[@class='page-header']/aside"))
    assert banner.startswith("Not comparable.")
    assert "run 1 has 0123456789ab, run 2 has ffff" in banner


@pytest.mark.parametrize("field", ["version", "backbone"])
def test_runs_whose_metrics_differ_are_not_comparable(
    run: RunRecords, tmp_path: Path, parse: Parse, field: str
) -> None:
    ssim, *others = run.metrics
    changed = replace(ssim, version="9") if field == "version" else replace(ssim, backbone="another")
    other = replace(run, metrics=(changed, *others))
    banner = text_of(parse(HtmlReport().write([run, other], tmp_path)).find(".//header[@class='page-header']/aside"))
    assert banner.startswith("Not comparable.")
    assert "ssim" in banner


def test_runs_without_a_fingerprint_are_not_comparable(run: RunRecords, tmp_path: Path, parse: Parse) -> None:
    unknown = replace(run, protocol={"name": "mini"})
    page = parse(HtmlReport().write([unknown, unknown], tmp_path))
    assert text_of(page.find(".//header[@class='page-header']/aside")).startswith("Not comparable.")


def test_pages_of_large_runs_stay_below_15_megabytes_and_of_small_ones_below_6(tmp_path: Path) -> None:
    def page_size(styles: int) -> int:
        folder = tmp_path / str(styles)
        run = build_crossed_run(folder / "run", contents=4, styles=styles, methods=3)
        return HtmlReport().write([run], folder).stat().st_size

    small, larger = page_size(4), page_size(8)
    assert small < 6e6
    # The first has 16 cases × 5 methods, the second twice as many.
    of_a_unit = (larger - small) / (16 * 5)
    assert small + 800 * 12 * of_a_unit < 15e6
