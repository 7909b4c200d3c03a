"""Whether scores may be compared, or one run may continue another: only where everything that makes them is the same.

Runs are comparable under one protocol, whose fingerprint covers images, cases and the weights of all networks; in it, a
metric is comparable where its identity is the same.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmark.contracts.metric import Direction
from benchmark.method_source import MethodOrigin
from benchmark.settings import describe_differences
from benchmark.store.cost_columns import DISTURBED

if TYPE_CHECKING:
    from benchmark.store.manifest import Manifest
    from benchmark.store.records import MethodRecord, RunPart, RunRecords

_SHORT = 12
"""Characters of a fingerprint that are shown."""

_LARGEST_SPEED_RATIO = 1.5
"""Of two calibrations of one machine; the gate tolerates as much of a runtime."""


@dataclass(frozen=True)
class ProtocolIdentity:
    """Which protocol was run."""

    name: str
    version: str
    fingerprint: str

    def __str__(self) -> str:
        return f"{self.name} ({self.fingerprint[:_SHORT]})"

    def difference(self, here: ProtocolIdentity) -> str:
        """Why scores under this protocol do not compare with those under another, or an empty string where they do.

        Args:
            here: The other.
        """
        return f"protocol {self} there, {here} here" if self.fingerprint != here.fingerprint else ""


@dataclass(frozen=True)
class MetricIdentity:
    """What a metric's numbers depend on.

    ``backbone`` names its networks, ``backbone_fingerprint`` their weights. ``settings`` are ``None`` where there are
    none, or where an earlier version did not note them: the protocol's fingerprint then says that they are the same.
    """

    version: str
    direction: Direction
    backbone: str = ""
    backbone_fingerprint: str = ""
    settings: Mapping[str, Any] | None = None

    def difference(self, here: MetricIdentity) -> str:
        """Why numbers of this metric do not compare with those of another, or an empty string where they do.

        Args:
            here: The other.
        """
        differing = _first_differing(self, here, ("version", "direction", "backbone", "backbone_fingerprint"))
        if differing is None:
            known = self.settings is not None and here.settings is not None
            settings = describe_differences("", self.settings or {}, here.settings or {}) if known else []
            return "; ".join(f"setting {difference.removeprefix('.')}" for difference in settings)
        there, other = (str(getattr(side, differing))[:_SHORT] or "none" for side in (self, here))
        return f"{differing.replace('_', ' ')} {there} there, {other} here"


def identify_metrics(run: RunRecords | Manifest) -> dict[str, MetricIdentity]:
    """The identities of the metrics of a run, by name; unavailable metrics are left out.

    Args:
        run: The run.
    """
    fingerprints = {model.name: model.fingerprint for model in run.models}
    return {
        metric.name: MetricIdentity(
            metric.version,
            metric.direction,
            " + ".join(metric.backbones),
            " + ".join(fingerprints.get(name, "") for name in metric.backbones),
            metric.settings,
        )
        for metric in run.metrics
        if not metric.unavailable
    }


def superseded_metrics(old: Manifest, new: Manifest) -> dict[str, str]:
    """The metrics whose scores in a run do not count beside those that are made now, each with the difference.

    Args:
        old: What was run.
        new: What is to be run.
    """
    there, here = identify_metrics(old), identify_metrics(new)
    differences = {name: there[name].difference(identity) for name, identity in here.items() if name in there}
    return {name: difference for name, difference in differences.items() if difference}


def why_not_continued(old: Manifest, new: Manifest, *, is_only_scored: bool = False) -> str:
    """Says in what two manifests differ so that one run cannot continue the other, or returns an empty string.

    The number of cases may differ: a run that was limited can be continued without the limit. Methods and metrics that
    only one of them has are no difference, and a metric that has changed is scored anew (``superseded_metrics``).

    Args:
        old: What was run.
        new: What is to be run.
        is_only_scored: Whether nothing is to be made, so that the machine that scores may be another one.
    """
    there, here = (ProtocolIdentity(one.name, one.version, one.fingerprint) for one in (old.protocol, new.protocol))
    if old.merged:
        names = ", ".join(part.name for part in old.merged)
        return f"one that was merged from {names} (continue these and merge again)"
    return (
        there.difference(here)
        or _difference_of_methods(old.methods, new.methods)
        or ("" if is_only_scored else _difference_of_networks(old, new))
        or ("" if is_only_scored else _difference_of_machines(old, new))
    )


def _difference_of_methods(old: Sequence[MethodRecord], new: Sequence[MethodRecord]) -> str:
    after = {method.name: method for method in new}
    for there in old:
        name, here = there.name, after.get(there.name)
        # A plugin that was broken left no results to disagree with: it may have been repaired.
        if here is None or not there.version:
            continue
        # Each picture that was made elsewhere is compared with its own hash instead.
        facts = ("origin",) if here.origin == MethodOrigin.PICTURES else ("origin", "version")
        if difference := _describe_difference(name, there, here, facts):
            return difference
        # A setting that a later release of the same version of a method has besides, at its default, changes nothing.
        defaults = {key: value for key, value in here.settings.items() if key not in (here.origins or {})}
        if differences := describe_differences(name, {**defaults, **there.settings}, here.settings):
            return "; ".join(differences)
    return ""


def _describe_difference(name: str, there: object, here: object, facts: Sequence[str]) -> str:
    differing = _first_differing(there, here, facts)
    if differing is None:
        return ""
    return f"{differing} of {name} {getattr(there, differing)!r} there, {getattr(here, differing)!r} here"


def _difference_of_networks(old: Manifest, new: Manifest) -> str:
    """Says which networks are others, of those that are a method's own.

    The protocol's fingerprint covers what it names; a metric whose own network is another one is scored anew.
    """
    here = {model.role: model for model in new.models}
    used = [method.uses for method in old.methods]
    for model in old.models:
        is_of_a_method = any(roles is None or model.role in roles for roles in used)
        other = here.get(model.role, model)
        if is_of_a_method and model.fingerprint != other.fingerprint:
            return f"weights of {model.name} {model.fingerprint[:_SHORT]} there, {other.fingerprint[:_SHORT]} here"
    return ""


def _difference_of_machines(old: Manifest, new: Manifest) -> str:
    threads = old.environment.threads
    for fact, there, here in (
        ("seed", old.seed, new.seed),
        ("device", old.device, new.device),
        ("precision", old.precision, new.precision),
        # An earlier version did not note them.
        ("threads", threads, threads and new.environment.threads),
    ):
        if there != here:
            return f"{fact} {there} there, {here} here"
    return ""


def _first_differing(there: object, here: object, facts: Sequence[str]) -> str | None:
    return next((fact for fact in facts if getattr(there, fact) != getattr(here, fact)), None)


@dataclass(frozen=True)
class Comparability:
    """Whether several runs may be compared, and why, in sentences."""

    comparable: bool
    sentences: tuple[str, ...]


def compare_identities(runs: Sequence[RunRecords]) -> Comparability:
    """Says whether the scores of several runs may be compared: only under one protocol and the same metrics.

    Args:
        runs: The runs, which sentences call by their number, from 1.
    """
    fingerprints = [_fingerprint(run.protocol) for run in runs]
    if not all(fingerprints):
        return Comparability(False, ("A run has no protocol fingerprint, so nothing says that it may be compared.",))
    if len(set(fingerprints)) > 1:
        differing = ", ".join(
            f"run {index} has {fingerprint[:_SHORT]}" for index, fingerprint in enumerate(fingerprints, start=1)
        )
        return Comparability(False, (f"The protocol fingerprints differ: {differing}.",))
    held_by: dict[str, dict[int, MetricIdentity]] = {}
    for number, run in enumerate(runs, start=1):
        for name, identity in identify_metrics(run).items():
            held_by.setdefault(name, {})[number] = identity
    differing_metrics = [
        name
        for name, found in held_by.items()
        if any(one.difference(other) for one, other in itertools.combinations(found.values(), 2))
    ]
    if differing_metrics:
        names = ", ".join(differing_metrics)
        sentence = f"Versions, backbones or settings of these metrics differ between the runs: {names}."
        return Comparability(False, (sentence,))
    protocol = f"one protocol (fingerprint {fingerprints[0][:_SHORT]})"
    partial = [
        f"{name} (only {'run' if len(found) == 1 else 'runs'} {', '.join(map(str, found))})"
        for name, found in held_by.items()
        if len(found) < len(runs)
    ]
    if not partial:
        return Comparability(True, (f"All runs share {protocol} and the same metrics.",))
    return Comparability(
        True,
        (f"All runs share {protocol}.", f"Not every run has the same metrics: {', '.join(partial)}."),
    )


def why_costs_are_apart(parts: Sequence[RunPart]) -> str:
    """Says in a sentence why durations and memory of several runs do not compare, or nothing where they do.

    They compare where device, machine, threads and executor are the same, and the calibrations, which no other process
    may have disturbed, tell of about the same speed.

    Args:
        parts: The runs; where there are fewer than two, nothing is compared.
    """
    first, *others = parts or (None,)
    reasons = (reason for other in others if first and (reason := _difference_of_costs(first, other)))
    reason = next(reasons, "")
    return reason and f"Costs of different runs do not compare, and none is called best by them: {reason}"


def _difference_of_costs(first: RunPart, other: RunPart) -> str:
    there, here = _machine(first), _machine(other)
    for fact in there:
        if fact in here and there[fact] != here[fact]:
            return f"{fact} {there[fact]} in {first.name}, {here[fact]} in {other.name}"
    for part in (first, other):
        if part.calibration is None:
            return f"{part.name} has no calibration, as where several workers share a machine"
        if part.calibration.disturbed:
            return f"the calibration of {part.name} was {DISTURBED}"
    seconds = {part.name: part.calibration.seconds for part in (first, other) if part.calibration}
    if max(seconds.values()) > _LARGEST_SPEED_RATIO * min(seconds.values()):
        return f"the calibration took {', '.join(f'{taken:.2g} s in {name}' for name, taken in seconds.items())}"
    return ""


def _machine(part: RunPart) -> dict[str, Any]:
    """What the durations of a run depend on, by the words for it; what an earlier version did not note is unknown."""
    environment = part.provenance.get("environment")
    facts = environment if isinstance(environment, Mapping) else {}
    return {
        **{name: part.provenance.get(name) or "unknown" for name in ("device", "executor")},
        **{name: facts.get(name) or "unknown" for name in ("threads", "processor", "cores", "platform")},
        **({"calibration": part.calibration.version} if part.calibration else {}),
    }


def _fingerprint(protocol: Mapping[str, Any]) -> str:
    """The fingerprint of a run's protocol, empty where it was lost."""
    found = protocol.get("fingerprint")
    return found.strip() if isinstance(found, str) else ""
