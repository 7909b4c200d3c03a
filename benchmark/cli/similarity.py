"""``benchmark similarity``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmark.cli.options import choose_device, device_option
from benchmark.errors import InputError
from benchmark.models.role import Role
from benchmark.prompts import is_blank

if TYPE_CHECKING:
    from benchmark.analysis.similarity import SimilarityMatrix
    from benchmark.models.specification import ModelSpecification

_FORMATS = (".html", ".csv", ".png")


@click.command()
@click.option(
    "--image", "images", multiple=True, required=True, type=click.Path(path_type=Path), help="May be repeated."
)
@click.option("--prompt", "prompts", multiple=True, required=True, help="May be repeated.")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Write the matrix to a .html, .csv or .png file.")
@click.option("--model", default="clip-tiny-judge", show_default=True, help="Which text-image model.")
@device_option
def similarity(images: tuple[Path, ...], prompts: tuple[str, ...], out: Path | None, model: str, device: str) -> None:
    """Compare prompts with images: rows are prompts, columns are images, numbers are raw cosines.

    Each prompt is taken as it stands, without a template; of one that is longer than the model reads, what it does not
    read is said. Numbers of different models cannot be compared.
    """
    for prompt in prompts:
        if is_blank(prompt):
            raise InputError(f"--prompt {prompt!r} is blank: there is nothing to compare images with")
    if out is not None and out.suffix.lower() not in _FORMATS:
        raise InputError(f"cannot write {out}: name a file ending in {', '.join(_FORMATS)}")

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
        click.echo(note, err=True)
    models = Models({Role.CLIP_JUDGE: judge}, choose_device(device))
    tensors = [to_tensor(open_image(path)).to(models.device) for path in images]
    values = similarity_matrix(models, Role.CLIP_JUDGE, tensors, prompts)
    matrix = SimilarityMatrix(prompts, images, tuple(map(tuple, values.tolist())), model, notes)
    if out is None:
        _print(matrix)
    else:
        matrix.write(out)
        click.echo(out)


def _unread_parts(judge: ModelSpecification, prompts: Sequence[str]) -> dict[str, str]:
    """A line for each prompt that the model does not wholly read, or cannot tell from another for that reason."""
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

    from benchmark.cli.tables import results_console

    table = Table("prompt", caption=f"cosine of {matrix.model}; rows are prompts, columns are images")
    for image in matrix.images:
        table.add_column(escape(image.name), justify="right", overflow="fold")
    for prompt, row in zip(matrix.prompts, matrix.values, strict=True):
        table.add_row(escape(prompt), *(f"{value:.3f}" for value in row))
    results_console().print(table)
