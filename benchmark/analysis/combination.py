"""Several runs as one table: runs that may be compared become the records of one run, with the methods of all."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from benchmark.analysis.comparability import compare_identities, why_costs_are_apart
from benchmark.analysis.repeated_methods import SharedMethod, share_methods
from benchmark.analysis.run_names import name_runs
from benchmark.analysis.summary import summarize
from benchmark.contracts.precision import Precision
from benchmark.plan.unit import unit_seed
from benchmark.store.records import (
    CaseRecord,
    MethodRecord,
    MetricRecord,
    RunPart,
    RunRecords,
    RunStatus,
    ScoreError,
    SetScore,
    UnitStatus,
)
from benchmark.store.results import UNIT_COLUMNS, TableInMemory, score_columns
from benchmark.wording import format_count

if TYPE_CHECKING:
    import pandas as pd

RecordT = TypeVar("RecordT")
_TYPES = {
    "seed": "int64",
    "seconds": "float64",
    "cpu_seconds": "float64",
    "disturbed": "boolean",
    "peak_memory_bytes": "Int64",
}


def combine(runs: Sequence[RunRecords]) -> list[RunRecords]:
    """Makes one table of all runs that may be compared: of one protocol, with the same metrics where both have them.

    A method whose name several runs have gets the name of its run in brackets. A control that several runs have, with
    the same version, settings and pictures, is there once. A case that a run was not asked for counts as skipped, and
    a metric that it lacks has no score.

    Args:
        runs: Runs, each in a folder of its own.

    Returns:
        One entry per group of comparable runs, in the order of the first of each; a run that compares with no other is
        as it was.

    Raises:
        InputError: One run is there twice.
    """
    groups: list[list[tuple[str, RunRecords]]] = []
    for named in zip(name_runs([run.directory for run in runs]), runs, strict=True):
        for group in groups:
            if compare_identities([*(run for _, run in group), named[1]]).comparable:
                group.append(named)
                break
        else:
            groups.append([named])
    return [_Combination(dict(group)).records() if len(group) > 1 else group[0][1] for group in groups]


def union_of_cases(runs: Sequence[RunRecords]) -> tuple[CaseRecord, ...]:
    """The cases of all runs of one protocol, in its order: each run has its first ones.

    Args:
        runs: The runs.
    """
    longest = max(runs, key=lambda run: len(run.cases))
    return tuple({case.id: case for run in (longest, *runs) for case in run.cases}.values())


def union_of_metrics(runs: Sequence[RunRecords]) -> tuple[MetricRecord, ...]:
    """The metrics of all runs; one that some run could compute is there as that run has it.

    Args:
        runs: The runs.
    """
    found: dict[str, MetricRecord] = {}
    for metric in (metric for run in runs for metric in run.metrics):
        if metric.name not in found or (found[metric.name].unavailable and not metric.unavailable):
            found[metric.name] = metric
    return tuple(found.values())


def notes_on_parts(parts: Sequence[RunPart]) -> tuple[str, ...]:
    """Says in sentences which methods are of several parts, and which parts lack something or differ in precision.

    Args:
        parts: The parts.
    """
    if not parts:
        return ()
    holders: dict[str, list[str]] = {}
    for part in parts:
        for method in part.methods.values():
            holders.setdefault(method, []).append(part.name)
    shared: dict[str, list[str]] = {}
    for method, names in holders.items():
        if len(names) > 1:
            shared.setdefault(_joined(names), []).append(method)
    metrics = dict.fromkeys(name for part in parts for name in part.metrics)
    most = max(part.cases for part in parts)
    lacking = {part.name: [name for name in metrics if name not in part.metrics] for part in parts}
    precisions = {part.name: str(part.provenance.get("precision", Precision.FLOAT32)) for part in parts}
    return (
        *_notes_on_precision(precisions),
        *(f"taken once, with the same pictures in {names}: {', '.join(methods)}" for names, methods in shared.items()),
        *(f"{name} has no scores by {', '.join(missing)}" for name, missing in lacking.items() if missing),
        *(f"{part.name} has {part.cases:,} of {format_count(most, 'case')}" for part in parts if part.cases < most),
    )


def _notes_on_precision(precisions: Mapping[str, str]) -> tuple[str, ...]:
    if len(set(precisions.values())) < 2:
        return ()
    listed = ", ".join(f"{precision} in {name}" for name, precision in precisions.items())
    return (f"methods computed in different precisions, which changes their pictures and durations: {listed}",)


@dataclass(frozen=True)
class _Entry:
    """A method of the table: its record there, its name in its runs, and these, by their names."""

    record: MethodRecord
    own_name: str
    runs: Mapping[str, RunRecords]


class _Combination:
    """The table of comparable runs, which are given by their names."""

    def __init__(self, runs: Mapping[str, RunRecords]) -> None:
        self._runs = runs
        self._all = list(runs.values())
        self._base, self._places = _common_folder(runs)
        self._cases = union_of_cases(self._all)
        self._metrics = union_of_metrics(self._all)
        self._columns = score_columns(self._metrics)
        self._entries = [self._entry(found) for found in share_methods(self._all, lambda method: method.control)]

    def records(self) -> RunRecords:
        first = self._all[0]
        methods = tuple(entry.record for entry in self._entries)
        models = tuple({(model.role, model.name): model for run in self._all for model in run.models}.values())
        units = self._units()
        parts = tuple(self._part(name, run) for name, run in self._runs.items())
        machines = [
            replace(part, name=f"{name}/{part.name}") if run.parts else part
            for (name, run), part_of_run in zip(self._runs.items(), parts, strict=True)
            for part in (run.parts or (part_of_run,))
        ]
        scores = TableInMemory.of_frame(units).scores
        return RunRecords(
            directory=self._base,
            status=_status_of(run.status for run in self._all),
            protocol=first.protocol,
            methods=methods,
            metrics=self._metrics,
            models=models,
            cases=tuple(
                replace(case, styles=tuple(self._with_picture(first, style) for style in case.styles))
                for case in self._cases
            ),
            contents=tuple(self._with_picture(first, content) for content in first.contents),
            styles=tuple(self._with_picture(first, style) for style in first.styles),
            units=units,
            summary=tuple(summarize(methods, self._metrics, models, scores, self._set_scores())),
            similarity=self._similarity(),
            provenance=_shared_provenance(parts),
            warnings=tuple(f"{name}: {warning}" for name, run in self._runs.items() for warning in run.warnings),
            score_errors=self._score_errors(units),
            logs={
                entry.record.name: self._path(run, run.logs[entry.own_name])
                for entry in self._entries
                for run in reversed(list(entry.runs.values()))
                if entry.own_name in run.logs
            },
            summary_problem="; ".join(
                f"{name}: {run.summary_problem}" for name, run in self._runs.items() if run.summary_problem
            ),
            image_hashes={
                (entry.record.name, case): found
                for entry in self._entries
                for run in reversed(list(entry.runs.values()))
                for (method, case), found in run.image_hashes.items()
                if method == entry.own_name
            },
            parts=parts,
            runs=tuple(self._all),
            notes=notes_on_parts(parts),
            costs_apart=why_costs_are_apart(machines),
        )

    def _entry(self, found: SharedMethod) -> _Entry:
        names = [list(self._runs)[position] for position in found.runs]
        record = found.record
        if found.is_repeated:
            record = replace(
                record, name=f"{record.name} ({names[0]})", title=f"{record.title or record.name} ({names[0]})"
            )
        return _Entry(record, found.record.name, {name: self._runs[name] for name in names})

    def _path(self, run: RunRecords, path: str) -> str:
        """Returns where a file of a run is, relative to the folder that holds all runs."""
        place = next(place for one, place in zip(self._all, self._places, strict=True) if one is run)
        return f"{place}/{path}" if path else path

    def _with_picture(self, run: RunRecords, facts: Mapping[str, Any]) -> dict[str, Any]:
        thumbnail = facts.get("thumbnail")
        return {**facts, "thumbnail": self._path(run, thumbnail)} if isinstance(thumbnail, str) else dict(facts)

    def _units(self) -> pd.DataFrame:
        import pandas as pd

        columns = [*UNIT_COLUMNS, *self._columns]
        types = {**_TYPES, **dict.fromkeys(self._columns, "float64")}
        tables = [
            table.reindex(columns=columns).astype(types)
            for entry in self._entries
            for table in (self._units_of(entry), self._not_asked_for(entry))
            if len(table)
        ]
        if not tables:
            return pd.DataFrame(columns=columns).astype(types)
        units = pd.concat(tables, ignore_index=True)
        methods = units["method"].map({entry.record.name: place for place, entry in enumerate(self._entries)})
        cases = units["case"].map({case.id: place for place, case in enumerate(self._cases)})
        return units.iloc[np.lexsort((cases, methods))].reset_index(drop=True)

    def _units_of(self, entry: _Entry) -> pd.DataFrame:
        """The units of a method; of a case that several runs have, that of the first in which it ended well."""
        import pandas as pd

        tables = []
        for run in entry.runs.values():
            table = run.units[run.units["method"] == entry.own_name]
            place = self._path(run, "images").removesuffix("images")
            image = [f"{place}{path}" if isinstance(path, str) and path else "" for path in table["image"]]
            tables.append(table.assign(method=entry.record.name, image=image))
        if len(tables) == 1:
            return tables[0]
        columns = [*UNIT_COLUMNS, *self._columns]
        types = {**_TYPES, **dict.fromkeys(self._columns, "float64")}
        every = pd.concat(
            [table.reindex(columns=columns).astype(types) for table in tables if len(table)] or tables[:1]
        ).reset_index(drop=True)
        is_done = every["status"] == UnitStatus.OK
        chosen = every.loc[(~is_done).sort_values(kind="stable").index].drop_duplicates("case").set_index("case")
        # What one run could not score, or was not asked to, another may have scored: of the same picture.
        scores = every[is_done].groupby("case")[self._columns].first()
        chosen.loc[scores.index, self._columns] = scores
        return chosen.reset_index()

    def _not_asked_for(self, entry: _Entry) -> pd.DataFrame:
        """Skipped units, for the cases that none of a method's runs was asked for."""
        import pandas as pd

        asked = {case.id for run in entry.runs.values() for case in run.cases}
        name, run = next(iter(entry.runs.items()))
        seed = run.provenance.get("seed")
        return pd.DataFrame(
            [
                {
                    "method": entry.record.name,
                    "case": case.id,
                    "content": case.content,
                    "style": case.style,
                    "prompt": case.prompt,
                    "seed": unit_seed(seed, case.id, entry.own_name) if isinstance(seed, int) else 0,
                    "status": str(UnitStatus.SKIPPED),
                    "error": why_not_asked_for(name, len(asked)),
                    "image": "",
                }
                for case in self._cases
                if case.id not in asked
            ]
        )

    def _set_scores(self) -> list[SetScore]:
        """Of a set metric that several runs of a method have, the score of most images."""
        found: dict[tuple[str, str], SetScore] = {}
        sets = {metric.name for metric in self._metrics if metric.sample_size is not None}
        for entry in self._entries:
            for score in set_scores_of(entry.runs.values(), entry.own_name, sets):
                found[entry.record.name, score.metric] = replace(score, method=entry.record.name)
        order = [metric.name for metric in self._metrics]
        places = {entry.record.name: place for place, entry in enumerate(self._entries)}
        return sorted(found.values(), key=lambda score: (places[score.method], order.index(score.metric)))

    def _similarity(self) -> dict[str, dict[str, Any]]:
        found = {}
        for entry in self._entries:
            matrices = [
                run.similarity[entry.own_name] for run in entry.runs.values() if entry.own_name in run.similarity
            ]
            if matrices:
                found[entry.record.name] = max(matrices, key=lambda matrix: len(matrix["columns"]))
        return found

    def _score_errors(self, units: pd.DataFrame) -> tuple[ScoreError, ...]:
        errors = {
            (entry.record.name, error.case, error.metric): replace(error, method=entry.record.name)
            for entry in self._entries
            # The reason of the first run is set last, and so counts, as where runs are merged.
            for run in reversed(list(entry.runs.values()))
            for error in run.score_errors
            if error.method == entry.own_name
        }
        if not errors:
            return ()
        table = units.set_index(["method", "case"])
        return tuple(
            error
            for (method, case, metric), error in errors.items()
            if metric not in table or (method, case) not in table.index or table[metric].isna()[method, case]
        )

    def _part(self, name: str, run: RunRecords) -> RunPart:
        nested = {part.name: dict(part.provenance) for part in run.parts}
        return RunPart(
            name=name,
            methods={entry.own_name: entry.record.name for entry in self._entries if name in entry.runs},
            metrics=tuple(metric.name for metric in run.metrics if not metric.unavailable),
            cases=len(run.cases),
            provenance={**run.provenance, **({"merged from": nested} if nested else {})},
            calibration=run.calibration,
        )


