"""What is taken over when a run is continued, and what of it no longer counts."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Self

from benchmark.analysis.comparability import superseded_metrics, why_not_continued
from benchmark.analysis.continuing import continued, scored
from benchmark.analysis.summary import summary_from_json, summary_to_json
from benchmark.errors import InputError
from benchmark.execution.tasks.remaining_tasks import RemainingTasks
from benchmark.method_source import MadePictures
from benchmark.models.role import Role
from benchmark.pictures.folder import PictureFolder
from benchmark.plan.configuration import RunConfiguration
from benchmark.plan.plan import Plan
from benchmark.plan.variant_selection import refuse_names_alike
from benchmark.store.atomic import write_json
from benchmark.store.journal import SIMILARITIES, JournalWriter, Superseded
from benchmark.store.journal_index import JournalIndex
from benchmark.store.manifest import Manifest
from benchmark.store.records import UnitStatus
from benchmark.store.run_directory import RunDirectory
from benchmark.wording import format_count


@dataclass(frozen=True)
class Scoring:
    """Which methods and metrics of a run work now, and which have only done so before.

    Attributes:
        methods: The methods that make images.
        metrics: The metrics that score.
        wanted: What scores case by case, as ``UnitRecord.lacking`` takes it.
        others: What else has scored case by case.
    """

    methods: frozenset[str]
    metrics: frozenset[str]
    wanted: tuple[str, ...]
    others: tuple[str, ...]

    @classmethod
    def of(cls, configuration: RunConfiguration, manifest: Manifest) -> Self:
        """Tells them apart.

        Args:
            configuration: What is to work now.
            manifest: The run with everything that has worked.
        """
        available = [metric for metric in configuration.metrics if not metric.unavailable]
        names = frozenset(metric.name for metric in available)
        is_judged = any(Role.CLIP_JUDGE in metric.info.backbones for metric in available if metric.info)
        scoring = [metric.name for metric in manifest.metrics if metric.columns]
        return cls(
            frozenset(method.name for method in configuration.methods),
            names,
            (*(name for name in scoring if name in names), *[SIMILARITIES] * is_judged),
            (*(name for name in scoring if name not in names), *[SIMILARITIES] * (not is_judged)),
        )


def continue_run(
    directory: RunDirectory, configuration: RunConfiguration, earlier: Manifest | None, described: Manifest
) -> Manifest:
    """Describes what the run in a folder and a configuration are together.

    Args:
        directory: The folder.
        configuration: What is to be run.
        earlier: What the run in the folder says of itself, or ``None`` to start one.
        described: The same of what is to be run.

    Raises:
        InputError: The one does not continue the other, a row of the one has the name of a row of the other in another
            case, or there is no run whose images could be scored.
    """
    if earlier is None:
        if not configuration.methods:
            raise InputError(f"{directory.path} is not a run: it has no run.json")
        return described
    if difference := why_not_continued(earlier, described, is_only_scored=not configuration.methods):
        raise InputError(
            f"{directory.path} holds another run: {difference}; choose another --out, or --fresh to start over"
        )
    if not configuration.methods:
        return scored(earlier, described)
    together = continued(earlier, described)
    refuse_names_alike(method.name for method in together.methods)
    return together


def supersede_scores(directory: RunDirectory, earlier: Manifest | None, described: Manifest) -> list[str]:
    """Makes scores count no more, wherever they are, that a metric made before it changed.

    This comes before ``run.json`` says what the metric is now: killed in between, it is done once more.

    Args:
        directory: The folder of the run.
        earlier: What the run says of itself, or ``None`` where there is none.
        described: What is to be run.

    Returns:
        A line for each such metric.
    """
    superseded = superseded_metrics(earlier, described) if earlier else {}
    if superseded:
        with JournalWriter(directory.journal) as journal:
            journal.append(Superseded(superseded))
        with contextlib.suppress(OSError, ValueError):
            rows = summary_from_json(directory.summary.read_bytes())
            write_json(directory.summary, summary_to_json([row for row in rows if row.metric not in superseded]))
    return [f"{metric} is scored anew: {difference}" for metric, difference in superseded.items()]


def left_out_units(directory: RunDirectory, index: JournalIndex[Plan], earlier_cases: int) -> Iterator[str]:
    """Tells of ended units that no longer belong to the run, because it has fewer cases now.

    Args:
        directory: The folder of the run.
        index: Index of its journal, over the units that are left.
        earlier_cases: Number of cases that it had.
    """
    if earlier_cases <= index.plan.cases_per_method:
        return
    number = len(JournalIndex(directory.journal, replace(index.plan, limit=earlier_cases))) - len(index)
    if number:
        yield (
            f"--limit leaves {format_count(number, 'finished unit')} out of the results; the journal keeps them, "
            "and the same command with a larger --limit, or without it, takes them in again"
        )


def forget_unsound(directory: RunDirectory, index: JournalIndex[Plan]) -> dict[str, int]:
    """Forgets the units whose image is missing or has changed.

    Args:
        directory: The folder of the run.
        index: Index of its journal.

    Returns:
        How many there are of each method that has some.
    """
    lost: dict[str, int] = {}
    for position, record in index.records(UnitStatus.OK):
        if directory.sha256(record.image) != record.image_sha256:
            index.forget(position)
            lost[record.method] = lost.get(record.method, 0) + 1
    return lost


def forget_other_pictures(pictures: Mapping[str, MadePictures], index: JournalIndex[Plan]) -> list[str]:
    """Forgets the units of which the picture, made elsewhere, or its stated duration is another one now.

    So they do where it was not there before. One that is no longer there stays: the run has a copy.

    Args:
        pictures: The pictures of the methods whose pictures exist, by method.
        index: Index of the run's journal.

    Returns:
        A line for each method of which the run keeps pictures that are no longer there.
    """
    if not pictures:
        return []
    kept: dict[str, int] = {}
    for position, record in index.records():
        made = pictures.get(record.method)
        if made and record.status is UnitStatus.OK and made.file(record.case) is None:
            kept[record.method] = kept.get(record.method, 0) + 1
        found = made.sha256(record.case) if made else ""
        if found and (found, _stated_seconds(made, record.case)) != (record.source_sha256, record.seconds):
            index.forget(position)
    return [
        f"{method}: {format_count(number, 'picture')} no longer in its folder: the run keeps the copy that it has"
        for method, number in kept.items()
    ]


def _stated_seconds(pictures: MadePictures | None, case: str) -> float | None:
    file = pictures.files.get(case) if isinstance(pictures, PictureFolder) else None
    return file.seconds if file else None


def notes_of_scoring(left: RemainingTasks) -> Iterator[str]:
    """Tells of images that are there, where some of their scores are left to make.

    Args:
        left: The tasks that are left.
    """
    if number := len(left) - left.number_to_make:
        yield f"{format_count(number, 'picture is there and is', 'pictures are there and are')} only scored"


def units_left_alone(left: RemainingTasks, lost: Mapping[str, int]) -> Iterator[str]:
    """Tells of units without an image that nobody is to make now, a line for each method.

    Args:
        left: The tasks that are left.
        lost: How many images of a method are missing or have changed, by method.
    """
    for method, number in left.left_alone_by_method.items():
        gone = f", {lost[method]:,} of them missing or changed since" if method in lost else ""
        yield (
            f"left alone: {format_count(number, 'unit')} of {method} without a picture{gone}; "
            f"`benchmark run` with {method} among --methods makes what is missing"
        )
