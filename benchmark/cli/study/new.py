"""``benchmark study new``."""

from __future__ import annotations

from pathlib import Path

import click

from benchmark.cli.help import CommandWithExamples
from benchmark.cli.targets import try_output_folder
from benchmark.store.questions import Question
from benchmark.wording import format_count

_ASKED = f"{Question.STYLE},{Question.CONTENT},{Question.PREFERENCE}"


@click.command(cls=CommandWithExamples, examples=("benchmark study new runs/mini -o study",))
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), help="Folder to make.")
@click.option("--questions", default=_ASKED, show_default=True, help="Questions: style, content, preference, text.")
@click.option("--methods", default="", help="Methods, separated by commas.  [default: all but controls]")
@click.option("--cases", type=click.IntRange(1), help="Most cases.  [default: all]")
@click.option("--people", default=40, show_default=True, type=click.IntRange(1, 10_000), help="Participants planned.")
@click.option("--pairs", default=30, show_default=True, type=click.IntRange(1, 1000), help="Pairs a person that count.")
@click.option("--repeats", default=3, show_default=True, type=click.IntRange(0, 100), help="Pairs shown a second time.")
@click.option("--checks", default=3, show_default=True, type=click.IntRange(0, 100), help="Pairs with a known answer.")
@click.option(
    "--overlap", default=3, show_default=True, type=click.IntRange(1, 1000), help="People a pair, if numbers allow."
)
@click.option("--ties/--no-ties", default=True, show_default=True, help="Whether “no difference” is an answer.")
@click.option(
    "--most-failed-checks", type=click.IntRange(0), help="Leave out who fails more.  [default: a third of the checks]"
)
@click.option(
    "--least-seconds", default=0.8, show_default=True, type=click.FloatRange(0, 60),
    help="Leave out whose median time of an answer is less.",
)  # fmt: skip
@click.option("--title", default="Which picture is better?", show_default=True, help="Title of the page.")
@click.option("--contact", default="", help="Who is responsible, and how to reach them; shown to participants.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0, 2**63 - 1), help="Seed of the design.")
def new(
    runs: tuple[Path, ...],
    out: Path,
    questions: str,
    methods: str,
    cases: int | None,
    people: int,
    pairs: int,
    repeats: int,
    checks: int,
    overlap: int,
    ties: bool,
    most_failed_checks: int | None,
    least_seconds: float,
    title: str,
    contact: str,
    seed: int,
) -> None:
    """Make a study of RUNS: a page that asks people to choose between two methods' pictures of one case.

    The page in the folder "page" needs no server. The key, study.json, says which picture is whose: keep it.
    """
    from benchmark.escaping import printable, shell_command
    from benchmark.study.design import DesignSize
    from benchmark.study.making import StudyChoice, make_study
    from benchmark.study.study import PAGE_FOLDER, STUDY_FILE, Exclusion

    if repeats > pairs:
        raise click.UsageError("--repeats cannot be more than --pairs")
    choice = StudyChoice(
        questions=_questions(questions),
        methods=tuple(part for part in methods.split(",") if part.strip()),
        cases=cases,
        size=DesignSize(people, pairs, repeats, checks, overlap),
        exclusion=Exclusion(
            checks // 3 if most_failed_checks is None else most_failed_checks, round(1000 * least_seconds)
        ),
        ties=ties,
        title=title,
        contact=contact,
        seed=seed,
    )
    try_output_folder(out, runs)
    study = make_study(runs, choice, out)
    click.echo(
        f"{printable(out)}: {format_count(len(study.methods), 'method')}, {format_count(len(study.cases), 'case')},"
        f" {format_count(len(study.forms), 'form')} of {format_count(len(study.forms[0]), 'pair')}"
    )
    command = shell_command(["benchmark", "study", "serve", str(out)])
    click.echo(f"hand out {printable(out / PAGE_FOLDER)}, or collect: {command}")
    click.echo(f"keep {printable(out / STUDY_FILE)} to yourself: it says which picture is whose")


def _questions(text: str) -> tuple[Question, ...]:
    from benchmark.errors import InputError
    from benchmark.suggestion import suggest

    names = list(dict.fromkeys(name.strip().lower() for name in text.split(",") if name.strip()))
    known = [question.value for question in Question]
    for name in names:
        if name not in known:
            raise InputError(
                f"--questions: there is no question {name!r}{suggest(name, known)}; known: {', '.join(known)}"
            )
    if not names:
        raise InputError(f"--questions names none; known: {', '.join(known)}")
    return tuple(Question(name) for name in names)
