"""The error of a program that did not make its picture."""

from __future__ import annotations

from benchmark.errors import BenchmarkError


class ProgramError(BenchmarkError):
    """A program failed, or what it left cannot be used; this costs the unit, not the run."""
