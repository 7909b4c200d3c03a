"""What a run and its table answer: means, comparisons, pictures, and why there is none."""

from __future__ import annotations

import json
import pickle
import shutil

import numpy as np
import pandas as pd
import pytest

import benchmark
from benchmark.analysis.distinguishing_cases import distinguishing_cases
from benchmark.analysis.loading import load_records
from benchmark.analysis.statistics import analyze
from benchmark.images import open_image
from reports.tables.ranking import build_scores
from tests.runs_of_one_protocol import CONTROLS, installed_sample_plugins

METHODS = [*CONTROLS, "blend", "noisy", "raises"]
VARIANT = "blend@share=0.25"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Controls, methods of which one fails, a variant; two contents × two styles and a mix, each with two seeds."""
    with installed_sample_plugins():
        return benchmark.run(
            "tiny",
            methods=METHODS,
            metrics=["brightness_difference", "brightness_gap"],
            variants=["blend:share=0.25"],
            seeds=[0, 1],
            out=tmp_path_factory.mktemp("answers") / "run",
            threads=1,
            report=False,
        )


@pytest.fixture(params=["run", "table"])
def answers(request, run):
    """The run, and its table of results, which answer alike."""
    return run if request.param == "run" else benchmark.load_run(run.path)


@pytest.fixture(scope="module")
def records(run):
    return load_records(run.path)


@pytest.fixture(scope="module")
def case(records):
    return records.cases[0].id


@pytest.fixture(scope="module")
def mix(records):
    return next(case.id for case in records.cases if len(case.styles) > 1)


class TestTheTable:
    def test_is_a_data_frame_of_the_units(self, run):
        table = benchmark.load_run(run.path)
        assert isinstance(table, pd.DataFrame)
        pd.testing.assert_frame_equal(table, load_records(run.path).units)
        pd.testing.assert_frame_equal(table, run.units())

    def test_what_is_made_of_it_is_a_plain_data_frame(self, run):
        table = benchmark.load_run(run.path)
        for made in (table[table["status"] == "ok"], table.copy(), table.set_index("case"), table.head(2)):
            assert type(made) is pd.DataFrame

    def test_keeps_its_answers_when_it_is_pickled(self, run, case):
        table = benchmark.load_run(run.path)
        kept = pickle.loads(pickle.dumps(table))
        pd.testing.assert_frame_equal(kept.summary(), table.summary())
        assert kept.picture(case, "noisy") == table.picture(case, "noisy")

    def test_changes_of_its_numbers_change_no_answer(self, run):
        table = benchmark.load_run(run.path)
        before = table.compare("blend", "noisy")
        table["brightness_difference"] = 0.0
        pd.testing.assert_frame_equal(table.compare("blend", "noisy"), before)


class TestSummary:
    def test_holds_the_means_of_the_run_with_intervals_and_cases(self, answers, run):
        rows = json.loads((run.path / "summary.json").read_text())["rows"]
        expected = {(row["metric"], row["method"]): row for row in rows}
        found = answers.summary()

        assert len(found) == len(expected) > 0
        for row in found.replace({np.nan: None}).itertuples():
            stated = expected[row.metric, row.method]
            assert (row.mean, row.low, row.high) == (stated["mean"], stated["low"], stated["high"])
            assert (row.cases, row.contents, row.styles) == (stated["n"], stated["contents"], stated["styles"])
            assert (row.control, row.circular) == (stated["control"], stated["circular"])
            assert (row.direction, row.warning) == (stated["direction"], stated["warning"])

    def test_is_sorted_as_the_report(self, answers, records):
        scores = build_scores(records, analyze(records).comparisons)
        expected = [
            (column.name, row.method) for table in scores.rankings for column in table.columns for row in table.rows
        ]
        found = answers.summary()
        assert list(zip(found["metric"], found["method"], strict=True)) == expected

    def test_has_a_row_for_a_variant_and_for_a_method_without_a_score(self, answers):
        found = answers.summary().set_index(["metric", "method"])
        assert found.loc[("brightness_difference", VARIANT), "cases"] > 0
        assert found.loc[("brightness_difference", "raises"), "cases"] == 0
        assert np.isnan(found.loc[("brightness_difference", "raises"), "mean"])


class TestCompare:
    def test_gives_the_comparison_of_the_report(self, answers, records):
        (expected,) = (one for one in analyze(records).comparisons if (one.first, one.second) == ("blend", "noisy"))
        (found,) = answers.compare("blend", "noisy").itertuples()

        assert found.difference == expected.difference.mean
        assert (found.low, found.high) == (expected.corrected.low, expected.corrected.high)
        assert (found.p, found.p_holm) == (expected.p_value, expected.p_holm)
        assert (found.first_wins, found.second_wins) == (expected.first_wins, expected.second_wins)
        assert found.cases == expected.difference.cases
        assert found.better == (expected.better or "cannot be told")

    def test_the_other_order_says_the_same_of_the_other_one(self, answers):
        (one,), (other,) = (
            list(answers.compare(*pair).itertuples()) for pair in (("blend", "noisy"), ("noisy", "blend"))
        )
        assert (other.first, other.second) == ("noisy", "blend")
        assert other.difference == -one.difference
        assert (other.low, other.high) == (-one.high, -one.low)
        assert other.effect == -one.effect
        assert (other.first_wins, other.second_wins) == (one.second_wins, one.first_wins)
        assert (other.p_holm, other.better) == (one.p_holm, one.better)

    def test_one_name_is_compared_with_all_others_and_none_gives_all_pairs(self, answers):
        with_all = answers.compare("noisy")
        assert set(with_all["first"]) == {"noisy"}
        assert set(with_all["second"]) == {"blend", VARIANT}
        assert set(answers.compare(second="blend")["second"]) == {"blend"}
        assert len(answers.compare()) == 3

    def test_a_variant_is_compared_as_a_method(self, answers):
        (found,) = answers.compare("blend", VARIANT).itertuples()
        assert found.cases > 1

    @pytest.mark.parametrize(
        ("names", "said"),
        [
            (("blend", "noisi"), "the run has no method noisi; did you mean noisy?"),
            (("blend", "blend"), "blend is compared with itself"),
            (("blend", "keeps_content"), "keeps_content is a control"),
            (("blend", "raises"), "blend and raises have no scores of the same case"),
            (("raises",), "raises and any other method have no scores of the same case"),
        ],
    )
    def test_says_why_two_cannot_be_compared(self, answers, names, said):
        with pytest.raises(benchmark.InputError, match=said.replace("?", r"\?")):
            answers.compare(*names)

    def test_another_table_is_not_the_name_of_a_method(self, run):
        table = benchmark.load_run(run.path)
        with pytest.raises(benchmark.InputError, match="by its name, not as RunTable"):
            table.compare(benchmark.load_run(run.path))
        assert table.copy().compare(table.copy()).empty

    def test_of_one_content_nothing_can_be_told(self, tmp_path):
        with installed_sample_plugins():
            run = benchmark.run(
                "tiny", methods=["blend", "noisy"], metrics="brightness_difference", limit=1, out=tmp_path / "run",
                threads=1, report=False,
            )  # fmt: skip
        (found,) = run.compare("blend", "noisy").itertuples()
        assert found.better == "cannot be told"
        assert np.isnan([found.low, found.high, found.p, found.p_holm, found.detectable]).all()


class TestPictures:
    def test_a_picture_is_the_file_of_the_run(self, answers, run, case):
        units = run.units().set_index(["method", "case"])
        assert answers.picture(case, "noisy") == open_image(run.path / units.loc[("noisy", case), "image"])
        assert answers.picture(case, VARIANT) != answers.picture(case, "blend")

    def test_seeds_have_pictures_of_their_own(self, answers, records):
        one, other = (case.id for case in records.cases if (case.content, case.style) == ("waves", "warm"))
        assert answers.picture(one, "noisy") != answers.picture(other, "noisy")

    def test_content_and_style_are_those_of_the_case(self, answers, case):
        assert answers.content_picture(case) == answers.picture(case, "keeps_content")
        assert answers.style_pictures(case) == [answers.picture(case, "copies_style")]

    def test_a_mix_has_several_styles(self, answers, mix):
        assert [picture.size for picture in answers.style_pictures(mix)] == [(32, 32)] * 2

    def test_a_unit_without_a_picture_says_why(self, answers, case, mix):
        with pytest.raises(benchmark.InputError, match=r"it failed: RuntimeError: the paint has run out"):
            answers.picture(case, "raises")
        with pytest.raises(benchmark.InputError, match=r"blend has no picture of .*: it skipped the case: "):
            answers.picture(mix, "blend")

    def test_unknown_names_suggest_the_nearest(self, answers, case):
        with pytest.raises(benchmark.InputError, match=r"the run has no method bland; did you mean blend\?"):
            answers.picture(case, "bland")
        with pytest.raises(benchmark.InputError, match=f"the run has no case {case}x; did you mean {case}"):
            answers.content_picture(f"{case}x")
        with pytest.raises(benchmark.InputError, match="a case is given by its name, not as int"):
            answers.show(3)

    def test_a_unit_that_is_not_run_yet_says_how_it_is(self, run, tmp_path, case):
        folder = shutil.copytree(run.path, tmp_path / "run")
        lines = (folder / "journal.jsonl").read_text().splitlines(keepends=True)
        kept = [line for line in lines if json.loads(line).get("method") != "noisy"]
        (folder / "journal.jsonl").write_text("".join(kept))
        with pytest.raises(benchmark.InputError, match=r"it has not run yet; the command that started .* continues it"):
            benchmark.load_run(folder).picture(case, "noisy")

    def test_a_file_outside_the_run_is_not_opened(self, run, tmp_path, case):
        folder = shutil.copytree(run.path, tmp_path / "run")
        shutil.move(folder / "inputs", tmp_path / "elsewhere")
        (folder / "inputs").symlink_to(tmp_path / "elsewhere")
        with pytest.raises(benchmark.InputError, match="does not lie in the folder of the run"):
            benchmark.load_run(folder).content_picture(case)

    def test_a_missing_file_is_named(self, run, tmp_path, case):
        folder = shutil.copytree(run.path, tmp_path / "run")
        shutil.rmtree(folder / "images")
        with pytest.raises(benchmark.InputError, match=r"image not found: .*noisy"):
            benchmark.load_run(folder).picture(case, "noisy")


class TestShow:
    def test_shows_content_style_and_methods_in_a_row_controls_last(self, answers, case):
        shown = answers.show(case)
        assert [entry.caption for entry in shown.pictures] == [
            "content: waves", "style: warm", "blend", VARIANT, "noisy", "raises", "keeps_content", "copies_style",
        ]  # fmt: skip
        html = shown._repr_html_()
        assert html.count('<img src="data:image/jpeg;base64,') == len(shown.pictures) - 1
        assert "it failed: RuntimeError: the paint has run out" in html
        assert repr(shown).startswith(f"<{case}: content: waves, style: warm, blend, ")

    def test_without_a_name_it_is_the_case_that_tells_the_methods_apart_best(self, answers, records):
        assert answers.show().case == distinguishing_cases(records, 1)[0].id

    def test_escapes_what_plugins_say(self, run, tmp_path, case):
        folder = shutil.copytree(run.path, tmp_path / "run")
        journal = folder / "journal.jsonl"
        journal.write_text(journal.read_text().replace("the paint", "<script>alert(1)</script>"))
        html = benchmark.load_run(folder).show(case)._repr_html_()
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
        assert "<script" not in html
