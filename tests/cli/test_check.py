"""``benchmark baseline`` and ``benchmark check`` on real runs of the tiny protocol."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from xml.etree import ElementTree

import pytest

from tests.cli.conftest import TINY, as_if_alone

METHODS = ("--methods", "blend,noisy,keeps_content,copies_style")


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A run, and its baseline file."""
    folder = tmp_path_factory.mktemp("gate")
    benchmark(*TINY, *METHODS, "--out", folder / "first")
    as_if_alone(folder / "first")
    benchmark("baseline", folder / "first", "-o", folder / "baseline.json")
    return folder


def benchmark(*arguments):
    with pytest.MonkeyPatch.context() as patch:
        from tests.conftest import SAMPLE_PLUGINS

        patch.setenv("PYTHONPATH", f"{SAMPLE_PLUGINS}:{':'.join(sys.path)}")
        subprocess.run([sys.executable, "-m", "benchmark", *map(str, arguments)], check=True, capture_output=True)


@pytest.fixture
def repeated(command, sample_plugins, runs, tmp_path):
    """Two runs of the same code with other seeds: the method that draws numbers gives other scores."""
    command(*TINY, *METHODS, "--seed", "1", "--out", tmp_path / "second")
    return runs / "first", tmp_path / "second"


@pytest.fixture
def check(command, sample_plugins, runs, tmp_path):
    """Runs the methods anew with arguments and checks them; returns the result of the check."""

    def run(*arguments: str, style: str = "text", options: tuple[str, ...] = ()):
        command(*TINY, *METHODS, *arguments, "--out", tmp_path / "run")
        as_if_alone(tmp_path / "run")
        return command("check", tmp_path / "run", "--baseline", runs / "baseline.json", "--format", style, *options)

    return run


class TestBaseline:
    def test_is_a_small_file(self, runs):
        assert (runs / "baseline.json").stat().st_size < 6000
        assert json.loads((runs / "baseline.json").read_text())["schema_version"] == 3

    def test_says_what_it_wrote(self, command, runs, tmp_path):
        result = command("baseline", runs / "first", "-o", tmp_path / "new" / "baseline.json")
        assert result.code == 0
        assert (
            result.out == f"{tmp_path / 'new' / 'baseline.json'}: 4 methods, 2 metrics, 20 units; "
            "one run: how far it repeats itself is not known\n"
        )

    def test_warns_of_failed_units(self, command, tiny, tmp_path, monkeypatch):
        monkeypatch.setenv("SAMPLE_PLUGINS_METHOD", "fail")
        tiny("blend,noisy")
        result = command("baseline", tmp_path / "run", "-o", tmp_path / "baseline.json")
        assert result.code == 0
        assert "4 units failed" in result.err

    def test_of_repeated_runs_says_what_repeats_itself_exactly(self, command, repeated, tmp_path):
        result = command("baseline", *repeated, "-o", tmp_path / "baseline.json")
        assert result.code == 0
        assert result.out.endswith("4 methods, 2 metrics, 20 units; 2 runs, not exact: noisy\n")
        value = json.loads((tmp_path / "baseline.json").read_text())
        assert value["seeds"] == [0, 1]

    def test_of_a_run_and_itself_is_one_clear_line(self, command, runs, tmp_path):
        shutil.copytree(runs / "first", tmp_path / "copy")
        for other in (runs / "first", tmp_path / "copy"):
            result = command("baseline", runs / "first", other, "-o", tmp_path / "baseline.json")
            assert result.code == 2
            assert "are the same run" in result.error_lines[0]
            assert len(result.error_lines) == 1

    def test_of_other_settings_is_not_comparable(self, command, sample_plugins, runs, tmp_path):
        command(*TINY, *METHODS, "--set", "blend.share=0.5", "--out", tmp_path / "other")
        result = command("baseline", runs / "first", tmp_path / "other", "-o", tmp_path / "baseline.json")
        assert result.code == 3
        assert "blend.share 0.75 there, 0.5 here" in result.error_lines[0]
        assert not (tmp_path / "baseline.json").exists()

    @pytest.mark.parametrize("out", [".", "/proc/baseline.json"])
    def test_that_cannot_be_written_is_one_clear_line(self, command, runs, out):
        result = command("baseline", runs / "first", "-o", out)
        assert result.code == 2
        assert len(result.error_lines) == 1

    def test_of_no_run_is_one_clear_line(self, command, tmp_path):
        result = command("baseline", tmp_path, "-o", tmp_path / "baseline.json")
        assert result.code == 2
        assert "is not a run" in result.error_lines[0]


