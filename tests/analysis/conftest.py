"""Runs made of numbers: every content crossed with every style, without a picture."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from benchmark.contracts.metric import Direction
from benchmark.store.records import (
    Calibration,
    CaseRecord,
    MethodRecord,
    MetricRecord,
    ModelRecord,
    RunRecords,
    RunStatus,
)

SSIM = MetricRecord("ssim", "SSIM", "1", "", Direction.HIGHER, "content")
LOSS = MetricRecord("loss", "Loss", "1", "", Direction.LOWER, "style", backbone="vgg", components=("relu1",))
CALIBRATION = Calibration("1", 0.05)
ENTROPY = MetricRecord("entropy", "Entropy", "1", "", Direction.NEITHER, "style")


def method(name: str, *, anchor: str = "", version: str = "1", **settings: object) -> MethodRecord:
    return MethodRecord(name, name, version, "", "image", bool(anchor), settings=settings, anchor=anchor)


def make_run(
    scores: Mapping[str, Mapping[str, np.ndarray | list[list[float]]]],
    *,
    metrics: tuple[MetricRecord, ...] = (SSIM, LOSS),
    methods: tuple[MethodRecord, ...] | None = None,
    seconds: float = 1.0,
    calibration: Calibration | None = CALIBRATION,
    fingerprint: str = "0" * 64,
) -> RunRecords:
    """A run with contents × styles scores by method and metric."""
    methods = methods or tuple(method(name) for name in scores)
    first = next(iter(next(iter(scores.values())).values()))
    contents, styles = np.shape(first)
    cases = tuple(
        CaseRecord(f"c{content}--s{style}", f"c{content}", f"s{style}", "", 0)
        for content in range(contents)
        for style in range(styles)
    )
    rows = []
    for name, columns in scores.items():
        for number, case in enumerate(cases):
            row = {
                "method": name,
                "case": case.id,
                "content": case.content,
                "style": case.style,
                "prompt": "",
                "seed": 0,
                "status": "ok",
                "error": "",
                "seconds": seconds,
                "cpu_seconds": seconds,
                "disturbed": False,
                "peak_memory_bytes": 1000,
                "image": "",
            }
            rows.append(row | {column: float(np.ravel(values)[number]) for column, values in columns.items()})
    return RunRecords(
        directory=Path("run"),
        status=RunStatus.COMPLETE,
        protocol={"name": "numbers", "version": "1", "fingerprint": fingerprint},
        methods=methods,
        metrics=metrics,
        models=(ModelRecord("vgg", "vgg", "VGG", "f" * 64, "", ""),),
        cases=cases,
        contents=(),
        styles=(),
        units=pd.DataFrame(rows),
        summary=(),
        similarity={},
        provenance={"seed": 0, "device": "cpu"},
        calibration=calibration,
    )


def change_unit(run: RunRecords, name: str, case: str, **values: object) -> RunRecords:
    """The run with one unit changed."""
    units = run.units.astype({"error": object})
    for column, value in values.items():
        units.loc[(units.method == name) & (units.case == case), column] = value
    return dataclasses.replace(run, units=units)


def without_unit(run: RunRecords, name: str, case: str) -> RunRecords:
    """The run as it would be before one unit was finished."""
    return dataclasses.replace(run, units=run.units[(run.units.method != name) | (run.units.case != case)])


def crossed(
    generator: np.random.Generator, contents: int, styles: int, spread: tuple[float, float, float]
) -> np.ndarray:
    """Crossed random effects with mean zero: of contents, of styles, and of cases."""
    of_content, of_style, of_case = spread
    return (
        of_content * generator.normal(size=(contents, 1))
        + of_style * generator.normal(size=(1, styles))
        + of_case * generator.normal(size=(contents, styles))
    )
