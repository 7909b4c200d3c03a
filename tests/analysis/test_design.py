"""What cases share."""

from __future__ import annotations

import pytest

from benchmark.analysis.design import Design, design_of


@pytest.mark.parametrize(
    ("cases", "expected"),
    [
        ("ax ay bx by", Design.CROSSED),
        ("ax ay bx", Design.CROSSED),
        ("ax by cz az", Design.CROSSED),
        ("ax ay bz", Design.BY_CONTENT),
        ("ax by cx", Design.BY_STYLE),
        ("ax by cz", Design.PAIRS),
        ("ax ax by by cz", Design.PAIRS),
        ("ax by cz cx", Design.CROSSED),
        ("ax ay az", Design.SINGLE),
        ("ax bx cx", Design.SINGLE),
        ("ax", Design.SINGLE),
    ],
)
def test_is_told_from_the_contents_and_styles_of_cases(cases: str, expected: Design) -> None:
    contents, styles = zip(*cases.split(), strict=True)
    assert design_of(contents, styles) is expected


@pytest.mark.parametrize("design", Design)
def test_each_has_words(design: Design) -> None:
    assert design.error.startswith("the ")
    assert design.explanation
    assert design.dependence.startswith("which")
