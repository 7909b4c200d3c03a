"""What fewer crops lose, told from the cosines of all."""

from __future__ import annotations

import pytest

from tools.patch_precision import ALL, Picture, main, measure, report


def picture(method: str, case: str, first: float, rest: float) -> Picture:
    """One of whose crops the first sixteen have another cosine than the rest."""
    return Picture(method, case, (first,) * 16 + (rest,) * (ALL - 16))


def test_a_quarter_of_crops_that_look_alike_loses_nothing():
    found = measure([picture("a", "one", 0.2, 0.2), picture("b", "one", 0.4, 0.4)], 16)

    assert (found.shift, found.deviation, found.swapped, found.widest) == pytest.approx((0, 0, 0, 0))


def test_deviations_and_swapped_pairs_are_of_the_score_of_all_crops():
    # Scores of all crops: 0.3 and 0.2; of sixteen: 0.0 and 0.2.
    pictures = [picture("a", "one", 0.0, 0.4), picture("b", "one", 0.2, 0.2)]

    found = measure(pictures, 16)

    assert found.shift == pytest.approx(-0.15)
    assert found.deviation == pytest.approx(0.15)
    assert found.ratio == pytest.approx(0.15 / 0.05)
    assert (found.swapped, found.widest) == pytest.approx((1.0, 0.1))


def test_only_pictures_of_one_case_are_ranked():
    pictures = [picture("a", "one", 0.0, 0.4), picture("b", "one", -0.4, 0.2), picture("b", "two", 0.2, 0.2)]

    assert measure(pictures, 16).swapped == 0


def test_the_report_orders_methods_by_their_means():
    text = report([picture("a", "one", 0.0, 0.4), picture("b", "one", 0.2, 0.2)])

    assert "16 crops: b 0.200, a 0.000" in text
    assert "64 crops: a 0.300, b 0.200" in text


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("nope", "adain,efdm"), "nope"),
        (("smoke", "adain"), "name two methods or more"),
        (("smoke", "adian,efdm"), "did you mean adain?"),
    ],
)
def test_what_cannot_be_measured_is_said_in_one_line(arguments, reason, capsys):
    assert main(arguments) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ")
    assert reason in line
