"""All methods, and the metrics with networks of their own, on the published networks in full size.

The weights are random and the pictures small; names, formats, sizes of the tensors and the way of the files from a
server to the networks are the real ones.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

import benchmark
from benchmark.models import specification
from benchmark.models.role import Role
from benchmark.protocol import embedded
from tests.file_server import FileServer
from tools.published_weights import PUBLISHED, published_models, write_published_weights

ROLES = {
    Role.VGG: "vgg19",
    Role.CLIP: "clip-ViT-B-32-openai",
    Role.CLIP_JUDGE: "clip-ViT-L-14-openai",
    Role.LPIPS: "lpips-alex",
    Role.PERCEPTUAL: "st-lpips-alex",
    Role.DISTS: "dists-vgg16",
    Role.INCEPTION: "art-inception",
    Role.ADAIN_DECODER: "adain-decoder",
    Role.SANET: "sanet",
    Role.TRANSFORM_NETWORKS: "johnson-embedded",
}
METRICS = "lpips,dists,st_lpips,vgg_style_loss,clip_text_similarity"
SHORT = {"steps": 1, "patches": 2, "crop_sizes": [64, 96], "templates": "style"}
SETTINGS = {
    "clip_pixels": {"steps": 1},
    "gatys": {"steps": 2},
    "nnst": {"steps": [1], "final_steps": 1},
    "strotss": {"steps": [1], "samples": 64},
    "clipstyler": SHORT,
    "multi_style": SHORT,
}


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_method_runs_on_them(command, file_server: FileServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "published").mkdir()
    files = write_published_weights(tmp_path / "published")
    file_server.files.update(files)
    monkeypatch.setenv("STYLE_TRANSFER_BENCHMARK_WEIGHTS", str(tmp_path / "weights"))
    published = published_models(files, file_server.address)
    others = [model for model in specification.MODELS if model.name not in {served.name for served in published}]
    monkeypatch.setattr(specification, "MODELS", (*published, *others))
    short = replace(embedded.smoke(), models=ROLES, method_settings=SETTINGS)
    monkeypatch.setattr(embedded, "smoke", lambda: short)
    run = ("run", "--protocol", "smoke", "--metrics", METRICS, "--limit", "1", "--no-report", "--out")

    # Distances of distributions need more than one image.
    needed = files.keys() - {"art_inception.pth"}

    refused = command(*run, tmp_path / "run")
    assert refused.code == 2
    assert all(file in refused.error_lines[0] for file in needed)
    names = refused.error_lines[0].split("benchmark weights fetch ")[1].split()
    assert sorted(names) == sorted(name for name in PUBLISHED if name != "art-inception")

    result = command(*run, tmp_path / "run", "--download")

    assert result.code == 0, result.err
    assert sorted(request.path for request in file_server.requests) == sorted(f"/{file}" for file in needed)
    table = benchmark.load_run(tmp_path / "run")
    assert set(table.status) <= {"ok", "skipped"}
    finished = table[table.status == "ok"]
    made = {
        *("aams", "adain", "clip_pixels", "clipstyler", "efdm", "gatys", "johnson", "multi_style", "nnst", "sanet"),
        "strotss",
    }
    assert made < set(finished.method)
    assert finished[METRICS.split(",")].notna().all(axis=None)
    models = {model["role"]: model for model in json.loads((tmp_path / "run" / "run.json").read_text())["models"]}
    assert {role: models[role]["name"] for role in ROLES} == ROLES
