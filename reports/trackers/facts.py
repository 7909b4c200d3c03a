"""A run as trackers see it: parameters, metrics and tags of the run and of each method, and a table of its units."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Final

from benchmark.escaping import encodable, printable, shell_command
from benchmark.store.records import RunStatus, UnitStatus
from reports.tables.formatting import field_of, number_of, parse_time, short_fingerprint, text_of

if TYPE_CHECKING:
    from benchmark.store.records import MethodRecord, RunRecords, SummaryRow

PREFIX: Final = "benchmark"
"""Begins the names of tags, of which MLflow shows few letters."""
EXPERIMENT: Final = "style-transfer-benchmark"
"""Where a run is logged unless the tracker's own variables say so: an experiment, or a project."""
_PARTS: Final = ("", "low", "high", "n")
Parameter = str | int | float | bool


class State(Enum):
    """State of a run, or of one of its methods."""

    RUNNING = auto()
    FINISHED = auto()
    FAILED = auto()
    """It ended, and units or scores failed."""
    INTERRUPTED = auto()
    """It ended before all of its units did, none of which failed."""


@dataclass(frozen=True)
class Metric:
    """A number of a method.

    Attributes:
        name: Name of the metric, or of what is counted.
        part: Nothing for the mean, ``low`` and ``high`` for the ends of its 95 % interval, ``n`` for the number of
            scored cases; or what is counted.
        value: A finite number.
    """

    name: str
    part: str
    value: float

    @property
    def dotted(self) -> str:
        """Its name and its part, ``ssim.low``."""
        return f"{self.name}.{self.part}" if self.part else self.name


