"""Runs the ablation of a plan on a protocol and writes what came of it as a page with pictures that can be committed.

    python -m tools.write_ablation paintings                  # docs/ablations/attention.md, once the run has ended
    python -m tools.write_ablation paintings --every 4        # of one case of four, in a quarter of the time
    python -m tools.write_ablation mini --limit 4 -o FOLDER   # roughly; look at it, and do not commit it

The plan, tools/ablation/attention.toml unless another is named, says what is asked, with which arms and controls, and
which metrics decide. A run that is there is continued, and one that is finished is read: the page can be written anew
at any time. No score and no statistic is computed here; the conclusion follows from the comparisons by a rule that the
page states. Exit codes: 0 done, 2 something given cannot be used, 4 units or scores failed, and the page is of the
others.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import benchmark
from benchmark.analysis.loading import load_records
from benchmark.errors import BenchmarkError
from benchmark.interface.protocols import read_protocol
from benchmark.protocol.repetitions import with_seeds
from tools.ablation.page import write_page
from tools.ablation.plan import asked_rows, read_plan, selected_base
from tools.ablation.share import every_nth_of
from tools.written_page import WrittenPage

_PLAN = Path(__file__).parent / "ablation" / "attention.toml"


def write_ablation(
    protocol: str,
    *,
    plan: Path = _PLAN,
    networks: str = "own",
    every: int = 1,
    limit: int | None = None,
    workers: int | None = None,
    threads: int | None = None,
    run: Path | None = None,
    out: Path = Path("docs/ablations"),
) -> WrittenPage:
    """Runs a plan, or goes on with it, and writes its page.

    Args:
        protocol: Name or path of the protocol.
        plan: The file of the plan.
        networks: ``own`` or ``published``.
        every: Which cases to take: every n-th, in which no content and no style is lost.
        limit: Number of cases, from the first, or ``None`` for all.
        workers: Number of worker processes, by default one.
        threads: Threads of each, by default one per core.
        run: Folder of the run, by default ``runs/PLAN-PROTOCOL``.
        out: Folder of the page.

    Returns:
        The page.

    Raises:
        InputError: Something that was given cannot be used.
    """
    wanted = read_plan(plan)
    whole = read_protocol(protocol, networks=networks)
    cases = with_seeds(whole if every == 1 else every_nth_of(whole, every), wanted.seeds)
    base = selected_base(wanted, cases)
    variants = [(base.name, dict(row.changes)) for asked in asked_rows(wanted, cases) for row in asked.rows]
    found = benchmark.run(
        # By its name, a run finds its protocol again; a part of one has none.
        protocol if every == 1 else cases,
        networks=networks if every == 1 else "own",
        seeds=wanted.seeds if every == 1 else (),
        metrics=wanted.metrics,
        settings={f"{base.name}.{name}": value for name, value in wanted.settings.items()},
        variants=variants,
        limit=limit,
        workers=workers,
        threads=threads,
        out=run or Path("runs") / f"{wanted.name}-{cases.name}",
    )
    records = load_records(found.path)
    return WrittenPage.of(write_page(wanted, records, cases, out), records)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("protocol", help="name or path of the protocol")
    parser.add_argument("--plan", type=Path, default=_PLAN, help="file of the plan (default: that of attention)")
    parser.add_argument("--networks", default="own", help="own or published (default: own)")
    parser.add_argument("--every", type=int, default=1, help="every n-th case; no content and no style is lost")
    parser.add_argument("--workers", type=int, help="worker processes (default: one)")
    parser.add_argument("--threads", type=int, help="threads of each (default: one per core)")
    parser.add_argument("--limit", type=int, help="the first cases only")
    parser.add_argument("--run", type=Path, help="folder of the run (default: runs/PLAN-PROTOCOL)")
    parser.add_argument(
        "-o", "--out", type=Path, default=Path("docs/ablations"), help="folder (default: docs/ablations)"
    )
    options = parser.parse_args(arguments)
    try:
        return write_ablation(**vars(options)).end()
    except BenchmarkError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
