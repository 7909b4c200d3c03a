"""Merges runs of one protocol to one run."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from benchmark.analysis.combination import (
    notes_on_parts,
    set_scores_of,
    union_of_cases,
    union_of_metrics,
    why_not_asked_for,
)
from benchmark.analysis.comparability import MetricIdentity, ProtocolIdentity, identify_metrics
from benchmark.analysis.loading import load_records
from benchmark.analysis.repeated_methods import share_methods
from benchmark.analysis.run_names import name_runs
from benchmark.analysis.summary import summarize, summary_to_json
from benchmark.errors import InputError, NotComparableError
from benchmark.plan.unit import image_path, log_path, mask_path, unit_seed
from benchmark.store.atomic import json_text, new_folder, write_json
from benchmark.store.journal import JournalWriter, UnitRecord
from benchmark.store.journal_index import JournalIndex
from benchmark.store.manifest import Environment, Manifest, MergedRun, choose_schema_version, new_run_id
from benchmark.store.planned_units import RecordedUnits
from benchmark.store.records import CaseRecord, MethodRecord, RunRecords, RunStatus, UnitStatus
from benchmark.store.results import TableInFile, score_columns, write_results
from benchmark.store.run_directory import RunDirectory

_UnitKey = tuple[str, str]
_NOT_IN_A_NAME: Final = re.compile(r"[^0-9A-Za-z_]+")


@dataclass(frozen=True)
class MergeOutcome:
    """What was merged.

    Attributes:
        status: State of the merged run.
        methods: Number of its methods.
        units: Number of its units.
        notes: What the user is to know, each in one line.
    """

    status: RunStatus
    methods: int
    units: int
    notes: tuple[str, ...]


def merge_runs(runs: Sequence[Path], destination: Path) -> MergeOutcome:
    """Makes one run of several, whole or not at all. The runs themselves stay as they are.

    A method that several runs have with the same version, settings and pictures is taken once; one that has other
    pictures there gets the name of its run behind its own. A case that a run was not asked for counts as skipped, and a
    metric that a run lacks has no value.

    Args:
        runs: Folders of two runs or more.
        destination: Folder of the merged run, which does not exist or is empty.

    Raises:
        InputError: A folder holds no run, or a damaged one, or is being written or there twice; an image is missing or
            has changed; the destination is in use, inside one of the runs, or cannot be written.
        NotComparableError: The runs are of different protocols, or of metrics that differ.
    """
    names = name_runs(runs)
    for run in runs:
        RunDirectory(run).read_manifest()
    _refuse_destination(destination, runs)
    with contextlib.ExitStack() as locks:
        for run in runs:
            locks.enter_context(RunDirectory(run).unchanging())
        sources = [_read(name, run) for name, run in zip(names, runs, strict=True)]
        _require_comparable(sources)
        merge = _Merge(sources, ("benchmark", "merge", *map(str, runs), "-o", str(destination)))
        with new_folder(destination) as folder:
            return merge.write(RunDirectory(folder))


@dataclass(frozen=True, eq=False)
class _Source:
    """A run that is merged; ``cases`` holds the names of its cases."""

    name: str
    path: Path
    manifest: Manifest
    records: Mapping[_UnitKey, UnitRecord]
    loaded: RunRecords
    cases: frozenset[str]


@dataclass(frozen=True)
class _Method:
    """A method of the merged run: its record there, its name in its runs, and these."""

    record: MethodRecord
    own_name: str
    sources: tuple[_Source, ...]


def _refuse_destination(destination: Path, runs: Sequence[Path]) -> None:
    for run in runs:
        if destination.resolve().is_relative_to(run.resolve()):
            raise InputError(f"{destination} is inside {run}, which is merged; name another folder with -o")
    try:
        if destination.exists() and (not destination.is_dir() or any(destination.iterdir())):
            raise InputError(f"{destination} is not an empty folder; name another with -o")
    except OSError as error:
        raise InputError(f"cannot use {destination}: {error.strerror}; name another folder with -o") from error


def _read(name: str, path: Path) -> _Source:
    directory = RunDirectory(path)
    manifest = directory.read_manifest()
    advice = f"`benchmark doctor {path}` says what to do"
    if not directory.journal.is_file():
        raise InputError(f"{path} has no journal.jsonl, without which no unit counts; {advice}")
    loaded = load_records(path)
    index = JournalIndex(
        directory.journal, RecordedUnits(tuple(method.name for method in loaded.methods), loaded.cases)
    )
    if damaged := index.lasting_damage:
        raise InputError(f"{path} is damaged: {damaged[0]}; {advice}")
    records = {record.key: record for _, record in index.records()}
    if loaded.summary_problem and any(metric.sample_size is not None for metric in loaded.metrics):
        raise InputError(f"{path} has no scores of set metrics to merge, as {loaded.summary_problem}; {advice}")
    return _Source(name, path, manifest, records, loaded, frozenset(case.id for case in loaded.cases))


def _require_comparable(sources: Sequence[_Source]) -> None:
    first = sources[0]
    identities = [
        ProtocolIdentity(
            each.manifest.protocol.name, each.manifest.protocol.version, each.manifest.protocol.fingerprint
        )
        for each in sources
    ]
    known: dict[str, tuple[_Source, MetricIdentity]] = {}
    for source, identity in zip(sources, identities, strict=True):
        if not identity.fingerprint:
            raise NotComparableError(f"{source.path} has no protocol fingerprint: nothing says what it compares with")
        if difference := identities[0].difference(identity):
            raise NotComparableError(
                f"{first.path} and {source.path} are not comparable: {difference}; merge runs of one protocol"
            )
        for metric, measured in identify_metrics(source.loaded).items():
            other, before = known.setdefault(metric, (source, measured))
            if difference := before.difference(measured):
                raise NotComparableError(
                    f"{other.path} and {source.path} are not comparable: {metric}: {difference}; run one of them again"
                )


class _Merge:
    """One run of several comparable ones."""

    def __init__(self, sources: Sequence[_Source], command: Sequence[str]) -> None:
        self._sources = sources
        self._command = command
        loaded = [source.loaded for source in sources]
        self._cases = union_of_cases(loaded)
        self._metrics = union_of_metrics(loaded)
        self._models = tuple({(model.role, model.name): model for run in loaded for model in run.models}.values())
        self._methods = self._name_methods(loaded)

    def write(self, directory: RunDirectory) -> MergeOutcome:
        """Writes the merged run into an empty folder.

        Args:
            directory: The folder.
        """
        with JournalWriter(directory.journal) as journal:
            for method in self._methods:
                self._copy_log(method, directory)
                for case in self._cases:
                    record = self._unit(method, case, directory)
                    if record is not None:
                        journal.append(record)
        self._copy_inputs(directory)
        methods = [method.record for method in self._methods]
        index = JournalIndex(directory.journal, RecordedUnits(tuple(method.name for method in methods), self._cases))
        write_results(index.records(), index.plan, score_columns(self._metrics), directory.results)
        sets = [metric.name for metric in self._metrics if metric.sample_size is not None]
        set_scores = [
            replace(score, method=method.record.name)
            for method in self._methods
            for score in set_scores_of([source.loaded for source in method.sources], method.own_name, sets)
        ]
        with TableInFile(directory.results) as table:
            rows = summarize(methods, self._metrics, self._models, table.scores, set_scores)
        write_json(directory.summary, summary_to_json(rows))
        is_complete = all(source.manifest.status is RunStatus.COMPLETE for source in self._sources)
        status = RunStatus.COMPLETE if is_complete else RunStatus.INCOMPLETE
        manifest = self._manifest(status)
        write_json(directory.manifest, manifest.to_value())
        return MergeOutcome(status, len(methods), len(index), self._notes(load_records(directory.path)))

    def _name_methods(self, loaded: Sequence[RunRecords]) -> list[_Method]:
        found = share_methods(loaded, lambda _: True)
        # Names of folders that differ in case only are one name on some systems.
        taken = {method.record.name.casefold() for method in found if not method.is_repeated}
        methods = []
        for shared in found:
            sources = tuple(self._sources[position] for position in shared.runs)
            record = shared.record
            if shared.is_repeated:
                name = _with_suffix(record.name, sources[0].name, taken)
                taken.add(name.casefold())
                record = replace(record, name=name, title=f"{record.title or record.name} ({sources[0].name})")
            methods.append(_Method(record, shared.record.name, sources))
        return methods

    def _unit(self, method: _Method, case: CaseRecord, directory: RunDirectory) -> UnitRecord | None:
        """The record of a unit, whose image is copied; ``None`` where it has not been run."""
        name, key = method.record.name, (method.own_name, case.id)
        asked = [source for source in method.sources if case.id in source.cases]
        if not asked:
            source = method.sources[0]
            return UnitRecord(
                name,
                case.id,
                UnitStatus.SKIPPED,
                unit_seed(source.manifest.seed, case.id, method.own_name),
                why_not_asked_for(source.name, len(source.cases)),
            )
        known = [(source, source.records[key]) for source in asked if key in source.records]
        if not known:
            return None
        done = [(source, record) for source, record in known if record.status is UnitStatus.OK]
        source, chosen = (done or known)[0]
        if done:
            chosen = _with_scores_of(chosen, [record for _, record in done])
        image = image_path(name, case.id) if chosen.image else ""
        if image:
            _copy_image(source, chosen, directory, image)
        return replace(chosen, method=name, image=image, log=log_path(name) if chosen.log else "")

    def _copy_log(self, method: _Method, directory: RunDirectory) -> None:
        for source in method.sources:
            data = _read_inside(source.path, log_path(method.own_name))
            if data is not None:
                _write_inside(directory.path, log_path(method.record.name), data)
                return

    def _copy_inputs(self, directory: RunDirectory) -> None:
        """Copies contents, styles and masks, each from the first run that still has it, and from nowhere else."""
        longest = self._longest().manifest
        pictures = [picture.thumbnail for picture in (*longest.contents, *longest.styles) if picture.thumbnail]
        masks = [
            mask_path(case.content, case.style, number)
            for case in self._cases
            for number, style in enumerate(case.styles, start=1)
            if style.get("mask")
        ]
        for path in dict.fromkeys((*pictures, *masks)):
            for source in self._sources:
                data = _read_inside(source.path, path)
                if data is not None:
                    _write_inside(directory.path, path, data)
                    break

    def _longest(self) -> _Source:
        return max(self._sources, key=lambda source: source.manifest.number_of_cases)

    def _manifest(self, status: RunStatus) -> Manifest:
        manifests = [source.manifest for source in self._sources]
        longest = self._longest().manifest.to_value()
        is_whole = len(self._cases) == self._longest().manifest.number_of_cases
        finished = [manifest.finished for manifest in manifests if manifest.finished]
        cases = longest["cases"] if is_whole else [asdict(case) for case in self._cases]
        value = longest | {
            "schema_version": choose_schema_version(cases),
            "status": status,
            "methods": [asdict(method.record) for method in self._methods],
            "metrics": [asdict(metric) for metric in self._metrics],
            "models": [asdict(model) for model in self._models],
            "unread_prompts": self._unread_prompts(),
            "cases": cases,
            "seed": manifests[0].seed,
            "device": ", ".join(dict.fromkeys(manifest.device for manifest in manifests)),
            "precision": ", ".join(dict.fromkeys(manifest.precision for manifest in manifests)),
            "environment": _shared([manifest.environment.model_dump(exclude_unset=True) for manifest in manifests]),
            "calibration": None,
            "command": list(self._command),
            "started": min(manifest.started for manifest in manifests),
            "finished": max(finished) if len(finished) == len(manifests) else None,
            "id": new_run_id(),
            "merged": [part.model_dump(exclude_unset=True) for source in self._sources for part in self._parts(source)],
        }
        for fact in ("executor", "workers", "timeout"):
            found = [getattr(manifest, fact) for manifest in manifests]
            value[fact] = found[0] if all(each == found[0] for each in found) else None
        return Manifest.from_value(json.loads(json_text(value)))

    def _parts(self, source: _Source) -> list[MergedRun]:
        """What is recorded of a run; of one that was merged itself, what it has recorded of each of its own."""
        manifest = source.manifest
        names = self._names_in(source)
        if manifest.merged:
            return [
                part.model_copy(
                    update={
                        "name": f"{source.name}/{part.name}",
                        "methods": {own: names[name] for own, name in part.methods.items() if name in names},
                    }
                )
                for part in manifest.merged
            ]
        facts = manifest.model_dump(exclude_unset=True)
        shared = {name: facts[name] for name in MergedRun.model_fields if name in facts}
        return [
            MergedRun.model_validate(
                shared
                | {
                    "name": source.name,
                    "methods": names,
                    "metrics": [metric.name for metric in manifest.metrics if not metric.unavailable],
                    "number_of_cases": manifest.number_of_cases,
                }
            )
        ]

    def _names_in(self, source: _Source) -> dict[str, str]:
        """The name in the merged run of each method of a run."""
        return {method.own_name: method.record.name for method in self._methods if source in method.sources}

    def _unread_prompts(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for source in self._sources:
            names = self._names_in(source)
            for loss in source.manifest.unread_prompts:
                said = loss.model_dump() | {"reader": names.get(loss.reader, loss.reader)}
                if said not in found:
                    found.append(said)
        return found

    def _notes(self, merged: RunRecords) -> tuple[str, ...]:
        renamed = [
            f"{method.own_name} of {source.name} differs from that of other runs and is now {method.record.name}"
            for method in self._methods
            if method.record.name != method.own_name
            for source in method.sources
        ]
        unfinished = [
            f"{source.name} is {source.manifest.status}, and so the merged run is incomplete"
            for source in self._sources
            if source.manifest.status is not RunStatus.COMPLETE
        ]
        return (*renamed, *unfinished, *notes_on_parts(merged.parts), *filter(None, (merged.costs_apart,)))


def _with_suffix(name: str, run: str, taken: set[str]) -> str:
    stem = f"{name}_{_NOT_IN_A_NAME.sub('_', run).strip('_') or 'run'}"
    number, found = 1, stem
    while found.casefold() in taken:
        number += 1
        found = f"{stem}_{number}"
    return found


def _with_scores_of(chosen: UnitRecord, records: Sequence[UnitRecord]) -> UnitRecord:
    """Adds to a record what other runs scored of the same picture, and this one's did not."""
    scores: dict[str, float | None] = {}
    for name, value in (pair for record in (chosen, *records) for pair in record.scores.items()):
        if scores.get(name) is None:
            scores[name] = value
    errors = {
        metric: reason
        # The reason of the first run is set last, and so counts, as in tables of several runs.
        for record in reversed(records)
        for metric, reason in record.score_errors.items()
        if scores.get(metric) is None
    }
    similarities = next((record.similarities for record in (chosen, *records) if record.similarities), {})
    return replace(chosen, scores=scores, score_errors=errors, similarities=similarities)


