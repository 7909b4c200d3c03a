"""How the statistics of one run look on the terminal."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmark.analysis.networks import Network, Networks
from benchmark.analysis.statistics import analyze
from benchmark.cli.statistics import print_statistics
from benchmark.contracts.metric import Direction
from benchmark.store.records import SummaryRow
from tests.analysis.conftest import make_run, method

CIRCULAR = "(…): circular, the method optimised the metric's network"


@pytest.fixture
def run():
    """Two methods between two controls; the second has the lower loss."""
    means = {"first": 0.8, "second": 0.4, "content": 1.0, "style": 0.0}
    scatter = np.random.default_rng(0).normal(size=(4, 4)) * 0.01
    methods = (method("first"), method("second"), method("content", anchor="content"), method("style", anchor="style"))
    scores = {name: {"ssim": mean + scatter, "loss": mean + scatter} for name, mean in means.items()}
    return make_run(scores, methods=methods)


def test_circular_scores_are_marked_wherever_they_are_compared(run, capsys):
    row = SummaryRow("second", "loss", 0.4, None, None, 16, 4, 4, Direction.LOWER, circular=True, control=False)
    print_statistics(analyze(replace(run, summary=(row,))), Networks({}, {}))
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
    print_statistics(analyze(run), Networks({}, {}))
    assert CIRCULAR not in capsys.readouterr().out


def test_a_stand_in_is_named_beside_what_it_made_and_explained_once(run, capsys):
    networks = Networks({"loss": (Network("clip-tiny-judge", "CLIP"),), "ssim": ()}, {"first": ()})
    print_statistics(analyze(run), networks)
    shown = capsys.readouterr().out
    assert "loss (clip-tiny-judge ‡): average ranks" in shown
    assert "ssim: average ranks" in shown
    assert "│ loss (clip-tiny-judge ‡) " in shown
    assert "│ loss ‡, ssim" in shown or "│ ssim, loss ‡" in shown
    assert shown.count("‡ clip-tiny-judge is not CLIP: compare within this protocol only") == 1
