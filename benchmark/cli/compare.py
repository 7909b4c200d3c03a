"""``benchmark compare``."""

from __future__ import annotations

from pathlib import Path

import click

from benchmark.analysis.gate.rules import GateRules
from benchmark.cli.help import CommandWithExamples
from benchmark.cli.rules_options import rules_options
from benchmark.cli.streams import print_json
from benchmark.cli.verdict import VerdictFormat, print_verdict
from benchmark.errors import ExitCode, NotComparableError


@click.command(
    cls=CommandWithExamples,
    examples=(
        "benchmark compare runs/mini",
        "benchmark compare runs/before runs/after",
    ),
)
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path))
@rules_options
@click.option("--all", "show_all", is_flag=True, help="Show what stayed the same too.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def compare(runs: tuple[Path, ...], rules: GateRules, show_all: bool, as_json: bool) -> ExitCode:
    """Compare two RUNS, the earlier one first; or the methods of one RUN with each other.

    Two runs are compared case by case, as `benchmark check` does, but a regression is no error here. The methods of one
    run are compared in pairs, with Holm's correction and intervals.
    """
    match runs:
        case (run,):
            _compare_methods(run, as_json=as_json)
            return ExitCode.DONE
        case (before, now):
            return _compare_runs(before, now, rules, show_all=show_all, as_json=as_json)
        case _:
            raise click.UsageError(f"compares one or two runs, not {len(runs)}")


def _compare_methods(run: Path, *, as_json: bool) -> None:
    from benchmark.analysis.loading import load_records
    from benchmark.analysis.networks import networks_of_run
    from benchmark.analysis.statistics import analyze
    from benchmark.cli.statistics import print_statistics

    records = load_records(run)
    statistics, networks = analyze(records), networks_of_run(records)
    if as_json:
        from dataclasses import asdict

        print_json({**statistics.to_json(), "networks": asdict(networks)})
    else:
        print_statistics(statistics, networks)


def _compare_runs(before: Path, now: Path, rules: GateRules, *, show_all: bool, as_json: bool) -> ExitCode:
    from benchmark.analysis.gate.regression import compare_snapshots, differences_of_note
    from benchmark.analysis.gate.snapshot import lacking_metrics, take_snapshot
    from benchmark.analysis.gate.verdict import make_verdict
    from benchmark.analysis.loading import load_records
    from benchmark.analysis.networks import networks_of_run

    records = [load_records(run) for run in (before, now)]
    old, new = map(take_snapshot, records)
    if difference := old.protocol.difference(new.protocol):
        raise NotComparableError(f"{before} and {now} are not comparable: {difference}; run both with one protocol")
    notes = tuple(
        f"{run}: {warning}" for run, loaded in zip((before, now), records, strict=True) for warning in loaded.warnings
    )
    rules.require_known({*old.metrics, *new.metrics, *new.unavailable})
    findings = compare_snapshots(old, new, rules, lacking_metrics(records[1]))
    notes += (*differences_of_note(old, new), *networks_of_run(records[1]).lines())
    verdict = make_verdict(f"{now} against {before}", findings, notes)
    print_verdict(verdict, VerdictFormat.JSON if as_json else VerdictFormat.TEXT, show_all=show_all)
    return ExitCode.NOT_COMPARABLE if verdict.exit_code is ExitCode.NOT_COMPARABLE else ExitCode.DONE
