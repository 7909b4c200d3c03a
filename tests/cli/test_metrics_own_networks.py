"""A metric that its network defines: no protocol has to name it, and the network is there where it was fetched."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import torch

import benchmark
from benchmark.images import encode_png
from benchmark.models import specification
from benchmark.models.inception_maps import InceptionMaps
from benchmark.models.role import Role
from benchmark.models.weights_check import file_sha256
from benchmark.plan.selection import configure_run
from benchmark.testing.sample import sample_image
from tools.published_weights import served

OWN = {"csd", "dino_similarity", "dino_structure", "dino_style_similarity", "fid_imagenet", "kid_imagenet", "sifid"}
RUN = ("run", "--protocol", "smoke", "--methods", "identity,style_copy", "--limit", "1", "--no-report")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("STYLE_TRANSFER_BENCHMARK_WEIGHTS", str(tmp_path / "weights"))
    return tmp_path / "weights"


@pytest.fixture
def published(tmp_path, file_server, monkeypatch):
    """Random weights of SIFID's layers on a web server, in place of torchvision's file."""
    model = specification.find_model("inception-v3")
    file = tmp_path / model.assets[0].file
    torch.save(InceptionMaps().state_dict(), file)
    file_server.files[file.name] = file
    asset = served(model.assets[0], file, f"{file_server.address}/{file.name}")
    others = [other for other in specification.MODELS if other.name != model.name]
    monkeypatch.setattr(specification, "MODELS", (*others, replace(model, assets=(asset,))))
    return asset


def test_without_its_weights_it_is_unavailable_with_the_one_command(command):
    rows = {row["name"]: row for row in json.loads(command("list", "metrics", "--json").out)}

    for name in OWN:
        model = rows[name]["network"]
        assert rows[name]["weights"].endswith(f"get it with: benchmark weights fetch {model}")
    assert {name for name, row in rows.items() if "benchmark weights fetch" in row["weights"]} == OWN


def test_one_that_is_named_is_refused_in_one_line(command, tmp_path):
    refused = command(*RUN, "--metrics", "csd", "--out", tmp_path / "run")

    assert refused.code == 2
    (line,) = refused.error_lines
    assert "csd_vit_l_14.bin (2.4 GB" in line
    assert line.endswith("benchmark weights fetch csd-vit-l-14")


@pytest.mark.parametrize(("metrics", "is_obtained"), [("all", False), ("csd,ssim", True)])
def test_all_metrics_fetch_no_network_that_the_protocol_does_not_name(metrics, is_obtained):
    obtained = []

    def obtain(models):
        obtained.extend(model.role for model in models)
        if is_obtained:
            raise StopIteration

    try:
        configuration = configure_run(
            protocol="smoke", methods="identity", metrics=metrics, assignments={}, obtain=obtain
        )
    except StopIteration:
        configuration = None

    assert (Role.CSD in obtained) is is_obtained
    if configuration:
        assert {metric.name for metric in configuration.metrics if "weights fetch" in metric.unavailable} == OWN
        assert not {Role.CSD, Role.DINO, Role.SIFID_INCEPTION} & configuration.models.keys()


def test_a_run_that_names_it_fetches_scores_and_records(command, published, tmp_path):
    done = command(*RUN, "--metrics", "sifid,ssim", "--download", "--out", tmp_path / "run")

    assert done.code == 0, done.err
    table = benchmark.load_run(tmp_path / "run").set_index("method")
    assert table.loc["style_copy", "sifid"] == pytest.approx(0, abs=1e-6)
    assert table.loc["identity", "sifid"] > 0
    assert (table["sifid"] == table["sifid.conv2d_4a"]).all()
    manifest = json.loads((tmp_path / "run" / "run.json").read_text())
    (record,) = (model for model in manifest["models"] if model["role"] == "sifid_inception")
    assert record["fingerprint"] == published.sha256
    (metric,) = (metric for metric in manifest["metrics"] if metric["name"] == "sifid")
    assert metric["backbone"] == "inception-v3"


def test_a_finished_run_is_scored_by_it_once_it_is_there(command, published, tmp_path):
    run = tmp_path / "run"
    assert command(*RUN, "--metrics", "ssim", "--out", run).code == 0
    assert command("weights", "fetch", "inception-v3").code == 0

    scored = command("score", run, "--metrics", "sifid", "--no-report")

    assert scored.code == 0, scored.err
    table = benchmark.load_run(run)
    assert table[["ssim", "sifid"]].notna().all(axis=None)
    assert "inception-v3" in {model["name"] for model in json.loads((run / "run.json").read_text())["models"]}


def test_with_another_network_it_is_scored_anew_and_nothing_else(command, published, tmp_path, folder, monkeypatch):
    run = (*RUN, "--out", tmp_path / "run")
    assert command(*run, "--metrics", "sifid,ssim", "--download").code == 0
    before = benchmark.load_run(tmp_path / "run").set_index("method")
    torch.save(InceptionMaps().state_dict(), folder / published.file)
    other = replace(published, sha256=file_sha256(folder / published.file), bytes=None)
    models = [
        replace(model, assets=(other,)) if model.name == "inception-v3" else model for model in specification.MODELS
    ]
    monkeypatch.setattr(specification, "MODELS", tuple(models))

    continued = command(*run, "--metrics", "sifid,ssim")

    assert continued.code == 0, continued.err
    assert "sifid is scored anew: backbone fingerprint" in continued.err
    after = benchmark.load_run(tmp_path / "run").set_index("method")
    assert (after["ssim"] == before["ssim"]).all()
    assert after.loc["identity", "sifid"] != before.loc["identity", "sifid"]


def test_the_audit_and_the_python_interface_find_it(command, published, tmp_path):
    assert command("weights", "fetch", "inception-v3").code == 0
    for seed in (1, 2):
        (tmp_path / f"{seed}.png").write_bytes(encode_png(sample_image(64, 64, seed=seed)))

    audited = command("audit", "--protocol", "smoke", "--metrics", "sifid", "--limit", "1", "--json")
    scores = benchmark.score([tmp_path / "1.png", tmp_path / "2.png"], style=[tmp_path / "2.png"] * 2, metrics="sifid")

    assert audited.code == 0, audited.err
    assert '"inception-v3"' in audited.out
    assert scores["sifid"].tolist()[1] == pytest.approx(0, abs=1e-6)
    assert scores["sifid"].tolist()[0] > 0