@dataclass(frozen=True)
class Table:
    """The units of a method: what was asked, how it ended, what it cost, and its scores.

    Attributes:
        columns: Names of the columns.
        rows: Text, numbers, truth values, or ``None``.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class MethodFacts:
    """A method of a run.

    Attributes:
        id: The same for the same method of the same run, whenever it is logged.
        name: Name of the method.
        parameters: What it was run with, by dotted name.
        metrics: Its numbers; a score that is missing or no number is left out.
        without_number: Names and parts of those numbers that are left out, dotted; they may have been there before.
        tags: What else there is to say, by name; a text is empty where there is nothing to say any more.
        table: Its units.
        state: Its state.
    """

    id: str
    name: str
    parameters: Mapping[str, Parameter]
    metrics: tuple[Metric, ...]
    without_number: tuple[str, ...]
    tags: Mapping[str, str]
    table: Table
    state: State


@dataclass(frozen=True)
class RunFacts:
    """A run.

    Attributes:
        id: The same for the same run, whenever and from wherever it is logged.
        name: Name of its folder.
        parameters: What all of its methods were run with, by dotted name.
        tags: What else there is to say, by name; a text may be empty.
        methods: Its methods.
        state: Its state.
        started: Milliseconds since 1970, or ``None`` where that is not known; so with the end.
        finished: As above.
    """

    id: str
    name: str
    parameters: Mapping[str, Parameter]
    tags: Mapping[str, str]
    methods: tuple[MethodFacts, ...]
    state: State
    started: int | None
    finished: int | None


def facts_of(run: RunRecords) -> RunFacts:
    """Gathers what is logged of a run.

    Args:
        run: The records of one run.
    """
    started, finished = (text_of(run.provenance.get(key)) for key in ("started", "finished"))
    id_ = _identity(run, started)
    parameters = dict(_run_parameters(run))
    methods = tuple(_method_facts(run, method, id_, parameters) for method in run.methods)
    return RunFacts(
        id=id_,
        name=run.folder_names,
        parameters=parameters,
        tags=_run_tags(run, started, finished),
        methods=methods,
        state=_run_state(run, [method.state for method in methods]),
        started=_milliseconds(started),
        finished=_milliseconds(finished),
    )


def _identity(run: RunRecords, started: str) -> str:
    if noted := text_of(run.provenance.get("id")):
        return _hash(noted)
    # Runs of earlier versions: what two of them seldom share.
    parts = [part.name for part in run.parts]
    return _hash(field_of(run.protocol, "fingerprint"), text_of(run.provenance.get("seed")), started, *parts)


def _run_state(run: RunRecords, methods: Collection[State]) -> State:
    if run.status is RunStatus.RUNNING:
        return State.RUNNING
    for state in (State.FAILED, State.INTERRUPTED):
        if state in methods:
            return state
    # Of an incomplete run whose methods are complete, a score failed that is of no picture alone.
    return State.FAILED if run.status is RunStatus.INCOMPLETE and methods else State.FINISHED


def _method_state(run: RunRecords, method: str, statuses: Sequence[object]) -> State:
    if run.status is RunStatus.RUNNING:
        return State.RUNNING
    if UnitStatus.FAILED in statuses or any(error.method == method for error in run.score_errors):
        return State.FAILED
    is_cut_short = run.status is RunStatus.INCOMPLETE and len(statuses) < len(run.cases)
    return State.INTERRUPTED if is_cut_short else State.FINISHED


def _hash(*texts: str) -> str:
    return hashlib.sha256(encodable(json.dumps(texts)).encode()).hexdigest()[:16]


def _milliseconds(moment: str) -> int | None:
    time = parse_time(moment)
    return None if time is None else max(0, round(time.timestamp() * 1000))


def _run_parameters(run: RunRecords) -> Iterator[tuple[str, Parameter]]:
    for key in ("name", "version", "fingerprint", "resolution"):
        yield f"protocol.{key}", _parameter(run.protocol.get(key))
    yield "cases", len(run.cases)
    for key in ("seed", "device", "precision", "executor"):
        if run.provenance.get(key) is not None:
            yield key, _parameter(run.provenance[key])
    for model in run.models:
        yield f"network.{model.role}", printable(f"{model.name} {short_fingerprint(model.fingerprint)}".strip())
    for metric in run.metrics:
        yield f"metric.{metric.name}.version", printable(metric.version)
        yield from _flattened(f"metric.{metric.name}", metric.settings or {})
    environment = run.provenance.get("environment")
    if isinstance(environment, Mapping):
        versions = environment.get("packages")
        yield "version.python", _parameter(environment.get("python"))
        yield from _flattened("version", versions if isinstance(versions, Mapping) else {})


def _method_parameters(method: MethodRecord) -> Iterator[tuple[str, Parameter]]:
    yield "method.name", printable(method.name)
    yield "method.version", printable(method.version)
    yield "method.condition", printable(method.condition)
    yield "method.control", method.control
    if method.precision is not None:
        yield "method.precision", printable(method.precision)
    if method.variant_of:
        yield "method.variant_of", printable(method.variant_of)
    yield from _flattened("settings", method.settings)


def _flattened(name: str, values: Mapping[Any, Any]) -> Iterator[tuple[str, Parameter]]:
    for key, value in values.items():
        if isinstance(value, Mapping) and value:
            yield from _flattened(f"{name}.{key}", value)
        else:
            yield f"{name}.{key}", _parameter(value)


def _parameter(value: Any) -> Parameter:
    if isinstance(value, bool | int | float):
        return value if number_of(value) is not None or isinstance(value, bool) else str(value)
    if isinstance(value, list | tuple | Mapping):
        return printable(json.dumps(value, ensure_ascii=False, default=str))
    return printable(text_of(value))


def _run_tags(run: RunRecords, started: str, finished: str) -> dict[str, str]:
    command = run.provenance.get("command")
    tags = {
        "command": shell_command(map(str, command)) if isinstance(command, list | tuple) else text_of(command),
        "status": run.status,
        "started": started,
        "finished": finished,
        "warnings": "; ".join(run.warnings),
    }
    return {name: printable(text) for name, text in tags.items()}


def _method_facts(run: RunRecords, method: MethodRecord, run_id: str, of_run: Mapping[str, Parameter]) -> MethodFacts:
    rows = [row for row in run.summary if row.method == method.name]
    table = _table(run, method.name)
    ended = table.columns.index("status") if "status" in table.columns else None
    statuses = [row[ended] for row in table.rows] if ended is not None else []
    counts = [Metric("units", status, float(statuses.count(status))) for status in UnitStatus]
    metrics = (*(metric for row in rows for metric in _metrics(row)), *counts)
    known = {metric.dotted for metric in metrics}
    names = {row.metric for row in run.summary} | {metric.name for metric in run.metrics}
    possible = {Metric(name, part, 0.0).dotted for name in names for part in _PARTS}
    missing = [f"{row.metric}: {row.warning or 'no score'}" for row in rows if number_of(row.mean) is None]
    tags = {
        "title": method.title,
        "paper": method.paper,
        "licence": method.licence,
        "circular": ", ".join(row.metric for row in rows if row.circular),
        "not_scored": "; ".join(missing),
    }
    return MethodFacts(
        id=_hash(run_id, method.name),
        name=printable(method.name),
        parameters={**of_run, **dict(_method_parameters(method))},
        metrics=metrics,
        without_number=tuple(sorted(possible - known)),
        tags={name: printable(text) for name, text in tags.items()},
        table=table,
        state=_method_state(run, method.name, statuses),
    )


def _metrics(row: SummaryRow) -> Iterator[Metric]:
    if number_of(row.mean) is None:
        return
    for part, value in zip(_PARTS, (row.mean, row.low, row.high, row.n), strict=True):
        number = number_of(value)
        if number is not None:
            yield Metric(row.metric, part, number)


def _table(run: RunRecords, method: str) -> Table:
    units = run.units
    if units.empty:
        return Table((), ())
    chosen = units[units["method"] == method]
    columns = [name for name in chosen.columns if name != "method"]
    values = [[_cell(value) for value in chosen[name].tolist()] for name in columns]
    return Table(tuple(map(str, columns)), tuple(zip(*values, strict=True)))


def _cell(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return encodable(value)
    # What pandas has in place of a missing value is no number either.
    number = number_of(value)
    return int(value) if number is not None and isinstance(value, int) else number
