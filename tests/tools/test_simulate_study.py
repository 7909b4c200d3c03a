"""The simulation of docs/study.md, smaller."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tools.simulate_study import SETTINGS, correlation_coverage, main, simulate


def test_the_truth_without_people_and_cases_is_the_strengths() -> None:
    assert SETTINGS[0].truth() == pytest.approx(np.asarray(SETTINGS[0].strengths), abs=1e-5)


def test_people_and_cases_that_differ_make_the_strengths_of_all_smaller() -> None:
    assert np.ptp(dataclasses.replace(SETTINGS[0], of_people=1.0).truth()) < 0.95 * np.ptp(SETTINGS[0].strengths)


def test_intervals_that_know_of_people_and_cases_cover_more_than_those_of_answers_alone() -> None:
    setting = next(setting for setting in SETTINGS if (setting.people, setting.of_cases) == (20, 0.7))
    rates = simulate(setting, runs=8)
    assert rates.covered > rates.naive
    assert rates.covered >= 0.85


def test_a_piece_of_the_table_is_what_the_whole_has_there(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--runs", "3", "--rows", "2-2"])
    *_, row = capsys.readouterr().out.splitlines()
    rates = simulate(SETTINGS[1], runs=3)
    numbers = [f"{rates.naive:.3f}", f"**{rates.covered:.3f}**", f"{rates.error:.3f}", f"{rates.width:.2f}"]
    assert [cell.strip() for cell in row.split("|")[3:-1]] == numbers
    assert rates.studies == 3


def test_rows_that_there_are_not_are_refused() -> None:
    for rows in ("0-2", "3-2", "1-21", "two"):
        with pytest.raises(SystemExit):
            main(["--rows", rows])


def test_correlations_are_covered() -> None:
    assert correlation_coverage(6, 0.5, 500) >= 0.93
