"""The audit: all checks of metrics on the cases of a protocol."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from benchmark.audit.checks.batch import batch
from benchmark.audit.checks.blends import blends
from benchmark.audit.checks.encoding import encoding
from benchmark.audit.checks.ends import ends
from benchmark.audit.checks.repetition import repetition
from benchmark.audit.checks.resolution import resolution
from benchmark.audit.checks.roles import roles
from benchmark.audit.checks.value_range import value_range
from benchmark.audit.evidence import Evidence
from benchmark.audit.finding import Finding, NotApplicableError, Outcome, Verdict
from benchmark.audit.gathering import choose_cases, gather
from benchmark.errors import describe_error

if TYPE_CHECKING:
    from benchmark.plan.configuration import SelectedMetric
    from benchmark.protocol.case import Case
    from benchmark.protocol.protocol import Protocol

SCHEMA_VERSION = 1

CHECKS: Final[dict[str, Callable[[Evidence], Outcome]]] = {
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
class Audit:
    """The findings of all checks of some metrics.

    Attributes:
        protocol: Name of the protocol.
        fingerprint: Its fingerprint.
        cases: Names of the cases that were used.
        findings: One per metric and check.
    """

    protocol: str
    fingerprint: str
    cases: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def has_failures(self) -> bool:
        """Whether any check failed."""
        return any(finding.verdict is Verdict.FAILED for finding in self.findings)

    def to_json(self) -> dict[str, Any]:
        """Returns the audit as JSON."""
        return {"schema_version": SCHEMA_VERSION, **asdict(self)}


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
    findings = tuple(
        judge(name, evidence_of[metric.name])
        if metric.name in evidence_of
        else Finding(metric.name, name, Verdict.NOT_APPLICABLE, metric.unavailable)
        for metric in metrics
        for name in CHECKS
    )
    return Audit(protocol.name, fingerprint, tuple(case.id for case in cases), findings)


def judge(check: str, evidence: Evidence) -> Finding:
    """Applies one check to the evidence about a metric; any exception of the metric is a failure of the check.

    Args:
        check: Name of the check.
        evidence: The evidence.
    """
    metric = evidence.info.name
    if not evidence.cases:
        return Finding(metric, check, Verdict.NOT_APPLICABLE, "no case has a prompt, which it needs")
    try:
        outcome = CHECKS[check](evidence)
    except NotApplicableError as error:
        return Finding(metric, check, Verdict.NOT_APPLICABLE, str(error))
    except (Exception, SystemExit) as error:
        return Finding(metric, check, Verdict.FAILED, describe_error(error))
    return Finding(metric, check, outcome.verdict, outcome.problem, outcome.figures)
