"""``benchmark stylize``."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmark.cli.help import CommandWithExamples
from benchmark.cli.options import device_option, networks_option, precision_option, set_option
from benchmark.cli.picture_files import picture_files
from benchmark.cli.style_grid import refuse_grid, refuse_large_grid, style_grid, tiles_folder, write_grid
from benchmark.cli.targets import try_output_file, try_output_folder
from benchmark.contracts import Condition
from benchmark.errors import BenchmarkError, ExitCode, InputError, UnfitCaseError, describe_error
from benchmark.escaping import one_line, printable
from benchmark.plan.device import choose_device
from benchmark.plan.precision import choose_precision, notes_on_precision
from benchmark.prompts import is_blank
from benchmark.protocol.case import Case, Content, Style, WeightedStyle
from benchmark.settings import parse_assignments

if TYPE_CHECKING:
    from PIL import Image
    from torch import Tensor

    from benchmark.contracts import StyleCondition
    from benchmark.execution.bench.measurement import Measured
    from benchmark.execution.bench.stylization import Stylizer
    from benchmark.protocol.networks import NetworkChoice

_FORMATS = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff")


class StylizationError(BenchmarkError):
    """A method could not stylize."""

    exit_code = ExitCode.FAILED_UNITS


@click.command(
    cls=CommandWithExamples,
    examples=(
        "benchmark stylize photo.jpg --method adain --style painting.jpg -o out.png",
        'benchmark stylize photos --method clipstyler --prompt "a woodcut" -o stylized',
    ),
)
@click.argument("contents", metavar="CONTENT...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--method", required=True, help="Which method: a name of `benchmark list methods`, or a program's FILE.toml."
)
@click.option("--style", "styles", multiple=True, type=click.Path(path_type=Path), help="Style image; may be repeated.")
@click.option("--prompt", "prompts", multiple=True, help="Style in words; may be repeated.")
@click.option(
    "--weight", "weights", multiple=True, type=click.FloatRange(min=0, min_open=True), help="Share per style."
)
@click.option(
    "-o", "--out", required=True, type=click.Path(path_type=Path), help="Image file to write, or a folder for several."
)
@click.option(
    "--explain",
    "explanation",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Also write maps of how it is stylized, side by side; for methods that offer some.",
)
@click.option(
    "--grid",
    type=click.IntRange(2, 25),
    metavar="N",
    help="Mix two to four styles: N pictures from corner to corner, as one picture OUT and in the folder OUT_tiles.",
)
@click.option("--size", type=click.IntRange(32, 4096), default=512, show_default=True, help="Longer side, in pixels.")
@click.option("--protocol", default="mini", show_default=True, help="Whose networks and settings to use.")
@networks_option
@device_option
@precision_option
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Seed of everything random.")
@set_option
def stylize(
    contents: tuple[Path, ...],
    method: str,
    styles: tuple[Path, ...],
    prompts: tuple[str, ...],
    weights: tuple[float, ...],
    out: Path,
    explanation: Path | None,
    grid: int | None,
    size: int,
    protocol: str,
    networks: NetworkChoice,
    device: str,
    precision: str,
    seed: int,
    assignments: tuple[str, ...],
) -> ExitCode:
    """Stylize images with one method. Each CONTENT is an image file, or a folder of them.

    Several are written under their own names into the folder OUT; if one fails, the others are still written, and the
    exit code is 4.

    The first --style and the first --prompt describe one style together, the second ones another, and so on.
    """
    from benchmark.plan.selection import find_method

    plugin = find_method(method)
    is_single = len(contents) == 1 and not contents[0].is_dir()
    targets = dict(_targets(picture_files(contents), out, styles, is_single=is_single))
    if explanation is not None:
        _try_explanation(explanation, targets, styles, is_single=is_single)
    reads_style = plugin.load().info.condition is not Condition.NONE
    conditioned = _weighted_styles(styles, prompts, weights, needed=reads_style)
    tiles_in: Path | None = None
    if grid is not None:
        refuse_grid(len(conditioned), weights, explanation, is_single=is_single)
        refuse_large_grid(len(conditioned), grid, next(iter(targets)), size, out)
        tiles_in = tiles_folder(out)

    import torch

    from benchmark.contracts import StyleCondition
    from benchmark.execution.bench.outputs import InvalidOutputError
    from benchmark.execution.bench.stylization import Stylizer
    from benchmark.images import encode_image, to_tensor
    from benchmark.models.missing_weights import require_weights
    from benchmark.models.provider import Models
    from benchmark.models.specification import find_models
    from benchmark.plan.prompt_check import announce, read_prompts
    from benchmark.plan.selection import load_protocol, select_method, used_models
    from benchmark.plan.unit import unit_seed
    from benchmark.protocol.style_pixels import style_pixels_sha256
    from benchmark.store.atomic import write_bytes
    from benchmark.store.cost_columns import DISTURBED

    chosen = load_protocol(protocol, networks)
    values = parse_assignments(assignments)
    for name in values.keys() - {plugin.name}:
        raise InputError(f"--set {name}.…: the method is {plugin.name}")
    selected = select_method(plugin, chosen, values.get(plugin.name, {}))
    require_weights(used_models(chosen, [selected]))
    specifications = find_models(chosen.models, selected.info.uses if selected.info else ())
    named = [share.style.prompt for share in conditioned if share.style.prompt]
    for line in announce(read_prompts(named, specifications, methods=[selected])):
        click.echo(one_line(line), err=True)
    chosen_device = choose_device(device)
    taken = choose_precision(precision, chosen_device)
    for line in filter(None, (taken.note, *notes_on_precision([selected], taken.precision))):
        click.echo(line, err=True)
    models = Models(specifications, chosen_device)
    conditions = [
        StyleCondition(
            image=to_tensor(_fitted(share.style.image, size)).to(models.device) if share.style.image else None,
            prompt=share.style.prompt,
            weight=share.weight,
            pixels_sha256=style_pixels_sha256(share.style),
        )
        for share in conditioned
    ]
    stylizer = Stylizer({plugin.name: selected}, models, precision=taken.precision)
    if explanation is not None and not stylizer.explains(plugin.name):
        raise InputError(f"method {plugin.name} has no maps to explain itself with; leave --explain out")

    @contextlib.contextmanager
    def failing_as(what: str) -> Iterator[None]:
        try:
            yield
        except (Exception, SystemExit) as error:
            if isinstance(error, BenchmarkError) and not isinstance(error, InvalidOutputError):
                raise
            raise StylizationError(f"{what}: {describe_error(error)}") from error

    def refuse_unfit(case: Case, image: Tensor) -> None:
        with failing_as(f"method {plugin.name} failed"):
            reason = stylizer.skip(plugin.name, case, image)
        if reason is not None:
            raise InputError(f"method {plugin.name} {reason}")

    def stylize_tensor(image: Tensor, styles: Sequence[StyleCondition], number: int) -> Measured[Tensor]:
        with failing_as(f"method {plugin.name} failed"):
            try:
                return stylizer.stylize(plugin.name, image, styles, number, warm_up=False)
            except UnfitCaseError as error:
                raise InputError(f"method {plugin.name} {error}") from error

    def stylize_grid(content: Path, target: Path, side: int, folder: Path) -> None:
        image = to_tensor(_fitted(content, size)).to(models.device)
        # All tiles have one seed, so that they differ by the shares alone.
        number = unit_seed(seed, Case(Content("content", content), conditioned).id, plugin.name)
        tiles = style_grid(len(conditions), side)
        for parts in dict.fromkeys(tuple(map(bool, tile.weights)) for tile in tiles):
            shares = tuple(itertools.compress(conditioned, parts))
            equal = tuple(replace(share, weight=1 / len(shares)) for share in shares)
            refuse_unfit(Case(Content("content", content), equal), image)

        def make(shares: tuple[float, ...]) -> Tensor:
            # A style without a share is not part of a mix.
            mixed = [
                replace(condition, weight=share) for condition, share in zip(conditions, shares, strict=True) if share
            ]
            return stylize_tensor(image, mixed, number).value

        write_grid(tiles, make, target, folder)

    def stylize_one(content: Path, target: Path) -> None:
        # Every content is the same case as when it is given alone, with the same seed and the same picture.
        case = Case(Content("content", content), conditioned)
        image = to_tensor(_fitted(content, size)).to(models.device)
        number = unit_seed(seed, case.id, plugin.name)
        refuse_unfit(case, image)
        result = stylize_tensor(image, conditions, number)
        write_bytes(target, encode_image(result.value, target.suffix))
        disturbed = f", {DISTURBED}: {result.cpu_seconds:.1f} s of processor time" if result.disturbed else ""
        click.echo(f"{printable(target)} ({result.seconds:.1f} s{disturbed})")
        if explanation is not None:
            with failing_as(f"{printable(target)} is written, but method {plugin.name} failed to explain it"):
                maps = stylizer.explain(plugin.name, image, conditions, number)
                if not maps:
                    raise InvalidOutputError("returned no maps")
            strip = torch.cat(list(maps.values()), dim=2)
            write_bytes(explanation, encode_image(strip, explanation.suffix))
            click.echo(f"{printable(explanation)} (from the left: {', '.join(maps)})")

    _refuse_if_all_are_skipped(stylizer, plugin.name, [Case(Content("content", path), conditioned) for path in targets])
    failed = 0
    for content, target in targets.items():
        try:
            if grid is not None and tiles_in is not None:
                stylize_grid(content, target, grid, tiles_in)
                continue
            stylize_one(content, target)
        except BenchmarkError as error:
            if is_single:
                raise
            failed += 1
            click.echo(f"error: {one_line(_about(content, describe_error(error)))}", err=True)
    if failed:
        others = f"; the others are in {printable(out)}" if failed < len(targets) else ""
        click.echo(f"{failed} of {len(targets)} contents failed{others}", err=True)
    return ExitCode.FAILED_UNITS if failed else ExitCode.DONE


def _try_explanation(file: Path, targets: Mapping[Path, Path], styles: Sequence[Path], *, is_single: bool) -> None:
    if not is_single:
        raise InputError(f"--explain {file}: it explains one picture; name one CONTENT")
    try_output_file(file, _FORMATS, [*targets, *styles], needs_folder=True)
    if file.resolve() in {target.resolve() for target in targets.values()}:
        raise InputError(f"--explain {file}: the stylized picture is written there; name another file")


def _refuse_if_all_are_skipped(stylizer: Stylizer, method: str, cases: Sequence[Case]) -> None:
    """Reports a fault of the styles once, instead of at every content."""
    try:
        reasons = {stylizer.skip(method, case, None) for case in cases}
    except (Exception, SystemExit):
        # A method that fails at this is reported at each content.
        return
    if None not in reasons:
        raise InputError(f"method {method} {' and '.join(map(str, reasons))}")


def _about(content: Path, problem: str) -> str:
    return problem if str(content) in problem else f"{content}: {problem}"


def _fitted(path: Path, size: int) -> Image.Image:
    from benchmark.images import MINIMUM_SIDE, fit_within, open_image

    image = fit_within(open_image(path), size)
    if min(image.size) < MINIMUM_SIDE:
        raise InputError(f"image {path} is too narrow: {image.width}×{image.height} at --size {size}")
    return image


def _targets(
    pictures: Sequence[Path], out: Path, styles: Sequence[Path], *, is_single: bool
) -> Iterator[tuple[Path, Path]]:
    """Yields each picture with its target, after trying that the targets can be written."""
    if is_single:
        try_output_file(out, _FORMATS, [*pictures, *styles], needs_folder=True)
        yield pictures[0], out
        return
    if out.suffix.lower() in _FORMATS and not out.is_dir():
        raise InputError(f"cannot write {len(pictures)} contents to {out}: name a folder with -o")
    try_output_folder(out)
    inputs = {path.resolve() for path in (*pictures, *styles)}
    sources: dict[str, Path] = {}
    for picture in pictures:
        target = out / (picture.name if picture.suffix.lower() in _FORMATS else f"{picture.name}.png")
        # Some file systems do not tell a.png and A.PNG apart.
        first = sources.setdefault(target.name.casefold(), picture)
        if first is not picture:
            raise InputError(f"{first} and {picture} would both be written to {target}; rename one")
        if target.resolve() in inputs:
            raise InputError(f"cannot write {target}: it is one of the files that are read; name another folder")
        yield picture, target


def _weighted_styles(
    styles: Sequence[Path], prompts: Sequence[str], weights: Sequence[float], *, needed: bool
) -> tuple[WeightedStyle, ...]:
    # A case has a style, even for a method that reads none.
    pairs: list[tuple[Path | None, str | None]] = list(itertools.zip_longest(styles, prompts)) or [(None, None)]
    if needed and not (styles or prompts):
        raise InputError("name a style with --style IMAGE or --prompt TEXT")
    for image, prompt in pairs:
        if needed and image is None and is_blank(prompt):
            raise InputError(f"--prompt {prompt!r} is blank: name a style with --style IMAGE or --prompt TEXT")
    if weights and len(weights) != len(pairs):
        raise InputError(f"{len(weights)} --weight for {len(pairs)} styles; give one per style, or none")
    shares = list(weights) or [1.0] * len(pairs)
    return tuple(
        WeightedStyle(Style(f"style{number}", image, prompt), share / sum(shares))
        for number, ((image, prompt), share) in enumerate(zip(pairs, shares, strict=True), start=1)
    )
