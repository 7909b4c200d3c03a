"""Run, score and compare image style transfer methods on one fixed protocol.

This is the public interface: the contracts that plugins keep, the words they use, and ``load_run``. Importing it loads
no torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmark.contracts import (
    Axis,
    Condition,
    Direction,
    Method,
    MethodInfo,
    MethodResources,
    Metric,
    MetricInfo,
    Need,
    NoSettings,
    Report,
    ReportInfo,
    SetMetric,
    SetMetricInfo,
    StyleCondition,
)
from benchmark.errors import BenchmarkError, InputError, MissingModelError, NotComparableError
from benchmark.models.role import Role
from benchmark.protocol.case import Case, Content, Style, WeightedStyle

if TYPE_CHECKING:
    from benchmark.analysis.loading import load_run

__all__ = [
    "Axis",
    "BenchmarkError",
    "Case",
    "Condition",
    "Content",
    "Direction",
    "InputError",
    "Method",
    "MethodInfo",
    "MethodResources",
    "Metric",
    "MetricInfo",
    "MissingModelError",
    "Need",
    "NoSettings",
    "NotComparableError",
    "Report",
    "ReportInfo",
    "Role",
    "SetMetric",
    "SetMetricInfo",
    "Style",
    "StyleCondition",
    "WeightedStyle",
    "load_run",
]


def __getattr__(name: str) -> Any:
    """Loads pandas only for those who ask for results."""
    if name == "load_run":
        from benchmark.analysis.loading import load_run

        return load_run
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
