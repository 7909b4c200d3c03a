"""The comparison of ways to mix as a section of a page, between two marks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from PIL import Image

from benchmark.errors import InputError
from benchmark.protocol.case import Case
from benchmark.protocol.protocol import Protocol
from benchmark.protocol.variant import describe_changes
from benchmark.store.atomic import write_text
from benchmark.store.cost_columns import PROCESSOR_TIME
from benchmark.store.records import RunRecords, UnitStatus
from benchmark.text_files import read_text
from benchmark.wording import format_count
from reports.markdown import escape
from reports.tables.formatting import NOTHING, format_seconds, number_format
from tools.markdown_table import table
from tools.mixing.measures import Measured
from tools.mixing.plan import MixingPlan
from tools.write_results import picture_sheet

BEGIN: Final = "<!-- made by python -m tools.compare_mixing: change the tool, not this -->"
END: Final = "<!-- end of what the tool made -->"
_ARROWS: Final = {1: " ↑", -1: " ↓", 0: ""}


def write_section(page: Path, text: str) -> None:
    """Writes a text between the marks of a page.

    Raises:
        InputError: The page cannot be read, or does not have both marks once.
    """
    whole = read_text(page, "page")
    if (whole.count(BEGIN), whole.count(END)) != (1, 1) or whole.index(BEGIN) > whole.index(END):
        raise InputError(f"page {page} must have these two lines once, between which the section goes: {BEGIN} {END}")
    before, after = whole.partition(BEGIN)[0], whole.partition(END)[2]
    write_text(page, f"{before}{BEGIN}\n\n{text.strip()}\n\n{END}{after}")


def describe(
    plan: MixingPlan,
    protocol: Protocol,
    mixes: Sequence[Case],
    run: RunRecords,
    rows: Mapping[str, tuple[str, Mapping[str, object]]],
    measured: Sequence[Measured],
    sheet: str,
) -> str:
    """Describes the comparison.

    Args:
        plan: The plan.
        protocol: The protocol of the mixes.
        mixes: The mixes.
        run: What made them.
        rows: By the row of each way, the row that made it and its changes.
        measured: The measures.
        sheet: Path of the sheet of pictures, relative to the page.
    """
    names = {way.row: way.name for way in plan.ways}
    contents = {case.content.id for case in mixes}
    fixed = f", with {describe_changes(plan.settings)} in every way" * bool(plan.settings)
    ways = [
        [names[way], f"`{describe_changes(changes)}`" if changes else "the method as it is", _time(run, made)]
        for way, (made, changes) in rows.items()
    ]
    parts = [
        f"{format_count(len(mixes), 'mix', 'mixes')} of two paintings with their prompts on "
        f"{format_count(len(contents), 'photograph')} of `{escape(plan.protocol)}` "
        f"(version {escape(protocol.version)}, {protocol.resolution} px, networks and settings of its own{fixed}), "
        f"half and half, each made in {format_count(len(rows), 'way')}:",
        table(["Way", "Settings", "Processor time a picture"], ways),
        "Each picture is scored with each of its two styles alone. Means with 95 % intervals:",
        table(["Measure", *names.values()], [_means(found, list(rows)) for found in measured]),
        "\n".join(f"- *{found.measure.title}*: {found.measure.says} (`{found.measure.metric}`)." for found in measured),
        "**What is shown**, by paired t tests on the mixes, corrected for the pairs of ways of one measure (Holm), not "
        f"for the number of measures.{shared_paintings(mixes)}",
        "\n".join(f"- *{found.measure.title}*: {_shown(found, names)}" for found in measured),
        f"![Contents, both paintings, and the mixes made in each way]({sheet})",
        f"Cases: {', '.join(f'`{case.id}`' for case in mixes)}. The prompts' network is not the judge’s; the "
        "Gram loss is of the network whose features AdaIN’s decoder was trained on and whose content features the "
        "prompts’ descent keeps. A masked style is measured over the whole picture.",
    ]
    return "\n\n".join(parts)


def shared_paintings(mixes: Sequence[Case]) -> str:
    """Says, with a space before it, what the intervals and tests leave out of account; nothing where no mixes share."""
    counts = Counter(share.style.id for mix in mixes for share in mix.styles)
    shared = [f"`{style}` is in {number}" for style, number in counts.most_common() if number > 1]
    if not shared:
        return ""
    return (
        " Intervals and tests take the paintings of each mix for independent of those of the others, though several "
        f"mixes share one: {', '.join(shared)} of the {len(mixes)}. Where a "
        "painting moves its mixes alike, the intervals are too narrow and p is too small."
    )


def _time(run: RunRecords, row: str) -> str:
    done = run.units[(run.units["status"] == UnitStatus.OK) & (run.units["method"] == row)]
    return format_seconds(float(done[PROCESSOR_TIME].mean())) if len(done) else NOTHING


def _means(found: Measured, ways: Sequence[str]) -> list[str]:
    title = f"{found.measure.title}{_ARROWS[found.measure.sign]}"
    ends = [end for mean in found.means.values() if mean.interval for end in (mean.interval.low, mean.interval.high)]
    show = number_format([*(mean.mean for mean in found.means.values()), *ends])
    cells = []
    for way in ways:
        mean = found.means.get(way)
        interval = f"<br>{show(mean.interval.low)} – {show(mean.interval.high)}" if mean and mean.interval else ""
        cells.append(f"{show(mean.mean)}{interval}" if mean else NOTHING)
    return [title, *cells]


def _shown(found: Measured, names: Mapping[str, str]) -> str:
    show = number_format([abs(pair.difference.mean) for pair in found.comparisons])
    shown, undecided, detectable = [], [], []
    for pair in found.comparisons:
        if pair.better:
            worse = pair.second if pair.better == pair.first else pair.first
            verb = "before" if found.measure.sign else "above"
            size = f"{show(abs(pair.difference.mean))} (p = {pair.p_holm:.2g})"
            shown.append(f"{names[pair.better]} {verb} {names[worse]} by {size}")
        else:
            undecided.append(f"{names[pair.first]} and {names[pair.second]}")
            detectable += [pair.detectable] if pair.detectable is not None else []
    words = [f"{'; '.join(shown)}."] if shown else []
    if undecided:
        could = ""
        if detectable:
            least, most = (f"{one:.2g}" for one in (min(detectable), max(detectable)))
            span = least if least == most else f"{least} to {most}"
            could = f" (a difference of {span} would have been shown four times in five)"
        pairs = ", ".join(undecided) if shown else "any two ways"
        words.append(f"Not told apart: {pairs}{could}.")
    return " ".join(words) or "no mix was measured in every way."


def draw_mixes(mixes: Sequence[Case], run: RunRecords, rows: Mapping[str, str], side: int) -> Image.Image:
    """Draws a sheet with a row for each mix: content, both paintings, and the mix made in each way.

    Args:
        mixes: The mixes.
        run: What made them.
        rows: The row that made each way, by its name for people.
        side: Side of a picture in pixels.
    """
    done = run.units[run.units["status"] == UnitStatus.OK]
    images = {(unit.method, unit.case): run.directory / str(unit.image) for unit in done.itertuples()}
    pictures = {
        item["id"]: run.directory / str(item["thumbnail"])
        for item in (*run.contents, *run.styles)
        if item.get("thumbnail")
    }
    drawn = [
        [
            pictures.get(case.content.id),
            *(pictures.get(share.style.id) for share in case.styles),
            *(images.get((row, case.id)) for row in rows.values()),
        ]
        for case in mixes
    ]
    columns = ["content", "first", "second", *rows]
    return picture_sheet(columns, [case.id for case in mixes], drawn, side)
