"""Names and marks of the pretrained networks behind a number, as all tables, charts and captions use them.

A stand-in is a network that plays the part of a published one without being it. Its numbers look like those of the
published one, so it is named and marked wherever they are shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from benchmark.models.role import Role
from benchmark.models.specification import find_known_model, find_model, model_of

if TYPE_CHECKING:
    from benchmark.plan.configuration import SelectedMetric
    from benchmark.store.records import ModelRecord, RunRecords

STAND_IN: Final = "‡"
"""Mark of a stand-in: a mark of footnotes that fonts of terminals, browsers and LaTeX (``\\ddagger``) have."""

UNKNOWN: Final = "?"
"""Mark of a network that an old run did not describe."""

_ADVICE: Final = "compare within this protocol only"


@dataclass(frozen=True)
class Network:
    """A pretrained network, as named beside its numbers.

    Attributes:
        name: Its name in protocols.
        stands_in_for: The published network whose part it plays without being it; empty for a published one, ``None``
            where that is not known.
    """

    name: str
    stands_in_for: str | None = ""

    @property
    def mark(self) -> str:
        """The mark behind its name; empty for a published network."""
        return UNKNOWN if self.stands_in_for is None else STAND_IN * bool(self.stands_in_for)

    @property
    def label(self) -> str:
        """Its name and its mark, for instance ``clip-tiny-judge ‡``."""
        return f"{self.name} {self.mark}".rstrip()


def label_of(networks: Iterable[Network]) -> str:
    """Returns the names of networks with their marks; empty where there are none."""
    return " + ".join(network.label for network in networks)


def names_of(networks: Iterable[Network]) -> str:
    """Returns the names of networks, for programs."""
    return " + ".join(network.name for network in networks)


def originals_of(networks: Iterable[Network]) -> str:
    """Returns the networks that these stand in for, for programs: none for published ones, or ``unknown``."""
    originals = ("unknown" if network.stands_in_for is None else network.stands_in_for for network in networks)
    return " + ".join(dict.fromkeys(filter(None, originals)))


def notes_on(networks: Iterable[Network]) -> tuple[str, ...]:
    """Explains the marks of networks: in a sentence for each mark, none for published networks.

    Args:
        networks: The networks that are shown, in any number of places.
    """
    names: dict[str | None, dict[str, None]] = {}
    for network in networks:
        names.setdefault(network.stands_in_for, {})[network.name] = None
    stand_ins = [
        f"{_joined(tuple(standing))} {'is' if len(standing) == 1 else 'are'} not {original}"
        for original, standing in names.items()
        if original
    ]
    sentences = [f"{STAND_IN} {', '.join(stand_ins)}: {_ADVICE}"] if stand_ins else []
    if unknown := names.get(None):
        sentences.append(f"{UNKNOWN} not recorded whether published or a stand-in: {_joined(tuple(unknown))}")
    return tuple(sentences)


@dataclass(frozen=True)
class Networks:
    """The networks of the metrics and of the methods of a run, or of a protocol.

    Attributes:
        of_metrics: Networks that each metric is computed with, by its name; unavailable metrics are left out.
        of_methods: Networks that each method uses, by its name.
        judge: The text-image model that scores, or ``None`` where there is none.
    """

    of_metrics: Mapping[str, tuple[Network, ...]]
    of_methods: Mapping[str, tuple[Network, ...]]
    judge: Network | None = None

    def of_metric(self, name: str) -> tuple[Network, ...]:
        """Returns the networks of a metric, or of the metric that a column is a component of; none for costs.

        Args:
            name: Name of the metric, or of the column.
        """
        return self.of_metrics.get(name) or self.of_metrics.get(name.partition(".")[0], ())

    def metric(self, name: str) -> str:
        """Returns the label of a metric's networks; empty where it has none.

        Args:
            name: Name of the metric, or of a column.
        """
        return label_of(self.of_metric(name))

    def metric_mark(self, name: str) -> str:
        """Returns the marks of a metric's networks, each once."""
        return _marks(self.of_metric(name))

    def stand_ins(self, method: str) -> str:
        """Returns the label of those networks of a method that are not published ones; empty where all are.

        Args:
            method: Name of the method.
        """
        return label_of(network for network in self.of_methods.get(method, ()) if network.mark)

    def method_mark(self, name: str) -> str:
        """Returns the marks of a method's networks, each once."""
        return _marks(self.of_methods.get(name, ()))

    def notes(self, metrics: Iterable[str] | None = None, methods: Iterable[str] | None = None) -> tuple[str, ...]:
        """Explains the marks beside metrics and methods.

        Args:
            metrics: Names of the metrics that are shown, by default all.
            methods: Names of the methods that are shown, by default all.
        """
        shown = [
            *(self.of_metric(name) for name in (self.of_metrics if metrics is None else metrics)),
            *(self.of_methods.get(name, ()) for name in (self.of_methods if methods is None else methods)),
        ]
        return notes_on(network for networks in shown for network in networks)

    def lines(self) -> tuple[str, ...]:
        """Returns lines of plain text on the networks behind the scores, the methods with stand-ins, and the marks."""
        by_label: dict[str, list[str]] = {}
        for name in self.of_metrics:
            if label := self.metric(name):
                by_label.setdefault(label, []).append(name)
        made = "; ".join(f"{', '.join(names)} by {label}" for label, names in by_label.items())
        return (*filter(None, (made, self.used_stand_ins())), *self.notes())

    def used_stand_ins(self) -> str:
        """Returns plain text on the methods that use stand-ins; empty where none does."""
        return "; ".join(f"{name} uses {label}" for name in self.of_methods if (label := self.stand_ins(name)))