def _copy_image(source: _Source, record: UnitRecord, directory: RunDirectory, target: str) -> None:
    image = source.path / record.image
    data = _read_inside(source.path, record.image)
    if data is None and image.exists() and _place_inside(source.path, record.image) is None:
        raise InputError(f"{image} is a link out of {source.path}, which is not followed; put the picture itself there")
    if data is None or hashlib.sha256(data).hexdigest() != record.image_sha256:
        state = "is missing" if data is None else "has changed since it was made"
        raise InputError(f"{image} {state}; `benchmark doctor {source.path}` says what makes it again")
    _write_inside(directory.path, target, data)


def _place_inside(folder: Path, path: str) -> Path | None:
    """Where a path in a folder is, links followed; ``None`` where that is outside, because a run may be a stranger's.

    A merged run is published: neither a link nor a ``..`` may bring a file of this machine into it, or write elsewhere.
    """
    try:
        place = (folder / path).resolve()
        return place if place.is_relative_to(folder.resolve()) else None
    # Before Python 3.13, links that lead to each other are a RuntimeError; a zero byte is a ValueError.
    except (OSError, RuntimeError, ValueError):
        return None


def _read_inside(folder: Path, path: str) -> bytes | None:
    """Reads a file of a run; ``None`` where there is none, or it is not inside the run's folder."""
    place = _place_inside(folder, path)
    try:
        return place.read_bytes() if place is not None and place.is_file() else None
    except OSError:
        return None


def _write_inside(folder: Path, path: str, data: bytes) -> None:
    """Writes a file of the merged run, or nothing where it would not be inside its folder."""
    place = _place_inside(folder, path)
    if place is not None:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)


def _shared(environments: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What all environments have in common."""
    first, *others = environments
    shared: dict[str, Any] = {}
    for name in Environment.model_fields:
        value = first.get(name)
        if isinstance(value, Mapping):
            shared[name] = {
                key: each
                for key, each in value.items()
                if all((other.get(name) or {}).get(key) == each for other in others)
            }
        elif value is not None and all(other.get(name) == value for other in others):
            shared[name] = value
    return shared
