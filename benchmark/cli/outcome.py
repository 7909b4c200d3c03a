"""The end of a command that ran or scored: the ranking, the report, what failed, and the exit code."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmark.cli.targets import try_output_folder
from benchmark.errors import ExitCode, describe_error
from benchmark.escaping import printable, shell_command
from benchmark.wording import format_count, without_fresh

if TYPE_CHECKING:
    from benchmark.execution.run_results import RunOutcome


def end_run(outcome: RunOutcome, directory: Path, *, with_report: bool) -> ExitCode:
    """Writes the report, prints how a run ended, and returns the exit code.

    Args:
        outcome: The end of the run.
        directory: Its folder.
        with_report: Whether the report is written.
    """
    written = write_html_report(directory) if with_report else ""
    _print_outcome(outcome, directory)
    if written:
        click.echo(written)
    return exit_code_of(outcome)


def exit_code_of(outcome: RunOutcome) -> ExitCode:
    """Returns the exit code of a command whose run ended so."""
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


def write_html_report(directory: Path) -> str:
    """Writes the HTML report of a run into its folder.

    Args:
        directory: The folder.

    Returns:
        A line that says where the report is, or an empty text where it cannot be written, which is said.
    """
    from benchmark.interface.reports import write_report

    destination = directory / "report"
    # The run is safe on disk; a report that cannot be written must not make it look failed.
    try:
        try_output_folder(destination, [directory])
        return f"report: {printable(write_report([directory], 'html', destination))}"
    except Exception as error:
        click.echo(f"no report was written: {describe_error(error)}", err=True)
        return ""
