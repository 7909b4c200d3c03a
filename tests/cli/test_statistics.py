"""Statistics of one run on the terminal."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmark.analysis.comparison import compare_pairs
from benchmark.analysis.networks import Network, Networks
from benchmark.analysis.statistics import analyze
from benchmark.cli.statistics import print_statistics
from benchmark.contracts.metric import Direction
from benchmark.store.records import SummaryRow
from tests.analysis.conftest import change_unit, make_run, method
from tests.analysis.test_comparison import pair_of

CIRCULAR = "(…): circular, the method optimised the metric's network"

NO_NETWORKS = Networks({}, {})


@pytest.fixture
def run():
    """Two methods between two controls; the second has the lower loss."""
    means = {"first": 0.8, "second": 0.4, "content": 1.0, "style": 0.0}
    scatter = np.random.default_rng(0).normal(size=(4, 4)) * 0.01
    methods = (method("first"), method("second"), method("content", anchor="content"), method("style", anchor="style"))
    scores = {
        name: {metric: mean * (1 + scatter * (number + 1)) for number, metric in enumerate(("ssim", "loss"))}
        for name, mean in means.items()
    }
    return make_run(scores, methods=methods)


def test_circular_scores_are_marked_wherever_they_are_compared(run, capsys):
    row = SummaryRow("second", "loss", 0.4, None, None, 16, 4, 4, Direction.LOWER, circular=True, control=False)
    print_statistics(analyze(replace(run, summary=(row,))), NO_NETWORKS)
    shown = capsys.readouterr().out
    ssim, loss, rest = shown.partition("loss: average")[0], *shown.partition("loss: average")[2].split("scores between")
    assert "(second)" not in ssim
    assert "(second) 1.00" in loss
    assert "first − (second)" in loss
    assert " (second) " in loss.split("│")[5]
    assert CIRCULAR in loss
    (anchored,) = (line for line in rest.splitlines() if line.startswith("│ loss"))
    assert anchored.split("│")[5].strip().startswith("(0.60 [")
    assert CIRCULAR in rest


def test_without_a_circular_score_nothing_is_said_of_it(run, capsys):
    print_statistics(analyze(run), NO_NETWORKS)
    assert CIRCULAR not in capsys.readouterr().out


def test_ranks_are_said_to_be_descriptive(run, capsys):
    print_statistics(analyze(run), NO_NETWORKS)
    shown = capsys.readouterr().out
    assert shown.count("take cases for independent: they describe the run") == 2


def test_a_scale_that_cannot_be_made_says_why(run, capsys):
    other = {"content": "style", "style": "content"}
    flipped = tuple(replace(one, anchor=other.get(one.anchor, "")) for one in run.methods)
    print_statistics(analyze(replace(run, methods=flipped)), NO_NETWORKS)
    shown = capsys.readouterr().out
    assert "scores between the controls" not in shown
    assert "not between the controls: ssim: the controls stand in the wrong order: style" in shown


def test_a_disagreement_of_mean_and_ranks_is_told(run, capsys):
    contents, styles = np.indices((20, 40))
    comparisons = compare_pairs("ssim", {("a", "b"): pair_of(np.where((contents + styles) % 5 == 0, 1.0, -0.1))})
    print_statistics(replace(analyze(run), comparisons=tuple(comparisons)), NO_NETWORKS)
    words = "a − b: none is called better: the mean favours a, but b is better in 640 of 800 cases"
    assert words in capsys.readouterr().out


def test_who_is_left_out_is_told(run, capsys):
    for case in run.cases[1:]:
        run = change_unit(run, "first", case.id, ssim=np.nan)
    print_statistics(analyze(run), NO_NETWORKS)
    shown = capsys.readouterr().out
    assert "left out where several methods stand side by side: first by ssim, which has 1 case" in shown
    assert "not between the controls: first by ssim: has a score for 1 case only" in shown


def test_a_stand_in_is_named_beside_what_it_made_and_explained_once(run, capsys):
    networks = Networks({"loss": (Network("clip-tiny-judge", "CLIP"),), "ssim": ()}, {"first": ()})
    print_statistics(analyze(run), networks)
    shown = capsys.readouterr().out
    assert "loss (clip-tiny-judge ‡): average ranks" in shown
    assert "ssim: average ranks" in shown
    assert "│ loss (clip-tiny-judge ‡) " in shown
    assert "│ loss ‡, ssim" in shown or "│ ssim, loss ‡" in shown
    assert shown.count("‡ clip-tiny-judge is not CLIP: compare within this protocol only") == 1
