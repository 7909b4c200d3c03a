"""The audit: all checks of metrics on the cases of a protocol."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from benchmark.audit.check_result import CheckResult, CheckStatus, NotApplicableError
from benchmark.audit.checks.batch import batch
from benchmark.audit.checks.blends import blends
from benchmark.audit.checks.encoding import encoding
from benchmark.audit.checks.ends import ends
from benchmark.audit.checks.repetition import repetition
from benchmark.audit.checks.resolution import resolution
from benchmark.audit.checks.roles import roles
from benchmark.audit.checks.value_range import value_range
from benchmark.audit.evidence import Evidence
from benchmark.audit.gathering import choose_cases, gather
from benchmark.errors import describe_error

if TYPE_CHECKING:
    from benchmark.plan.configuration import SelectedMetric
    from benchmark.protocol.case import Case
    from benchmark.protocol.protocol import Protocol

SCHEMA_VERSION = 1

CHECKS: Final[dict[str, Callable[[Evidence], CheckResult]]] = {
    "ends": ends,
    "blends": blends,
    "roles": roles,
    "encoding": encoding,
    "resolution": resolution,
    "repetition": repetition,
    "batch": batch,
    "range": value_range,
}
"""The checks by name, in the order in which they are shown."""


@dataclass(frozen=True)
class MetricCheck:
    """A check of a metric.

    Attributes:
        metric: Name of the metric.
        check: Name of the check.
        result: How it ended.
    """

    metric: str
    check: str
    result: CheckResult

    def to_json(self) -> dict[str, Any]:
        """Returns the check as JSON."""
        result = self.result
        facts = {"verdict": result.status, "reason": result.reason, "figures": dict(result.figures)}
        return {"metric": self.metric, "check": self.check, **facts}


@dataclass(frozen=True)
class Audit:
    """All checks of some metrics.

    Attributes:
        protocol: Name of the protocol.
        fingerprint: Its fingerprint.
        cases: The cases that were treated.
        checks: One per metric and check.
    """

    protocol: str
    fingerprint: str
    cases: tuple[str, ...]
    checks: tuple[MetricCheck, ...]

    @property
    def has_failures(self) -> bool:
        """Whether a check failed."""
        return any(check.result.status is CheckStatus.FAILED for check in self.checks)

    def to_json(self) -> dict[str, Any]:
        """The audit as JSON."""
        return {
            "schema_version": SCHEMA_VERSION,
            "protocol": self.protocol,
            "fingerprint": self.fingerprint,
            "cases": self.cases,
            "findings": [check.to_json() for check in self.checks],
        }


def audit_metrics(
    metrics: Sequence[SelectedMetric],
    protocol: Protocol,
    *,
    limit: int,
    device: str = "cpu",
    observe: Callable[[int, Sequence[Case]], None],
) -> Audit:
    """Audits metrics.

    Args:
        metrics: The metrics; checks of those that are unavailable do not apply.
        protocol: The protocol whose contents, style images, prompts and networks are used.
        limit: Number of cases at most.
        device: ``cpu`` or ``cuda``.
        observe: Called before each case with its number, from 0, and all cases.

    Raises:
        InputError: The protocol has no case of one style with an image, or an image cannot be used.
        MissingModelError: The weights of a network are not on this machine.
    """
    fingerprint = protocol.fingerprint
    cases = choose_cases(protocol, limit)
    available = [metric for metric in metrics if not metric.unavailable]
    gathered = gather(available, protocol, cases, device=device, observe=observe)
    evidence_of = {evidence.info.name: evidence for evidence in gathered}
    checks = tuple(
        MetricCheck(
            metric.name,
            check,
            apply_check(check, evidence_of[metric.name])
            if metric.name in evidence_of
            else CheckResult(CheckStatus.NOT_APPLICABLE, metric.unavailable),
        )
        for metric in metrics
        for check in CHECKS
    )
    return Audit(protocol.name, fingerprint, tuple(case.id for case in cases), checks)


def apply_check(check: str, evidence: Evidence) -> CheckResult:
    """Applies one check to the evidence about a metric; whatever the metric raises is a failure of this check.

    Args:
        check: Name of the check.
        evidence: The evidence.
    """
    if not evidence.cases:
        return CheckResult(CheckStatus.NOT_APPLICABLE, "no case has a prompt, which it needs")
    try:
        return CHECKS[check](evidence)
    except NotApplicableError as error:
        return CheckResult(CheckStatus.NOT_APPLICABLE, str(error))
    except (Exception, SystemExit) as error:
        return CheckResult(CheckStatus.FAILED, describe_error(error))
