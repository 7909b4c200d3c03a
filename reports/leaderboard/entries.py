"""What the site keeps of a run once its own page is written: a few numbers for each of its methods."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from benchmark.analysis.comparability import identify_metrics
from benchmark.analysis.networks import networks_of_run
from benchmark.contracts.metric import Direction
from benchmark.contracts.precision import Precision
from benchmark.escaping import printable, shell_command
from benchmark.settings import SettingOrigin
from benchmark.store.records import UnitStatus
from reports.tables.formatting import format_time, number_of, parse_time, text_of, web_address
from reports.tables.ranking import DIRECTIONS

if TYPE_CHECKING:
    from benchmark.analysis.comparability import MetricIdentity
    from benchmark.store.records import MethodRecord, MetricRecord, RunRecords

_DIGITS: Final = 12
_LONGEST_SLUG: Final = 40
_EARLIEST: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Score:
    """A method's mean by a metric, over ``n`` cases, with the ends of its interval where there is one."""

    mean: float
    low: float | None
    high: float | None
    n: int
    circular: bool
    warning: str


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric with everything that its numbers depend on: those of two different ones never share a column.

    ``order`` is ``1`` where higher is better, ``-1`` where lower is, and ``0`` where it does not rank.
    """

    key: str
    title: str
    version: str
    arrow: str
    words: str
    axis: str
    network: str
    order: int


@dataclass(frozen=True, slots=True)
class RunEntry:
    """A run, as the other pages name it. ``address`` is that of its page, ``day`` the date of its end.

    ``precision`` is the one that its methods computed in, empty for float32.
    """

    id: str
    name: str
    time: datetime
    moment: str
    device: str
    seed: str
    cases: int
    precision: str

    @property
    def address(self) -> str:
        """Address of its page, relative to the site."""
        return f"runs/{self.id}.html"

    @property
    def day(self) -> str:
        """The date of its end, or of its start where it did not end."""
        return self.moment[:10]


@dataclass(frozen=True, slots=True)
class ProtocolEntry:
    """A protocol, by its fingerprint; its words are those of the first run of it."""

    fingerprint: str
    name: str
    version: str
    title: str
    description: str
    resolution: str

    @property
    def slug(self) -> str:
        """Name of its page, without ending."""
        return make_slug(self.name, self.fingerprint)

    @property
    def address(self) -> str:
        """Address of its page, relative to the site."""
        return f"protocols/{self.slug}.html"


@dataclass(frozen=True, slots=True)
class MethodEntry:
    """A method with its settings, under one protocol; several runs can have it, each of which is a line of its history.

    ``set_here`` are the settings that a user gave, neither the method nor the protocol, and a lower precision;
    ``facts`` are all settings, and that.
    """

    slug: str
    name: str
    title: str
    version: str
    condition: str
    control: bool
    distribution: str
    paper: str
    url: str
    licence: str
    summary: str
    set_here: str
    facts: tuple[tuple[str, str], ...]

    @property
    def address(self) -> str:
        """Address of its page, relative to the site."""
        return f"methods/{self.slug}.html"

    @property
    def badge(self) -> str:
        """Address of its badge, relative to the site."""
        return f"badges/{self.slug}.svg"


@dataclass(frozen=True, slots=True)
class Result:
    """A method in a run. ``anchor`` leads to its pictures on the run's page."""

    run: RunEntry
    method: MethodEntry
    anchor: str
    ok: int
    failed: int
    skipped: int
    scores: Mapping[str, Score]

    @property
    def address(self) -> str:
        """Address of its pictures, relative to the site."""
        return f"{self.run.address}#{self.anchor}"


def make_slug(name: str, *rest: str) -> str:
    """Returns a name for a file and an address: what is readable of a name, and a hash that keeps others apart.

    Args:
        name: Any text.
        rest: What else makes it another.
    """
    readable = re.sub(r"[^a-z0-9_]+", "-", name.lower()).strip("-")[:_LONGEST_SLUG]
    return f"{readable or 'unnamed'}-{_digest([name, *rest])}"


def read_protocol(run: RunRecords) -> ProtocolEntry:
    """Returns the protocol of a run."""
    facts = ("fingerprint", "name", "version", "title", "description", "resolution")
    return ProtocolEntry(*(text_of(run.protocol.get(fact)) for fact in facts))


