"""Measures how fast the benchmark is on this machine, and writes docs/speed.md and the README's table.

    tox -e speed                                    # or python -m tools.speed_page
    tox -e speed -- --quick                         # for a look: printed, and written nowhere
    tox -e speed -- --parts start,limits            # parts of the page, printed

Everything else on the machine should be at rest: the page says what others took of the cores meanwhile, and warns if
that was more than a tenth. Peers are measured in turn with ours in one process; one that is not installed is skipped,
and the page says so.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmark.errors import BenchmarkError, InputError
from benchmark.execution.workers.waiting import wait_passively

SMALLEST_SIDE: Final = 161
"""Side of the smallest pictures that every metric of the race takes, in pixels."""
PARTS: Final = ("start", "runs", "methods", "metrics", "peers", "limits")
ROOT: Final = Path(__file__).parent.parent


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Reads the command line, measures, and writes the page or prints it; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one repetition of each, on smoke; printed only")
    parser.add_argument("--parts", default=",".join(PARTS), help=f"some of {','.join(PARTS)}; printed only")
    parser.add_argument("--methods", default="all", help="methods to measure (default: all); printed only")
    parser.add_argument("--metrics", default="all", help="metrics to measure (default: all); printed only")
    parser.add_argument(
        "--side", type=int, default=256, help="side of the races' pictures (default: 256); printed only"
    )
    options = parser.parse_args(arguments)
    is_whole = not options.quick and all(getattr(options, name) == parser.get_default(name) for name in vars(options))
    # PyTorch reads it when it is imported.
    wait_passively()
    from tools.speed.measuring import measure_figures
    from tools.speed.page import write_page

    try:
        if options.side < SMALLEST_SIDE:
            raise InputError(f"--side must be at least {SMALLEST_SIDE}, for ms_ssim, not {options.side}")
        page = write_page(
            measure_figures(
                chosen_parts(options.parts),
                quick=options.quick,
                methods=options.methods,
                metrics=options.metrics,
                side=options.side,
                note=lambda line: print(line, file=sys.stderr, flush=True),
            )
        )
        if is_whole:
            publish(page, root)
        else:
            print(page)
    except BenchmarkError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def chosen_parts(text: str) -> tuple[str, ...]:
    """Reads the parts of the page that are named, with commas.

    Raises:
        InputError: One is none.
    """
    parts = tuple(part.strip() for part in text.split(","))
    if unknown := [part for part in parts if part not in PARTS]:
        raise InputError(f"--parts has no {unknown[0]!r}: it takes some of {', '.join(PARTS)}")
    return parts


def publish(page: str, root: Path) -> None:
    """Writes the page into docs/, and its block into the README.

    Args:
        page: The page.
        root: Folder of the project.

    Raises:
        InputError: The README has no marked block.
    """
    from benchmark.store.atomic import write_text
    from tools.speed.page import block_of, with_block

    readme = root / "README.md"
    try:
        shown = with_block(readme.read_text(encoding="utf-8"), block_of(page))
    except ValueError as error:
        raise InputError(f"{readme}: {error}") from error
    write_text(readme, shown)
    write_text(root / "docs" / "speed.md", page)


if __name__ == "__main__":
    sys.exit(main())
