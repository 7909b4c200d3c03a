"""Settings of a plugin that has none."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class NoSettings:
    """Settings of a method or metric that has none."""
