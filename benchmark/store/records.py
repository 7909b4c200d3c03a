"""Records of a finished, partial or damaged run, as reports and analyses read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from benchmark.contracts.metric import Direction
from benchmark.contracts.precision import Precision
from benchmark.escaping import printable

if TYPE_CHECKING:
    import pandas as pd

    from benchmark.contracts.method import MethodInfo
    from benchmark.contracts.metric import MetricInfo
    from benchmark.store.people import StudyResult


class UnitStatus(StrEnum):
    """Status of a unit (one method on one case) that ended."""

    OK = "ok"
    FAILED = "failed"
    SKIPPED = "skipped"


class RunStatus(StrEnum):
    """State of a run."""

    RUNNING = "running"
    COMPLETE = "complete"
    """Every unit ended ok or skipped, every score was made."""
    INCOMPLETE = "incomplete"
    """Interrupted, or some units or scores failed."""


VARIANT_OF: Final = "variant_of"
"""Key of ``MethodRecord.source`` that names the method that a row is a variant of."""
CHANGES: Final = "changes"
"""Key of ``MethodRecord.source`` with the settings that a variant is named after, by name."""


class FileRecord:
    """A record that pydantic reads from a file of a run: a field that it does not know is damage."""

    # A plain dictionary, as ConfigDict is: importing pydantic takes longer than listing plugins may.
    __pydantic_config__: ClassVar[Any] = {"extra": "forbid", "coerce_numbers_to_str": True}


def shared_facts(info: MethodInfo | MetricInfo, record: type[MethodRecord | MetricRecord]) -> dict[str, Any]:
    """The static facts of a plugin that a record of it holds under the same names.

    Args:
        info: The static facts.
        record: The class of the record.
    """
    names = {field.name for field in fields(info)}
    return {field.name: getattr(info, field.name) for field in fields(record) if field.name in names}


@dataclass(frozen=True)
class MethodRecord(FileRecord):
    """A method as it took part in a run: facts of its ``MethodInfo``, and how it was set.

    ``settings`` holds all settings, passed and defaulted; ``origins`` who gave those that are not the method's
    defaults, or ``None`` in a run that did not note it; ``anchor`` the axis whose good end a control marks, or nothing;
    ``uses`` the roles of all networks that it loads, or ``None`` in a run that did not note them; ``origin`` the kind
    of its source (``benchmark.method_source.MethodOrigin``), ``timing`` what the durations of its units are
    (``Timing``), ``source`` what else there is to say of where it comes from, and ``precision`` the one that it
    computed in, or ``None`` where the run had no say in it or did not note it.
    """

    name: str
    title: str
    version: str
    summary: str
    condition: str
    control: bool
    paper: str = ""
    year: int | None = None
    url: str = ""
    licence: str = ""
    distribution: str = ""
    optimises: tuple[str, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)
    anchor: str = ""
    origins: dict[str, str] | None = None
    uses: tuple[str, ...] | None = None
    origin: str = "plugin"
    timing: str = "measured"
    source: dict[str, Any] = field(default_factory=dict)
    precision: str | None = None

    @property
    def lower_precision(self) -> str:
        """The precision that it computed in, where that is not float32; else an empty string."""
        return "" if self.precision is None or self.precision == Precision.FLOAT32 else self.precision

    @property
    def variant_of(self) -> str:
        """Name of the method that this row is a variant of, or an empty string."""
        found = self.source.get(VARIANT_OF)
        return found if isinstance(found, str) else ""

    @property
    def changes(self) -> Mapping[str, Any]:
        """The settings that a variant is named after, with their values; empty for a method itself."""
        found = self.source.get(CHANGES)
        return found if isinstance(found, Mapping) else {}


@dataclass(frozen=True)
class MetricRecord(FileRecord):
    """A metric as it took part in a run: facts of its ``MetricInfo``, and what it was computed with.

    ``backbone`` is the name of the model it was computed with, or several names, or empty. ``unavailable`` gives the
    reason where the whole metric could not be computed. ``sample_size`` is given for a set metric: the number of images
    below which its number says little. ``minimum_side`` is the shortest side of an image that it takes, in pixels.
    ``device`` is where it scored, if that is another device than the run's. ``settings`` holds all its settings, or
    ``None`` where it has none or the run did not note them. ``people`` is its published agreement with people.
    """

    name: str
    title: str
    version: str
    summary: str
    direction: Direction
    axis: str
    needs: tuple[str, ...] = ()
    # A whole number stays one, so that it is written again as it was read.
    minimum: int | float | None = None
    maximum: int | float | None = None
    unit: str = ""
    backbone: str | Sequence[str] = ""
    components: tuple[str, ...] = ()
    paper: str = ""
    url: str = ""
    distribution: str = ""
    unavailable: str = ""
    sample_size: int | None = None
    minimum_side: int = 1
    device: str | None = None
    settings: dict[str, Any] | None = None
    people: str = ""

    @property
    def is_set_metric(self) -> bool:
        """Whether it scores all images of a method at once, not case by case."""
        return self.sample_size is not None

    @property
    def backbones(self) -> tuple[str, ...]:
        """Names of all models it was computed with."""
        if isinstance(self.backbone, str):
            return (self.backbone,) if self.backbone else ()
        return tuple(self.backbone)

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of its columns of scores: ``name``, then ``name.component`` for each of its components.

        An unavailable metric and a set metric have none.
        """
        if self.unavailable or self.is_set_metric:
            return ()
        return (self.name, *(f"{self.name}.{component}" for component in self.components))


