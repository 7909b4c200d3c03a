"""``benchmark run``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmark.cli.options import device_option, networks_option, resources_options, set_option
from benchmark.cli.targets import try_output_folder
from benchmark.errors import ExitCode, describe_error
from benchmark.escaping import printable, shell_command
from benchmark.plan.device import choose_device
from benchmark.settings import parse_assignments
from benchmark.wording import format_count, without_fresh

if TYPE_CHECKING:
    from benchmark.execution.run import RunOutcome
    from benchmark.plan.resources import Resources
    from benchmark.protocol.networks import NetworkChoice


@click.command()
@click.option(
    "--protocol",
    default="mini",
    show_default=True,
    help="What to run: a name of `benchmark list protocols`, or a path.",
)
@networks_option
@click.option("--methods", default="all", show_default=True, help="Names with commas, or all.")
@click.option("--metrics", default="all", show_default=True, help="Names with commas, or all.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the run.  [default: runs/PROTOCOL]")
@device_option
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Seed of everything random.")
@click.option("--limit", type=click.IntRange(min=1), help="Run the first cases only.")
@set_option
@resources_options
@click.option("--fresh", is_flag=True, help="Start over instead of continuing the run in the folder.")
@click.option("--download", is_flag=True, help="Fetch the weights that are needed and missing first.")
@click.option("--no-report", is_flag=True, help="Do not write the HTML report.")
def run(
    protocol: str,
    networks: NetworkChoice,
    methods: str,
    metrics: str,
    out: Path | None,
    device: str,
    seed: int,
    limit: int | None,
    assignments: tuple[str, ...],
    resources: Resources,
    fresh: bool,
    download: bool,
    no_report: bool,
) -> ExitCode:
    """Run methods on a protocol, score them, and write a report.

    A run that was stopped goes on where it was when the same command is given again.
    """
    from benchmark.execution.workers.server import start_worker_server
    from benchmark.plan.resources import ExecutorKind

    if resources.executor is ExecutorKind.LOCAL:
        # It imports PyTorch while this process does.
        start_worker_server()
    from benchmark.cli.progress import ProgressDisplay
    from benchmark.cli.weights import fetch_models
    from benchmark.interface.running import default_folder, left_out, perform_run

    directory = out or default_folder(protocol, networks)
    try_output_folder(directory)
    for line in left_out(methods, metrics):
        click.echo(line, err=True)
    outcome = perform_run(
        protocol=protocol,
        networks=networks,
        methods=methods,
        metrics=metrics,
        assignments=parse_assignments(assignments),
        seed=seed,
        device=choose_device(device),
        limit=limit,
        command=["benchmark", *sys.argv[1:]],
        directory=directory,
        fresh=fresh,
        resources=resources,
        observe=ProgressDisplay,
        obtain=fetch_models if download else None,
    )
    written = "" if no_report else _write_report(directory)
    _print_outcome(outcome, directory)
    if written:
        click.echo(written)
    if outcome.interrupted:
        return ExitCode.INTERRUPTED
    return ExitCode.FAILED_UNITS if outcome.has_failures else ExitCode.DONE


def _print_outcome(outcome: RunOutcome, directory: Path) -> None:
    from benchmark.analysis.loading import load_records
    from benchmark.analysis.means_table import make_means_table
    from benchmark.cli.tables import RANKING_NOTE, ranking_table, results_console
    from benchmark.store.cost_columns import DISTURBED

    console = results_console()
    records = load_records(directory)
    means = make_means_table(records)
    console.print(ranking_table(means))
    console.print(RANKING_NOTE, highlight=False)
    for note in means.notes:
        console.print(note, highlight=False, markup=False, soft_wrap=True)
    disturbed, measured = int(records.units["disturbed"].sum()), int(records.units["seconds"].notna().sum())
    if disturbed:
        # On another device, Python's processor time is not what the method took.
        instead = ": compare cpu_seconds instead" if records.provenance["device"] == "cpu" else ""
        click.echo(f"{disturbed:,} of {format_count(measured, 'duration')} {DISTURBED}{instead}", err=True)
    parts = [f"{count} {status}" for status, count in outcome.counts.items() if count]
    if outcome.left:
        parts.append(f"{outcome.left:,} left")
    if outcome.failed_scores:
        parts.append(f"{outcome.failed_scores} with a metric that failed")
    if outcome.failed_set_scores:
        sets = format_count(outcome.failed_set_scores, "score of a set metric", "scores of set metrics")
        parts.append(f"{sets} failed")
    click.echo(f"{printable(directory)}: {format_count(outcome.planned, 'unit')}: {', '.join(parts)}")
    if outcome.interrupted:
        click.echo(f"interrupted; what is finished is kept, and {_same_command()} goes on: {_command()}", err=True)
    elif outcome.has_failures:
        logs = directory / "logs"
        click.echo(
            f"what plugins said is in {printable(logs)}; {_same_command()} tries them again: {_command()}", err=True
        )


def _same_command() -> str:
    return f"the same command{without_fresh(sys.argv)}"


def _command() -> str:
    return shell_command(["benchmark", *(argument for argument in sys.argv[1:] if argument != "--fresh")])


def _write_report(directory: Path) -> str:
    """Writes the report and returns a line that says where it is, or nothing where it cannot be written."""
    from benchmark.interface.reports import write_report

    destination = directory / "report"
    # The run is safe on disk; a report that cannot be written must not make it look failed.
    try:
        try_output_folder(destination, [directory])
        return f"report: {printable(write_report([directory], 'html', destination))}"
    except Exception as error:
        click.echo(f"no report was written: {describe_error(error)}", err=True)
        return ""
