"""``--networks published``: an embedded protocol, measured with published networks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import benchmark
from benchmark.models import specification
from benchmark.models.role import Role
from benchmark.models.specification import OWN_NETWORKS
from benchmark.protocol.networks import NetworkChoice
from tests.file_server import FileServer
from tools.published_weights import PUBLISHED, published_models, write_adain_weights, write_published_weights

PUBLISHED_OPTION = ("--networks", "published")
RUN = ("run", "--protocol", "smoke", *PUBLISHED_OPTION, "--limit", "1", "--no-report", "--methods", "adain,identity")
FILES = {"vgg19-dcbb9e9d.pth", "vgg_normalised.pth", "decoder.pth"}


@pytest.fixture(autouse=True)
def weights(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("STYLE_TRANSFER_BENCHMARK_WEIGHTS", str(tmp_path / "weights"))
    return tmp_path / "weights"


@pytest.fixture
def serve(file_server: FileServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Publishes files of weights on a web server in place of the real ones, and returns what is served."""

    def publish(write) -> dict[str, Path]:
        (tmp_path / "published").mkdir()
        files = write(tmp_path / "published")
        file_server.files.update(files)
        served = published_models(files, file_server.address)
        others = [model for model in specification.MODELS if model.name not in PUBLISHED]
        monkeypatch.setattr(specification, "MODELS", (*served, *others))
        return files

    return publish


def write_weights_of_adain(folder: Path) -> dict[str, Path]:
    """The published AdaIN in full size. It carries its encoder: nobody opens the VGG-19 that is fetched beside it."""
    (folder / "vgg19-dcbb9e9d.pth").write_text("a network that nobody opens")
    return {"vgg19-dcbb9e9d.pth": folder / "vgg19-dcbb9e9d.pth", **write_adain_weights(folder)}


def test_a_run_fetches_the_networks_and_is_another_protocol(command, serve, file_server, tmp_path):
    serve(write_weights_of_adain)
    run = (*RUN, "--metrics", "ssim", "--out", tmp_path / "run")

    refused = command(*run)
    assert refused.code == 2
    assert all(file in refused.error_lines[0] for file in FILES)
    assert refused.error_lines[0].endswith("with: benchmark weights fetch vgg19 adain-decoder")

    result = command(*run, "--download")
    assert result.code == 0, result.err
    assert {request.path.strip("/") for request in file_server.requests} == FILES

    manifest = json.loads((tmp_path / "run" / "run.json").read_text())
    assert manifest["protocol"]["name"] == "smoke_published"
    assert manifest["protocol"]["title"] == "Smoke, published networks"
    models = {model["role"]: model["name"] for model in manifest["models"]}
    assert models["adain_decoder"] == "adain-decoder"
    assert (models["clip"], models["clip_judge"]) == ("clip-ViT-B-32-openai", "clip-ViT-L-14-openai")

    embedded = tmp_path / "embedded"
    own = ("run", "--protocol", "smoke", "--methods", "identity", "--metrics", "ssim", "--limit", "1", "--no-report")
    assert command(*own, "--out", embedded).code == 0
    assert command("compare", embedded, tmp_path / "run").code == 3


