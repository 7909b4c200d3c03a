"""Compares ways to mix two styles, and writes what came of it into docs/methods/multi_style.md, between two marks.

    python -m tools.compare_mixing                                # goes on where it was stopped
    python -m tools.compare_mixing --limit 2 --page MY_PAGE.md    # roughly

The plan, tools/mixing/mixes.toml unless another is named, says which ways and which mixes. A first run makes the
pictures, a second one scores each with each of its styles alone; both are continued where they are there. Exit codes:
0 done, 2 something given cannot be used, 4 units or scores failed, and the page is of the others.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import benchmark
from benchmark.analysis.loading import load_records
from benchmark.errors import BenchmarkError
from benchmark.file_names import file_stem
from benchmark.protocol.case import Case
from benchmark.store.records import RunRecords, UnitStatus
from tools.mixing.measures import METRICS, UNTOUCHED, measure_mixes
from tools.mixing.plan import mixing_protocol, read_plan, rows_of_ways, scoring_protocol, single_cases
from tools.mixing.section import describe, draw_mixes, write_section
from tools.write_results import SIDE, write_sheet
from tools.written_page import WrittenPage

_TOOLS = Path(__file__).parent
_PLAN = _TOOLS / "mixing" / "mixes.toml"
_PAGE = _TOOLS.parent / "docs" / "methods" / "multi_style.md"


def compare_mixing(
    *, plan: Path = _PLAN, limit: int | None = None, run: Path = Path("runs/mixing"), page: Path = _PAGE
) -> WrittenPage:
    """Compares the ways of a plan, or goes on with it, and writes the section of a page.

    Args:
        plan: The file of the plan.
        limit: Number of mixes, from the first, or ``None`` for all.
        run: Folder of both runs and of the pictures between them.
        page: The page, beside which a sheet of pictures is written.

    Returns:
        The page.

    Raises:
        InputError: Something that was given cannot be used.
    """
    wanted = read_plan(plan)
    protocol = mixing_protocol(wanted)
    rows = rows_of_ways(wanted, protocol)
    made = benchmark.run(
        protocol,
        methods=wanted.method,
        metrics="ssim",
        settings={f"{wanted.method}.{name}": value for name, value in wanted.settings.items()},
        variants=[(wanted.method, changes) for _, changes in rows.values() if changes],
        limit=limit,
        out=run / "mixes",
    )
    mixes = list(protocol.cases)[:limit]
    records = load_records(made.path)
    names = {way: row for way, (row, _) in rows.items()}
    folders = {way: _single_pictures(records, mixes, row, run / "pictures" / way) for way, row in names.items()}
    scored = benchmark.run(
        scoring_protocol(protocol),
        methods=UNTOUCHED,
        metrics=METRICS,
        pictures=folders,
        limit=sum(len(mix.styles) for mix in mixes),
        out=run / "scores",
    )
    scores = load_records(scored.path)
    measured = measure_mixes(scores, mixes, list(rows))
    sheet = page.with_name(f"{page.stem}_mixes.webp")
    write_sheet(draw_mixes(mixes, records, {way.name: names[way.row] for way in wanted.ways}, SIDE), sheet)
    write_section(page, describe(wanted, protocol, mixes, records, rows, measured, sheet.name))
    return WrittenPage.of(page, records, scores)


def _single_pictures(run: RunRecords, mixes: Sequence[Case], row: str, folder: Path) -> str:
    """Copies the pictures of a way, once for each style of a mix, and says where they are."""
    done = run.units[(run.units["status"] == UnitStatus.OK) & (run.units["method"] == row)]
    images = dict(zip(done["case"], done["image"], strict=True))
    folder.mkdir(parents=True, exist_ok=True)
    # What an earlier run copied may be of mixes that fail now, or that the plan has no more.
    for earlier in folder.glob("*.png"):
        earlier.unlink()
    for mix in mixes:
        for case in single_cases(mix) if mix.id in images else ():
            shutil.copyfile(run.directory / str(images[mix.id]), folder / f"{file_stem(case)}.png")
    return f"{folder}:{{case}}"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plan", type=Path, default=_PLAN, help="file of the plan (default: tools/mixing/mixes.toml)")
    parser.add_argument("--limit", type=int, help="the first mixes only")
    parser.add_argument(
        "--run", type=Path, default=Path("runs/mixing"), help="folder of the runs (default: runs/mixing)"
    )
    parser.add_argument("--page", type=Path, default=_PAGE, help="the page (default: docs/methods/multi_style.md)")
    options = parser.parse_args(arguments)
    try:
        return compare_mixing(**vars(options)).end()
    except BenchmarkError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
