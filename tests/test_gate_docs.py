"""The pages about statistics and the gate are true, and the example workflow works."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from benchmark.analysis.gate.rerun_noise import ASSUMED_NOISE
from benchmark.analysis.gate.rules import GateRules
from benchmark.analysis.gate.thresholds_file import read_thresholds
from benchmark.analysis.gate.verdict import Outcome

ROOT = Path(__file__).parent.parent
CI = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
STATISTICS = (ROOT / "docs" / "statistics.md").read_text(encoding="utf-8")
WORKFLOW = (ROOT / "examples" / "github-workflow.yml").read_text(encoding="utf-8")


def commands(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if re.match(r"\s*benchmark \w+ ", line)]


@pytest.mark.parametrize("line", [*commands(CI), *commands(WORKFLOW)])
def test_the_options_of_every_command_exist(line, command):
    words = line.split("#")[0].split("||")[0].split()
    text = command(words[1], "--help").out
    options = {word for word in words if word.startswith("-")}
    assert all(re.search(rf"(^|[\s,]){re.escape(option)}\b", text) for option in options)


def test_the_workflow_runs_checks_and_keeps_a_new_baseline():
    assert [line.split()[1] for line in commands(WORKFLOW)] == ["run", "check", "baseline"]
    assert "\t" not in WORKFLOW


def test_the_example_of_a_threshold_file_is_one(tmp_path):
    (example,) = re.findall(r"^```toml\n(.*?)^```", CI, flags=re.DOTALL | re.MULTILINE)
    (tmp_path / "thresholds.toml").write_text(example, encoding="utf-8")
    assert len(read_thresholds(tmp_path / "thresholds.toml")) == len(tomllib.loads(example)["thresholds"]) == 3


def test_every_outcome_is_explained():
    assert set(re.findall(r"^\| `(\w+)` \|", CI, flags=re.MULTILINE)) == set(Outcome)


def test_the_defaults_are_those_of_the_code():
    rules = GateRules()
    assert f"Default {rules.scores.relative}." in CI
    assert f"`--confidence`, default {rules.level}," in CI
    assert f"normal, {100 * ASSUMED_NOISE:g} % of every score" in CI
    assert f"baseline, {rules.runtime.absolute})" in CI
    assert f"tolerance is {rules.runtime.relative}," in CI


@pytest.mark.parametrize(
    ("page", "link"), [(page, link) for page in (CI, STATISTICS) for link in re.findall(r"\]\(([^)#:]+)[)#]", page)]
)
def test_links_lead_somewhere(page, link):
    assert (ROOT / "docs" / link).exists()