class TestAgainstABaseline:
    def test_a_run_repeated_is_no_regression(self, check):
        result = check()
        assert result.code == 0
        assert result.out.strip().endswith("12 same")

    def test_a_worsened_method_is_caught(self, check):
        result = check("--set", "blend.share=0.5")
        assert result.code == 1
        assert "worse" in result.out
        assert "brightness_difference" in result.out
        assert "note: blend.share 0.75 there, 0.5 here" in result.out
        assert "1 worse, 11 same" in result.out

    def test_an_improved_method_is_shown_and_passes(self, check):
        result = check("--set", "blend.share=0.9")
        assert result.code == 0
        assert "1 better" in result.out

    def test_another_protocol_cannot_be_compared(self, check):
        result = check("--protocol", "other")
        assert result.code == 3
        assert "protocol tiny (" in result.out
        assert "1 not_comparable" in result.out

    def test_a_method_that_fails_now_is_caught(self, check, monkeypatch):
        monkeypatch.setenv("SAMPLE_PLUGINS_METHOD", "fail")
        result = check()
        assert result.code == 1
        assert "newly failing" in result.out
        assert "RuntimeError: no colours today" in " ".join(result.out.split())

    def test_a_method_that_became_slow_is_caught(self, check, monkeypatch):
        monkeypatch.setenv("SAMPLE_PLUGINS_METHOD", "dawdle")
        result = check(style="json")
        worse = [finding for finding in json.loads(result.out)["findings"] if finding["outcome"] == "worse"]
        assert result.code == 1
        assert [(finding["method"], finding["metric"]) for finding in worse] == [("blend", "runtime")]

    def test_a_metric_that_fails_now_is_caught(self, check, monkeypatch):
        monkeypatch.setenv("SAMPLE_PLUGINS_METRIC", "fail")
        result = check()
        assert result.code == 1
        assert "4 newly_failing" in result.out

    @pytest.mark.parametrize(
        "arguments", [("--methods", "blend"), ("--limit", "2"), ("--metrics", "brightness_difference")]
    )
    def test_what_is_missing_is_caught(self, check, arguments):
        result = check(*arguments)
        assert result.code == 1
        assert "missing" in result.out

    def test_of_repeated_runs_the_noise_is_known(self, command, repeated, tmp_path):
        command("baseline", *repeated, "-o", tmp_path / "baseline.json")
        result = command("check", repeated[1], "--baseline", tmp_path / "baseline.json", "--format", "json")
        assert result.code == 0
        value = json.loads(result.out)
        noise = {(one["method"], one["metric"]): one["noise"] for one in value["findings"]}
        assert noise["noisy", "brightness_difference"] == "measured"
        assert noise["blend", "brightness_difference"] == "exact"
        assert not any("not known" in note for note in value["notes"])

    def test_of_an_earlier_version_says_what_it_cannot_tell(self, check):
        from tests.analysis.gate.test_baseline_file import EXAMPLES

        result = check(options=("--baseline", str(EXAMPLES / "version-1.json")))
        assert "an earlier version wrote the baseline" in " ".join(result.out.split())

    def test_a_metric_may_have_a_tolerance_of_its_own(self, check):
        weaker = ("--set", "blend.share=0.5")
        own = ("--tolerance", "0.01", "--tolerance", "brightness-difference=2")
        assert check(*weaker, options=own).code == 0
        assert check(*weaker, options=("--tolerance", "sometimes_fails=2")).code == 1

    def test_the_tolerance_is_an_option(self, check):
        assert check("--set", "blend.share=0.74", options=("--tolerance", "0.1")).code == 0
        assert check("--set", "blend.share=0.74", "--fresh").code == 1

    def test_all_shows_what_stayed_the_same(self, check):
        assert "copies_style" not in check().out
        assert "copies_style" in check(options=("--all",)).out

    def test_a_run_of_an_earlier_version_has_no_runtime_and_passes(self, command, runs, tmp_path):
        shutil.copytree(runs / "first", tmp_path / "run")
        path = tmp_path / "run" / "run.json"
        manifest = json.loads(path.read_text())
        del manifest["calibration"]
        for method in manifest["methods"]:
            del method["anchor"]
        path.write_text(json.dumps(manifest))
        result = command("check", tmp_path / "run", "--baseline", runs / "baseline.json")
        assert result.code == 0
        assert "the run has no calibration" in result.out

    def test_loads_no_torch(self, runs):
        arguments = ["check", str(runs / "first"), "--baseline", str(runs / "baseline.json")]
        program = (
            "import sys\nfrom benchmark.cli.main import main\n"
            f"try:\n    main({arguments!r})\nexcept SystemExit as error:\n    print('exit', error.code)\n"
            "print('torch' in sys.modules)"
        )
        result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        assert result.stdout.splitlines()[-2:] == ["exit 0", "False"]


