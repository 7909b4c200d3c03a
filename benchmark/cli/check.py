"""``benchmark check``."""

from __future__ import annotations

from pathlib import Path

import click

from benchmark.analysis.gate.rules import GateRules
from benchmark.cli.help import CommandWithExamples
from benchmark.cli.rules_options import rules_options
from benchmark.cli.verdict import VerdictFormat, print_verdict
from benchmark.errors import ExitCode, InputError


@click.command(
    cls=CommandWithExamples,
    examples=(
        "benchmark check runs/mini --baseline baseline.json",
        "benchmark check runs/mini --thresholds bounds.toml --format github",
    ),
)
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--baseline", type=click.Path(path_type=Path), help="File of `benchmark baseline` to compare with.")
@click.option("--thresholds", type=click.Path(path_type=Path), help="TOML file with bounds of mean scores.")
@click.option(
    "--format",
    "style",
    type=click.Choice([str(style) for style in VerdictFormat]),
    default=str(VerdictFormat.TEXT),
    show_default=True,
    help="How the verdict is written.",
)
@rules_options
@click.option("--all", "show_all", is_flag=True, help="Show in the text what stayed the same too.")
def check(
    run: Path,
    baseline: Path | None,
    thresholds: Path | None,
    style: str,
    rules: GateRules,
    show_all: bool,
) -> ExitCode:
    """Check a RUN against a baseline, against thresholds, or against both, for continuous integration.

    Exits with 1 if something is worse, missing or newly failing, with 3 if something cannot be compared.
    """
    from benchmark.analysis.gate.baseline_file import read_baseline
    from benchmark.analysis.gate.regression import compare_snapshots, differences_of_note
    from benchmark.analysis.gate.snapshot import lacking_metrics, take_snapshot
    from benchmark.analysis.gate.thresholds import check_thresholds
    from benchmark.analysis.gate.thresholds_file import read_thresholds
    from benchmark.analysis.gate.verdict import Finding, Part, make_verdict
    from benchmark.analysis.loading import load_records
    from benchmark.analysis.networks import networks_of_run

    files = {Part.BASELINE: baseline, Part.THRESHOLDS: thresholds}
    sources = {part: str(path) for part, path in files.items() if path is not None}
    if not sources:
        raise click.UsageError("give --baseline, --thresholds or both")
    before = None if baseline is None else read_baseline(baseline)
    bounds = () if thresholds is None else read_thresholds(thresholds)
    records = load_records(run)
    now = take_snapshot(records)
    rules.require_known({*now.metrics, *now.unavailable, *(before.metrics if before else ())})
    notes = records.warnings
    findings: list[Finding] = []
    if before is not None:
        findings += compare_snapshots(before, now, rules, lacking_metrics(records))
        notes += differences_of_note(before, now)
        if not any(finding.decides for finding in findings):
            raise InputError(
                f"nothing of {run} can be compared with {baseline}: "
                "the baseline has no scores that rank, or too little is known of them"
            )
    findings += check_thresholds(records, bounds)
    notes += networks_of_run(records).lines()
    title = f"{run} against {' and '.join(sources.values())}"
    verdict = make_verdict(title, findings, notes, sources if len(sources) > 1 else None)
    print_verdict(verdict, VerdictFormat(style), show_all=show_all)
    return verdict.exit_code
