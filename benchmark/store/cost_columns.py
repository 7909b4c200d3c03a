"""Costs of a unit: the names of their columns, and the words for a duration that other processes disturbed."""

from __future__ import annotations

from typing import Final

TIME: Final = "seconds"
PROCESSOR_TIME: Final = "cpu_seconds"
COST_COLUMNS: Final = (TIME, PROCESSOR_TIME, "peak_memory_bytes")
DISTURBED: Final = "disturbed by other processes"
"""Words for a duration, or a mean of durations, where other processes took cores that a unit could have used."""
