"""The pictures of an ablation: the largest gains and losses of each arm, and the maps that it works by."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PIL import Image
from torch import Tensor

from benchmark.execution.bench.inputs import CaseInputs
from benchmark.execution.bench.stylization import Stylizer
from benchmark.images import to_levels
from benchmark.models.provider import Models
from benchmark.models.specification import find_models
from benchmark.plan.unit import unit_seed
from benchmark.protocol.protocol import Protocol
from benchmark.store.records import RunRecords, UnitStatus
from tools.ablation.contrasts import Gain
from tools.ablation.plan import Asked
from tools.write_results import picture_sheet, write_sheet

EACH: Final = 2
"""Number of gains, and of losses, that are shown of each arm."""
SIDE: Final = 144


def extremes(listed: Sequence[Gain], each: int = EACH) -> list[Gain]:
    """Chooses the largest gains and the largest losses, by their size alone.

    Args:
        listed: The gains of all cases, the largest first; losses are below 0.
        each: Number of gains, and of losses.
    """
    found = [one for one in listed[:each] if one.gain > 0]
    return found + [one for one in listed[::-1][:each][::-1] if one.gain < 0]


def draw_extremes(run: RunRecords, base: str, asked: Asked, chosen: Sequence[Gain], file: Path) -> None:
    """Draws a sheet with a row for each chosen case: the content, the method as it is, the arm, and its controls.

    Args:
        run: The run.
        base: Name of the row of the method as it is.
        asked: The question.
        chosen: The cases.
        file: The WebP file.
    """
    done = run.units[run.units["status"] == UnitStatus.OK]
    images = {(unit.method, unit.case): run.directory / str(unit.image) for unit in done.itertuples()}
    contents = {content["id"]: content.get("thumbnail") for content in run.contents}
    cases = {case.id: case for case in run.cases}
    names = [base, asked.arm.name, *(row.name for row in asked.controls)]
    rows = []
    for one in chosen:
        thumbnail = contents.get(cases[one.case].content)
        content = run.directory / str(thumbnail) if thumbnail else None
        rows.append([content, *(images.get((name, one.case)) for name in names)])
    columns = ["content", "as it is", *(asked.labels[name] for name in names[1:])]
    write_sheet(picture_sheet(columns, [f"{one.gain:+.3g}  {one.case}" for one in chosen], rows, SIDE), file)


def draw_maps(run: RunRecords, protocol: Protocol, asked: Asked, cases: Sequence[str], file: Path) -> tuple[str, ...]:
    """Draws the maps by which an arm and its controls work, on cases of a run and with its seeds.

    A row is a case with one of the arms. The networks are loaded, and those that are trained for a picture are trained
    once more; nothing is scored.

    Args:
        run: The run.
        protocol: Its protocol.
        asked: The question.
        cases: Names of the cases.
        file: The WebP file.

    Returns:
        The names of the maps, from the left; none where no arm has maps, and then nothing is written.
    """
    arms = {row.name: row for row in (asked.arm, *asked.controls)}
    info = asked.arm.info
    models = Models(find_models(protocol.models, info.uses if info else ()))
    stylizer, inputs = Stylizer(arms, models), CaseInputs(protocol.resolution, models.device)
    known = {case.id: case for case in protocol.cases if case.id in cases}
    maps: dict[tuple[str, str], dict[str, Tensor]] = {}
    for name in arms:
        for case in map(known.__getitem__, cases) if stylizer.explains(name) else ():
            content, seed = inputs.content(case), unit_seed(int(run.provenance["seed"]), case.id, name)
            found = stylizer.explain(name, content, inputs.conditions(case), seed)
            maps[case.id, name] = {"content": content, **found}
    names = tuple(dict.fromkeys(name for found in maps.values() for name in found))
    if len(names) < 2:
        return ()
    rows = [(case, name) for case in cases for name in arms if (case, name) in maps]
    pictures = [[_picture(maps[row].get(name)) for name in names] for row in rows]
    labels = [f"{asked.labels[name]}: {case}" for case, name in rows]
    write_sheet(picture_sheet(names, labels, pictures), file)
    return names[1:]


def _picture(levels: Tensor | None) -> Image.Image | None:
    return None if levels is None else Image.fromarray(to_levels(levels))
