"""``benchmark weights``, and what other commands say where weights are missing."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torchvision.models import vgg19

from benchmark.cli import known_weights
from benchmark.models import specification
from benchmark.models.asset import Asset
from benchmark.models.role import Role
from benchmark.models.specification import MODELS, ModelSpecification, find_model
from benchmark.models.weights_lock import LOCK_FILE
from benchmark.protocol import embedded
from tests.file_server import Fault, FileServer

RUN = ("run", "--protocol", "smoke", "--limit", "1", "--no-report")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STYLE_TRANSFER_BENCHMARK_WEIGHTS", str(tmp_path / "weights"))
    return tmp_path / "weights"


@pytest.fixture(scope="session")
def vgg19_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All layers of VGG-19 that the benchmark uses, in full size with random weights, under torchvision's names."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        features = vgg19(weights=None).features
    file = tmp_path_factory.mktemp("published") / "vgg19-dcbb9e9d.pth"
    torch.save({f"features.{name}": tensor for name, tensor in features.state_dict().items()}, file)
    return file


@pytest.fixture
def published_vgg19(vgg19_file: Path, file_server: FileServer, monkeypatch: pytest.MonkeyPatch) -> Asset:
    """Serves the random network as if it were the published one; protocol ``smoke`` names it."""
    file_server.files["vgg19-dcbb9e9d.pth"] = vgg19_file
    asset = replace(
        find_model("vgg19").assets[0],
        bytes=vgg19_file.stat().st_size,
        sha256=hashlib.sha256(vgg19_file.read_bytes()).hexdigest(),
        addresses=(file_server.url("vgg19-dcbb9e9d.pth"),),
    )
    change(monkeypatch, replace(find_model("vgg19"), assets=(asset,)))
    smoke = embedded.smoke()
    monkeypatch.setattr(embedded, "smoke", lambda: replace(smoke, models={**smoke.models, Role.VGG: "vgg19"}))
    return asset


def change(monkeypatch: pytest.MonkeyPatch, model: ModelSpecification) -> None:
    models = tuple(model if other.name == model.name else other for other in MODELS)
    monkeypatch.setattr(specification, "MODELS", models)


class TestList:
    def test_every_file_is_listed_with_its_state_and_use(self, command):
        result = command("weights", "list")

        assert result.code == 0
        lines = {line.split("│")[1].strip(): line for line in result.out.splitlines() if line.startswith("│")}
        assert {"vgg19", "alexnet", "vgg16", "adain-encoder", "adain-decoder", "art-inception"} < lines.keys()
        assert {"lpips-alex-heads", "clip-ViT-B-32-openai", "clip-ViT-L-14-openai"} < lines.keys()
        assert "574.7 MB" in lines["vgg19"]
        assert "missing" in lines["vgg19"]
        assert "present" in lines["vgg19-embedded"]
        assert "mini, paintings, smoke" in lines["vgg19-embedded"]
        assert "dists-vgg16" in lines["vgg16"]

    def test_json_holds_everything_that_is_known(self, command):
        rows = {row["name"]: row for row in json.loads(command("weights", "list", "--json").out)}

        assert rows["vgg19"]["addresses"] == ["https://download.pytorch.org/models/vgg19-dcbb9e9d.pth"]
        assert rows["vgg19"]["sha256"].startswith("dcbb9e9d")
        assert rows["vgg19"]["hash"] == "published"
        assert rows["vgg19"]["state"] == "missing"
        assert rows["lpips-alex-heads"]["package"] == "lpips"
        assert rows["lpips-alex-heads"]["models"] == ["lpips-alex"]
        assert all(row["licence"] and row["citation"] for row in rows.values())

    def test_a_file_of_another_size_stands_out(self, command, folder):
        folder.mkdir()
        (folder / "vgg19-dcbb9e9d.pth").write_bytes(b"short")

        assert "another size" in command("weights", "list", "vgg19").out

    def test_a_pair_of_open_clip_can_be_asked_for(self, command):
        (row,) = json.loads(command("weights", "list", "--json", "clip-ViT-B-32-laion2b_s34b_b79k").out)

        assert row["hash"] == "of first use"

    def test_neither_torch_nor_pandas_is_imported(self):
        program = (
            "import sys; from benchmark.cli.main import cli;"
            "cli.main(['weights', 'list', '--json'], standalone_mode=False);"
            "print({'torch', 'pandas', 'open_clip'} & sys.modules.keys(), file=sys.stderr)"
        )
        result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

        assert result.stderr.strip() == "set()"


class TestFetch:
    def test_a_model_is_fetched_and_said_so_on_standard_error(self, command, published_vgg19, folder):
        result = command("weights", "fetch", "vgg19")

        assert result.code == 0
        assert result.out == ""
        assert "fetching vgg19-dcbb9e9d.pth (80.1 MB) from 127.0.0.1" in result.err
        assert "its hash is the published one" in result.err
        assert (folder / "vgg19-dcbb9e9d.pth").is_file()
        assert "is there already, its hash is right" in command("weights", "fetch", "vgg19").err

    def test_a_protocol_is_fetched(self, command, published_vgg19, folder):
        assert command("weights", "fetch", "--protocol", "smoke").code == 0
        assert (folder / "vgg19-dcbb9e9d.pth").is_file()

    def test_the_mirror_may_be_named_by_a_variable(
        self, command, published_vgg19, file_server, vgg19_file, monkeypatch
    ):
        file_server.files["mirror/vgg19-dcbb9e9d.pth"] = vgg19_file
        monkeypatch.setenv("STYLE_TRANSFER_BENCHMARK_MIRROR", file_server.url("mirror"))

        assert command("weights", "fetch", "vgg19").code == 0
        assert [request.path for request in file_server.requests] == ["/mirror/vgg19-dcbb9e9d.pth"]

    def test_trust_on_first_use_is_said_aloud(self, command, published_vgg19, monkeypatch, folder):
        change(monkeypatch, replace(find_model("vgg19"), assets=(replace(published_vgg19, sha256=""),)))

        result = command("weights", "fetch", "vgg19")

        assert "is trusted as it is, because nobody publishes its hash: sha256" in result.err
        assert "from http://127.0.0.1" in result.err
        assert published_vgg19.sha256 in (folder / LOCK_FILE).read_text()

    def test_what_cannot_be_fetched_is_one_line_and_exit_2(self, command, published_vgg19, file_server, folder):
        file_server.files.clear()

        result = command("weights", "fetch", "vgg19")

        assert result.code == 2
        assert len(result.error_lines) == 1
        assert "cannot fetch vgg19-dcbb9e9d.pth: 127.0.0.1" in result.error_lines[0]
        assert "HTTP 404" in result.error_lines[0]

    def test_all_passes_over_what_only_a_person_can_get(self, command, published_vgg19, monkeypatch):
        sanet = find_model("sanet")
        kept = (find_model("vgg19-embedded"), find_model("vgg19"), replace(sanet, assets=sanet.assets[:2]))
        monkeypatch.setattr(specification, "MODELS", kept)
        monkeypatch.setattr(specification, "openai_names", tuple)
        monkeypatch.setattr(known_weights, "installed_plugins", lambda _: {})

        result = command("weights", "fetch", "all")

        assert result.code == 0, result.err
        assert "sanet-decoder: left out: decoder_iter_500000.pth (size unknown) is not in" in result.err
        assert "get it from https://yadi.sk/" in result.err
        assert "its hash is the published one" in result.err

    @pytest.mark.parametrize(
        ("arguments", "problem"),
        [
            ((), "say what to fetch"),
            (("vgg91",), "did you mean vgg19?"),
            (("vgg19", "--mirror", "/mnt/weights"), "begins with http:// or https://"),
            (("--protocol", "minni"), "did you mean mini?"),
        ],
    )
    def test_bad_input_is_one_line(self, command, arguments, problem):
        result = command("weights", "fetch", *arguments)

        assert result.code == 2
        assert len(result.error_lines) == 1
        assert problem in result.error_lines[0]


class TestVerify:
    def test_what_is_here_is_hashed_and_what_is_missing_is_no_problem_unless_asked_for(self, command):
        result = command("weights", "verify")

        assert result.code == 0
        assert "verified    vgg19-embedded: " in result.out
        assert "missing     vgg19: " in result.out
        assert command("weights", "verify", "vgg19").code == 2
        assert command("weights", "verify", "--protocol", "smoke").code == 0

    def test_a_damaged_file_is_a_problem(self, command, folder):
        folder.mkdir()
        (folder / "vgg19-dcbb9e9d.pth").write_bytes(b"short")

        result = command("weights", "verify")

        assert result.code == 2
        assert "damaged     vgg19: " in result.out
        assert "it has 5 bytes, not 574,673,361" in result.out

    def test_a_file_without_a_known_hash_is_a_problem(self, command, folder):
        name = "clip-ViT-B-32-laion2b_s34b_b79k"
        folder.mkdir()
        (folder / f"{name}.weights").write_bytes(b"anything")

        result = command("weights", "verify", name)

        assert result.code == 2
        assert f"unrecorded  {name}: " in result.out
        assert f"benchmark weights fetch {name}" in result.out

        assert command("weights", "fetch", name).code == 0
        assert f"recorded    {name}: " in command("weights", "verify", name).out


class TestBeforeARun:
    def test_missing_weights_of_methods_are_listed_before_it_starts(self, command, published_vgg19, tmp_path):
        result = command(*RUN, "--methods", "gatys", "--metrics", "ssim", "--out", tmp_path / "run")

        assert result.code == 2
        assert result.error_lines == [
            "error: weights are needed that are not here: vgg19-dcbb9e9d.pth (80.1 MB, missing); get them (80.1 MB in"
            " all, as far as sizes are known) with: benchmark weights fetch vgg19"
        ]
        assert not (tmp_path / "run").exists()

    def test_a_metric_that_is_named_needs_its_weights(self, command, published_vgg19, tmp_path, file_server):
        result = command(*RUN, "--methods", "identity", "--metrics", "vgg_style_loss", "--out", tmp_path / "run")

        assert result.code == 2
        assert "vgg19-dcbb9e9d.pth" in result.error_lines[0]
        assert file_server.requests == []

    def test_of_all_metrics_one_without_weights_is_stated_as_unavailable(self, command, published_vgg19, tmp_path):
        result = command(*RUN, "--methods", "identity", "--out", tmp_path / "run")

        assert result.code == 0
        metrics = json.loads((tmp_path / "run" / "run.json").read_text())["metrics"]
        reasons = {metric["name"]: metric["unavailable"] for metric in metrics}
        assert "benchmark weights fetch vgg19" in reasons["vgg_style_loss"]
        assert reasons["ssim"] == ""

    def test_damaged_weights_are_not_used(self, command, published_vgg19, tmp_path, folder):
        folder.mkdir()
        (folder / "vgg19-dcbb9e9d.pth").write_bytes(b"short")

        result = command(*RUN, "--methods", "gatys", "--metrics", "ssim", "--out", tmp_path / "run")

        assert result.code == 2
        assert "vgg19-dcbb9e9d.pth (80.1 MB, damaged)" in result.error_lines[0]

    def test_download_fetches_first_and_the_run_uses_what_came(
        self, command, published_vgg19, tmp_path, file_server: FileServer
    ):
        file_server.fail("vgg19-dcbb9e9d.pth", Fault(drop_after=40_000_000))

        result = command(
            *RUN, "--methods", "gatys", "--metrics", "vgg_style_loss", "--download", "--out", tmp_path / "run"
        )

        assert result.code == 0
        assert len(file_server.requests) == 2
        models = json.loads((tmp_path / "run" / "run.json").read_text())["models"]
        assert published_vgg19.sha256 in {model["fingerprint"] for model in models}

    def test_stylize_says_it_too(self, command, published_vgg19, tmp_path):
        content = embedded.smoke().contents[0].image
        result = command("stylize", content, "--style", content, "--method", "gatys", "--protocol", "smoke", "-o",
                         tmp_path / "out.png")  # fmt: skip

        assert result.code == 2
        assert "benchmark weights fetch vgg19" in result.error_lines[0]

    def test_similarity_says_it_too(self, command):
        content = embedded.smoke().contents[0].image
        result = command("similarity", "--image", content, "--prompt", "a cat", "--model", "clip-ViT-B-32-openai")

        assert result.code == 2
        assert "ViT-B-32.pt (354.0 MB, missing)" in result.error_lines[0]
        assert "benchmark weights fetch clip-ViT-B-32-openai" in result.error_lines[0]
