"""``benchmark audit``."""

from __future__ import annotations

import json

import pytest

METRICS = "brightness_difference,brightness_gap,sometimes_fails"
AUDIT = ("audit", "--protocol", "tiny", "--metrics", METRICS)


@pytest.fixture
def audit(command, sample_plugins):
    """Audits third-party metrics on two contents × two styles."""
    return lambda *arguments: command(*AUDIT, *arguments)


def test_prints_a_row_per_metric_and_why_something_failed(audit):
    result = audit()

    assert result.code == 0
    table, reasons = (part.splitlines() for part in result.out.split("└"))
    assert [line.split()[1] for line in table if line.startswith("│")] == METRICS.split(",")
    assert "pass 1" in next(line for line in table if "brightness_difference" in line)
    assert "failed: sometimes_fails, ends: the unchanged content scores better" in result.out
    assert any(line.startswith("does not apply: brightness_gap, roles: 2 styles") for line in reasons)


def test_progress_goes_to_standard_error(audit):
    result = audit("--limit", "3")

    assert [line.split("]")[0] for line in result.err.splitlines()] == ["[1/3", "[2/3", "[3/3"]
    assert "[1/3]" not in result.out


def test_json_has_every_figure(audit):
    result = audit("--json")

    outcome = json.loads(result.out)
    assert (outcome["schema_version"], outcome["protocol"], len(outcome["cases"])) == (1, "tiny", 4)
    findings = {(finding["metric"], finding["check"]): finding for finding in outcome["findings"]}
    assert len(findings) == 3 * 8
    assert findings["brightness_difference", "ends"]["verdict"] == "passed"
    assert set(findings["brightness_difference", "encoding"]["figures"]) == {"JPEG", "PNG"}


def test_a_metric_that_raises_costs_only_its_own_row(audit, monkeypatch):
    monkeypatch.setenv("SAMPLE_PLUGINS_METRIC", "fail")
    result = audit()

    assert result.code == 0
    assert "batch: waves--warm: ValueError: no score today" in result.out
    assert "pass 1" in next(line for line in result.out.splitlines() if "brightness_difference" in line)


def test_verdicts_decide_the_exit_code_only_if_asked(audit, command, sample_plugins):
    assert audit("--strict").code == 1
    assert command("audit", "--protocol", "tiny", "--metrics", "brightness_gap", "--strict").code == 0


def test_metrics_without_their_network_do_not_apply(command, sample_plugins):
    result = command("audit", "--protocol", "tiny")

    assert result.code == 0
    assert "does not apply: lpips, all checks: protocol tiny names no model for the role lpips" in result.out


def test_a_named_metric_without_its_network_is_an_error(command, sample_plugins):
    result = command("audit", "--protocol", "tiny", "--metrics", "lpips")

    assert result.code == 2
    assert result.error_lines == [
        "error: metric lpips is not available: protocol tiny names no model for the role lpips"
    ]
