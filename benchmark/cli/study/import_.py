"""``benchmark study import``."""

from __future__ import annotations

from pathlib import Path

import click

from benchmark.cli.help import CommandWithExamples
from benchmark.cli.targets import try_output_folder
from benchmark.store.questions import Question


@click.command(
    name="import",
    cls=CommandWithExamples,
    examples=("benchmark study import ratings.csv --run runs/mini --images '{method}/{content}_{style}' -o result",),
)
@click.argument("ratings", type=click.Path(path_type=Path))
@click.option("--run", "run", required=True, type=click.Path(path_type=Path), help="Run that scored the pictures.")
@click.option(
    "--images",
    required=True,
    metavar="PATTERN",
    help="How the table names pictures, for instance '{method}/{content}_{style}'; {case} and * are known, too.",
)
@click.option(
    "--question",
    default=str(Question.PREFERENCE),
    show_default=True,
    type=click.Choice([str(question) for question in Question]),
    help="What people were asked.",
)
@click.option("--image-column", default="image", show_default=True, help="Column of the picture; of votes, the winner.")
@click.option("--rating-column", default="rating", show_default=True, help="Column of the rating; higher is better.")
@click.option("--loser-column", default="", help="Column of the picture that lost: the table holds votes.")
@click.option("--tie-column", default="", help="Of votes: column that is 1 where there is no difference.")
@click.option("--rater-column", default="", help="Column of who rated.  [default: ratings are means]")
@click.option("--title", default="", help="Title for people.  [default: the table's name]")
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), help="Folder of the result.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0, 2**63 - 1), help="Seed of resampling.")
def import_(
    ratings: Path,
    run: Path,
    images: str,
    question: str,
    image_column: str,
    rating_column: str,
    loser_column: str,
    tie_column: str,
    rater_column: str,
    title: str,
    out: Path,
    seed: int,
) -> None:
    """Make the result of a study from RATINGS (CSV) that exist, single ones or means, on any scale, or votes.

    The pictures must be those of a run: `benchmark score` scores pictures that exist.
    """
    from benchmark.escaping import one_line, printable
    from benchmark.study.analysing import SUMMARY_FILE
    from benchmark.study.importing import Columns, ImportedTable, import_ratings
    from benchmark.wording import format_count

    if tie_column and not loser_column:
        raise click.UsageError("--tie-column is of votes: name --loser-column, too")
    columns = Columns(
        image=image_column,
        rating="" if loser_column else rating_column,
        loser=loser_column,
        rater=rater_column,
        tie=tie_column,
    )
    try_output_folder(out, [run])
    table = ImportedTable(ratings, images, columns, Question(question), title or printable(ratings.stem))
    analysis = import_ratings(table, run, seed=seed)
    analysis.write(out)
    outcome = analysis.result.questions[0].kept
    for note in analysis.result.notes:
        click.echo(one_line(note), err=True)
    click.echo(
        f"{printable(out / SUMMARY_FILE)}: {format_count(outcome.answers, 'comparison')} of"
        f" {format_count(len(outcome.strengths), 'method')} on {format_count(outcome.cases, 'case')}"
    )
