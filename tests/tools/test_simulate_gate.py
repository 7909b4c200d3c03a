"""The gate's power and its false alarms, by simulated checks of four methods by ten metrics on 3 × 3 cases."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from benchmark.analysis.gate.rules import GateRules
from tools.simulate_gate import DROPS, SITUATIONS, Noise, Situation, drops, simulate, table

PAGE = (Path(__file__).parents[2] / "docs" / "statistics.md").read_text(encoding="utf-8")
CHECKS = 150


BASELINES = [(1, Noise.ALIKE), (2, Noise.ALIKE), (3, Noise.ALIKE), (2, Noise.UNEVEN), (2, Noise.HEAVY)]


@pytest.mark.parametrize(("repeats", "kind"), BASELINES)
def test_chance_alone_is_rarely_called_worse(repeats, kind):
    assert simulate(Situation(repeats=repeats, kind=kind), CHECKS).alarms <= 0.05


@pytest.mark.parametrize(("repeats", "kind"), BASELINES)
def test_an_uneven_drop_of_a_fifth_is_found(repeats, kind):
    assert simulate(Situation(repeats=repeats, kind=kind, drop=0.2), CHECKS).found >= 0.95


def test_what_repeats_itself_exactly_never_alarms_and_is_held_to_the_tolerance():
    assert simulate(Situation(repeats=2, noise=0.0), 20).alarms == 0
    # Uneven drops that weigh large scores less than small ones change the mean by less than their own.
    assert simulate(Situation(repeats=2, noise=0.0, drop=0.05), 20).found == 1


def test_the_confidence_decides_how_often_chance_is_called_worse():
    situation = Situation(repeats=2, noise=0.05, methods=2, metrics=4)
    rates = [simulate(situation, 200, rules=GateRules(level=level)).alarms for level in (0.5, 0.95, 0.9999)]
    assert 0.15 <= rates[0] <= 0.3
    assert rates[0] > rates[1] > rates[2] - 1e-9
    assert rates[2] == 0


def test_the_drop_is_uneven_and_spares_some_cases():
    shares = drops(Situation(drop=0.2), np.random.default_rng(0))
    assert shares.mean() == pytest.approx(0.2)
    assert (shares == 0).sum() == 2
    assert shares.max() > 0.3


def test_the_table_of_the_page_is_that_of_the_tool():
    """Numbers differ with the number of checks; rows and columns do not."""
    made = [re.sub(r"[\d.]+%", "%", row) for row in table(1).splitlines()]
    shown = [re.sub(r"[\d.]+%", "%", row) for row in PAGE.splitlines()]
    assert len(made) == len(SITUATIONS) + 2
    assert len(DROPS) == 2
    assert "\n".join(made) in "\n".join(shown)
