"""The whole of ``wikiart_small``: frozen through a loopback hub, verified, and run by every method.

The networks are the published ones in full size with random weights; resolution and numbers of steps are reduced.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import benchmark
from benchmark.models import specification
from tools.published_weights import published_models, write_published_weights

FEWEST_STEPS = (
    "gatys.steps=1",
    *(
        f"{method}.{setting}"
        for method in ("clipstyler", "multi_style")
        for setting in ("steps=1", "patches=1", "crop_sizes=32,32", "templates=plain")
    ),
)


@pytest.fixture
def weights(file_server, monkeypatch, tmp_path) -> Path:
    """A folder of weights; the models take them for the published ones."""
    folder = tmp_path / "weights"
    folder.mkdir()
    files = write_published_weights(folder)
    monkeypatch.setenv("STYLE_TRANSFER_BENCHMARK_WEIGHTS", str(folder))
    published = published_models(files, file_server.address)
    others = [model for model in specification.MODELS if model.name not in {served.name for served in published}]
    monkeypatch.setattr(specification, "MODELS", (*published, *others))
    return folder


def test_its_networks_are_known_before_it_is_frozen(on, machine):
    listed = json.loads(on(machine, "weights", "list", "vgg19", "clip-ViT-L-14-openai", "--json").out)
    assert all({"wikiart", "wikiart_small"} <= set(row["protocols"]) for row in listed)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_freezes_verifies_and_runs(on, machine, lock, weights, tmp_path):
    verified = on(machine, "protocol", "verify", "wikiart_small")
    assert verified.code == 0, verified.out
    table = json.loads(lock.read_text()) | {"resolution": 64}
    settings = [text for assignment in FEWEST_STEPS for text in ("--set", assignment)]
    protocol = tmp_path / "smaller.json"
    protocol.write_text(json.dumps(table))
    # The judge takes seconds for an image: it sees one case, the others all.
    for metrics, arguments in (("clip_text_similarity", ("--limit", "1")), ("lpips,ssim", ())):
        out = tmp_path / metrics
        result = on(machine, "run", "--protocol", protocol, "--metrics", metrics, "--out", out, *arguments, *settings)
        assert result.code == 0, result.err
        units = benchmark.load_run(out)
        assert {"adain", "clipstyler", "gatys", "multi_style"} < set(units.method)
        assert len(units) == units.method.nunique() * (1 if arguments else 5 * 8)
        assert set(units.status) <= {"ok", "skipped"}
        finished = units[units.status == "ok"]
        assert set(finished.method) == set(units.method)
        assert finished[metrics.split(",")].notna().all(axis=None)
        assert (out / "report" / "index.html").exists()
