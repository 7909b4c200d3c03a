"""Styles in words."""

from __future__ import annotations

import pytest

from reports.tables.style_titles import describe_style


@pytest.mark.parametrize(
    ("style", "text"),
    [
        ({"id": "wave"}, "wave"),
        ({"title": "Wave", "artist": "Hokusai", "year": "1831", "weight": 1.0}, "Wave (Hokusai, 1831)"),
        (
            {"title": "Wave", "year": 1831, "weight": 0.25, "mask": "left.png"},
            "25\N{NO-BREAK SPACE}% Wave (1831), masked",
        ),
        ({}, "unnamed style"),
    ],
)
def test_styles_are_described(style: dict[str, object], text: str) -> None:
    assert describe_style(style) == text