class TestFormats:
    def test_json_holds_everything(self, check):
        result = check("--set", "blend.share=0.5", style="json")
        value = json.loads(result.out)
        assert result.code == value["exit_code"] == 1
        assert value["counts"]["worse"] == 1
        finding = value["findings"][0]
        assert (finding["outcome"], finding["method"], finding["metric"]) == (
            "worse",
            "blend",
            "brightness_difference",
        )
        assert finding["interval"]["low"] > 0
        assert (finding["cases"], finding["contents"], finding["styles"]) == (4, 2, 2)

    def test_junit_is_a_test_per_finding(self, check):
        suite = ElementTree.fromstring(check("--set", "blend.share=0.5", style="junit").out).find("testsuite")
        assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("12", "1", "0")
        (failed,) = (case for case in suite.iter("testcase") if case.find("failure") is not None)
        assert (failed.get("classname"), failed.get("name")) == ("blend", "brightness_difference")

    def test_github_annotates_and_writes_the_summary_of_the_job(self, check, tmp_path, monkeypatch):
        summary = tmp_path / "summary.md"
        summary.write_text("# Job\n")
        monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
        result = check("--set", "blend.share=0.5", style="github")
        assert result.code == 1
        assert result.out.startswith("::error title=worse%3A blend · brightness_difference::before ")
        text = summary.read_text()
        assert text.startswith("# Job\n### ❌ a regression\n")
        assert "| worse | blend | brightness\\_difference |" in text
        assert "<details><summary>11 the same</summary>" in text

    def test_github_without_a_summary_only_annotates(self, check, monkeypatch):
        monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
        assert check(style="github").code == 0

    def test_a_summary_that_cannot_be_written_is_one_clear_line(self, check, tmp_path, monkeypatch):
        monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path))
        result = check(style="github")
        assert result.code == 2
        assert "GITHUB_STEP_SUMMARY" in result.error_lines[0]


class TestAgainstBoth:
    @pytest.fixture
    def check_both(self, check, tmp_path):
        def run(minimum: float, *arguments: str, style: str = "text"):
            path = tmp_path / "bounds.toml"
            path.write_text(f'schema_version = 1\n[[thresholds]]\nmetric = "sometimes_fails"\nminimum = {minimum}\n')
            return check(*arguments, style=style, options=("--thresholds", str(path)))

        return run

    def test_passes_if_both_do(self, check_both):
        result = check_both(1)
        assert result.code == 0
        assert "baseline.json: 12 same" in result.out
        assert "bounds.toml: 2 same" in result.out
        assert result.out.strip().endswith("14 same")

    @pytest.mark.parametrize(
        ("minimum", "arguments", "parts"),
        [
            (2, (), {"baseline": 0, "thresholds": 2}),
            (1, ("--set", "blend.share=0.5"), {"baseline": 1, "thresholds": 0}),
        ],
    )
    def test_is_caught_by_either_and_each_is_named(self, check_both, minimum, arguments, parts):
        result = check_both(minimum, *arguments, style="json")
        value = json.loads(result.out)
        assert result.code == value["exit_code"] == 1
        assert {part: one["counts"]["worse"] for part, one in value["parts"].items()} == parts
        worse = [finding["part"] for finding in value["findings"] if finding["outcome"] == "worse"]
        assert worse == [part for part, count in parts.items() for _ in range(count)]

    def test_text_has_a_table_for_each(self, check_both):
        text = check_both(2, "--set", "blend.share=0.5").out
        assert text.count("┏") == 2
        assert "1 worse, 11 same" in text
        assert "bounds.toml: 2 worse" in text

    def test_junit_has_a_suite_for_each(self, check_both):
        suites = ElementTree.fromstring(check_both(2, style="junit").out).findall("testsuite")
        assert [(suite.get("name").split()[0], suite.get("failures")) for suite in suites] == [
            ("baseline", "0"),
            ("thresholds", "2"),
        ]

    def test_github_names_the_part(self, check_both, tmp_path, monkeypatch):
        monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
        result = check_both(2, style="github")
        assert result.out.startswith("::error title=worse (thresholds)%3A blend · sometimes_fails::")
        text = (tmp_path / "summary.md").read_text()
        assert "#### ✅ no regression: baseline " in text
        assert "#### ❌ a regression: thresholds " in text


