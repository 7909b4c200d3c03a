"""``benchmark run``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmark.cli.help import CommandWithExamples
from benchmark.cli.options import (
    device_option,
    networks_option,
    precision_option,
    resources_options,
    set_option,
    variants_options,
)
from benchmark.cli.targets import try_output_folder
from benchmark.errors import ExitCode
from benchmark.plan.device import choose_device
from benchmark.plan.precision import choose_precision
from benchmark.settings import parse_assignments

if TYPE_CHECKING:
    from benchmark.plan.resources import Resources
    from benchmark.protocol.networks import NetworkChoice
    from benchmark.protocol.variant import Variant


@click.command(
    cls=CommandWithExamples,
    examples=(
        "benchmark run --methods all",
        "benchmark run --protocol smoke --methods adain,gatys --out runs/first",
        "benchmark run --pictures theirs=outputs:{content}_stylized_{style}.png",
        "benchmark run --methods adain --sweep adain.alpha=0.25,0.5,0.75",
    ),
    sections={
        "What is run": (
            "protocol",
            "networks",
            "methods",
            "pictures",
            "fit",
            "metrics",
            "assignments",
            "variant",
            "sweep",
            "ablate",
        ),
        "Where it is run": ("out", "device", "precision", "executor", "ray_address", "workers", "threads"),
        "How much": ("seed", "seeds", "limit", "timeout", "memory_limit"),
        "Beginning and ending": ("fresh", "download", "no_report"),
    },
)
@click.option(
    "--protocol",
    default="mini",
    show_default=True,
    help="What to run: a name of `benchmark list protocols`, or a path.",
)
@networks_option
@click.option(
    "--methods",
    help="Names with commas, or all; FILE.toml is a program of yours.  [default: all; with --pictures or variants the "
    "controls]",
)
@click.option(
    "--pictures",
    multiple=True,
    metavar="NAME=FOLDER[:PATTERN]",
    help="A method whose pictures exist, such as theirs=outputs:{content}_stylized_{style}; may be repeated. Without a "
    "pattern, names of known repositories are tried. :right third takes a part of each file; a .toml file says it all.",
)
@click.option("--fit", is_flag=True, help="Cut out the centre of such pictures where their aspect is another.")
@click.option("--metrics", default="all", show_default=True, help="Names with commas, or all.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the run.  [default: runs/PROTOCOL]")
@device_option
@precision_option
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Seed of everything random.")
@click.option(
    "--seeds",
    callback=lambda _context, _parameter, value: _seeds(value),
    metavar="0,1,…",
    help="Repeat each case with these seeds; methods that no seed changes are not run again.",
)
@click.option("--limit", type=click.IntRange(min=1), help="Run the first cases only.")
@set_option
@variants_options
@resources_options
@click.option("--fresh", is_flag=True, help="Start over instead of continuing the run in the folder.")
@click.option("--download", is_flag=True, help="Fetch the weights that are needed and missing first.")
@click.option("--no-report", is_flag=True, help="Do not write the HTML report.")
def run(
    protocol: str,
    networks: NetworkChoice,
    methods: str | None,
    pictures: tuple[str, ...],
    fit: bool,
    metrics: str,
    out: Path | None,
    device: str,
    precision: str,
    seed: int,
    seeds: tuple[int, ...],
    limit: int | None,
    assignments: tuple[str, ...],
    variants: tuple[Variant, ...],
    resources: Resources,
    fresh: bool,
    download: bool,
    no_report: bool,
) -> ExitCode:
    """Run methods on a protocol, score them, and write a report.

    A run that was stopped goes on where it was when the same command is given again. More methods and more metrics are
    added to it; methods and metrics that are not named stay as they are.
    """
    from benchmark.execution.workers.server import start_worker_server
    from benchmark.plan.resources import ExecutorKind

    if resources.executor is ExecutorKind.LOCAL:
        # It imports PyTorch while this process does.
        start_worker_server(metrics)
    from benchmark.cli.outcome import end_run
    from benchmark.cli.progress import ProgressDisplay
    from benchmark.cli.weights import fetch_models
    from benchmark.interface.running import default_folder, left_out, perform_run

    directory = out or default_folder(protocol, networks, seeds)
    try_output_folder(directory)
    chosen_device = choose_device(device)
    chosen = choose_precision(precision, chosen_device)
    if chosen.note:
        click.echo(chosen.note, err=True)
    for line in left_out(methods, metrics, runs_controls=bool(pictures or variants)):
        click.echo(line, err=True)
    outcome = perform_run(
        protocol=protocol,
        networks=networks,
        methods=methods,
        metrics=metrics,
        assignments=parse_assignments(assignments),
        variants=variants,
        pictures=pictures,
        fit=fit,
        note=lambda line: click.echo(line, err=True),
        seed=seed,
        seeds=seeds,
        device=chosen_device,
        precision=chosen.precision,
        limit=limit,
        command=["benchmark", *sys.argv[1:]],
        directory=directory,
        fresh=fresh,
        resources=resources,
        observe=lambda: ProgressDisplay(directory),
        obtain=fetch_models if download else None,
    )
    return end_run(outcome, directory, with_report=not no_report)


def _seeds(text: str | None) -> tuple[int, ...]:
    # Protocols import pictures, and help must not wait for them.
    from benchmark.protocol.repetitions import parse_seeds

    return () if text is None else parse_seeds(text)