def test_python_runs_it_too(serve, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    options = {"methods": "identity", "metrics": "ssim", "limit": 1, "report": False}
    run = benchmark.run("smoke", networks="published", **options)
    assert run.path == Path("runs/smoke_published")
    command = json.loads((run.path / "run.json").read_text())["command"]
    assert " ".join(command).startswith("benchmark run --protocol smoke --networks published")
    read = benchmark.read_protocol("smoke", networks="published")
    assert read.name == "smoke_published"
    with pytest.raises(benchmark.InputError, match="own or published, not 'all'"):
        benchmark.run("smoke", networks="all", **options)

    assert run.score("color_histogram_distance").units()["color_histogram_distance"].count() == 1


@pytest.mark.parametrize("options", [(), ("--seeds", "0,1")])
@pytest.mark.parametrize("protocol", [(), ("--protocol", "smoke")])
def test_its_pictures_are_scored_further(command, tmp_path, options, protocol):
    run = ("run", "--protocol", "smoke", *PUBLISHED_OPTION, *options, "--methods", "identity", "--metrics", "ssim")
    assert command(*run, "--limit", "1", "--no-report", "--out", tmp_path / "run").code == 0

    result = command("score", tmp_path / "run", *protocol, "--metrics", "color_histogram_distance", "--no-report")

    assert result.code == 0, result.err
    assert benchmark.load_run(tmp_path / "run")["color_histogram_distance"].notna().all()


def test_it_can_be_shown_before_it_is_run(command, tmp_path):
    for shown in (command("show", "mini", *PUBLISHED_OPTION), command("protocol", "show", "mini", *PUBLISHED_OPTION)):
        assert shown.out.startswith("protocol mini_published")
        assert "  clip_judge: clip-ViT-L-14-openai\n" in shown.out
        assert "‡" not in shown.out
    listed = json.loads(command("list", "metrics", "--protocol", "mini", *PUBLISHED_OPTION, "--json").out)
    networks = {row["name"]: row["network"] for row in listed}
    assert (networks["fid"], networks["lpips"]) == ("art-inception", "lpips-alex")
    refused = command("show", "gatys", *PUBLISHED_OPTION)
    assert refused.error_lines == ["error: --networks published is for protocols, and gatys is none"]


def test_its_weights_are_fetched_with_one_command(command, serve, weights):
    def write_names(folder: Path) -> dict[str, Path]:
        """Files in which nothing but their names is written: no network is loaded."""
        assets = [asset for name in PUBLISHED for asset in specification.find_model(name).assets if not asset.package]
        for asset in assets:
            (folder / asset.file).write_text(asset.name)
        return {asset.file: folder / asset.file for asset in assets}

    files = serve(write_names)
    fetched = command("weights", "fetch", "--protocol", "mini", *PUBLISHED_OPTION)
    assert fetched.code == 0, fetched.err
    assert command("weights", "verify", "--protocol", "mini", *PUBLISHED_OPTION).code == 0
    # A network that is a method's own belongs to no protocol.
    of_protocols = [name for name in PUBLISHED if name not in OWN_NETWORKS.values()]
    wanted = {asset.file for name in of_protocols for asset in specification.find_model(name).assets}
    assert {path.name for path in weights.iterdir() if not path.name.startswith(".")} == files.keys() & wanted


def test_networks_without_a_protocol_are_refused(command):
    refused = command("weights", "fetch", "vgg19", *PUBLISHED_OPTION)
    assert refused.error_lines == ["error: --networks published is for those of a protocol: add --protocol NAME"]


def test_the_choices_are_those_of_protocols(command):
    assert f"[{'|'.join(NetworkChoice)}]" in command("run", "--help").out


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_it_runs_with_networks_in_full_size(command, serve, file_server, tmp_path):
    files = serve(write_published_weights)
    metrics = "lpips,dists,clip_text_similarity,vgg_style_loss"
    run = ("run", "--protocol", "smoke", *PUBLISHED_OPTION, "--download", "--limit", "1", "--no-report")
    methods = ("--methods", "adain,clipstyler,identity", "--set", "clipstyler.steps=1", "--metrics", metrics)
    result = command(*run, *methods, "--out", tmp_path / "run")

    assert result.code == 0, result.err
    # Distances of distributions were not asked for.
    fetched = {request.path.strip("/") for request in file_server.requests}
    assert fetched == files.keys() - {"art_inception.pth"}
    manifest = json.loads((tmp_path / "run" / "run.json").read_text())
    assert not any(model["stands_in_for"] for model in manifest["models"])
    table = benchmark.load_run(tmp_path / "run")
    assert set(table.status) == {"ok"}
    assert table[metrics.split(",")].notna().all(axis=None)

    assert command("weights", "fetch", "--protocol", "smoke", *PUBLISHED_OPTION).code == 0
    listed = json.loads(command("list", "metrics", "--protocol", "smoke", *PUBLISHED_OPTION, "--json").out)
    of_the_protocol = [row for row in listed if not {Role(name) for name in _roles(row)} & OWN_NETWORKS.keys()]
    assert {row["weights"] for row in of_the_protocol} == {"present", "needs none"}


def _roles(row) -> list[str]:
    roles = row["backbone"] or []
    return [roles] if isinstance(roles, str) else roles
