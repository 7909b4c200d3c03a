"""Costs of a unit: the names of their columns, and the words for durations that say little."""

from __future__ import annotations

from typing import Final

TIME: Final = "seconds"
PROCESSOR_TIME: Final = "cpu_seconds"
COST_COLUMNS: Final = (TIME, PROCESSOR_TIME, "peak_memory_bytes")
DISTURBED: Final = "disturbed by other processes"
"""Words for a duration, or a mean of durations, where other processes took cores that a unit could have used."""
STATED: Final = "as the author states"
"""Words for a duration that was not measured here: the author of the pictures says it."""
SHARED: Final = "an equal share of one call for all pictures"
"""Words for a duration that was not measured by itself: one call of a program made all pictures."""
UNMEASURED: Final = (STATED, SHARED)
"""Words for durations that compete with no others."""
