"""The columns of a verdict as text, the same in every format."""

from __future__ import annotations

from benchmark.analysis.gate.verdict import Finding
from benchmark.wording import format_factors

COLUMNS = ("outcome", "method", "metric", "before", "now", "difference [interval]", "tolerated", "cases", "why")


def cells(finding: Finding) -> tuple[str, ...]:
    """Returns the columns of one finding.

    Args:
        finding: The finding.
    """
    difference = "" if finding.difference is None else f"{finding.difference:+.3g}"
    if finding.interval is not None:
        difference += f" [{finding.interval.low:+.3g}, {finding.interval.high:+.3g}]"
    factors = format_factors(finding.cases, finding.contents, finding.styles) if finding.contents else ""
    cases = f"{finding.cases} ({factors})" if factors else str(finding.cases or "")
    return (
        finding.outcome.replace("_", " "),
        finding.method or "all",
        finding.metric or "all",
        _number(finding.before),
        _number(finding.now),
        difference,
        _number(finding.tolerance),
        cases,
        finding.reason,
    )


def _number(number: float | None) -> str:
    return "" if number is None else f"{number:.4g}"
