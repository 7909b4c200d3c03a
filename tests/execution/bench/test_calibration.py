"""The workload that says how fast a machine is."""

from __future__ import annotations

import json

import torch

from benchmark.analysis.loading import load_records
from benchmark.execution.bench.calibration import VERSION, calibrate


def test_takes_a_fraction_of_a_second_and_draws_no_random_number():
    state = torch.get_rng_state()
    calibration = calibrate(torch.device("cpu"))
    assert calibration.version == VERSION
    assert 0.001 < calibration.seconds < 5
    assert torch.equal(torch.get_rng_state(), state)


class TestOfARun:
    def test_is_kept_and_loaded(self, command, sample_plugins, tmp_path):
        self.start(command, tmp_path)
        assert load_records(tmp_path / "run").calibration.seconds > 0

    def test_is_not_measured_again_when_a_run_goes_on(self, command, sample_plugins, tmp_path):
        self.start(command, tmp_path, "--limit", "1")
        before = load_records(tmp_path / "run").calibration
        self.start(command, tmp_path)
        assert load_records(tmp_path / "run").calibration == before

    def test_is_measured_again_when_a_run_starts_over(self, command, sample_plugins, tmp_path):
        self.start(command, tmp_path)
        self.rewrite(tmp_path, {"version": VERSION, "seconds": 1234.5})
        self.start(command, tmp_path, "--fresh")
        assert load_records(tmp_path / "run").calibration.seconds < 1000

    def test_is_not_invented_for_units_of_an_earlier_version(self, command, sample_plugins, tmp_path):
        self.start(command, tmp_path, "--limit", "1")
        self.rewrite(tmp_path, None)
        assert load_records(tmp_path / "run").calibration is None
        self.start(command, tmp_path)
        assert load_records(tmp_path / "run").calibration is None

    def start(self, command, path, *arguments):
        run = ("run", "--protocol", "tiny", "--methods", "identity", "--metrics", "brightness_difference")
        assert command(*run, "--no-report", "--out", path / "run", *arguments).code == 0

    def rewrite(self, path, calibration):
        manifest = json.loads((path / "run" / "run.json").read_text())
        del manifest["calibration"]
        added = {"calibration": calibration} if calibration else {}
        (path / "run" / "run.json").write_text(json.dumps({**manifest, **added}))