@dataclass(frozen=True)
class ModelRecord(FileRecord):
    """A pretrained network of a run.

    ``stands_in_for`` is the published network whose part it plays without being it, empty for a published one, or
    ``None`` in a run that did not note it.
    """

    role: str
    name: str
    title: str
    fingerprint: str
    licence: str
    source: str
    stands_in_for: str | None = None


@dataclass(frozen=True)
class Calibration(FileRecord):
    """How long a fixed workload took on the device of a run, by which durations of different machines compare.

    Attributes:
        version: Version of the workload; durations of two versions do not compare.
        seconds: Its duration.
        disturbed: Whether other processes took cores, so that multiples of it are not reliable; ``None`` if unknown.
    """

    version: str
    seconds: float
    disturbed: bool | None = None

    def __post_init__(self) -> None:
        if not 0 < self.seconds < float("inf"):
            raise ValueError(f"calibration took {self.seconds} seconds")


@dataclass(frozen=True)
class SummaryRow(FileRecord):
    """One method × one metric over the cases of a run.

    Attributes:
        method: Name of the method.
        metric: Name of the metric, or of a cost column (``seconds``, ``cpu_seconds``, ``peak_memory_bytes``).
        mean: Mean over the scored cases, or ``None`` if none was scored.
        low: Lower end of the 95 % interval, or ``None`` if it cannot be told.
        high: Upper end.
        n: Number of scored cases.
        contents: Number of different contents among them.
        styles: Number of different styles (or mixes) among them.
        direction: The good end of the range.
        circular: Whether the metric's network is one that the method optimised.
        control: Whether the method is a control.
        images_sha256: For a set metric: hash over the images that it read. Its number is the ``mean``, without an
            interval, and ``styles`` counts the style images that it was computed from.
        warning: Why the number says little, or why there is none; else empty.
    """

    method: str
    metric: str
    mean: float | None
    low: float | None
    high: float | None
    n: int
    contents: int
    styles: int
    direction: Direction
    circular: bool
    control: bool
    images_sha256: str = ""
    warning: str = ""


TOO_FEW = "too few for a number"
"""The end of the warning of a set metric that had too few images for a number, which is no failure."""


@dataclass(frozen=True)
class SetScore:
    """What a set metric says of all stylized images of a method.

    Attributes:
        method: Name of the method.
        metric: Name of the metric.
        value: The number, or ``None`` if there is none.
        n: Number of stylized images.
        contents: Number of different contents among them.
        styles: Number of different style images that they were compared with.
        images_sha256: Hash over the images and their cases: a score of the same images holds.
        warning: Reason why the number is not reliable, or why there is none; else empty.
        failed: Whether the metric failed.
    """

    method: str
    metric: str
    value: float | None
    n: int
    contents: int
    styles: int
    images_sha256: str
    warning: str = ""
    failed: bool = False


@dataclass(frozen=True)
class ScoreError:
    """A metric that failed on one stylized image, and why."""

    method: str
    case: str
    metric: str
    reason: str


