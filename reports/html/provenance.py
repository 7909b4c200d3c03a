"""Origin of a run's numbers and pictures: command, machine, versions, settings, licences."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from benchmark.analysis.networks import network_of
from benchmark.escaping import shell_command
from benchmark.settings import SettingOrigin
from benchmark.wording import NOT_STATED
from reports.tables.citation import PaperReference, bibtex, collect_papers
from reports.tables.formatting import field_of, text_of, web_address

if TYPE_CHECKING:
    from benchmark.analysis.networks import Network
    from benchmark.store.records import MethodRecord, ModelRecord, RunPart, RunRecords

SHOWN_APART: Final = frozenset({"command", "environment"})


@dataclass(frozen=True)
class Fact:
    """A name and its value."""

    name: str
    value: str


@dataclass(frozen=True)
class MethodSettings:
    """All settings of a method. ``has_origins``: the run recorded which of them differ from the method's defaults."""

    title: str
    version: str
    distribution: str
    licence: str
    settings: tuple[Fact, ...]
    has_origins: bool


@dataclass(frozen=True)
class Attribution:
    """Attribution of a picture: its creator, source and licence."""

    kind: str
    title: str
    creator: str
    licence: str
    source: str
    url: str


@dataclass(frozen=True)
class PartOrigin:
    """The origin of a run that is a part of others: command, machine and the titles of its methods."""

    name: str
    methods: str
    command: str
    facts: tuple[Fact, ...]
    environment: tuple[Fact, ...]


@dataclass(frozen=True)
class Provenance:
    """Everything needed to repeat a run and to credit its sources.

    ``parts`` are the runs that it is made of, where it is of several, and ``differences`` say in what these differ.
    """

    command: str
    facts: tuple[Fact, ...]
    environment: tuple[Fact, ...]
    models: tuple[tuple[ModelRecord, Network], ...]
    settings: tuple[MethodSettings, ...]
    attributions: tuple[Attribution, ...]
    bibtex: str
    papers: tuple[PaperReference, ...]
    parts: tuple[PartOrigin, ...] = ()
    differences: tuple[str, ...] = ()


def build_provenance(run: RunRecords) -> Provenance:
    """Collects the origins of a run."""
    return Provenance(
        command=_command(run.provenance.get("command")),
        facts=(
            Fact("protocol fingerprint", field_of(run.protocol, "fingerprint") or "not recorded"),
            *_own_facts(run.provenance),
        ),
        environment=_facts(run.provenance.get("environment")),
        models=tuple((model, network_of(model)) for model in run.models),
        settings=tuple(
            MethodSettings(
                method.title or method.name,
                method.version,
                method.distribution,
                method.licence or NOT_STATED,
                _facts({_with_origin(name, method): value for name, value in method.settings.items()}),
                method.origins is not None,
            )
            for method in run.methods
        ),
        attributions=(
            *(_attribution("Content", content) for content in run.contents),
            *(_attribution("Style", style) for style in run.styles),
        ),
        bibtex=bibtex(run),
        papers=collect_papers(run),
        parts=tuple(_part(part, run) for part in run.parts),
        differences=(*_different_facts(run.parts), *_different_settings(run)),
    )


def _part(part: RunPart, run: RunRecords) -> PartOrigin:
    titles = {method.name: method.title or method.name for method in run.methods}
    return PartOrigin(
        name=part.name,
        methods=", ".join(titles.get(name, name) for name in part.methods.values()),
        command=_command(part.provenance.get("command")),
        facts=_own_facts(part.provenance),
        environment=_facts(part.provenance.get("environment")),
    )


def _own_facts(provenance: Mapping[str, Any]) -> tuple[Fact, ...]:
    return _facts({name: value for name, value in provenance.items() if name not in SHOWN_APART})


def _different_facts(parts: Sequence[RunPart]) -> list[str]:
    """Returns a sentence for each fact that is not the same for all parts, but for commands and moments."""
    facts = {
        part.name: {
            fact.name: fact.value
            for fact in (*_facts(_machine_facts(part)), *_facts(part.provenance.get("environment")))
        }
        for part in parts
    }
    names = dict.fromkeys(name for found in facts.values() for name in found)
    return [
        sentence
        for name in names
        if (sentence := _difference(name, {part: found.get(name, "not recorded") for part, found in facts.items()}))
    ]


def _machine_facts(part: RunPart) -> dict[str, Any]:
    return {
        name: part.provenance[name] for name in ("seed", "device", "precision", "executor") if name in part.provenance
    }


def _different_settings(run: RunRecords) -> list[str]:
    """Returns a sentence for the version, and each setting, that a method has not in all parts."""
    records = {method.name: method for method in run.methods}
    found: dict[str, dict[str, MethodRecord]] = {}
    for part in run.parts:
        for own_name, name in part.methods.items():
            if name in records:
                found.setdefault(own_name, {})[part.name] = records[name]
    sentences = []
    for own_name, by_part in found.items():
        versions = {part: method.version for part, method in by_part.items()}
        sentences.append(_difference(f"version of {own_name}", versions))
        for setting in dict.fromkeys(setting for method in by_part.values() for setting in method.settings):
            values = {part: _value(method.settings.get(setting)) for part, method in by_part.items()}
            sentences.append(_difference(f"{own_name}.{setting}", values))
    return [sentence for sentence in sentences if sentence]


def _difference(name: str, values: Mapping[str, str]) -> str:
    if len(set(values.values())) < 2:
        return ""
    holders: dict[str, list[str]] = {}
    for part, value in values.items():
        holders.setdefault(value, []).append(part)
    return f"{name}: " + "; ".join(f"{value} in {', '.join(parts)}" for value, parts in holders.items())


def _with_origin(setting: str, method: MethodRecord) -> str:
    match (method.origins or {}).get(setting):
        case SettingOrigin.PROTOCOL:
            return f"{setting} (fixed by the protocol)"
        case SettingOrigin.USER:
            return f"{setting} (passed)"
        case _:
            return setting


def _command(command: object) -> str:
    if isinstance(command, list | tuple):
        return shell_command(text_of(word) for word in command)
    return text_of(command)


def _facts(values: object, prefix: str = "") -> tuple[Fact, ...]:
    """Flattens nested mappings into lines."""
    if not isinstance(values, Mapping):
        return (Fact(prefix.rstrip(" ›") or "value", _value(values)),) if values else ()
    facts: list[Fact] = []
    for name, value in values.items():
        if isinstance(value, Mapping) and value:
            facts += _facts(value, f"{prefix}{name} › ")
        else:
            facts.append(Fact(f"{prefix}{name}", _value(value)))
    return tuple(facts)


def _value(value: object) -> str:
    if isinstance(value, bool | list | tuple | Mapping):
        return json.dumps(value, ensure_ascii=False, default=str)
    return text_of(value) or "–"


def _attribution(kind: str, picture: Mapping[str, Any]) -> Attribution:
    source = field_of(picture, "source")
    title = field_of(picture, "title", "subject", "id")
    year = field_of(picture, "year")
    return Attribution(
        kind=kind,
        title=f"{title}, {year}" if year else title,
        creator=field_of(picture, "creator", "artist"),
        licence=field_of(picture, "licence"),
        source=source,
        url=web_address(source),
    )
