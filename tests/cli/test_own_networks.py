"""A method whose whole network is its own: no protocol has to name it, and a user brings its weights."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from benchmark.models import specification
from benchmark.models.weights_check import file_sha256
from tests.cli.conftest import scores
from tools.published_weights import write_sanet


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("STYLE_TRANSFER_BENCHMARK_WEIGHTS", str(tmp_path / "weights"))
    (tmp_path / "weights").mkdir()
    return tmp_path / "weights"


@pytest.fixture
def files(folder, monkeypatch):
    """Random weights under the names of the published ones; the hash that is published is theirs."""
    written = write_sanet(folder)
    model = specification.find_model("sanet")
    assets = tuple(
        replace(asset, sha256=file_sha256(file), bytes=None) if asset.sha256 else asset
        for asset, file in zip(model.assets, written, strict=True)
    )
    models = [replace(other, assets=assets) if other.name == "sanet" else other for other in specification.MODELS]
    monkeypatch.setattr(specification, "MODELS", tuple(models))
    return written


@pytest.fixture
def stylize(command, tmp_path):
    def run():
        ramp = np.linspace(0, 255, 48 * 64 * 3).reshape(48, 64, 3).astype(np.uint8)
        Image.fromarray(ramp).save(tmp_path / "photo.png")
        photo = tmp_path / "photo.png"
        return command("stylize", photo, "--method", "sanet", "--style", photo, "-o", tmp_path / "o.png")

    return run


class TestWithoutItsWeights:
    def test_stylize_is_refused_in_one_line_with_their_place_and_the_command(self, stylize, folder):
        result = stylize()

        assert result.code == 2
        (line,) = result.error_lines
        assert f"transformer_iter_500000.pth (size unknown, missing: put it into {folder}, from https://yadi.sk" in line
        assert f"decoder_iter_500000.pth (size unknown, missing: put it into {folder}, from https://yadi.sk" in line
        assert line.endswith("benchmark weights fetch sanet")

    def test_so_is_a_run_that_names_it(self, command, tmp_path):
        result = command("run", "--protocol", "smoke", "--methods", "sanet,identity", "--out", tmp_path / "run")

        assert result.code == 2
        assert len(result.error_lines) == 1
        assert result.error_lines[0].endswith("benchmark weights fetch sanet")
        assert not (tmp_path / "run").exists()

    @pytest.mark.parametrize("methods", [(), ("--methods", "all")])
    def test_so_is_a_run_that_names_a_variant_of_it(self, command, tmp_path, methods):
        out = tmp_path / "run"
        result = command("run", "--protocol", "smoke", "--variant", "sanet:passes=2", *methods, "--out", out)

        assert result.code == 2
        assert result.error_lines[-1].endswith("benchmark weights fetch sanet")
        assert not out.exists()

    def test_the_list_of_methods_says_so(self, command):
        rows = {row["name"]: row for row in json.loads(command("list", "methods", "--json").out)}

        assert rows["sanet"]["weights"].startswith("model sanet: transformer_iter_500000.pth (size unknown) is not in ")
        assert rows["sanet"]["network"] == "vgg19-embedded + sanet"

    def test_fetching_it_names_the_page(self, command):
        result = command("weights", "fetch", "sanet")

        assert result.code == 2
        assert "get it from https://yadi.sk/d/GhQe3g_iRzLKMQ, put it into" in result.error_lines[0]


class TestWithItsWeights:
    def test_they_are_trusted_when_the_command_is_given_and_not_before(self, command, stylize, files, tmp_path):
        refused = stylize()
        assert refused.code == 2
        assert "transformer_iter_500000.pth (size unknown, unrecorded)" in refused.error_lines[0]

        fetched = command("weights", "fetch", "sanet")

        assert fetched.code == 0
        assert fetched.err.count("is trusted as it is, because nobody publishes its hash") == 2
        assert stylize().code == 0
        with Image.open(tmp_path / "o.png") as image:
            assert image.size == (64, 48)

    def test_a_file_of_another_network_is_one_line(self, command, stylize, files):
        files[0].write_bytes(files[1].read_bytes())
        assert command("weights", "fetch", "sanet").code == 0

        result = stylize()

        assert result.code == 2
        (line,) = result.error_lines
        assert f"{files[0]} does not hold the transformer of SANet: it lacks merge_conv.bias" in line

    def test_a_run_records_them_under_the_same_fingerprint_of_the_protocol(self, command, files, tiny, tmp_path):
        assert command("weights", "fetch", "sanet").code == 0
        assert tiny("identity").code == 0
        before = json.loads((tmp_path / "run" / "run.json").read_text())

        result = tiny("identity,sanet")

        assert result.code == 0, result.err
        after = json.loads((tmp_path / "run" / "run.json").read_text())
        assert after["protocol"]["fingerprint"] == before["protocol"]["fingerprint"]
        assert [model["name"] for model in after["models"] if model["role"] == "sanet"] == ["sanet"]
        table = scores(tmp_path / "run").set_index("method").loc["sanet"]
        assert set(table.status) == {"ok", "skipped"}
        assert set(table.error) == {"", "takes at most 1 style, the case has 2"}
