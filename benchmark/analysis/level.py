"""Levels of significance and confidence."""

from __future__ import annotations

ALPHA = 0.05
"""Significance level of tests."""
LEVEL = 1 - ALPHA
"""Share of intervals that should contain the truth."""
