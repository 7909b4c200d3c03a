"""``benchmark study analyse``."""

from __future__ import annotations

from pathlib import Path

import click

from benchmark.cli.help import CommandWithExamples
from benchmark.cli.targets import try_output_folder

_MOST_LINES = 20


@click.command(cls=CommandWithExamples, examples=("benchmark study analyse study answers -o result",))
@click.argument("study", type=click.Path(path_type=Path))
@click.argument("answers", nargs=-1, type=click.Path(path_type=Path))
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), help="Folder of the result.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0, 2**63 - 1), help="Seed of resampling.")
def analyse(study: Path, answers: tuple[Path, ...], out: Path, seed: int) -> None:
    """Analyse ANSWERS to STUDY: files that the page saved, folders of them, or the database of the server.

    Without ANSWERS it takes STUDY/answers.sqlite. The result holds the strengths of the methods for every question
    (Bradley and Terry), with and without people who are left out, and how far people agree. Files that cannot be
    counted are named with a reason. `benchmark report RUN --study OUT` holds metrics against it.
    """
    from benchmark.errors import InputError
    from benchmark.escaping import one_line, printable
    from benchmark.study.analysing import SUMMARY_FILE
    from benchmark.study.analysing import analyse as analyse_answers
    from benchmark.study.answer_store import DATABASE
    from benchmark.study.answers import collect_answers
    from benchmark.study.study import read_study

    read = read_study(study)
    if not answers and not (study / DATABASE).exists():
        raise InputError(f"name files of answers: there is no {printable(study / DATABASE)}")
    try_output_folder(out, [study])
    collected = collect_answers(read, answers or (study / DATABASE,))
    analysis = analyse_answers(read, collected, seed=seed)
    analysis.write(out)
    for one in collected.set_aside[:_MOST_LINES]:
        click.echo(one_line(f"not counted: {one.source}: {one.reason}"), err=True)
    if len(collected.set_aside) > _MOST_LINES:
        click.echo(f"not counted: {len(collected.set_aside) - _MOST_LINES:,} more, in result.json", err=True)
    result = analysis.result
    click.echo(
        f"{printable(out / SUMMARY_FILE)}: {result.people:,} people, {len(result.left_out):,} of them left out,"
        f" {len(result.unread):,} files not counted"
    )