def read_run(run: RunRecords) -> RunEntry:
    """Returns the run itself. Its name in addresses is a hash of what it says, so that a copy of it is the same run."""
    moment = text_of(run.provenance.get("finished") or run.provenance.get("started"))
    precision = text_of(run.provenance.get("precision", Precision.FLOAT32))
    identity = [run.protocol, run.provenance, run.methods, run.metrics, run.summary, sorted(run.image_hashes.items())]
    return RunEntry(
        id=_digest(identity),
        name=printable(run.directory.name),
        time=parse_time(moment) or _EARLIEST,
        moment=format_time(moment),
        device=text_of(run.provenance.get("device")),
        seed=text_of(run.provenance.get("seed")),
        cases=len(run.cases),
        precision="" if precision == Precision.FLOAT32 else precision,
    )


def read_metrics(run: RunRecords) -> dict[str, Metric]:
    """Returns the metrics of a run by name, without those that are unavailable."""
    records = {metric.name: metric for metric in run.metrics}
    networks = networks_of_run(run)
    return {
        name: _metric(records[name], identity, networks.metric(name))
        for name, identity in identify_metrics(run).items()
    }


def read_results(
    run: RunRecords, entry: RunEntry, metrics: Mapping[str, Metric], known: dict[str, MethodEntry]
) -> list[Result]:
    """Returns the methods of a run with their scores, in the order of the run.

    Args:
        run: The run.
        entry: The same, as the site keeps it.
        metrics: Its metrics by name.
        known: The methods of earlier runs by slug, which those of this run are added to, so that each is kept once.
    """
    scores: dict[str, dict[str, Score]] = {}
    for row in run.summary:
        mean = number_of(row.mean)
        if row.metric in metrics and mean is not None:
            score = Score(mean, number_of(row.low), number_of(row.high), row.n, row.circular, row.warning)
            scores.setdefault(row.method, {})[metrics[row.metric].key] = score
    counts = Counter(zip(run.units["method"], run.units["status"], strict=True))
    fingerprint = text_of(run.protocol.get("fingerprint"))
    return [
        Result(
            run=entry,
            method=known.setdefault(found.slug, found),
            anchor=f"m{number}",
            ok=counts[method.name, UnitStatus.OK],
            failed=counts[method.name, UnitStatus.FAILED],
            skipped=counts[method.name, UnitStatus.SKIPPED],
            scores=scores.get(method.name, {}),
        )
        for number, method in enumerate(run.methods, start=1)
        for found in [_method(method, fingerprint)]
    ]


def describe_command(command: object) -> str:
    """Returns the command line of a run as text.

    Args:
        command: Words, or a text.
    """
    return shell_command(map(str, command)) if isinstance(command, list | tuple) else text_of(command)


def _metric(record: MetricRecord, identity: MetricIdentity, network: str) -> Metric:
    arrow, words = DIRECTIONS[record.direction]
    return Metric(
        key=_key(record.name, identity),
        title=record.title or record.name,
        version=record.version,
        arrow=arrow,
        words=words,
        axis=record.axis,
        network=network,
        order={Direction.HIGHER: 1, Direction.LOWER: -1}.get(record.direction, 0),
    )


def _key(name: str, identity: MetricIdentity) -> str:
    return f"{name}-{_digest([replace(identity, settings=None), _plain(identity.settings)])}"


def _method(method: MethodRecord, fingerprint: str) -> MethodEntry:
    # A release of a package does not make another method of it: the method's own version does.
    package = method.distribution.rpartition(" ")[0] or method.distribution
    settings = {str(name): _plain(value) for name, value in method.settings.items()}
    given = {str(name) for name, origin in (method.origins or {}).items() if origin != SettingOrigin.PROTOCOL}
    lower = method.lower_precision
    here = [f"{name} = {value}" for name, value in settings.items() if name in given]
    return MethodEntry(
        slug=make_slug(
            method.name,
            fingerprint,
            method.version,
            package,
            method.origin,
            _plain(settings),
            # Those of float32 keep the addresses that they had before there was another.
            *[lower] * bool(lower),
        ),
        name=method.name,
        title=method.title or method.name,
        version=method.version,
        condition=method.condition,
        control=method.control,
        distribution=package,
        paper=method.paper,
        url=web_address(method.url),
        licence=method.licence,
        summary=method.summary,
        set_here=", ".join([*here, *[f"in {lower}"] * bool(lower)]),
        facts=(*settings.items(), *[("precision", lower)] * bool(lower)),
    )


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)


def _digest(value: object) -> str:
    return hashlib.sha256(repr(value).encode(errors="backslashreplace")).hexdigest()[:_DIGITS]
