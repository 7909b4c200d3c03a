"""The frozen description of a run: its methods with their settings, its protocol and its metrics."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmark.contracts import Method, MethodInfo, MetricInfo, NoSettings, Precision, SetMetricInfo
from benchmark.method_source import MadePictures, MethodSource
from benchmark.models.role import Role
from benchmark.models.specification import ModelSpecification, find_models
from benchmark.plan.plan import Plan
from benchmark.protocol.protocol import Protocol
from benchmark.protocol.variant import variant_name
from benchmark.registry import Plugin
from benchmark.settings import SettingOrigin


@dataclass(frozen=True)
class SelectedMethod:
    """A method that takes part.

    Attributes:
        source: Where it comes from.
        info: Its static facts, or ``None`` if it is broken.
        settings: All its settings.
        origins: Origin of each setting that differs from the method's default.
        error: Reason why it is broken, with which its units fail; empty if it is not.
        changes: Of a variant, the settings that it is named after, with their values; empty for a method itself.
    """

    source: MethodSource
    info: MethodInfo | None = None
    settings: Any = None
    error: str = ""
    origins: Mapping[str, SettingOrigin] = field(default_factory=dict)
    changes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Name of the row: that of the method, or of its variant."""
        return variant_name(self.source.name, self.changes) if self.changes else self.source.name

    @property
    def pictures(self) -> MadePictures | None:
        """Its pictures, where they exist before the run; ``None`` where they are to be made."""
        return self.source if isinstance(self.source, MadePictures) else None

    @property
    def is_deterministic(self) -> bool:
        """Whether it makes the same picture of a case whatever the seed."""
        return self.pictures is None and self.info is not None and self.info.deterministic

    def precision_in(self, wanted: Precision) -> Precision | None:
        """Returns the precision that it computes in where a run wants one, or ``None`` where no run has a say in it."""
        return None if self.info is None else self.info.precision_in(wanted)

    def make(self) -> Method[Any]:
        """Makes the method with its settings.

        Raises:
            BenchmarkError: It is broken.
            Exception: Whatever the method raises.
        """
        return self.source.load()(self.settings)


@dataclass(frozen=True)
class SelectedMetric:
    """A metric that takes part.

    Attributes:
        plugin: The plugin.
        info: Its static facts, or ``None`` if it is broken.
        unavailable: Reason why it cannot score in this protocol, or empty.
        settings: All its settings, as the protocol fixes them or at their defaults.
    """

    plugin: Plugin
    info: MetricInfo | None = None
    unavailable: str = ""
    settings: Any = field(default_factory=NoSettings)

    @property
    def name(self) -> str:
        """Name of the metric."""
        return self.plugin.name

    @property
    def is_set_metric(self) -> bool:
        """Whether it is a set metric: scores all images of a method at once, not case by case."""
        return isinstance(self.info, SetMetricInfo)

    def make(self) -> Any:
        """Makes the metric, or set metric, with its settings.

        Raises:
            BenchmarkError: It is broken.
            Exception: Whatever the metric raises.
        """
        metric = self.plugin.load()
        # One without settings need not take any.
        return metric() if isinstance(self.settings, NoSettings) else metric(self.settings)


@dataclass(frozen=True)
class RunConfiguration:
    """The configuration of a run.

    Attributes:
        protocol: The protocol.
        methods: The methods in the order they run; none where nothing is made, and only what a run has made is scored.
        metrics: The metrics.
        seed: Seed of the run.
        device: ``cpu`` or ``cuda``.
        precision: Precision that the methods compute in, as far as they can; metrics score in float32.
        limit: Number of cases, from the first, or ``None`` for all.
        command: The command line, for the record.
        protocol_source: Name or path by which the protocol is found again; empty where it was given from Python.
        left_out: Methods of ``all`` that cannot take part, a line each with the reason.
        models: The networks that the protocol names, and those that are a method's or an available metric's own. They
            are found once, here, so that every process of the run has the same ones.
    """

    protocol: Protocol
    methods: tuple[SelectedMethod, ...]
    metrics: tuple[SelectedMetric, ...]
    seed: int = 0
    device: str = "cpu"
    precision: Precision = Precision.FLOAT32
    limit: int | None = None
    command: tuple[str, ...] = field(default=(), compare=False)
    protocol_source: str = field(default="", compare=False)
    left_out: tuple[str, ...] = field(default=(), compare=False)
    models: Mapping[Role, ModelSpecification] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        roles = [role for method in self.methods if method.info for role in method.info.uses]
        object.__setattr__(self, "models", find_models(self.protocol.models, [*roles, *scoring_roles(self.metrics)]))

    @property
    def pictures(self) -> Mapping[str, MadePictures]:
        """The pictures of the methods whose pictures exist, by method."""
        return {method.name: method.pictures for method in self.methods if method.pictures is not None}

    def units(self) -> Plan:
        """Returns all units, in the order they run."""
        return Plan(tuple(method.name for method in self.methods), self.protocol.cases, self.seed, self.limit)


def scoring_roles(metrics: Iterable[SelectedMetric]) -> list[Role]:
    """Returns the roles of the networks that metrics score with.

    Args:
        metrics: The metrics; those that are broken or unavailable have none.
    """
    return [role for metric in metrics if metric.info and not metric.unavailable for role in metric.info.backbones]
