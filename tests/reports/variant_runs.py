"""Runs with variants and with paths of mixes, to render."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from benchmark.store.records import CaseRecord, RunRecords
from tests.reports.sample_runs import SIDE, build_crossed_run, save_picture

NAMES = {"method_1": "method_0@strength=2", "method_2": "method_0@strength=3", "method_3": "method_0@tail=false"}
CHANGES = {"method_1": {"strength": 2}, "method_2": {"strength": 3}, "method_3": {"tail": False}}


def build_variant_run(directory: Path) -> RunRecords:
    """Five methods, of which the first has three variants: two values of a number, and another change."""
    run = build_crossed_run(directory, contents=4, styles=4, methods=5)

    def varied(record):
        if record.name == "method_0":
            return replace(record, settings={"strength": 1, "tail": True})
        if record.name not in NAMES:
            return record
        changes = CHANGES[record.name]
        source = {"variant_of": "method_0", "changes": changes}
        return replace(record, name=NAMES[record.name], title=f"Method 0 @ {NAMES[record.name]}", source=source)

    return replace(
        run,
        methods=tuple(map(varied, run.methods)),
        units=run.units.assign(method=run.units.method.replace(NAMES)),
        summary=tuple(replace(row, method=NAMES.get(row.method, row.method)) for row in run.summary),
    )


def build_path_run(directory: Path) -> RunRecords:
    """Two methods on a path of four steps, on which scores rise evenly and jump, and on a mix with a mask."""
    run = build_crossed_run(directory, contents=2, styles=4, methods=2)
    first, second = (dict(style) for style in run.styles[:2])
    steps = []
    for place, (one, other) in enumerate(((1, 0), (0.7, 0.3), (0.3, 0.7), (0, 1))):
        shares = tuple(
            style | {"weight": weight, "mask": None} for style, weight in ((first, one), (second, other)) if weight
        )
        style = f"style_0+style_1@{100 * one:.4g}+{100 * other:.4g}"
        steps.append((run.cases[place], CaseRecord(f"content_0--{style}", "content_0", style, "", 0, shares)))
    masked = tuple(style | {"weight": 0.5, "mask": "mask.png"} for style in (first, second))
    steps.append(
        (run.cases[4], CaseRecord("content_1--style_0+style_1", "content_1", "style_0+style_1", "", 0, masked))
    )
    for number in (1, 2):
        save_picture(directory / f"inputs/masks/content_1--style_0+style_1--{number}.png", (90 * number,) * 3, SIDE)
    cases = {old.id: new for old, new in steps}
    units = run.units.copy()
    units["style"] = [
        cases[case].style if case in cases else style for case, style in zip(units.case, units["style"], strict=True)
    ]
    units["case"] = [cases[case].id if case in cases else case for case in units.case]
    for place, (_, step) in enumerate(steps[:4]):
        units.loc[(units.case == step.id) & (units.method == "method_0"), "ssim"] = 0.2 + 0.1 * place
        units.loc[(units.case == step.id) & (units.method == "method_1"), "ssim"] = (0.2, 0.1, 0.9, 0.9)[place]
    return replace(run, cases=tuple(cases.get(case.id, case) for case in run.cases), units=units)
