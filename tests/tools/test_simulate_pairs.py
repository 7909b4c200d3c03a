"""The second simulation of docs/statistics.md, smaller: intervals of cases that are not crossed."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from benchmark.analysis.design import Design
from tools.simulate_pairs import EFFECTS, LAYOUTS, Layout, nested, pairs, rows, simulate, true_error
from tools.simulate_statistics import Effects


@pytest.mark.parametrize("effects", [Effects(1, 1, 1), Effects(1, 0.2, 0.3), Effects(0, 0, 1)], ids=str)
def test_the_interval_of_twenty_independent_pairs_covers_what_it_states_and_is_no_wider_than_that_takes(
    effects: Effects,
) -> None:
    rates = simulate(pairs(20), effects, runs=1500)
    assert 0.935 <= rates.covered <= 0.965
    assert rates.width < 1.1
    assert rates.two_way > 0.98
    assert rates.two_way_width > 1.6


@pytest.mark.parametrize("sizes", [[3] * 10, range(1, 11)], ids=["alike", "uneven"])
def test_the_interval_of_contents_with_styles_of_their_own_covers_what_it_states(sizes: list[int]) -> None:
    rates = simulate(nested(sizes, ""), Effects(1, 0.2, 0.3), runs=1500)
    assert 0.92 <= rates.covered <= 0.965
    # Cases that are taken for independent though they share their content.
    assert rates.naive < 0.8


def test_what_is_partly_crossed_keeps_the_two_way_interval() -> None:
    layout = next(layout for layout in LAYOUTS if layout.design is Design.CROSSED)
    rates = simulate(layout, Effects(1, 1, 1), runs=300)
    assert rates.covered == rates.two_way >= 0.95


def test_every_kind_of_design_is_in_the_table() -> None:
    assert {layout.design for layout in LAYOUTS} == {
        Design.PAIRS, Design.BY_CONTENT, Design.BY_STYLE, Design.CROSSED
    }  # fmt: skip


def test_the_table_of_the_docs_is_the_one_that_is_made() -> None:
    page = (Path(__file__).parents[2] / "docs" / "statistics.md").read_text(encoding="utf-8")
    made = list(rows(2))
    words = [re.split(r" \| [\d*]", row)[0] for row in made]
    start = page.index(made[0])
    assert [re.split(r" \| [\d*]", row)[0] for row in page[start:].splitlines()[: len(made)]] == words
    assert len(made) == 2 + len(LAYOUTS) * len(EFFECTS)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.title)
def test_means_of_simulated_runs_vary_as_they_should(layout: Layout) -> None:
    effects = Effects(1, 0.5, 0.7)
    means = layout.draw(effects, np.random.default_rng(1), 4000).mean(axis=1)
    assert means.std() == pytest.approx(true_error(layout, effects), rel=0.05)
