"""``benchmark check``."""

from __future__ import annotations

from pathlib import Path

import click

from benchmark.analysis.gate.rules import GateRules
from benchmark.cli.options import rules_options
from benchmark.cli.verdict import VerdictFormat, print_verdict
from benchmark.errors import ExitCode, InputError


@click.command()
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
    """Check a RUN against a baseline or against thresholds, for continuous integration.

    Exits with 1 if something is worse, missing or newly failing, with 3 if something cannot be compared.
    """
    from benchmark.analysis.gate.baseline_file import read_baseline
    from benchmark.analysis.gate.regression import compare_snapshots, differences_of_note
    from benchmark.analysis.gate.snapshot import lacking_metrics, take_snapshot
    from benchmark.analysis.gate.thresholds import check_thresholds
    from benchmark.analysis.gate.thresholds_file import read_thresholds
    from benchmark.analysis.gate.verdict import make_verdict
    from benchmark.analysis.loading import load_records
    from benchmark.analysis.networks import networks_of_run

    if (baseline is None) is (thresholds is None):
        raise click.UsageError("give either --baseline or --thresholds")
    records = load_records(run)
    notes = records.warnings
    if baseline is not None:
        before, now = read_baseline(baseline), take_snapshot(records)
        findings = compare_snapshots(before, now, rules, lacking_metrics(records))
        notes += differences_of_note(before, now)
    else:
        assert thresholds is not None
        findings = check_thresholds(records, read_thresholds(thresholds))
    if not any(finding.decides for finding in findings):
        raise InputError(
            f"nothing of {run} can be compared with {baseline}: "
            "the baseline has no scores that rank, or they are from too few images"
        )
    notes += networks_of_run(records).lines()
    verdict = make_verdict(f"{run} against {baseline or thresholds}", findings, notes)
    print_verdict(verdict, VerdictFormat(style), show_all=show_all)
    return verdict.exit_code