def why_not_asked_for(run: str, cases: int) -> str:
    """The reason of units that count as skipped because their run was limited.

    Args:
        run: Name of the run.
        cases: Number of its cases.
    """
    return f"its run, {run}, has the first {format_count(cases, 'case')} only"


def set_scores_of(runs: Iterable[RunRecords], method: str, metrics: Iterable[str]) -> list[SetScore]:
    """The scores of a method of several runs by set metrics: of each metric the one of most images.

    Args:
        runs: The runs.
        method: Name of the method.
        metrics: Names of the set metrics.
    """
    names = set(metrics)
    found: dict[str, SetScore] = {}
    for row in (row for run in runs for row in run.summary):
        if row.method == method and row.metric in names:
            score = SetScore(
                row.method, row.metric, row.mean, row.n, row.contents, row.styles, row.images_sha256, row.warning
            )
            known = found.get(row.metric)
            if known is None or (known.value is None, -known.n) > (score.value is None, -score.n):
                found[row.metric] = score
    return list(found.values())


def _status_of(statuses: Iterable[RunStatus]) -> RunStatus:
    found = set(statuses)
    if found == {RunStatus.COMPLETE}:
        return RunStatus.COMPLETE
    return RunStatus.RUNNING if RunStatus.RUNNING in found else RunStatus.INCOMPLETE


