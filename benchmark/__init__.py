"""Run, score and compare image style transfer methods on one fixed protocol.

This is the public interface: the contracts that plugins keep and the words they use; ``run``, which starts a run, with
``open_run``, ``load_run`` and ``read_protocol``; and ``score``, which scores pictures. Importing it loads nothing else;
what is asked for is loaded then.
"""

from __future__ import annotations

TYPE_CHECKING = False  # As in ``typing``, whose import alone takes longer than this module may.
if TYPE_CHECKING:
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
    from benchmark.errors import BenchmarkError, InputError, MissingModelError, NotComparableError, UnfitCaseError
    from benchmark.interface.pictures import score
    from benchmark.interface.protocols import read_protocol
    from benchmark.interface.run import Run, open_run
    from benchmark.interface.run_table import RunTable, load_run
    from benchmark.interface.running import run
    from benchmark.models.provider import Models
    from benchmark.models.role import Role
    from benchmark.protocol.case import Case, Content, Style, WeightedStyle
    from benchmark.protocol.protocol import Protocol
    from benchmark.store.records import RunStatus, UnitStatus

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
    "Models",
    "Need",
    "NoSettings",
    "NotComparableError",
    "Protocol",
    "Report",
    "ReportInfo",
    "Role",
    "Run",
    "RunStatus",
    "RunTable",
    "SetMetric",
    "SetMetricInfo",
    "Style",
    "StyleCondition",
    "UnfitCaseError",
    "UnitStatus",
    "WeightedStyle",
    "load_run",
    "open_run",
    "read_protocol",
    "run",
    "score",
]

_SOURCES = {
    **dict.fromkeys(
        ("BenchmarkError", "InputError", "MissingModelError", "NotComparableError", "UnfitCaseError"),
        "benchmark.errors",
    ),
    "Models": "benchmark.models.provider",
    "Protocol": "benchmark.protocol.protocol",
    "Role": "benchmark.models.role",
    "read_protocol": "benchmark.interface.protocols",
    "run": "benchmark.interface.running",
    "score": "benchmark.interface.pictures",
    **dict.fromkeys(("Run", "open_run"), "benchmark.interface.run"),
    **dict.fromkeys(("RunTable", "load_run"), "benchmark.interface.run_table"),
    **dict.fromkeys(("RunStatus", "UnitStatus"), "benchmark.store.records"),
    **dict.fromkeys(("Case", "Content", "Style", "WeightedStyle"), "benchmark.protocol.case"),
}
"""Modules of the names that are not in ``benchmark.contracts``."""


def __getattr__(name: str) -> object:
    if name in __all__:
        import importlib

        return getattr(importlib.import_module(_SOURCES.get(name, "benchmark.contracts")), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
