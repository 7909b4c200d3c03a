"""Citations for a run: the benchmark itself, and the papers of the methods and metrics that took part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from reports.tables.formatting import field_of, web_address

if TYPE_CHECKING:
    from benchmark.store.records import MethodRecord, MetricRecord, RunRecords

DISTRIBUTION: Final = "style-transfer-benchmark"
TEX_ESCAPES: Final = str.maketrans(
    {character: f"\\{character}" for character in "&%$#_{}"}
    | {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "\n": " ", "\r": " "}
    # LaTeX's default fonts have other characters in their places.
    | {"<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}"}
)


@dataclass(frozen=True)
class PaperReference:
    """A paper with the method or metric that it describes. ``url`` is empty where there is none to link to."""

    names: tuple[str, ...]
    citation: str
    url: str


def bibtex(run: RunRecords) -> str:
    """Returns a BibTeX entry for the benchmark that names the run's protocol and its fingerprint."""
    version = find_version(run.provenance)
    started = field_of(run.provenance, "started")
    protocol, number, fingerprint = (
        field_of(run.protocol, key).translate(TEX_ESCAPES) for key in ("name", "version", "fingerprint")
    )
    fields = {
        "title": "{style-transfer-benchmark}: a benchmark for image- and text-driven style transfer",
        "author": "{The style-transfer-benchmark contributors}",
        "year": started[:4] if started[:4].isdecimal() else "",
        "version": version.translate(TEX_ESCAPES),
        "note": f"Protocol {protocol} {number}, fingerprint {fingerprint}",
    }
    lines = [f"  {name:<7} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join(["@software{style_transfer_benchmark,", *lines, "}"])


def find_version(provenance: Mapping[str, Any]) -> str:
    """Returns the version of the benchmark that made a run, as its environment states it, or an empty string."""
    environment = provenance.get("environment")
    places: list[object] = [environment]
    if isinstance(environment, Mapping):
        places += environment.values()
    for place in places:
        if isinstance(place, Mapping) and (version := field_of(place, DISTRIBUTION)):
            return version
    return ""


def collect_papers(run: RunRecords) -> tuple[PaperReference, ...]:
    """Returns the papers of the methods, then those of the metrics, each once."""
    names: dict[str, list[str]] = {}
    addresses: dict[str, str] = {}
    plugins: list[MethodRecord | MetricRecord] = [*run.methods, *run.metrics]
    for plugin in plugins:
        if plugin.paper:
            names.setdefault(plugin.paper, []).append(plugin.title or plugin.name)
            addresses.setdefault(plugin.paper, web_address(plugin.url))
    return tuple(PaperReference(tuple(titles), paper, addresses[paper]) for paper, titles in names.items())
