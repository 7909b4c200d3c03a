"""A list of methods that commas separate may name variants, whose names hold commas."""

from __future__ import annotations

import pytest

from benchmark.study.method_names import join_names

VARIANT = "blend@share=0.5,sizes=1+2"
KNOWN = ("blend", "blend@share=0.5", VARIANT, "copies_style", "noisy", "their-program")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (f"{VARIANT},noisy", [VARIANT, "noisy"]),
        (f"noisy, {VARIANT} ,blend", ["noisy", VARIANT, "blend"]),
        ("blend@share=0.5,noisy", ["blend@share=0.5", "noisy"]),
        ("blend@share=0.5, sizes=1+2", [VARIANT]),
        ("copies-style,their-program", ["copies_style", "their-program"]),
        ("noisy,,noisy", ["noisy"]),
        ("blend@share=1e-05,no-such", ["blend@share=1e-05", "no_such"]),
    ],
)
def test_names_are_found_in_what_commas_separate(text: str, names: list[str]) -> None:
    assert join_names(text.split(","), KNOWN) == names
