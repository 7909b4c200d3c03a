"""Run, score and compare image style transfer methods on one fixed protocol.

This is the public interface: the contracts that plugins keep, the words they use, and ``load_run``. Importing it loads
nothing else; each name is loaded when it is first used.
"""

from __future__ import annotations

TYPE_CHECKING = False  # As in ``typing``, whose import alone takes longer than this module may.
if TYPE_CHECKING:
    from benchmark.analysis.loading import load_run
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

_SOURCES = {
    "load_run": "benchmark.analysis.loading",
    **dict.fromkeys(("BenchmarkError", "InputError", "MissingModelError", "NotComparableError"), "benchmark.errors"),
    "Role": "benchmark.models.role",
    **dict.fromkeys(("Case", "Content", "Style", "WeightedStyle"), "benchmark.protocol.case"),
}
"""Modules of the names that are not in ``benchmark.contracts``."""


def __getattr__(name: str) -> object:
    if name in __all__:
        import importlib

        return getattr(importlib.import_module(_SOURCES.get(name, "benchmark.contracts")), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
