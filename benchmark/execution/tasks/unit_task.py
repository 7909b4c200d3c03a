"""The task of one unit: stylizes, hands over the image, and scores it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from torch import Tensor

from benchmark.errors import InputError, UnfitCaseError, describe_error, log_error
from benchmark.execution.bench.scoring import Scores
from benchmark.execution.bench.step import Action, Step, WorkerFailure
from benchmark.execution.bench.workbench import Workbench
from benchmark.execution.tasks.task import ImageMade, Result, TaskFiles
from benchmark.images import encode_png, quantize, to_tensor
from benchmark.method_source import MethodOrigin
from benchmark.plan.unit import Unit
from benchmark.store.journal import SIMILARITIES, UnitRecord
from benchmark.store.records import UnitStatus


@dataclass(frozen=True)
class UnitTask:
    """One unit, or the unfinished part of it.

    Attributes:
        unit: The unit.
        made: The record of its image if that is already written, so that only the scores are left that it lacks.
        excluded: Metrics in which a worker was lost on this image, with the reasons to record.
        is_retry: Whether a worker with this task was lost for a reason that may lie elsewhere.
        picture: The file of the image, where it was made elsewhere.
        wanted: The metrics that score it, as ``UnitRecord.lacking`` takes them.
        described: Set metrics whose scores of the present images are known, so that they need not look at its image.
        only_scores: Whether its image is not to be made again if it is lost meanwhile.
    """

    unit: Unit
    made: UnitRecord | None = None
    excluded: Mapping[str, str] = field(default_factory=dict)
    is_retry: bool = False
    picture: Path | None = None
    wanted: Collection[str] = ()
    described: Collection[str] = ()
    only_scores: bool = False

    @property
    def method(self) -> str:
        """Name of the method."""
        return self.unit.method

    @property
    def title(self) -> str:
        """Name of the case."""
        return self.unit.case.id

    @property
    def files(self) -> TaskFiles:
        """The images of its case, its own image where that is made, and its picture where that was made elsewhere."""
        finished = (self.unit.image,) if self.made else ()
        return TaskFiles(self.unit.case.files, finished, () if self.picture is None else (self.picture,))

    def execute(self, workbench: Workbench) -> UnitRecord:
        """Stylizes and scores, as far as that is left.

        Raises:
            InputError: An image of the protocol cannot be read.
        """
        unit = self.unit
        content = workbench.inputs.content(unit.case)
        record, image, reason = self._finished(workbench)
        if record is not None and image is None:
            return _without_scores(record, self.wanted, reason)
        if record is None or image is None:
            try:
                made = self._made(workbench, content)
            except UnfitCaseError as error:
                return self._skipped(describe_error(error))
            except (Exception, SystemExit, KeyboardInterrupt) as error:
                # Workers do not receive the user's Ctrl-C: an interruption here was raised by the plugin.
                return self._failed(log_error(error))
            if isinstance(made, UnitRecord):
                return made
            record, image, png = made
            workbench.report(ImageMade(record, png))
        image = workbench.repeated(unit.method, image)
        scores = workbench.scorer.score(
            unit.case,
            stylized=image,
            content=content,
            styles=workbench.inputs.style_images(unit.case),
            excluded=self.excluded,
            known={*record.scores, *[SIMILARITIES] * bool(record.similarities)},
        )
        unobserved = {*self.excluded, *self.described}
        workbench.set_scorer.observe(unit, stylized=image, content=content, excluded=unobserved)
        return _with_scores(record, scores, unit.log)

    def _made(self, workbench: Workbench, content: Tensor) -> tuple[UnitRecord, Tensor, bytes] | UnitRecord:
        """Returns the record, the image and its file, or the record of a unit that is skipped."""
        unit = self.unit
        pictures = workbench.pictures.get(unit.method)
        if pictures:
            reason = pictures.skip(unit.case)
        else:
            reason = workbench.stylizer.skip(unit.method, workbench.inputs.local(unit.case), content)
        if reason is not None:
            return self._skipped(reason)
        if pictures is None:
            conditions = workbench.inputs.conditions(unit.case)
            measured = workbench.stylizer.stylize(unit.method, content, conditions, unit.seed)
            image, png = quantize(measured.value), encode_png(measured.value)
            facts: dict[str, Any] = {
                "seconds": measured.seconds,
                "cpu_seconds": measured.cpu_seconds,
                "disturbed": measured.disturbed,
                "peak_memory_bytes": measured.peak_memory_bytes,
                "note": measured.note,
            }
        else:
            found = workbench.read_picture(pictures, unit.case, content)
            image = to_tensor(found.image).to(content.device)
            png = encode_png(image)
            path = pictures.file(unit.case.id)
            # What a program has just made lies in a folder that is deleted.
            is_kept = pictures.origin is MethodOrigin.PICTURES
            facts = {
                "seconds": found.seconds,
                "source": str(path) if is_kept else "",
                "source_sha256": found.sha256,
                "note": found.note,
            }
        digest = hashlib.sha256(png).hexdigest()
        record = UnitRecord(
            unit.method, unit.case.id, UnitStatus.OK, unit.seed, image=unit.image, image_sha256=digest, **facts
        )
        return record, image, png

    def after(self, failure: WorkerFailure) -> Self | Result[UnitRecord]:
        """Another try where something else may be to blame; without the metric that was at work; or a failure."""
        made = failure.made or self.made
        if failure.is_foreign and not self.is_retry:
            return replace(self, made=made, is_retry=True)
        if made is not None and failure.step is not None and failure.step.is_metrics:
            return replace(self, made=made, excluded={**self.excluded, failure.step.plugin: failure.reason})
        if self.made is not None:
            return Result(_without_scores(self.made, self.wanted, failure.reason))
        return Result(self._failed(failure.reason))

    def excluding(self, unusable: Mapping[Step, str]) -> Self | Result[UnitRecord]:
        """A failure if the method cannot be prepared; without the metrics that cannot be."""
        reason = unusable.get(Step(Action.PREPARE, self.unit.method))
        if reason and self.made is None:
            return Result(self._failed(reason))
        excluded = {step.plugin: reason for step, reason in unusable.items() if step.action is Action.PREPARE_METRIC}
        return replace(self, excluded={**excluded, **self.excluded}) if excluded else self

    def _finished(self, workbench: Workbench) -> tuple[UnitRecord | None, Tensor | None, str]:
        """Returns the record and the image if they exist; the record alone, with the reason, if the image is lost.

        Returns nothing where the image has to be made, even if again.
        """
        if self.made is None:
            return None, None, ""
        try:
            return self.made, workbench.finished_image(self.unit.image), ""
        except InputError as error:
            return self.made if self.only_scores else None, None, describe_error(error)

    def _skipped(self, reason: str) -> UnitRecord:
        return UnitRecord(self.unit.method, self.unit.case.id, UnitStatus.SKIPPED, self.unit.seed, reason)

    def _failed(self, reason: str) -> UnitRecord:
        unit = self.unit
        source = "" if self.picture is None else str(self.picture)
        return UnitRecord(unit.method, unit.case.id, UnitStatus.FAILED, unit.seed, reason, log=unit.log, source=source)


def _with_scores(record: UnitRecord, scores: Scores, log: str) -> UnitRecord:
    """The record with scores that were computed now, beside those that it has. ``log`` is for what failed."""
    succeeded = {*scores.values, *[SIMILARITIES] * bool(scores.similarities)}
    failed_before = {name: reason for name, reason in record.score_errors.items() if name not in succeeded}
    errors = {**failed_before, **scores.errors}
    return replace(
        record,
        scores={**record.scores, **scores.values},
        score_errors=errors,
        similarities=scores.similarities or record.similarities,
        log=log if errors else "",
    )


def _without_scores(record: UnitRecord, wanted: Collection[str], reason: str) -> UnitRecord:
    """The record of an image that could not be scored."""
    return replace(record, score_errors={**record.score_errors, **dict.fromkeys(record.lacking(wanted), reason)})