@dataclass(frozen=True)
class CaseRecord(FileRecord):
    """One case of a run; ``styles`` holds dictionaries with all fields of the styles, their weight and their mask."""

    id: str
    content: str
    style: str
    prompt: str
    seed: int
    styles: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class RunPart:
    """A run among those that make up other records: that were merged to one run, or are reported as one table.

    Attributes:
        name: Name of its folder, with those above it where several runs have the same.
        methods: Name that each of its methods has in these records, by its name in the run.
        metrics: Names of the metrics that it computed.
        cases: Number of its cases.
        provenance: As of ``RunRecords``.
        calibration: As of ``RunRecords``.
    """

    name: str
    methods: Mapping[str, str]
    metrics: tuple[str, ...]
    cases: int
    provenance: Mapping[str, Any]
    calibration: Calibration | None = None


@dataclass(frozen=True)
class RunRecords:
    """All records of a run, or of several runs that make one table.

    Attributes:
        directory: The run's folder. All paths are relative to it. Of several runs it is a folder that holds theirs.
        status: State of the run.
        protocol: ``name``, ``version``, ``title``, ``description``, ``resolution`` and ``fingerprint``.
        methods: Methods in the order they ran.
        metrics: Metrics, set metrics included.
        models: Pretrained networks.
        cases: Cases.
        contents: Contents with attribution; ``thumbnail`` is a path relative to the run's folder.
        styles: Styles with prompt, metadata, attribution and ``thumbnail``.
        units: One row per unit: method, case, content, style, prompt, seed, status, error, seconds, cpu_seconds,
            disturbed (missing where it is not known), peak_memory_bytes, image (relative to the run's folder), then one
            column per metric and component.
        summary: One row per method × metric, controls included.
        similarity: Mean judge similarity, one entry per method (and control): ``{method: {"rows": prompts,
            "columns": case ids, "values": rows × columns}}``; empty if it was not computed.
        provenance: ``command``, ``id`` (where it was noted), ``seed``, ``device``, ``precision``, ``started``,
            ``finished``, ``environment`` (versions, platform).
        warnings: What is missing or damaged, each in one sentence.
        summary_problem: Why the summary could not be read and was computed anew from the journal, which has no scores
            of set metrics; empty where it was read.
        score_errors: Metrics that failed on stylized images.
        calibration: The machine's speed at the start of the run, or ``None`` where durations compare with no others.
        logs: File with what a method printed, by method, relative to the run's folder, where there is one.
        image_hashes: Hash (sha256) of the stylized image by method and case, as the journal has it.
        parts: The runs that were merged to this one, or that make one table here; empty for any other run.
        runs: The records of the runs that make one table here; empty for a single run, merged or not.
        notes: What a reader is to know of the parts, each in one sentence.
        costs_apart: Why costs of methods of different parts do not compare, in a sentence; empty where they do.
        people: What people said of its pictures, where results of studies are given.
    """

    directory: Path
    status: RunStatus
    protocol: dict[str, Any]
    methods: tuple[MethodRecord, ...]
    metrics: tuple[MetricRecord, ...]
    models: tuple[ModelRecord, ...]
    cases: tuple[CaseRecord, ...]
    contents: tuple[dict[str, Any], ...]
    styles: tuple[dict[str, Any], ...]
    units: pd.DataFrame
    summary: tuple[SummaryRow, ...]
    similarity: dict[str, dict[str, Any]]
    provenance: dict[str, Any]
    warnings: tuple[str, ...] = ()
    score_errors: tuple[ScoreError, ...] = ()
    calibration: Calibration | None = None
    logs: Mapping[str, str] = field(default_factory=dict)
    summary_problem: str = ""
    image_hashes: Mapping[tuple[str, str], str] = field(default_factory=dict)
    parts: tuple[RunPart, ...] = ()
    runs: tuple[RunRecords, ...] = ()
    notes: tuple[str, ...] = ()
    costs_apart: str = ""
    people: tuple[StudyResult, ...] = ()

    @property
    def lower_precision(self) -> str:
        """Says in which lower precision methods computed, and what did not; nothing where all is in float32."""
        lower = dict.fromkeys(method.lower_precision for method in self.methods if method.lower_precision)
        if not lower:
            return ""
        full = [method.name for method in self.methods if method.precision == Precision.FLOAT32]
        return f"{', '.join(lower)}; in float32: {', '.join([*full, 'metrics'])}"

    @property
    def originals(self) -> tuple[RunRecords, ...]:
        """The records of each run that these are of."""
        return self.runs or (self,)

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders of the runs, outside which no file is one of theirs."""
        return tuple(run.directory for run in self.originals)

    @property
    def folder_names(self) -> str:
        """The name of the run's folder, or those of all runs, for people."""
        if self.runs:
            return ", ".join(part.name for part in self.parts)
        return printable(self.directory.name)
