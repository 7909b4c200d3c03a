"""The figures of a device: the check of the script itself on the CPU, and what its tables say."""

from __future__ import annotations

import dataclasses
import os
import re
import time
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
import torch

from benchmark.contracts import Axis, Condition, Direction, Method, MethodInfo, Metric, MetricInfo
from benchmark.models.role import Role
from benchmark.models.weights_folders import WEIGHTS_VARIABLE
from benchmark.registry import Plugin, PluginKind, installed_plugins, select_plugins
from benchmark.settings import make_settings
from tools.gpu.device_bench import FEW_STEPS, MethodFigures, MetricFigures, full_precision
from tools.gpu.idle_share import covered, idle_share
from tools.gpu.measuring import measure_device
from tools.gpu.tables import disagreements, write_workload
from tools.gpu.workload import mini_workload, wikiart_workloads
from tools.gpu_figures import PAGE, file_to_write, main, make_parser
from tools.published_weights import PUBLISHED
from tools.speed.spread import Spread

CPU = torch.device("cpu")
METHOD = MethodFigures("adain", 0.002, 0.02, 0.5, 0.01, Spread(0.02, 0.01, 0.03, 8), 0.25, 2**30)
METRIC = MetricFigures("ssim", 1e-6, 0.02, 0.001)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_without_a_device_it_says_so_in_one_line(capsys):
    assert main([]) == 2
    assert capsys.readouterr().err == "error: --device cuda: no CUDA device was found; use --device cpu\n"


