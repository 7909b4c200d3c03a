"""What a run is after it was continued: what it was, and what was added to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from benchmark.analysis.comparability import superseded_metrics
from benchmark.store.manifest import Manifest, UnreadPrompt
from benchmark.store.records import MethodRecord, MetricRecord, ModelRecord, RunStatus

RecordT = TypeVar("RecordT", MethodRecord, MetricRecord)


def continued(earlier: Manifest, new: Manifest) -> Manifest:
    """Describes a run that is continued by a command that may name other methods and metrics.

    Args:
        earlier: What was run.
        new: What is to be run, of the same protocol, seed and machine.

    Returns:
        What is to be run, with the methods and metrics that the command does not name as they were.
    """
    return new.model_copy(
        update={
            "methods": _joined(earlier.methods, new.methods),
            "metrics": _joined_metrics(earlier, new, device=None),
            "models": _joined_models(earlier, new),
            "unread_prompts": _joined_prompts(earlier, new),
            "started": earlier.started,
            "id": earlier.id,
            "calibration": earlier.calibration,
            "workers": earlier.workers,
        }
    )


def scored(earlier: Manifest, new: Manifest) -> Manifest:
    """Describes a run whose images are only scored: it stays what it was, but for its metrics and their networks.

    Args:
        earlier: What was run.
        new: With what it is scored, of the same protocol, and where.
    """
    device = new.device if new.device != earlier.device else None
    return earlier.model_copy(
        update={
            "status": RunStatus.RUNNING,
            "finished": None,
            "metrics": _joined_metrics(earlier, new, device),
            "models": _joined_models(earlier, new),
            "unread_prompts": _joined_prompts(earlier, new),
        }
    )


def _joined_models(earlier: Manifest, new: Manifest) -> tuple[ModelRecord, ...]:
    """Joins networks by their roles; only a method's or metric's own may be in one of both alone."""
    return tuple({model.role: model for model in (*earlier.models, *new.models)}.values())


def _joined_metrics(earlier: Manifest, new: Manifest, device: str | None) -> tuple[MetricRecord, ...]:
    before = {metric.name: metric for metric in earlier.metrics}
    superseded = superseded_metrics(earlier, new)

    def newest(metric: MetricRecord) -> MetricRecord:
        there = before.get(metric.name)
        if there is None or there.unavailable:
            return replace(metric, device=device)
        # Its scores stay, unless its images are too small for it: then it has none, whether or not that was known.
        if metric.unavailable and metric.minimum_side <= new.protocol.resolution:
            return there
        return replace(metric, device=device if metric.name in superseded else there.device)

    return _joined(earlier.metrics, [newest(metric) for metric in new.metrics])


def _joined(earlier: Sequence[RecordT], new: Sequence[RecordT]) -> tuple[RecordT, ...]:
    """The new records, in their order, if they are of all that there was; else in the order of what there was first."""
    found = {record.name: record for record in new}
    if all(record.name in found for record in earlier):
        return tuple(new)
    return tuple(({record.name: record for record in earlier} | found).values())


def _joined_prompts(earlier: Manifest, new: Manifest) -> tuple[UnreadPrompt, ...]:
    """What is lost of prompts, of readers that only the earlier run asked too."""
    asked = {(prompt.reader, prompt.model, prompt.styles) for prompt in new.unread_prompts}
    named = {method.name for method in new.methods}
    return (
        *(
            prompt
            for prompt in earlier.unread_prompts
            if prompt.reader not in named and (prompt.reader, prompt.model, prompt.styles) not in asked
        ),
        *new.unread_prompts,
    )
