"""``benchmark score``."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmark.cli.help import CommandWithExamples
from benchmark.cli.options import resources_options
from benchmark.cli.targets import try_output_folder
from benchmark.errors import ExitCode
from benchmark.escaping import one_line, printable

if TYPE_CHECKING:
    import pandas as pd

    from benchmark.execution.run_results import RunOutcome
    from benchmark.freezing.scored_folders import ScoredFolders
    from benchmark.plan.resources import Resources
    from benchmark.store.records import RunRecords


class Format(StrEnum):
    """How the scores of folders are printed."""

    TEXT = "text"
    CSV = "csv"
    JSON = "json"


@click.command(
    cls=CommandWithExamples,
    examples=(
        "benchmark score runs/mini --metrics ssim,lpips",
        "benchmark score --stylized outputs --content photos --style paintings",
    ),
)
@click.argument("run", required=False, type=click.Path(path_type=Path))
@click.option(
    "--stylized",
    multiple=True,
    metavar="[NAME=]FOLDER[:PATTERN][:PART]",
    help="Folder of stylized pictures, in place of a RUN; may be repeated, one for each method.",
)
@click.option("--content", type=click.Path(path_type=Path), help="Folder of their contents, or the content of all.")
@click.option("--style", type=click.Path(path_type=Path), help="Folder of their style images, or the style of all.")
@click.option(
    "--prompts",
    type=click.Path(path_type=Path),
    help="Table with the columns file and prompt, for the style images; without those a text file, a prompt a line.",
)
@click.option(
    "--pairs",
    type=click.Path(path_type=Path),
    help="Table with the columns stylized, content, style and prompt, in place of going by names.",
)
@click.option("--in-order", is_flag=True, help="Pair the pictures of all folders by their alphabetical order.")
@click.option("--fit", is_flag=True, help="Cut out the centre of pictures of another aspect, as of contents.")
@click.option("--resolution", type=click.IntRange(16, 4096), help="Pixels to compare at.  [default: as they are]")
@click.option("--metrics", default="all", show_default=True, help="Names with commas, or all.")
@click.option(
    "--protocol",
    help="Protocol of the RUN, where the run does not find it itself; of folders, whose networks to use, by default "
    "mini.",
)
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Folder of a run with a report to make of folders.")
@click.option(
    "--format",
    "format_",
    type=click.Choice([str(name) for name in Format]),
    default=str(Format.TEXT),
    show_default=True,
    help="How to print the scores of folders: a line for each picture.",
)
@click.option(
    "--device",
    type=click.Choice(["auto", "cpu", "cuda"]),
    help="Where to compute; auto takes CUDA if there is one.  [default: where the run was made]",
)
@resources_options
@click.option("--fresh", is_flag=True, help="Start over instead of continuing the run in the folder.")
@click.option("--download", is_flag=True, help="Fetch the weights that are needed and missing first.")
@click.option("--no-report", is_flag=True, help="Do not write the HTML report.")
def score(
    run: Path | None,
    stylized: tuple[str, ...],
    content: Path | None,
    style: Path | None,
    prompts: Path | None,
    pairs: Path | None,
    in_order: bool,
    fit: bool,
    resolution: int | None,
    metrics: str,
    protocol: str | None,
    out: Path | None,
    format_: str,
    device: str | None,
    resources: Resources,
    fresh: bool,
    download: bool,
    no_report: bool,
) -> ExitCode:
    """Score pictures that exist: those of a RUN, or of folders without a protocol.

    Of a RUN: with more metrics, or with metrics that have changed since. No picture is made or changed, and the
    methods need not be installed. Scores that are there stay.

    Of folders: every stylized picture is paired with its content and style by the names of the files.
    """
    of_folders = {
        "--stylized": stylized, "--content": content, "--style": style, "--prompts": prompts, "--pairs": pairs,
        "--in-order": in_order, "--fit": fit, "--resolution": resolution, "--out": out, "--fresh": fresh,
    }  # fmt: skip
    given = [name for name, value in of_folders.items() if value]
    if run is not None:
        if given:
            raise click.UsageError(f"{given[0]} is for folders; leave it out, or leave out the RUN {run}")
        if format_ != Format.TEXT:
            raise click.UsageError(f"--format {format_} is for folders; benchmark report RUN --format {format_}")
        return _score_run(
            run,
            metrics=metrics,
            protocol=protocol,
            device=device,
            resources=resources,
            download=download,
            no_report=no_report,
        )
    if not stylized and pairs is None:
        raise click.UsageError("name a RUN, or folders: --stylized FOLDER --content FOLDER")
    if out is None and fresh:
        raise click.UsageError("--fresh is for a run, which --out names")
    from benchmark.freezing.scored_folders import ScoredFolders

    folders = ScoredFolders(stylized, content, style, prompts, pairs, in_order, fit, resolution)
    return _score_folders(
        folders,
        out,
        Format(format_),
        metrics=metrics,
        like=protocol or "mini",
        device=device or "auto",
        resources=resources,
        fresh=fresh,
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
        observe=lambda: ProgressDisplay(directory),
        obtain=fetch_models if download else None,
    )
    return end_run(outcome, directory, with_report=not no_report)


def _score_folders(
    folders: ScoredFolders,
    out: Path | None,
    format_: Format,
    *,
    metrics: str,
    like: str,
    device: str,
    resources: Resources,
    fresh: bool,
    download: bool,
    no_report: bool,
) -> ExitCode:
    from benchmark.analysis.loading import load_records
    from benchmark.cli.outcome import exit_code_of, write_html_report
    from benchmark.cli.progress import ProgressDisplay
    from benchmark.cli.weights import fetch_models
    from benchmark.interface.scoring import score_folders
    from benchmark.plan.device import choose_device

    def perform(directory: Path) -> RunOutcome:
        return score_folders(
            folders,
            directory,
            metrics=metrics,
            like=like,
            device=choose_device(device),
            resources=resources,
            command=["benchmark", *sys.argv[1:]],
            observe=lambda: ProgressDisplay(directory),
            note=lambda line: click.echo(one_line(line), err=True),
            fresh=fresh,
            obtain=fetch_models if download else None,
        )

    if out is not None:
        try_output_folder(out)
        outcome = perform(out)
        written = "" if no_report else write_html_report(out)
        _print_scores(load_records(out), format_)
        if written:
            click.echo(written, err=format_ is not Format.TEXT)
        return exit_code_of(outcome)
    with tempfile.TemporaryDirectory(prefix="benchmark-") as temporary:
        directory = Path(temporary) / "run"
        outcome = perform(directory)
        _print_scores(load_records(directory), format_)
    return exit_code_of(outcome)


def _print_scores(records: RunRecords, format_: Format) -> None:
    from benchmark.cli.streams import print_json

    table = _scores_by_picture(records)
    if format_ is Format.CSV:
        click.echo(table.to_csv(index=False), nl=False)
    elif format_ is Format.JSON:
        # Not ``to_json``, which rounds the last digits.
        rows = table.astype(object).where(table.notna(), None).to_dict(orient="records")
        means = [
            {"method": row.method, "metric": row.metric, "mean": row.mean, "low": row.low, "high": row.high, "n": row.n}
            for row in records.summary
            if row.n
        ]
        print_json({"pictures": rows, "means": means})
    else:
        _print_text(records, table)


def _scores_by_picture(records: RunRecords) -> pd.DataFrame:
    """Returns a row for each picture: what it is, then its scores; metrics without any score are left out."""
    from benchmark.store.journal import read_journal
    from benchmark.store.run_directory import RunDirectory

    columns = [column for metric in records.metrics for column in metric.columns]
    units = records.units
    table = units[["method", "content", "style", "prompt", "status", "error"]].copy()
    ended, _ = read_journal(RunDirectory(records.directory).journal)
    keys = zip(units["method"], units["case"], strict=True)
    table.insert(1, "stylized", [printable(ended[key].source) for key in keys])
    scored = units[columns].dropna(axis="columns", how="all")
    return table.join(scored)


def _print_text(records: RunRecords, table: pd.DataFrame) -> None:
    from rich.markup import escape
    from rich.table import Table

    from benchmark.analysis.means_table import make_means_table
    from benchmark.cli.tables import RANKING_NOTE, ranking_table, results_console

    several = table["method"].nunique() > 1
    metrics = [metric.name for metric in records.metrics if metric.name in table]
    pictures = Table()
    for name in [*["method"] * several, "picture"]:
        pictures.add_column(name, no_wrap=True)
    for name in metrics:
        pictures.add_column(name, justify="right")
    for _, row in table.iterrows():
        numbers = ["–" if row[name] != row[name] else f"{row[name]:.4g}" for name in metrics]
        name = Path(row["stylized"]).name or f"{row['content']}--{row['style']}"
        facts = [escape(text) for text in [*[row["method"]] * several, f"{name} {row['error']}".strip()]]
        pictures.add_row(*facts, *numbers)
    console = results_console()
    console.print(pictures)
    means = make_means_table(records)
    # Most metrics lack an input, where only contents or only prompts are given, and these pictures took no time here.
    scored = [line for line in means.metrics if any(row and row.mean is not None for row in line.means)]
    means = replace(means, metrics=tuple(scored))
    console.print(ranking_table(means, with_intervals=True))
    console.print(RANKING_NOTE, highlight=False)
    for note in means.notes:
        console.print(note, highlight=False, markup=False, soft_wrap=True)
