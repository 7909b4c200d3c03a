"""Runs that others hand in: what must hold before their scores stand beside those of other runs.

A submission is held to more than ``benchmark doctor``, which helps the owner of a run: it is finished, of a protocol
that is known here, on all its cases, and its means follow from its units.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.errors import BenchmarkError, InputError, describe_error
from benchmark.escaping import printable
from benchmark.interface.run_check import RunCheck, State
from benchmark.registry import PluginKind, installed_plugins
from benchmark.wording import format_count

if TYPE_CHECKING:
    from benchmark.protocol.protocol import Protocol
    from benchmark.store.records import RunRecords, SummaryRow

_RELATIVE = 1e-6
"""Means and intervals may differ by this share: versions of NumPy add in different orders."""


@dataclass(frozen=True)
class KnownProtocols:
    """The protocols that submissions may be of.

    Attributes:
        by_fingerprint: The protocols.
        unknown: Reason for each installed protocol whose fingerprint this machine cannot tell, by name.
    """

    by_fingerprint: dict[str, Protocol]
    unknown: dict[str, str]


def known_protocols(names: Sequence[str] = ()) -> KnownProtocols:
    """Finds protocols with their fingerprints.

    Args:
        names: Names, or paths of their files; by default all installed ones that are frozen on this machine.

    Raises:
        InputError: One that is named cannot be used.
        MissingModelError: A network of one that is named is not known on this machine.
    """
    from benchmark.plan.selection import load_protocol

    known, unknown = {}, {}
    for name in names or installed_plugins(PluginKind.PROTOCOLS):
        try:
            protocol = load_protocol(name)
            known[protocol.fingerprint] = protocol
        except BenchmarkError as error:
            if names:
                raise
            unknown[name] = describe_error(error)
    return KnownProtocols(known, unknown)


def find_runs(paths: Sequence[Path]) -> list[Path]:
    """Returns the folders of runs: those that are named, and those inside folders that are none.

    Args:
        paths: Folders of runs, or folders that hold them at any depth.

    Raises:
        InputError: A folder holds no run.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if (path / "run.json").exists() or not path.is_dir():
            found[path] = None
            continue
        inside = sorted(manifest.parent for manifest in path.rglob("run.json"))
        if not inside:
            raise InputError(f"{printable(path)} holds no run: there is no run.json in it or below it")
        found |= dict.fromkeys(inside)
    return list(found)


def problems_of(path: Path, known: KnownProtocols) -> list[str]:
    """Checks a submission.

    Args:
        path: Folder of the run.
        known: The protocols that it may be of.

    Returns:
        What is wrong with it, each in a line; nothing where it may stand beside others.
    """
    try:
        check = RunCheck(path)
        found = [line for state, line in check.findings() if state is State.PROBLEM]
        return [*found, *_problems_of_protocol(check.records, known), *_problems_of_summary(check.records)]
    except BenchmarkError as error:
        return [describe_error(error)]


def _problems_of_protocol(run: RunRecords, known: KnownProtocols) -> Iterator[str]:
    fingerprint = str(run.protocol["fingerprint"])
    protocol = known.by_fingerprint.get(fingerprint)
    if protocol is None:
        named = ", ".join(f"{one.name} {one.version}" for one in known.by_fingerprint.values()) or "none"
        yield f"fingerprint {fingerprint[:16]}… is of no known protocol ({named}); name its file with --protocol"
        return
    expected, found = {case.id for case in protocol.cases}, {case.id for case in run.cases}
    if missing := len(expected - found):
        yield f"lacks {missing:,} of {format_count(len(expected), 'case')} of {protocol.name}; run it without --limit"
    if others := sorted(found - expected):
        yield f"has {format_count(len(others), 'case')} that {protocol.name} does not have, such as {others[0]}"


def _problems_of_summary(run: RunRecords) -> Iterator[str]:
    """Says which means do not follow from the units; a set metric's cannot be told without scoring."""
    from benchmark.analysis.summary import summarize
    from benchmark.store.records import UnitStatus

    done = run.units[run.units["status"] == UnitStatus.OK]
    units = {method.name: done[done["method"] == method.name] for method in run.methods}
    rows = summarize(
        run.methods, run.metrics, run.models, lambda method, columns: [units[method][["content", "style", *columns]]]
    )
    expected = {(row.method, row.metric): row for row in rows}
    sets = {metric.name for metric in run.metrics if metric.is_set_metric}
    stated = {(row.method, row.metric): row for row in run.summary if row.metric not in sets}
    wrong = [key for key, row in expected.items() if key not in stated or not _agree(stated[key], row)]
    wrong += [key for key in stated if key not in expected]
    if wrong:
        method, metric = wrong[0]
        more = f", and {len(wrong) - 1:,} more" if len(wrong) > 1 else ""
        yield f"summary.json does not follow from the journal: {metric} of {method}{more}"


def _agree(stated: SummaryRow, expected: SummaryRow) -> bool:
    facts = ("n", "contents", "styles", "direction", "circular", "control")
    return all(getattr(stated, name) == getattr(expected, name) for name in facts) and all(
        _close(getattr(stated, name), getattr(expected, name)) for name in ("mean", "low", "high")
    )


def _close(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=_RELATIVE, abs_tol=1e-12)