def _shared_provenance(parts: Sequence[RunPart]) -> dict[str, Any]:
    """What all parts have in common; devices, seeds and precisions that differ stand behind one another."""
    provenances = [part.provenance for part in parts]
    shared = {
        name: value
        for name, value in provenances[0].items()
        if name != "command" and all(other.get(name) == value for other in provenances)
    }
    for name in ("seed", "device", "precision"):
        values = dict.fromkeys(str(provenance[name]) for provenance in provenances if name in provenance)
        if name not in shared and values:
            shared[name] = ", ".join(values)
    for name, choose in (("started", min), ("finished", max)):
        moments = [str(moment) for provenance in provenances if (moment := provenance.get(name))]
        if len(moments) == len(parts):
            shared[name] = choose(moments)
    return shared


def _common_folder(runs: Mapping[str, RunRecords]) -> tuple[Path, list[str]]:
    """Returns a folder that holds all runs, and the path from there to each."""
    folders = [run.directory.absolute() for run in runs.values()]
    try:
        base = os.path.commonpath(folders)
    except ValueError:
        # On two drives of Windows; a path that is absolute needs no folder to start from.
        return folders[0], [folder.as_posix() for folder in folders]
    return Path(base), [Path(os.path.relpath(folder, base)).as_posix() for folder in folders]


def _joined(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
