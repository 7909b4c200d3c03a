"""``benchmark compare``: two runs, or the methods of one."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.cli.conftest import TINY, as_if_alone


@pytest.fixture
def run(command, sample_plugins, tmp_path):
    """Runs the tiny protocol into a named folder."""

    def start(name: str, *arguments: str):
        methods = ("--methods", "blend,noisy,keeps_content,copies_style")
        assert command(*TINY, *methods, "--out", tmp_path / name, *arguments).code == 0
        as_if_alone(tmp_path / name)
        return tmp_path / name

    return start


def test_two_runs_are_compared_case_by_case(command, run):
    result = command("compare", run("before"), run("now", "--set", "blend.share=0.5"))
    assert result.code == 0, "a comparison is not a gate"
    assert "worse" in result.out
    assert "1 worse, 11 same" in result.out


def test_the_table_is_that_of_check(command, run, tmp_path):
    before, now = run("before"), run("now", "--set", "blend.share=0.5")
    command("baseline", before, "-o", tmp_path / "baseline.json")
    checked = command("check", now, "--baseline", tmp_path / "baseline.json").out
    compared = command("compare", before, now).out
    assert compared.splitlines()[:-1] == checked.splitlines()[:-1]


def test_runs_of_two_protocols_are_not(command, run):
    result = command("compare", run("before"), run("now", "--protocol", "other"))
    assert result.code == 3
    assert len(result.error_lines) == 1
    assert "are not comparable: protocol tiny (" in result.error_lines[0]


def test_two_runs_as_json(command, run):
    value = json.loads(command("compare", run("before"), run("now"), "--json").out)
    assert value["counts"]["same"] == 12


def test_the_methods_of_one_run_are_compared_in_pairs(command, run):
    result = command("compare", run("one"))
    assert result.code == 0
    assert "blend − noisy" in result.out
    assert "average ranks over 4 cases: blend 1.00, noisy 2.00" in result.out
    assert "4 (2 × 2)" in result.out
    assert "scores between the controls" in result.out
    assert "keeps_content" in result.out


def test_the_statistics_of_one_run_as_json(command, run):
    value = json.loads(command("compare", run("one"), "--json").out)
    assert {entry["metric"] for entry in value["comparisons"]} == {"brightness_difference", "sometimes_fails"}
    anchored = {(entry["method"], entry["metric"]): entry for entry in value["anchored"]}
    assert anchored["blend", "brightness_difference"]["score"] == pytest.approx(0.75, abs=0.01)


def test_one_method_has_nothing_to_compare(command, run):
    result = command("compare", run("one", "--methods", "blend"))
    assert result.code == 0
    assert "there are no two methods" in result.out


def test_three_runs_are_a_usage_error(command, tmp_path):
    assert command("compare", "a", "b", "c").code == 2
    assert command("compare").code == 2


def test_a_folder_that_is_no_run_is_one_clear_line(command, tmp_path):
    for arguments in ((tmp_path,), (tmp_path, tmp_path)):
        result = command("compare", *arguments)
        assert result.code == 2
        assert "is not a run" in result.error_lines[0]


def test_loads_no_torch(run):
    program = (
        "import sys\nfrom benchmark.cli.main import main\n"
        f"try:\n    main(['compare', {str(run('one'))!r}])\n"
        "except SystemExit as error:\n    print('exit', error.code)\n"
        "print('torch' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-2:] == ["exit 0", "False"]
