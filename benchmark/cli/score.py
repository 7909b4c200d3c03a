"""``benchmark score``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmark.cli.options import resources_options
from benchmark.errors import ExitCode

if TYPE_CHECKING:
    from benchmark.plan.resources import Resources


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--metrics", default="all", show_default=True, help="Names with commas, or all.")
@click.option("--protocol", help="Name or path of the run's protocol, where the run does not find it itself.")
@click.option(
    "--device",
    type=click.Choice(["auto", "cpu", "cuda"]),
    help="Where to compute; auto takes CUDA if there is one.  [default: where the run was made]",
)
@resources_options
@click.option("--download", is_flag=True, help="Fetch the weights that are needed and missing first.")
@click.option("--no-report", is_flag=True, help="Do not write the HTML report.")
def score(
    run: Path,
    metrics: str,
    protocol: str | None,
    device: str | None,
    resources: Resources,
    download: bool,
    no_report: bool,
) -> ExitCode:
    """Score the pictures of a run with more metrics, or with metrics that have changed since.

    No picture is made or changed, and the methods need not be installed. Scores that are there stay.
    """
    return _score_run(
        run,
        metrics=metrics,
        protocol=protocol,
        device=device,
        resources=resources,
        download=download,
        no_report=no_report,
    )


def _score_run(
    directory: Path,
    *,
    metrics: str,
    protocol: str | None,
    device: str | None,
    resources: Resources,
    download: bool,
    no_report: bool,
) -> ExitCode:
    from benchmark.cli.outcome import end_run
    from benchmark.cli.progress import ProgressDisplay
    from benchmark.cli.weights import fetch_models
    from benchmark.interface.scoring import score_run

    outcome = score_run(
        directory,
        metrics=metrics,
        protocol=protocol,
        device=device,
        resources=resources,
        observe=ProgressDisplay,
        obtain=fetch_models if download else None,
    )
    return end_run(outcome, directory, with_report=not no_report)