class TestAgainstThresholds:
    @pytest.fixture
    def check_bounds(self, command, runs, tmp_path):
        def run(entry: str, *arguments: str):
            path = tmp_path / "thresholds.toml"
            path.write_text(f"schema_version = 1\n[[thresholds]]\n{entry}\n")
            return command("check", runs / "first", "--thresholds", path, *arguments)

        return run

    def test_within_the_bounds_passes(self, check_bounds):
        result = check_bounds('metric = "brightness_*"\nmaximum = 0.3')
        assert result.code == 0
        assert "2 same" in result.out

    def test_beyond_the_bounds_is_caught(self, check_bounds):
        result = check_bounds('metric = "brightness_difference"\nmaximum = 0.1')
        assert result.code == 1
        assert "has to be at most 0.1" in " ".join(result.out.split())
        assert "1 worse, 1 same" in result.out

    @pytest.mark.parametrize(
        "entry",
        [
            'metric = "brightnes_difference"\nmaximum = 1',
            'metric = "ssim*"\nmaximum = 1',
            'metric = "seconds"',
            "x = 1",
        ],
    )
    def test_what_selects_nothing_is_one_clear_line(self, check_bounds, entry):
        result = check_bounds(entry)
        assert result.code == 2
        assert len(result.error_lines) == 1
        assert "Traceback" not in result.err


class TestBadInput:
    @pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"schema_version": 1}', '{"schema_version": 9}', "\x00"])
    @pytest.mark.parametrize("option", ["--baseline", "--thresholds"])
    def test_a_damaged_file_is_one_clear_line(self, command, runs, tmp_path, option, content):
        (tmp_path / "file").write_text(content)
        result = command("check", runs / "first", option, tmp_path / "file")
        assert result.code == 2
        assert len(result.error_lines) == 1
        assert str(tmp_path / "file") in result.error_lines[0]
        assert "Traceback" not in result.err
        assert result.out == ""

    def test_one_of_baseline_and_thresholds_is_needed(self, command, runs):
        result = command("check", runs / "first")
        assert result.code == 2
        assert "give --baseline, --thresholds or both" in result.error_lines[0]

    def test_a_tolerance_of_an_unknown_metric_names_the_nearest(self, command, runs):
        arguments = ("--tolerance", "brightness_diference=0.1")
        for result in (
            command("check", runs / "first", "--baseline", runs / "baseline.json", *arguments),
            command("compare", runs / "first", runs / "first", *arguments),
        ):
            assert result.code == 2
            assert result.error_lines == [
                "error: --tolerance brightness_diference: there is no metric 'brightness_diference'; "
                "did you mean brightness_difference?"
            ]

    @pytest.mark.parametrize(
        "arguments",
        [
            ("--tolerance", "-1"),
            ("--tolerance", "nan"),
            ("--tolerance", "ssim="),
            ("--tolerance", "=0.1"),
            ("--tolerance", "brightness_difference=-0.1"),
            ("--confidence", "1"),
            ("--confidence", "nan"),
            ("--format", "html"),
            ("--runtime-tolerance", "x"),
        ],
    )
    def test_an_option_out_of_range_is_one_clear_line(self, command, runs, arguments):
        result = command("check", runs / "first", "--baseline", runs / "baseline.json", *arguments)
        assert result.code == 2
        assert len(result.error_lines) == 1

    def test_a_baseline_without_scores_that_rank_does_not_pass(self, command, runs, tmp_path):
        value = json.loads((runs / "baseline.json").read_text())
        value |= {"methods": {}, "metrics": {}}
        (tmp_path / "empty.json").write_text(json.dumps(value))
        result = command("check", runs / "first", "--baseline", tmp_path / "empty.json")
        assert result.code == 2
        assert "nothing of" in result.error_lines[0]
