"""Whatever a run left can be loaded."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

import benchmark
from benchmark.analysis.loading import load_records
from benchmark.errors import InputError
from benchmark.store.records import RunStatus


@pytest.fixture
def run(command, sample_plugins, tmp_path):
    path = tmp_path / "run"
    arguments = ("--methods", "blend,identity", "--metrics", "brightness_difference", "--no-report")
    assert command("run", "--protocol", "tiny", *arguments, "--out", path).code == 0
    return path


def test_a_run_is_a_data_frame(run):
    table = benchmark.load_run(run)
    assert len(table) == 10
    assert table.groupby("method").brightness_difference.mean().notna().all()


def test_records_hold_what_a_report_shows(run):
    records = load_records(run)
    assert records.status is RunStatus.COMPLETE
    assert [method.name for method in records.methods] == ["blend", "identity"]
    assert records.methods[1].control
    assert [metric.name for metric in records.metrics] == ["brightness_difference"]
    assert records.cases[-1].styles[0]["weight"] == 0.75
    assert all((run / style["thumbnail"]).is_file() for style in records.styles)
    assert not records.warnings


def test_a_run_without_summary_and_table_is_summarized_from_its_journal(run):
    whole = load_records(run)
    (run / "summary.json").unlink()
    (run / "results.parquet").unlink()
    assert load_records(run).summary == whole.summary


def test_the_summary_of_an_earlier_stop_is_not_taken_for_that_of_a_run_that_goes_on(run):
    whole = load_records(run)
    (run / "summary.json").write_text((run / "summary.json").read_text().replace('"n": 4', '"n": 1'))
    manifest = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps({**manifest, "status": "running"}))
    assert load_records(run).summary == whole.summary


def test_a_run_that_describes_its_cases_one_by_one_is_read(run):
    """As those of schema version 1 do."""
    whole = load_records(run)
    manifest = json.loads((run / "run.json").read_text())
    assert isinstance(manifest["cases"], dict)
    earlier = {**manifest, "schema_version": 1, "cases": [asdict(case) for case in whole.cases]}
    (run / "run.json").write_text(json.dumps(earlier))
    records = load_records(run)
    assert [asdict(case) | {"styles": list(case.styles)} for case in records.cases] == [
        asdict(case) | {"styles": list(case.styles)} for case in whole.cases
    ]
    assert records.units.equals(whole.units)


def test_a_damaged_line_of_the_journal_is_said_until_its_unit_has_a_record_again(run):
    journal = run / "journal.jsonl"
    lines = journal.read_text().splitlines(keepends=True)
    journal.write_text("".join(["{\n", *lines[1:]]))
    assert any("journal.jsonl line 1 is damaged" in warning for warning in load_records(run).warnings)

    journal.write_text("".join(["{\n", *lines[1:], lines[0]]))
    assert not load_records(run).warnings


def test_a_damaged_summary_is_said_and_made_anew(run):
    whole = load_records(run)
    (run / "summary.json").write_text("{")
    records = load_records(run)
    assert records.summary == whole.summary
    assert any("summary.json is damaged" in warning for warning in records.warnings)


def test_scores_that_failed_are_there_with_their_reason(command, sample_plugins, tmp_path, monkeypatch):
    monkeypatch.setenv("SAMPLE_PLUGINS_METRIC", "fail")
    arguments = ("--methods", "identity", "--metrics", "sometimes_fails", "--no-report", "--limit", "1")
    command("run", "--protocol", "tiny", *arguments, "--out", tmp_path / "run")
    (error,) = load_records(tmp_path / "run").score_errors
    assert (error.method, error.case, error.metric) == ("identity", "waves--warm", "sometimes_fails")
    assert error.reason == "ValueError: no score today"


def test_a_partial_run_says_what_is_missing(run):
    journal = run / "journal.jsonl"
    journal.write_text("".join(journal.read_text().splitlines(keepends=True)[:4]))
    (run / "summary.json").unlink()
    records = load_records(run)
    assert len(records.units) == 4
    assert any("not finished: 6 units;" in warning for warning in records.warnings)


@pytest.mark.parametrize("content", ["{", "[]", '{"schema_version": 99}', '{"schema_version": 1}'])
def test_a_damaged_manifest_is_one_clear_line(run, content):
    (run / "run.json").write_text(content)
    with pytest.raises(InputError, match=r"run\.json"):
        load_records(run)


def test_a_manifest_with_an_unknown_status_is_one_clear_line(run):
    manifest = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps({**manifest, "status": "great"}))
    with pytest.raises(InputError, match="is damaged"):
        load_records(run)


@pytest.mark.parametrize(
    "calibration", [3, [], {"seconds": 1}, {"version": "1", "seconds": "x"}, {"version": "1", "seconds": 0}]
)
def test_a_damaged_calibration_is_one_clear_line(run, calibration):
    manifest = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps({**manifest, "calibration": calibration or "x"}))
    with pytest.raises(InputError, match="is damaged"):
        load_records(run)
