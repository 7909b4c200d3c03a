"""The observer of runs that are started from Python."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from benchmark.plan.unit import Unit
from benchmark.store.journal import UnitRecord
from benchmark.store.records import UnitStatus
from benchmark.wording import format_count

_logger = logging.getLogger("benchmark")


class LoggingObserver:
    """Tells the logger ``benchmark`` how a run goes: notes and failures as warnings, the rest as info."""

    def planned(self, left: Mapping[str, int], finished: int) -> None:
        """Logs how much there is to do."""
        _logger.info("%s left, %d finished", format_count(sum(left.values()), "unit"), finished)

    def started(self, unit: Unit) -> None:
        """Logs nothing."""

    def ended(self, unit: Unit, record: UnitRecord, seconds: float) -> None:
        """Logs how a unit ended."""
        reasons = [record.error] * bool(record.error)
        reasons += [f"{metric} failed: {reason}" for metric, reason in record.score_errors.items()]
        is_failed = record.status is UnitStatus.FAILED or bool(record.score_errors)
        _logger.log(
            logging.WARNING if is_failed else logging.INFO,
            "%s",
            ": ".join([f"{unit.method} {unit.case.id} {record.status} ({seconds:.1f} s)", *reasons]),
        )

    def note(self, message: str) -> None:
        """Logs a note as a warning."""
        _logger.warning("%s", message)
