"""The rule that draws works."""

from __future__ import annotations

import hashlib

import pytest

from benchmark.freezing.row_selection import select_rows

ROWS = 3000
MOVEMENTS = [f"movement {row * 27 // ROWS}" for row in range(ROWS)]
ARTISTS = ["" if row % 5 == 0 else f"artist {row * 7 % 129}" for row in range(ROWS)]


def draw(count: int, seed: int = 0, **changes) -> list[int]:
    return select_rows(**{"movements": MOVEMENTS, "artists": ARTISTS, "count": count, "seed": seed, **changes})


def test_golden_rows():
    """Rows that version 1 of the rule must draw for ever."""
    movements = ["a", "a", "b", "b", "c", "c", "", "c"]
    artists = ["x", "y", "x", "y", "x", "", "z", "y"]
    assert select_rows(movements, artists, 4, seed=0) == [2, 7, 0, 3]


def test_follows_its_words():
    """The rule, said again without looking at the code: the first turn of every movement."""

    def order(thing):
        return hashlib.sha256(f"rule 1 seed 3 {thing}".encode()).hexdigest()

    expected: list[int] = []
    for movement in sorted(set(MOVEMENTS), key=order):
        rows = sorted((row for row in range(ROWS) if MOVEMENTS[row] == movement), key=order)
        taken = {ARTISTS[row] for row in expected}
        expected.append(next(row for row in rows if ARTISTS[row] and ARTISTS[row] not in taken))
    assert draw(27, seed=3) == expected


def test_every_movement_has_its_turn_before_any_has_a_second():
    drawn = [MOVEMENTS[row] for row in draw(40)]
    assert len(set(drawn[:27])) == 27
    assert len(set(drawn[27:])) == 13
    assert drawn[27:] == drawn[:13]


def test_no_artist_comes_twice_and_none_is_unknown_as_long_as_there_are_others():
    artists = [ARTISTS[row] for row in draw(40)]
    assert len(set(artists)) == 40
    assert "" not in artists


def test_an_unknown_artist_is_preferred_to_a_repeated_one():
    assert select_rows(["a", "a", "a"], ["monet", "monet", ""], 3, seed=0)[1] == 2


def test_a_shorter_drawing_is_the_beginning_of_a_longer_one():
    assert draw(8) == draw(40)[:8]


def test_another_seed_draws_other_works():
    assert not set(draw(8, seed=0)) & set(draw(8, seed=1))


def test_works_are_from_everywhere_in_a_movement():
    positions = [row % 111 for row in draw(108)]
    assert min(positions) < 15
    assert max(positions) > 96


def test_movements_with_few_works_run_out():
    drawn = select_rows(["small", *["large"] * 9], [""] * 10, 6, seed=0)
    assert len(drawn) == 6
    assert drawn.count(0) == 1


def test_works_without_a_movement_are_drawn_only_if_none_has_one():
    assert 0 not in select_rows(["", "a", "a"], [""] * 3, 3, seed=0)
    assert sorted(select_rows(["", "", ""], [""] * 3, 3, seed=0)) == [0, 1, 2]


def test_unusable_works_are_passed_over():
    first = draw(8)
    again = draw(8, unusable=first[:2])
    assert not set(first[:2]) & set(again)
    assert [MOVEMENTS[row] for row in again] == [MOVEMENTS[row] for row in first]


@pytest.mark.parametrize("count", [1, 2, 5])
def test_as_many_as_there_are(count):
    assert len(select_rows(["a", "b"], ["", ""], count, seed=0)) == min(count, 2)
