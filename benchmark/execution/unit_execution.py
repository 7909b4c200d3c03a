"""Executes one unit: stylizes, keeps the image, scores what was kept."""

from __future__ import annotations

import hashlib
import traceback
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from benchmark.errors import InputError, describe_error
from benchmark.execution.inputs import CaseInputs
from benchmark.execution.scoring import Scorer, Scores
from benchmark.execution.set_scoring import SetScorer
from benchmark.execution.stylization import Stylizer
from benchmark.images import encode_png, open_image, quantize, to_tensor
from benchmark.models.provider import Models
from benchmark.plan.configuration import RunConfiguration
from benchmark.plan.unit import Unit
from benchmark.store.atomic import write_bytes
from benchmark.store.journal import UnitRecord
from benchmark.store.records import UnitStatus
from benchmark.store.run_directory import RunDirectory


class UnitExecutor:
    """Executes units of one run in this process.

    Args:
        configuration: What is run.
        directory: The folder of the run.
        earlier: Records of an earlier start whose images are sound: a unit that was not fully scored is only scored.

    Attributes:
        sets: What scores all images of a method at once, and has seen those that were made here.
    """

    def __init__(
        self,
        configuration: RunConfiguration,
        directory: RunDirectory,
        earlier: Mapping[tuple[str, str], UnitRecord],
    ) -> None:
        protocol = configuration.protocol
        self._device = torch.device(configuration.device)
        models = Models(protocol.models, self._device)
        self._inputs = CaseInputs(protocol.resolution, self._device)
        self._stylizer = Stylizer({method.name: method for method in configuration.methods}, models)
        self._scorer = Scorer(configuration.metrics, protocol.styles, models)
        self.sets = SetScorer(configuration.metrics, models, self._inputs, directory)
        self._directory = directory
        self._earlier = earlier

    def __call__(self, unit: Unit) -> UnitRecord:
        """Executes a unit.

        Raises:
            InputError: An image of the protocol cannot be read, or the run's folder cannot be written. Whatever goes
                wrong inside a plugin is a failed unit instead.
        """
        earlier = self._earlier.get(unit.key)
        content = self._inputs.content(unit.case)
        if earlier is not None and earlier.status is UnitStatus.OK:
            image = to_tensor(open_image(self._directory.path / unit.image)).to(self._device)
            return self._scored(unit, earlier, image, content)
        conditions = self._inputs.conditions(unit.case)
        try:
            reason = self._stylizer.skip(unit.method, unit.case)
            if reason is not None:
                return UnitRecord(unit.method, unit.case.id, UnitStatus.SKIPPED, unit.seed, reason)
            measured = self._stylizer.stylize(unit.method, content, conditions, unit.seed)
        except (Exception, SystemExit) as error:
            self._log(unit, error)
            return UnitRecord(unit.method, unit.case.id, UnitStatus.FAILED, unit.seed, describe_error(error))
        data = encode_png(measured.value)
        write_bytes(self._directory.path / unit.image, data)
        record = UnitRecord(
            method=unit.method,
            case=unit.case.id,
            status=UnitStatus.OK,
            seed=unit.seed,
            seconds=measured.seconds,
            peak_memory_bytes=measured.peak_memory_bytes,
            image=unit.image,
            image_sha256=hashlib.sha256(data).hexdigest(),
        )
        return self._scored(unit, record, quantize(measured.value), content)

    def _scored(self, unit: Unit, record: UnitRecord, image: Tensor, content: Tensor) -> UnitRecord:
        styles = self._inputs.style_images(unit.case)
        scores: Scores = self._scorer.score(unit.case, stylized=image, content=content, styles=styles)
        self.sets.observe(unit, stylized=image, content=content)
        return replace(record, scores=scores.values, score_errors=scores.errors, similarities=scores.similarities)

    def _log(self, unit: Unit, error: BaseException) -> None:
        log = self._directory.log(unit.method)
        try:
            log.parent.mkdir(parents=True, exist_ok=True)
            with log.open("a", encoding="utf-8", errors="backslashreplace") as file:
                file.write(f"{unit.case.id}\n{''.join(traceback.format_exception(error))}\n")
        except OSError as problem:
            raise InputError(f"cannot write {log}: {problem.strerror}") from problem


def file_sha256(path: Path) -> str:
    """Hash (sha256) of a file, or an empty string if it cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
