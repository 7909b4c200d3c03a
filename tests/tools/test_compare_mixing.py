"""The comparison of ways to mix two styles: its mixes, its measures, and the section of the page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmark.errors import InputError
from benchmark.protocol.embedded import mini
from benchmark.store.records import RunRecords
from methods.multi_style.settings import MultiStyleSettings
from tests.reports.sample_runs import build_crossed_run
from tools.compare_mixing import compare_mixing, main
from tools.mixing.measures import MEASURES, METRICS, measure_mixes
from tools.mixing.plan import mixing_protocol, read_plan, rows_of_ways, scoring_protocol, single_cases
from tools.mixing.section import BEGIN, END, shared_paintings, write_section
from tools.written_page import WrittenPage

ROOT = Path(__file__).parents[2]
MIXES = ROOT / "tools" / "mixing" / "mixes.toml"
PAGE = f"# Mixes\n\nBefore.\n\n{BEGIN}\nold\n{END}\n\nAfter.\n"


@pytest.fixture
def plan(tmp_path) -> Path:
    """The committed plan with the least of steps."""
    path = tmp_path / "mixes.toml"
    text = MIXES.read_text(encoding="utf-8")
    path.write_text(
        text.replace('method = "multi_style"', 'method = "multi_style"\nsettings = { steps = 1, patches = 1 }')
    )
    return path


class TestTheMixes:
    def test_are_those_of_mini_and_eight_more(self):
        mixes = [case.id for case in mixing_protocol(read_plan(MIXES)).cases]
        own = [case.id for case in mini().cases if len(case.styles) == 2]
        assert len(own) == 2
        assert mixes[:2] == own
        assert len(set(mixes)) == len(mixes) == 10

    def test_more_have_each_content_once_and_each_painting_once_or_twice(self):
        protocol = mixing_protocol(read_plan(MIXES))
        more = list(protocol.cases)[2:]
        assert sorted(case.content.id for case in more) == sorted(content.id for content in protocol.contents)
        shown = [share.style.id for case in more for share in case.styles]
        assert {style.id for style in protocol.styles} == set(shown)
        assert max(map(shown.count, shown)) == 2

    def test_are_scored_with_each_style_alone(self):
        mixes = mixing_protocol(read_plan(MIXES))
        singles = [case.id for case in scoring_protocol(mixes).cases]
        assert singles == [name for mix in mixes.cases for name in single_cases(mix)]
        assert singles[:2] == ["mont_saint_michel--starry_night", "mont_saint_michel--great_wave"]

    def test_are_made_in_four_ways_of_which_one_is_the_method_as_it_is(self):
        found = read_plan(MIXES)
        rows = rows_of_ways(found, mixing_protocol(found))
        assert {way: row for way, (row, _) in rows.items()} == {
            "adain_interpolation": "multi_style@conditions=image",
            "prompt_directions": "multi_style@conditions=text",
            "both": "multi_style",
            "one_after_the_other": "multi_style@order=in_turn",
        }
        assert all(hasattr(MultiStyleSettings(), name) for _, changes in rows.values() for name in changes)

    @pytest.mark.parametrize(
        ("old", "new", "reason"),
        [
            ('content = "cat"', 'content = "cart"', "the protocol has no 'cart'; did you mean cat?"),
            ('["spring", "cafe_terrace"]', '["spring", "spring"]', "styles of a mix must be 2 different ones"),
            ('["harvesters", "composition_viii"]', '["starry_night", "lion"]', "meets starry_night in two mixes"),
            ('order = "in_turn"', 'order = "together"', "ways both and one_after_the_other are the same"),
            ('order = "in_turn"', 'order = "in_trun"', "in_trun"),
        ],
    )
    def test_that_cannot_be_compared_are_refused_in_one_line(self, plan, tmp_path, capsys, old, new, reason):
        plan.write_text(plan.read_text().replace(old, new))
        assert main(["--plan", str(plan), "--run", str(tmp_path / "run"), "--page", str(tmp_path / "page.md")]) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert reason in line
        assert not (tmp_path / "run").exists()


class TestTheMeasures:
    @pytest.mark.parametrize(
        ("title", "scores", "untouched", "value"),
        [
            ("prompts", (0.5, 0.3), (0.1, 0.2), 0.25),
            ("lesser prompt", (0.5, 0.3), (0.1, 0.2), 0.1),
            ("gap of prompts", (0.5, 0.3), (0.1, 0.2), 0.3),
            ("second prompt over first", (0.5, 0.3), (0.1, 0.2), -0.3),
            ("Gram loss left", (2, 3), (4, 4), 0.625),
            ("Gram loss left, lesser painting", (2, 3), (4, 4), 0.75),
            ("gap of Gram losses", (2, 3), (4, 4), 0.25),
            ("content lost", (0.4, 0.4), (0, 0), 0.4),
        ],
    )
    def test_are_what_they_say(self, title, scores, untouched, value):
        (measure,) = (measure for measure in MEASURES if measure.title == title)
        found = measure.reduce(measure.relate(np.array(scores, float), np.array(untouched, float)))
        assert found == pytest.approx(value)

    def test_are_compared_on_the_mixes_that_every_way_made(self, tmp_path):
        mixes = list(mixing_protocol(read_plan(MIXES)).cases)
        run = scored_run(tmp_path, mixes)
        found = {one.measure.title: one for one in measure_mixes(run, mixes, ["one", "other"])}
        assert list(found) == [measure.title for measure in MEASURES]
        assert found["prompts"].scores.cases == tuple(mix.id for mix in mixes[1:]), "the first lacks a score"
        scores = run.units.pivot(index="case", columns="method", values="clip_text_similarity")
        kept = [name for mix in mixes[1:] for name in single_cases(mix)]
        gains = scores["one"] - scores["identity"]
        assert found["prompts"].means["one"].mean == pytest.approx(gains[kept].mean())
        (pair,) = found["prompts"].comparisons
        assert pair.difference.mean == pytest.approx((scores["one"] - scores["other"])[kept].mean())
        assert pair.difference.contents == 8


def scored_run(folder: Path, mixes) -> RunRecords:
    """Scores of two ways and of the untouched content; the first mix lacks one."""
    generator = np.random.default_rng(3)
    cases = [name for mix in mixes for name in single_cases(mix)]
    rows = [
        {"method": method, "case": case, "status": "ok", **{metric: generator.uniform(0.2, 0.8) for metric in METRICS}}
        for method in ("one", "other", "identity")
        for case in cases
    ]
    rows[0] |= dict.fromkeys(METRICS, np.nan)
    return replace(build_crossed_run(folder, contents=1, styles=1, methods=1), units=pd.DataFrame(rows))


class TestTheSection:
    def test_says_nothing_of_shared_paintings_where_none_are(self):
        assert shared_paintings(list(mixing_protocol(read_plan(MIXES)).cases)[:1]) == ""

    def test_replaces_what_stands_between_the_marks(self, tmp_path):
        page = tmp_path / "page.md"
        page.write_text(PAGE)
        write_section(page, "new")
        write_section(page, "new")
        assert page.read_text() == PAGE.replace(f"{BEGIN}\nold\n", f"{BEGIN}\n\nnew\n\n")

    @pytest.mark.parametrize("text", ["no marks", PAGE + BEGIN, f"{END}\n{BEGIN}"])
    def test_is_refused_where_the_marks_are_not_clear(self, tmp_path, text):
        page = tmp_path / "page.md"
        page.write_text(text)
        with pytest.raises(InputError, match="must have these two lines once"):
            write_section(page, "new")
        assert page.read_text() == text

    @pytest.mark.timeout(600)
    def test_is_made_by_one_command_which_goes_on_where_it_was(self, plan, tmp_path):
        page, run = tmp_path / "page.md", tmp_path / "run"
        page.write_text(PAGE)
        compare_mixing(plan=plan, limit=1, run=run, page=page)
        first = (run / "mixes" / "journal.jsonl").read_bytes()
        old = run / "pictures" / "both" / "old.png"
        old.write_bytes(b"of a mix that the plan has no more")
        assert compare_mixing(plan=plan, limit=2, run=run, page=page) == WrittenPage(page, 0)
        assert len(list(old.parent.iterdir())) == 4
        assert not old.exists()
        assert (run / "mixes" / "journal.jsonl").read_bytes().startswith(first)
        text = page.read_text(encoding="utf-8")
        assert text.startswith("# Mixes\n\nBefore.")
        assert text.endswith("After.\n")
        for words in ("AdaIN interpolation", "`order=in_turn`", "Gram loss left ↓", "![", "Not told apart"):
            assert words in text
        assert (tmp_path / "page_mixes.webp").is_file()


def test_the_committed_page_holds_every_way_and_measure():
    text = (ROOT / "docs" / "methods" / "multi_style.md").read_text(encoding="utf-8")
    section = text.partition(BEGIN)[2].partition(END)[0]
    names = [way.name for way in read_plan(MIXES).ways]
    for one in (*names, *(measure.title for measure in MEASURES)):
        assert one in section
    mixes = list(mixing_protocol(read_plan(MIXES)).cases)
    assert "`starry_night` is in 4" in shared_paintings(mixes)
    assert f"not for the number of measures.{shared_paintings(mixes)}\n" in section
    assert (ROOT / "docs" / "methods" / "multi_style_mixes.webp").is_file()