def networks_of_run(run: RunRecords) -> Networks:
    """Returns the networks of a run. Those that an old run did not describe are looked up by name.

    Args:
        run: The run.
    """
    recorded = {model.name: network_of(model) for model in run.models}
    by_role = {model.role: model.name for model in run.models}

    def network(name: str) -> Network:
        return recorded.get(name) or known_network(name)

    return Networks(
        {
            metric.name: tuple(network(name) for name in metric.backbones if name)
            for metric in run.metrics
            if not metric.unavailable
        },
        {
            method.name: tuple(
                network(by_role[role])
                for role in (method.optimises if method.uses is None else method.uses)
                if role in by_role
            )
            for method in run.methods
        },
        network(by_role[Role.CLIP_JUDGE]) if Role.CLIP_JUDGE in by_role else None,
    )


def networks_of_roles(roles: Iterable[Role], models: Mapping[Role, str]) -> tuple[Network, ...]:
    """Returns the networks that play roles in a protocol; roles that nothing plays are left out.

    Args:
        roles: The roles.
        models: Name of the model that plays each role.
    """
    names = {role: model_of(role, models) for role in roles}
    found = (find_model(name, role) for role, name in names.items() if name)
    return tuple(Network(model.name, model.stands_in_for) for model in found)


def networks_of_metrics(metrics: Sequence[SelectedMetric], models: Mapping[Role, str]) -> Networks:
    """Returns the networks of metrics in a protocol.

    Args:
        metrics: The metrics; those that are broken or unavailable are left out.
        models: Name of the model that plays each role.
    """
    available = [metric for metric in metrics if metric.info is not None and not metric.unavailable]
    return Networks(
        {metric.name: networks_of_roles(metric.info.backbones if metric.info else (), models) for metric in available},
        {},
    )


def network_of(model: ModelRecord) -> Network:
    """Returns the network of a record, looked up by its name where the run did not describe it.

    Args:
        model: The record.
    """
    return known_network(model.name) if model.stands_in_for is None else Network(model.name, model.stands_in_for)


def known_network(name: str) -> Network:
    """Returns a network by its name alone, as far as this installation knows it.

    Args:
        name: Name of the network.
    """
    model = find_known_model(name)
    return Network(name, None if model is None else model.stands_in_for)


def _marks(networks: Iterable[Network]) -> str:
    return "".join(dict.fromkeys(network.mark for network in networks))


def _joined(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
