"""Words for numbers."""

from __future__ import annotations

from benchmark.wording import format_count


def test_counts_agree_with_their_noun():
    assert format_count(1, "case") == "1 case"
    assert format_count(1200, "case") == "1,200 cases"
    assert format_count(0, "entry", "entries") == "0 entries"
