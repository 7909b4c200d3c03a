"""``benchmark similarity``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmark.cli.options import choose_device, device_option
from benchmark.errors import InputError
from benchmark.models.role import Role

if TYPE_CHECKING:
    from benchmark.analysis.similarity import SimilarityMatrix

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

    Each prompt is taken as it stands, without a template. Numbers of different models cannot be compared. Beside a
    .csv file, FILE.csv-metadata.json names the model.
    """
    if out is not None and out.suffix.lower() not in _FORMATS:
        raise InputError(f"cannot write {out}: name a file ending in {', '.join(_FORMATS)}")

    from benchmark.analysis.networks import Network
    from benchmark.analysis.similarity import SimilarityMatrix
    from benchmark.images import open_image, to_tensor
    from benchmark.models.embedding import similarity_matrix
    from benchmark.models.missing_weights import require_weights
    from benchmark.models.provider import Models
    from benchmark.models.specification import find_model

    judge = find_model(model, Role.CLIP_JUDGE)
    require_weights([judge])
    models = Models({Role.CLIP_JUDGE: judge}, choose_device(device))
    tensors = [to_tensor(open_image(path)).to(models.device) for path in images]
    values = similarity_matrix(models, Role.CLIP_JUDGE, tensors, prompts)
    matrix = SimilarityMatrix(prompts, images, tuple(map(tuple, values.tolist())), Network(model, judge.stands_in_for))
    if out is None:
        _print(matrix)
    else:
        matrix.write(out)
        click.echo(out)


def _print(matrix: SimilarityMatrix) -> None:
    from rich.markup import escape
    from rich.table import Table

    from benchmark.analysis.networks import notes_on
    from benchmark.cli.tables import results_console

    table = Table("prompt")
    for image in matrix.images:
        table.add_column(escape(image.name), justify="right", overflow="fold")
    for prompt, row in zip(matrix.prompts, matrix.values, strict=True):
        table.add_row(escape(prompt), *(f"{value:.3f}" for value in row))
    console = results_console()
    console.print(table)
    caption = f"cosine of {matrix.model.label}; rows are prompts, columns are images"
    for line in (caption, *notes_on([matrix.model])):
        console.print(line, highlight=False, markup=False, soft_wrap=True)
