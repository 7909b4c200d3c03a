"""``benchmark similarity``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmark.cli.help import CommandWithExamples
from benchmark.cli.options import device_option
from benchmark.cli.picture_files import picture_files
from benchmark.cli.targets import try_output_file
from benchmark.errors import ExitCode, InputError
from benchmark.escaping import one_line, printable
from benchmark.models.role import Role
from benchmark.plan.device import choose_device
from benchmark.prompts import is_blank

if TYPE_CHECKING:
    from benchmark.analysis.similarity import SimilarityMatrix
    from benchmark.models.specification import ModelSpecification

_FORMATS = (".html", ".csv", ".png")


@click.command(
    cls=CommandWithExamples,
    examples=(
        'benchmark similarity --image stylized.png --prompt "an oil painting" --prompt "a photo" -o matrix.html',
    ),
)
@click.option(
    "--image", "paths", multiple=True, required=True, type=click.Path(path_type=Path),
    help="Image file, or a folder of them; may be repeated, and more may follow at the end.",
)  # fmt: skip
@click.argument("more", metavar="[IMAGE]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--prompt", "prompts", multiple=True, required=True, help="May be repeated.")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Write the matrix to a .html, .csv or .png file.")
@click.option(
    "--model",
    default="clip-tiny-judge",
    show_default=True,
    help="Which text-image model: a name, or ARCHITECTURE:FILE for a checkpoint of your own.",
)
@device_option
def similarity(
    paths: tuple[Path, ...],
    more: tuple[Path, ...],
    prompts: tuple[str, ...],
    out: Path | None,
    model: str,
    device: str,
) -> ExitCode:
    """Compare prompts with images: rows are prompts, columns are images, numbers are raw cosines.

    Each prompt is taken as it is, without a template; the part of a long one that the model does not read is reported.
    Numbers of different models cannot be compared. An image that cannot be used is left out, and the exit code is 4.
    Beside a .csv file, FILE.csv-metadata.json names the model, and the parts of prompts that it did not read.
    """
    for prompt in prompts:
        if is_blank(prompt):
            raise InputError(f"--prompt {prompt!r} is blank: there is nothing to compare images with")
    named = picture_files((*paths, *more))
    if out is not None:
        try_output_file(out, _FORMATS, named)

    from benchmark.analysis.networks import Network
    from benchmark.analysis.similarity import SimilarityMatrix
    from benchmark.images import open_image, to_tensor
    from benchmark.models.embedding import similarity_matrix
    from benchmark.models.missing_weights import require_weights
    from benchmark.models.provider import Models
    from benchmark.models.specification import find_model

    judge = find_model(model, Role.CLIP_JUDGE)
    require_weights([judge])
    notes = _unread_parts(judge, prompts)
    for note in notes.values():
        click.echo(one_line(note), err=True)
    models = Models({Role.CLIP_JUDGE: judge}, choose_device(device))
    tensors, problems = {}, []
    for path in named:
        try:
            tensors[path] = to_tensor(open_image(path)).to(models.device)
        except InputError as error:
            problems.append(error)
    if not tensors:
        raise problems[0]
    for problem in problems:
        click.echo(f"error: {one_line(str(problem))}", err=True)
    values = similarity_matrix(models, Role.CLIP_JUDGE, list(tensors.values()), prompts)
    network = Network(judge.label, judge.stands_in_for)
    matrix = SimilarityMatrix(prompts, tuple(tensors), tuple(map(tuple, values.tolist())), network, notes)
    if out is None:
        _print(matrix)
    else:
        matrix.write(out)
        click.echo(printable(out))
    return ExitCode.FAILED_UNITS if problems else ExitCode.DONE


def _unread_parts(judge: ModelSpecification, prompts: Sequence[str]) -> dict[str, str]:
    """Returns a line for each prompt that the model does not wholly read, or cannot tell from another therefore."""
    from benchmark.models.prompt_reading import describe_readings, merged_prompts, read_prompt, shortened

    tokenizer = judge.load_tokenizer()
    readings = [read_prompt(tokenizer, prompt, judge.name) for prompt in dict.fromkeys(prompts)]
    notes = describe_readings(readings)
    for first, second in merged_prompts(readings):
        same = f"the same to {judge.name} as {shortened(first.prompt)!r}: their numbers are equal"
        notes[second.prompt] = f"{notes.get(second.prompt, f'prompt {shortened(second.prompt, 40)!r}')}; {same}"
    return notes


def _print(matrix: SimilarityMatrix) -> None:
    from rich.markup import escape
    from rich.table import Table

    from benchmark.analysis.networks import notes_on
    from benchmark.cli.tables import results_console

    table = Table("prompt")
    for name in matrix.image_names:
        table.add_column(escape(name), justify="right", overflow="fold")
    for prompt, row in zip(matrix.prompts, matrix.values, strict=True):
        table.add_row(escape(one_line(prompt)), *(f"{value:.3f}" for value in row))
    console = results_console()
    console.print(table)
    caption = f"cosine of {matrix.model.label}; rows are prompts, columns are images"
    for line in (caption, *notes_on([matrix.model])):
        console.print(one_line(line), highlight=False, markup=False, soft_wrap=True)
