"""The leaderboard's site: what its tables hold, what it copies, and that nothing in a run is more than text."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest

from benchmark.store.records import RunRecords
from reports.leaderboard import site as site_module
from reports.leaderboard.report import LeaderboardReport
from tests.reports.chromium import opened
from tests.reports.conftest import parse_html
from tests.reports.html_page import INJECTION, text_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Parse = Callable[[Path], ElementTree.Element]


@pytest.fixture
def hashed(crossed_run: RunRecords) -> RunRecords:
    """A run whose journal names the hash of every picture."""
    units = crossed_run.units
    hashes = {
        (method, case): hashlib.sha256((crossed_run.directory / image).read_bytes()).hexdigest()
        for method, case, image in zip(units["method"], units["case"], units["image"], strict=True)
    }
    return replace(crossed_run, image_hashes=hashes)


def at(run: RunRecords, moment: str, **changes: Any) -> RunRecords:
    """Returns a run as if it had ended at another time."""
    return replace(run, provenance={**run.provenance, "finished": moment}, **changes)


def write(runs: list[RunRecords], folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return LeaderboardReport().write(runs, folder).parent


def pages(site: Path, folder: str) -> list[Path]:
    return sorted((site / folder).glob("*.html"))


def only(site: Path, folder: str) -> ElementTree.Element:
    (path,) = pages(site, folder)
    return parse_html(path.read_text(encoding="utf-8"))


def page_of(site: Path, method: str) -> ElementTree.Element:
    (path,) = (path for path in pages(site, "methods") if path.name.startswith(f"{method}-"))
    return parse_html(path.read_text(encoding="utf-8"))


def body(page: ElementTree.Element, kind: str) -> list[list[str]]:
    return [[text_of(cell) for cell in row] for row in page.findall(f".//tbody[@class='{kind}']/tr")]


class TestTables:
    def test_a_protocol_is_a_table_of_means_with_intervals_controls_apart(self, hashed, tmp_path):
        page = only(write([hashed], tmp_path / "site"), "protocols")
        methods, controls = body(page, "methods"), body(page, "controls")
        assert [row[0].split("method_")[0] for row in methods] == ["Method 0", "Method 1", "Method 2"]
        assert [row[0] for row in controls] == ["Identityidentity 1", "Style copystyle_copy 1"]
        row = next(row for row in hashed.summary if (row.method, row.metric) == ("method_0", "lpips"))
        assert row.low is not None
        assert row.high is not None
        assert methods[0][2] == f"{row.mean:.3f}{row.low:.3f} to {row.high:.3f}"

    def test_runs_of_two_fingerprints_never_share_a_table(self, hashed, tmp_path):
        other = replace(hashed, protocol={**hashed.protocol, "fingerprint": "another"})
        site = write([hashed, other], tmp_path / "site")
        assert len(pages(site, "protocols")) == 2
        assert len(pages(site, "methods")) == 10

    def test_a_method_is_one_row_with_its_latest_scores_and_all_runs_behind_it(self, hashed, tmp_path):
        worse = tuple(replace(row, mean=0.125, low=None) if row.metric == "ssim" else row for row in hashed.summary)
        earlier = at(hashed, "2026-01-02T00:00:00+00:00", summary=worse)
        later = at(hashed, "2026-03-04T00:00:00+00:00")
        site = write([later, earlier], tmp_path / "site")
        row = body(only(site, "protocols"), "methods")[0]
        assert row[1] == "162026-03-04, 2 runs"
        assert "0.125" not in row
        history = body(page_of(site, "method_0"), "methods")
        assert [line[0] for line in history] == ["2026-03-04 00:00 UTC", "2026-01-02 00:00 UTC"]
        assert "0.125" in history[1]

    @pytest.mark.parametrize(
        "change", [{"version": "2"}, {"settings": {"steps": 20}}, {"distribution": "somebody 1.0"}], ids=str
    )
    def test_another_version_settings_or_package_is_another_row(self, hashed, tmp_path, change):
        other = replace(hashed, methods=(replace(hashed.methods[0], **change), *hashed.methods[1:]))
        site = write([hashed, other], tmp_path / "site")
        assert len(body(only(site, "protocols"), "methods")) == 4

    def test_another_release_of_the_same_package_is_not(self, hashed, tmp_path):
        runs = [
            replace(
                hashed, methods=tuple(replace(method, distribution=f"suite {version}") for method in hashed.methods)
            )
            for version in ("1.0", "1.1")
        ]
        assert len(body(only(write(runs, tmp_path / "site"), "protocols"), "methods")) == 3

    @pytest.mark.parametrize("change", [{"version": "2"}, {"settings": {"patches": 4}}], ids=str)
    def test_scores_of_another_version_or_settings_of_a_metric_have_a_column_of_their_own(
        self, hashed, tmp_path, change
    ):
        other = at(hashed, "2026-03-04", metrics=(replace(hashed.metrics[0], **change), *hashed.metrics[1:]))
        page = only(write([hashed, other], tmp_path / "site"), "protocols")
        heads = [text_of(head) for head in page.findall(".//tr[@class='columns']/th")]
        assert [head.startswith("SSIM") for head in heads].count(True) == 2
        # The latest run has but one of them.
        assert [cell for cell in body(page, "methods")[0] if cell == "–"] == ["–"]

    def test_a_run_that_is_there_twice_is_shown_once(self, hashed, tmp_path):
        site = write([hashed, hashed], tmp_path / "site")
        assert len(pages(site, "runs")) == 1
        assert len(body(page_of(site, "method_0"), "methods")) == 1

    def test_a_long_history_has_several_pages(self, hashed, tmp_path, monkeypatch):
        monkeypatch.setattr(site_module, "LINES", 2)
        site = write([at(hashed, f"2026-01-0{day}") for day in range(1, 6)], tmp_path / "site")
        found = [path for path in pages(site, "methods") if path.name.startswith("identity-")]
        assert sorted(len(body(parse_html(path.read_text()), "methods")) for path in found) == [1, 2, 2]


class TestPictures:
    def test_every_row_leads_to_its_pictures(self, hashed, tmp_path):
        site = write([hashed], tmp_path / "site")
        page = only(site, "protocols")
        for row in page.findall(".//tbody/tr"):
            address, _, anchor = row.findall("td")[0].find("a").attrib["href"].partition("#")
            target = parse_html((site / "protocols" / address).read_text())
            assert target.find(f".//h3[@id='{anchor}']") is not None

    def test_a_picture_is_copied_only_if_the_journal_names_its_hash(self, hashed, tmp_path):
        key = next(iter(hashed.image_hashes))
        wrong = replace(hashed, image_hashes={**hashed.image_hashes, key: "0" * 64})
        counts = []
        for name, run in (("right", hashed), ("wrong", wrong)):
            page = only(write([run], tmp_path / name), "runs")
            counts.append((len(list(page.iter("img"))), text_of(page).count("is not the picture that the journal")))
        assert counts == [(28, 0), (27, 1)]

    def test_the_cases_shown_are_not_all_of_one_style(self, hashed, tmp_path):
        page = only(write([hashed], tmp_path / "site"), "runs")
        captions = [text_of(caption) for caption in page.iter("figcaption")]
        assert captions[4:8] == ["Painting 0", "Painting 1", "Painting 2", "Painting 3"]

    def test_no_file_outside_the_run_is_copied(self, hashed, tmp_path):
        secret = tmp_path / "secret.png"
        secret.write_bytes((hashed.directory / hashed.units["image"][0]).read_bytes())
        outside = tuple({**content, "thumbnail": str(secret)} for content in hashed.contents)
        page = only(write([replace(hashed, contents=outside)], tmp_path / "site"), "runs")
        assert text_of(page).count("the picture lies outside the run's folder") == 4


class TestFiles:
    def test_a_site_that_is_written_again_has_no_page_of_an_earlier_one_and_all_other_files(self, hashed, tmp_path):
        site = write([hashed], tmp_path / "site")
        (site / "runs" / "notes.html").write_text("mine")
        other = replace(hashed, protocol={**hashed.protocol, "fingerprint": "another"})
        again = write([other], site)
        fresh = write([other], tmp_path / "fresh")
        there = {str(path.relative_to(again)) for path in again.rglob("*") if path.is_file()}
        assert there == {str(path.relative_to(fresh)) for path in fresh.rglob("*") if path.is_file()} | {
            "runs/notes.html"
        }

    def test_names_of_files_lead_nowhere_else(self, hashed, tmp_path):
        hostile = replace(
            hashed,
            protocol={**hashed.protocol, "name": "../../outside", "fingerprint": "../../outside"},
            methods=tuple(replace(method, version="../../../outside") for method in hashed.methods),
        )
        site = write([hostile], tmp_path / "site")
        assert {path.name for path in tmp_path.iterdir()} == {"site"}
        assert {path.name for path in site.iterdir()} == {
            "index.html", "protocols", "methods", "runs", "badges", "pictures",
        }  # fmt: skip


class TestSafety:
    @pytest.fixture
    def hostile(self, hashed, rewritten) -> RunRecords:
        keep = frozenset({"thumbnail", "image", "status", "unavailable", "image_hashes", "fingerprint"})
        run = rewritten(hashed, lambda text: INJECTION + text, keep)
        return replace(run, directory=hashed.directory)

    def test_every_page_allows_exactly_its_own_style_and_script(self, hostile, tmp_path):
        for path in write([hostile], tmp_path / "site").rglob("*.html"):
            page = parse_html(path.read_text(encoding="utf-8"))
            policy = page.find(".//meta[@http-equiv='Content-Security-Policy']")
            assert policy is not None
            hashes = [
                base64.b64encode(hashlib.sha256(page.find(f".//{tag}").text.encode()).digest()).decode()
                for tag in ("style", "script")
            ]
            assert policy.attrib["content"] == (
                f"default-src 'none'; img-src data: 'self'; style-src 'sha256-{hashes[0]}'; "
                f"script-src 'sha256-{hashes[1]}'; base-uri 'none'; form-action 'none'"
            )

    def test_injected_markup_is_text_on_every_page(self, hostile, tmp_path):
        for path in write([hostile], tmp_path / "site").rglob("*.html"):
            page = parse_html(path.read_text(encoding="utf-8"))
            assert len(list(page.iter("script"))) == len(list(page.iter("style"))) == 1
            for element in page.iter():
                assert element.tag not in {"iframe", "object", "embed", "base", "form", "link-x"}
                assert not [name for name in element.attrib if name.startswith("on") or name == "style"]
                assert element.get("src", "../pictures/").startswith(("../pictures/", "../badges/"))
            assert INJECTION[:12] in text_of(page)

    def test_badges_are_images_whatever_a_protocol_is_called(self, hostile, tmp_path):
        named = replace(hostile, protocol={**hostile.protocol, "name": INJECTION + "\x00\x1b\u202e\ud800"})
        for path in (write([named], tmp_path / "site") / "badges").iterdir():
            badge = ElementTree.fromstring(path.read_text(encoding="utf-8"))
            assert {element.tag.rpartition("}")[2] for element in badge.iter()} == {"svg", "title", "rect", "g", "text"}
            assert "16 cases" in text_of(badge)

    @pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "file:///etc"])
    def test_only_web_addresses_become_links(self, hashed, tmp_path, address):
        methods = tuple(replace(method, url=address) for method in hashed.methods)
        for path in pages(write([replace(hashed, methods=methods)], tmp_path / "site"), "methods"):
            assert address not in path.read_text(encoding="utf-8")

    def test_injected_markup_is_inert_in_a_browser(self, browser: Browser, hostile, tmp_path):
        site = write([hostile], tmp_path / "site")
        for path in (site / "index.html", *pages(site, "protocols"), *pages(site, "runs"), pages(site, "methods")[0]):
            with opened(browser, path, site, viewport={"width": 390, "height": 800}) as page:
                assert page.evaluate("window.hacked") is None
                assert page.locator("img[src='x']").count() == 0
                assert page.evaluate("document.documentElement.scrollWidth") == 390


class TestInABrowser:
    def test_a_reader_gets_from_the_first_page_to_the_pictures_of_a_row_from_the_disk(
        self, browser: Browser, hashed, tmp_path
    ):
        site = write([hashed], tmp_path / "site")
        with opened(browser, site / "index.html", site) as page:
            page.get_by_role("link", name="crossed 1").first.click()
            page.get_by_role("row", name="Method 1").get_by_role("link", name="16").click()
            picture = page.get_by_alt_text("Method 1 on content_0--style_0")
            picture.scroll_into_view_if_needed()
            assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 48

    def test_rows_are_filtered_sorted_and_shown_a_hundred_at_a_time(self, browser: Browser, hashed, tmp_path):
        first = hashed.methods[0]
        rows = [row for row in hashed.summary if row.method == "method_0"]
        names = [f"team_{number}" for number in range(250)]
        many = replace(
            hashed,
            methods=tuple(
                replace(first, name=name, title=name, condition="text" if name.endswith("7") else "image")
                for name in names
            ),
            summary=tuple(
                replace(row, method=name, mean=number / 1000)
                for number, name in enumerate(names)
                for row in rows
            ),
        )  # fmt: skip
        site = write([many], tmp_path / "site")
        with opened(browser, pages(site, "protocols")[0], site) as page:
            shown = page.locator("tbody.methods tr:visible")
            assert shown.count() == 100
            page.get_by_role("button", name="Show more").click()
            assert shown.count() == 200
            page.get_by_role("button", name="SSIM").click()
            assert shown.first.locator("th a").inner_text() == "team_249"
            page.get_by_label("Takes").select_option("text")
            assert shown.count() == 25
            page.get_by_label("Name or paper").fill("TEAM_17")
            assert [row.locator("th a").inner_text() for row in shown.all()] == ["team_177", "team_17"]

    def test_everything_but_filters_works_without_scripts(self, browser: Browser, hashed, tmp_path):
        site = write([hashed], tmp_path / "site")
        with opened(browser, pages(site, "protocols")[0], site, java_script_enabled=False) as page:
            assert page.locator("tbody.methods tr:visible").count() == 3
            assert not page.locator(".filters").is_visible()