def test_an_unknown_name_is_one_line(capsys):
    assert main(["--device", "cpu", "--methods", "adian"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ")
    assert "adain" in line


@pytest.mark.parametrize(
    ("arguments", "file"),
    [
        ("", PAGE),
        ("--methods adain", None),
        ("--metrics ssim", None),
        ("--seconds 10", None),
        ("--device cpu", None),
        ("--methods adain -o own.md", Path("own.md")),
    ],
)
def test_only_whole_measurements_replace_the_page(arguments, file):
    assert file_to_write(make_parser().parse_args(arguments.split())) == file


def test_the_self_check_runs_methods_and_metrics_twice_on_the_cpu(capsys):
    names = (
        "--methods",
        "adain,gatys",
        "--metrics",
        "ssim,vgg_style_loss,cmmd,lpips",
    )

    assert main(["--device", "cpu", *names]) == 0

    page = capsys.readouterr().out
    assert "a self-check, no figures" in page
    for method in ("adain", "gatys"):
        (row,) = re.findall(rf"^\| `{method}` \| (.+) \|$", page, flags=re.MULTILINE)
        assert row.startswith("0 (0) | ")
    for metric in ("ssim", "vgg_style_loss", "cmmd"):
        assert re.search(rf"^\| `{metric}` \| 0.0e\+00 \| ", page, flags=re.MULTILINE)
    assert "- `lpips`: the protocol names no model for the role lpips" in page


class OutOfMemory(Method[None]):
    """A method that needs more memory than there is."""

    info = MethodInfo(
        name="out_of_memory", title="Out of memory", version="1", summary="Needs too much", condition=Condition.IMAGE
    )

    def stylize(self, content, style, generator):
        raise torch.cuda.OutOfMemoryError("tried to allocate\n2 TiB")


class Unscorable(Metric):
    """A metric that cannot score."""

    info = MetricInfo(
        name="unscorable",
        title="Unscorable",
        version="1",
        summary="Cannot score",
        direction=Direction.HIGHER,
        axis=Axis.CONTENT,
        needs=(),
    )

    def score(self, **given):
        raise RuntimeError


def plugin_of(kind: PluginKind, extension: type) -> Plugin:
    group = EntryPoint(extension.info.name, f"{__name__}:{extension.__name__}", kind)
    return Plugin(kind, extension.info.name, "tests", "1", group)


def test_what_raises_an_error_is_named_with_it_and_the_others_are_measured():
    methods = [plugin_of(PluginKind.METHODS, OutOfMemory), *select_plugins(PluginKind.METHODS, "identity")]
    metrics = [plugin_of(PluginKind.METRICS, Unscorable), *select_plugins(PluginKind.METRICS, "ssim")]
    workload = mini_workload(64)

    (first, _), (page, wrong) = measure_device(
        CPU, [workload, dataclasses.replace(workload, title="again")], methods, metrics, seconds=0, note=print
    )

    assert page.startswith(first.rstrip()), "the page of the first workload is there before the second one is measured"
    assert wrong == []
    for part in page.split("\n## ")[1:]:
        assert "- `out_of_memory`: OutOfMemoryError: tried to allocate 2 TiB" in part.replace("\\", "")
        assert "- `unscorable`: RuntimeError" in part
        assert re.search(r"^\| `identity` \| 0 ", part, flags=re.MULTILINE)
        assert re.search(r"^\| `ssim` \| 0.0e", part, flags=re.MULTILINE)


def test_a_device_that_disagrees_is_marked_and_named():
    wrong = dataclasses.replace(METHOD, name="efdm", mean_difference=0.02)
    off = dataclasses.replace(METRIC, name="cfsd", difference=0.02)
    skipped = MethodFigures("sanet", mean_difference=1.0, reason="no weights")

    text = write_workload(mini_workload(), [METHOD, wrong, skipped], [METRIC, off], CPU)

    assert (
        "| `adain` | 0.51 (5.1) | 0.500 | 0.0100 | 0.0200 (0.0100 to 0.0300) | 0.018 s, Titan X | 25% | 1.00 GiB |"
        in text
    )
    assert "| `efdm` | ✗ 5.1 (5.1) |" in text
    assert "| `cfsd` | ✗ 2.0e-02 |" in text
    assert "- `sanet`: no weights" in text
    assert list(disagreements([METHOD, wrong, skipped], [METRIC, off])) == ["efdm", "cfsd"]


def test_what_several_kernels_cover_counts_once():
    assert covered([(4, 6), (0, 2), (1, 3), (1, 2), (6, 7)]) == 6


def test_a_pause_is_idle():
    pauses = []

    def work():
        torch.rand(256, 256)
        began = time.perf_counter()
        time.sleep(0.2)
        pauses.append(time.perf_counter() - began)
        torch.rand(10)

    began = time.perf_counter()
    share = idle_share(work, CPU)

    # The pause lies between two operations, and what is looked at within the whole, however busy the machine is.
    assert share is not None
    assert 0.99 * pauses[0] / (time.perf_counter() - began) < share < 1


def test_tf32_is_off_while_a_device_is_compared_and_then_as_before():
    before = torch.backends.cudnn.allow_tf32
    with full_precision():
        assert not torch.backends.cudnn.allow_tf32
        assert not torch.backends.cuda.matmul.allow_tf32
    assert torch.backends.cudnn.allow_tf32 == before


def test_few_steps_are_settings_of_the_methods_that_have_steps():
    plugins = {name: plugin.load() for name, plugin in installed_plugins(PluginKind.METHODS).items()}
    with_steps = {name for name, method in plugins.items() if hasattr(method.settings_type(), "steps")}
    assert set(FEW_STEPS) == with_steps
    for name, settings in FEW_STEPS.items():
        make_settings(name, plugins[name].settings_type, settings)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_stand_in_for_wikiart_has_the_published_networks_in_full_size(tmp_path: Path, monkeypatch):
    monkeypatch.setenv(WEIGHTS_VARIABLE, "before")
    with wikiart_workloads(tmp_path) as (large, small):
        assert (large.side, small.side) == (512, 256)
        assert len(large.cases) == len(small.cases) == 5 * 8
        assert {model.name for model in large.models.values()} >= set(PUBLISHED)
        models = small.networks(CPU)
        assert sum(parameter.numel() for parameter in models.load(Role.VGG).parameters()) > 10_000_000

        ((page, wrong),) = measure_device(
            CPU,
            [dataclasses.replace(large, side=64)],
            select_plugins(PluginKind.METHODS, "adain,sanet,clipstyler"),
            select_plugins(PluginKind.METRICS, "lpips,dists,fid,clip_text_similarity"),
            seconds=0,
            note=print,
        )

    assert os.environ[WEIGHTS_VARIABLE] == "before"
    assert wrong == []
    assert "Not measured" not in page
