"""The content of the page, arranged for the templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from benchmark.analysis.breakdown import breakdowns
from benchmark.analysis.design import Design
from benchmark.analysis.networks import networks_of_run, originals_of
from benchmark.analysis.statistics import analyze
from benchmark.contracts.metric import Direction
from benchmark.store.cost_columns import COST_COLUMNS, TIME
from benchmark.store.records import RunStatus, UnitStatus
from benchmark.wording import format_count
from reports.figures.all import RANKS, TRADE_OFFS, DrawnFigure, FigureKind, draw_figures, to_inline_svg
from reports.figures.sweeps import draw_sweeps
from reports.html.ablation import AblationPart, build_ablation_part
from reports.html.gallery import Gallery, build_gallery
from reports.html.glance import Glance, build_glance
from reports.html.heat_map import HeatMaps, build_heat_maps
from reports.html.incidents import Incidents, collect_incidents
from reports.html.mixes import MixesPart, build_mixes
from reports.html.overview import Overview, build_overview, overview_cases
from reports.html.picture_source import PictureSource
from reports.html.provenance import Fact, Provenance, build_provenance
from reports.html.run_comparison import Comparison, build_comparison, label_runs
from reports.tables.breakdowns import Breakdowns, build_breakdowns
from reports.tables.differences import Differences, build_differences
from reports.tables.formatting import (
    field_of,
    format_bytes,
    format_range,
    format_seconds,
    format_time,
    number_of,
    short_fingerprint,
    web_address,
)
from reports.tables.origins import describe_origin
from reports.tables.people import PeopleTable, build_people, worth
from reports.tables.ranking import DIRECTIONS, Scores, build_scores
from reports.tables.units import Unit, methods_before_controls, read_units

if TYPE_CHECKING:
    from benchmark.analysis.networks import Networks
    from benchmark.analysis.statistics import RunStatistics
    from benchmark.store.records import MethodRecord, MetricRecord, RunRecords
    from reports.html.linked_files import LinkedFiles


TRENDS: Final = "runs-"
"""Prefix of what belongs to all runs together."""

READS: Final = {
    "image": "the style image",
    "text": "the prompt",
    "either": "the style image, the prompt, or both",
    "none": "no style",
}


@dataclass(frozen=True)
class MethodNote:
    """A method in a sentence: its summary, its paper, its costs."""

    title: str
    name: str
    summary: str
    control: bool
    reads: str
    paper: str
    url: str
    cost: str
    optimises: str
    stand_ins: str
    origin: str


@dataclass(frozen=True)
class MetricNote:
    """The definition of a metric."""

    title: str
    name: str
    version: str
    axis: str
    arrow: str
    direction_words: str
    range: str
    backbone: str
    stands_in_for: str
    needs: str
    settings: str
    summary: str
    paper: str
    url: str
    unavailable: str
    sample: str
    worth: str


@dataclass(frozen=True)
class PageFigure:
    """A chart and its picture, which is shown until the interactive chart is drawn, or in its place."""

    drawn: DrawnFigure
    svg: Markup


@dataclass(frozen=True)
class RunSection:
    """One run, or several that make one table. ``prefix`` makes the anchors of a page with several of them unique.

    ``design`` is what its cases share; ``place`` says which of the page's runs it shows; ``notes`` what a reader is to
    know of them; ``network_notes`` explain all marks of networks in it.
    """

    prefix: str
    title: str
    place: str
    description: str
    status: RunStatus
    facts: tuple[Fact, ...]
    warnings: tuple[str, ...]
    overview: Overview | None
    glance: Glance | None
    design: Design
    scores: Scores
    trade_offs: tuple[PageFigure, ...]
    ranks: tuple[PageFigure, ...]
    differences: Differences | None
    methods: tuple[MethodNote, ...]
    gallery: Gallery
    heat_maps: HeatMaps | None
    breakdowns: Breakdowns | None
    metrics: tuple[MetricNote, ...]
    incidents: Incidents
    provenance: Provenance
    network_notes: tuple[str, ...]
    notes: tuple[str, ...] = ()
    ablation: AblationPart | None = None
    mixes: MixesPart | None = None
    sweeps: tuple[PageFigure, ...] = ()
    people: tuple[PeopleTable, ...] = ()


@dataclass(frozen=True)
class ListedRun:
    """A run in the head of the page, with the section that shows it."""

    title: str
    folder: str
    prefix: str


@dataclass(frozen=True)
class Page:
    """The page, with one section per table. ``inline``: its pictures are inside it."""

    title: str
    listed: tuple[ListedRun, ...]
    runs: tuple[RunSection, ...]
    comparison: Comparison | None
    trends: tuple[PageFigure, ...]
    inline: bool


def build_page(runs: Sequence[RunRecords], files: LinkedFiles | None = None, logs: LinkedFiles | None = None) -> Page:
    """Arranges the records of one or several runs.

    Args:
        runs: The runs.
        files: Folder of files that pictures are written to; without it they are inlined.
        logs: Folder of files that logs are copied to; without it they are not copied.

    Raises:
        ValueError: If there are no runs.
    """
    if not runs:
        raise ValueError("a report needs at least one run")
    originals = sum(len(run.originals) for run in runs)
    places = label_runs(runs) if originals > 1 else [""]
    sections = tuple(
        _section(run, index, place, files, logs) for index, (run, place) in enumerate(zip(runs, places, strict=True), 1)
    )
    listed = tuple(
        ListedRun(section.title, name, section.prefix)
        for section, run in zip(sections, runs, strict=True)
        for name in ([part.name for part in run.parts] if run.runs else [run.folder_names])
    )
    title = sections[0].title if originals == 1 else format_count(originals, "run")
    comparison = build_comparison(runs) if originals > 1 else None
    trends = tuple(page_figure(drawn, TRENDS) for drawn in comparison.trends) if comparison else ()
    return Page(title, listed, sections, comparison, trends, inline=files is None)


def _section(
    run: RunRecords, number: int, place: str, files: LinkedFiles | None, logs: LinkedFiles | None
) -> RunSection:
    units = read_units(run)
    pictures = PictureSource(run.directory, files, run.folders)
    statistics = analyze(run)
    scores = build_scores(run, statistics.comparisons)
    networks = networks_of_run(run)
    name = field_of(run.protocol, "title", "name") or "unnamed protocol"
    telling = overview_cases(run)
    return RunSection(
        prefix=_prefix(number),
        title=name,
        place=place,
        description=field_of(run.protocol, "description"),
        status=RunStatus(run.status),
        facts=_facts(run),
        warnings=(*_state_of(run, units), *run.warnings),
        overview=build_overview(run, units, pictures, scores, statistics, telling),
        glance=build_glance(run, statistics.anchored, scores, statistics.unanchored),
        design=statistics.design,
        scores=scores,
        trade_offs=_figures(TRADE_OFFS, run, statistics, number),
        ranks=_figures(RANKS, run, statistics, number),
        differences=build_differences(run, statistics),
        methods=tuple(_method_note(method, run, networks) for method in methods_before_controls(run)),
        gallery=build_gallery(run, units, pictures, whole=files is not None, required=telling),
        heat_maps=build_heat_maps(run, units, pictures),
        breakdowns=build_breakdowns(run, breakdowns(run)),
        metrics=tuple(_metric_note(metric, run, networks) for metric in run.metrics),
        incidents=collect_incidents(run, units, logs),
        provenance=build_provenance(run),
        network_notes=networks.notes(),
        notes=run.notes,
        ablation=build_ablation_part(run, statistics, units, pictures),
        mixes=build_mixes(run, units, pictures, whole=files is not None),
        sweeps=tuple(page_figure(drawn, _prefix(number)) for drawn in draw_sweeps(run, statistics)),
        people=build_people(run),
    )


def _prefix(number: int) -> str:
    return f"run-{number}-"


def _figures(
    kinds: tuple[FigureKind, ...], run: RunRecords, statistics: RunStatistics, number: int
) -> tuple[PageFigure, ...]:
    return tuple(page_figure(drawn, _prefix(number)) for drawn in draw_figures(kinds, run, statistics))


def page_figure(drawn: DrawnFigure, prefix: str) -> PageFigure:
    """Returns a chart with its picture made fit for a page."""
    return PageFigure(drawn, Markup(to_inline_svg(drawn, prefix)))  # noqa: S704 - made by the chart library


def _facts(run: RunRecords) -> tuple[Fact, ...]:
    protocol = " ".join(part for part in (field_of(run.protocol, "name"), field_of(run.protocol, "version")) if part)
    resolution = field_of(run.protocol, "resolution")
    controls = sum(method.control for method in run.methods)
    contents = {case.content for case in run.cases}
    styles = {case.style for case in run.cases}
    methods = format_count(len(run.methods) - controls, "method")
    joined = " × " if len(run.cases) >= len(contents) * len(styles) else ", "
    factors = f"{format_count(len(contents), 'content')}{joined}{format_count(len(styles), 'style')}"
    candidates = (
        ("Protocol", protocol),
        ("Fingerprint", short_fingerprint(field_of(run.protocol, "fingerprint"))),
        ("Resolution", f"{resolution} px" if resolution else ""),
        ("Compared", f"{methods}, {format_count(controls, 'control')}"),
        ("Cases", f"{len(run.cases):,} ({factors})"),
        ("Device", field_of(run.provenance, "device")),
        ("Precision", run.lower_precision),
        ("Finished", format_time(field_of(run.provenance, "finished"))),
        ("Status", str(RunStatus(run.status))),
    )
    return tuple(Fact(name, value) for name, value in candidates if value)


def _state_of(run: RunRecords, units: Mapping[tuple[str, str], Unit]) -> tuple[str, ...]:
    if run.status == RunStatus.COMPLETE:
        return ()
    planned = len(run.methods) * len(run.cases)
    failed = sum(unit.status == UnitStatus.FAILED for unit in units.values())
    if run.status == RunStatus.RUNNING or len(units) < planned:
        state = "is still running" if run.status == RunStatus.RUNNING else "is incomplete"
        of_them = f", {failed:,} of which failed" if failed else ""
        sentence = f"This run {state}: {len(units):,} of {format_count(planned, 'unit')} finished so far{of_them}."
    elif failed:
        sentence = f"This run is over, but {failed:,} of its {format_count(planned, 'unit')} failed."
    else:
        sentence = "No unit of this run failed, but not all scores of its pictures could be made."
    return (f"{sentence} Means cover only what was scored.",)


def _method_note(method: MethodRecord, run: RunRecords, networks: Networks) -> MethodNote:
    costs = {row.metric: number_of(row.mean) for row in run.summary if row.method == method.name}
    seconds, processor, memory = (costs.get(column) for column in COST_COLUMNS)
    warning = next((row.warning for row in run.summary if (row.method, row.metric) == (method.name, TIME)), "")
    parts = (
        f"{format_seconds(seconds)} a picture{f' ({warning})' if warning else ''}" if seconds is not None else "",
        f"{format_seconds(processor)} of processor time" if processor is not None else "",
        f"{format_bytes(memory)} of memory at its peak" if memory is not None else "",
    )
    year = f" ({method.year})" if method.year and str(method.year) not in method.paper else ""
    return MethodNote(
        title=method.title or method.name,
        name=method.name,
        summary=method.summary,
        control=method.control,
        reads=READS.get(str(method.condition), str(method.condition)),
        paper=f"{method.paper}{year}" if method.paper else "",
        url=web_address(method.url),
        cost=", ".join(part for part in parts if part),
        optimises=", ".join(str(role) for role in method.optimises),
        stand_ins=networks.stand_ins(method.name),
        origin=describe_origin(method),
    )


def _metric_note(metric: MetricRecord, run: RunRecords, networks: Networks) -> MetricNote:
    arrow, words = DIRECTIONS[Direction(metric.direction)]
    return MetricNote(
        title=metric.title or metric.name,
        name=metric.name,
        version=metric.version,
        axis=str(metric.axis),
        arrow=arrow,
        direction_words=words,
        range=format_range(metric.minimum, metric.maximum) + (f" {metric.unit}" if metric.unit else ""),
        # An unavailable metric has no scores to mark.
        backbone=networks.metric(metric.name) or " + ".join(filter(None, metric.backbones)),
        stands_in_for=originals_of(networks.of_metric(metric.name)),
        needs=", ".join(str(need).replace("_", " ") for need in metric.needs),
        settings=", ".join(f"{name} = {value}" for name, value in (metric.settings or {}).items()),
        summary=metric.summary,
        paper=metric.paper,
        url=web_address(metric.url),
        unavailable=metric.unavailable,
        sample=""
        if metric.sample_size is None
        else f"set metric, one number for all images of a method, from {metric.sample_size:,}",
        worth=worth(run, metric),
    )
