"""The code of the page about plugins works."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmark import Condition
from tests.synthetic_wikiart import picture

PAGE = (Path(__file__).parent.parent / "docs" / "plugins.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"^<!-- file: (\S+) -->\n```(?:python|toml)\n(.*?)^```", PAGE, flags=re.DOTALL | re.MULTILINE))


@pytest.fixture
def written(tmp_path, monkeypatch) -> Path:
    """Writes the files of the page, ready to be imported."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "my_methods" / "__init__.py").touch()
    metadata = tmp_path / "my_methods-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: my-methods\nVersion: 1.0\n", encoding="utf-8")
    (metadata / "entry_points.txt").write_text(
        "[style_transfer_benchmark.methods]\nprogram = my_methods.program:Program\n"
        "captioned = my_methods.captioned:Captioned\n"
        "posterize = my_methods.posterize:Posterize\nonnx_model = my_methods.onnx_model:OnnxModel\n"
        "[style_transfer_benchmark.metrics]\nedge_agreement = my_methods.edge_agreement:EdgeAgreement\n"
        "color_spread = my_methods.color_spread:ColorSpread\n"
        "[style_transfer_benchmark.protocols]\nhouse = my_methods.protocols:house\n",
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def run_tests(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(folder), str(folder)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(folder)},
    )


def test_the_code_keeps_its_promised_lengths():
    lines = {name: [line for line in text.splitlines() if line.strip()] for name, text in FILES.items()}
    assert len(lines["my_methods/posterize.py"]) <= 30
    assert len(lines["my_methods/edge_agreement.py"]) <= 20


def test_the_method_and_the_metric_pass_the_suite(written):
    result = run_tests(written)
    assert result.returncode == 0, result.stdout
    assert " passed" in result.stdout


def test_the_protocol_is_one_that_runs(written, command):
    for seed, name in enumerate(("harbour", "orchard", "woodcut")):
        (written / "my_methods" / f"{name}.jpg").write_bytes(picture(seed, 64))
    shown = command("show", "house")
    assert shown.code == 0, shown.err
    assert "cases: 5" in shown.out
    assert "posterize.levels = 4" in shown.out
    result = command(
        *("run", "--protocol", "house", "--methods", "captioned", "--metrics", "color_spread", "--no-report"),
        *("--out", written / "run"),
    )
    assert result.code == 0, result.err
    # A prompt without an image is not enough for it, and a mix has two styles.
    assert "5 units: 2 ok, 3 skipped" in result.out


def test_every_condition_is_named():
    assert all(f"`Condition.{condition.name}`" in PAGE for condition in Condition)


class TestProgram:
    def run(self, command, folder: Path, program: str):
        (folder / "their program.py").write_text(program, encoding="utf-8")
        foreign = f"{sys.executable} '{folder / 'their program.py'}' {{content}} {{style}} {{output}}"
        return command(
            *("run", "--protocol", "smoke", "--limit", "1", "--methods", "program", "--metrics", "ssim", "--no-report"),
            *("--set", f"program.command={foreign}", "--out", folder / "run"),
        )

    def test_makes_a_foreign_program_a_method(self, written, command):
        inverting = (
            "import sys\nfrom PIL import Image, ImageOps\n"
            "content, style, output = sys.argv[1:]\nImageOps.invert(Image.open(content)).save(output)\n"
        )
        result = self.run(command, written, inverting)
        assert result.code == 0, result.err
        (image,) = (written / "run" / "images" / "program").iterdir()
        assert image.stat().st_size > 1000

    def test_tells_why_the_program_failed(self, written, command):
        result = self.run(command, written, "import sys\nsys.exit('no weights in checkpoints/')\n")
        assert result.code == 4
        (line,) = (written / "run" / "journal.jsonl").read_text(encoding="utf-8").splitlines()[-1:]
        assert "no weights in checkpoints/" in line


class TestOnnxModel:
    @pytest.fixture
    def model(self, tmp_path) -> Path:
        """A network that exchanges red and blue."""
        import onnx

        value = onnx.helper.make_tensor_value_info
        shape = [1, 3, "height", "width"]
        exchange = onnx.helper.make_tensor("order", onnx.TensorProto.INT64, [3], [2, 1, 0])
        node = onnx.helper.make_node("Gather", ["image", "order"], ["stylized"], axis=1)
        graph = onnx.helper.make_graph(
            [node],
            "exchange",
            [value("image", onnx.TensorProto.FLOAT, shape)],
            [value("stylized", onnx.TensorProto.FLOAT, shape)],
            [exchange],
        )
        opset = onnx.helper.make_opsetid("", 17)
        path = tmp_path / "model.onnx"
        onnx.save(onnx.helper.make_model(graph, opset_imports=[opset], ir_version=9), path)
        return path

    def test_runs_the_model(self, written, model):
        import torch
        from my_methods.onnx_model import OnnxModel, OnnxModelSettings

        from benchmark.testing import sample_image

        method = OnnxModel(OnnxModelSettings(path=str(model)))
        method.prepare(None)
        content = sample_image()
        assert torch.allclose(method.stylize(content, [], torch.Generator()), content.flip(0), atol=1e-5)

    def test_asks_for_the_model(self, written, model):
        from my_methods.onnx_model import OnnxModel

        from benchmark import InputError

        with pytest.raises(InputError, match=r"onnx_model\.path"):
            OnnxModel().prepare(None)


@pytest.mark.parametrize(
    "line", [line for line in PAGE.splitlines() if re.match(r"benchmark (new|show|run|list) ", line)]
)
def test_the_options_of_every_command_exist(line, command):
    words = line.split("#")[0].split('"')[0].split()
    text = command(words[1], "--help").out
    options = {word.split("=")[0] for word in words if word.startswith("-")}
    assert all(re.search(rf"(^|[\s,]){re.escape(option)}\b", text) for option in options)


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#:]+)\)", PAGE))
def test_links_lead_somewhere(link):
    assert (Path(__file__).parent.parent / "docs" / link).exists()
