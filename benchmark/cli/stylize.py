"""``benchmark stylize``."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmark.cli.options import choose_device, device_option, set_option
from benchmark.contracts import Condition
from benchmark.errors import BenchmarkError, ExitCode, InputError, describe_error
from benchmark.prompts import is_blank
from benchmark.protocol.case import Case, Content, Style, WeightedStyle
from benchmark.registry import PluginKind, find_plugin
from benchmark.settings import parse_assignments

if TYPE_CHECKING:
    from PIL import Image

_FORMATS = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff")


class StylizationError(BenchmarkError):
    """A method could not stylize."""

    exit_code = ExitCode.FAILED_UNITS


@click.command()
@click.argument("content", type=click.Path(path_type=Path))
@click.option("--method", required=True, help="Which method; `benchmark list methods`.")
@click.option("--style", "styles", multiple=True, type=click.Path(path_type=Path), help="Style image; may be repeated.")
@click.option("--prompt", "prompts", multiple=True, help="Style in words; may be repeated.")
@click.option(
    "--weight", "weights", multiple=True, type=click.FloatRange(min=0, min_open=True), help="Share per style."
)
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), help="Image file to write.")
@click.option("--size", type=click.IntRange(32, 4096), default=512, show_default=True, help="Longer side, in pixels.")
@click.option("--protocol", default="mini", show_default=True, help="Whose networks and settings to use.")
@device_option
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Seed of everything random.")
@set_option
def stylize(
    content: Path,
    method: str,
    styles: tuple[Path, ...],
    prompts: tuple[str, ...],
    weights: tuple[float, ...],
    out: Path,
    size: int,
    protocol: str,
    device: str,
    seed: int,
    assignments: tuple[str, ...],
) -> None:
    """Stylize one image with one method.

    The first --style and the first --prompt describe one style together, the second ones another, and so on.
    """
    plugin = find_plugin(PluginKind.METHODS, method)
    _check_target(out)
    reads_style = plugin.load().info.condition is not Condition.NONE
    case = Case(Content("content", content), _weighted_styles(styles, prompts, weights, needed=reads_style))

    from benchmark.contracts import StyleCondition
    from benchmark.execution.stylization import InvalidOutputError, Stylizer
    from benchmark.images import encode_image, to_tensor
    from benchmark.models.missing_weights import require_weights
    from benchmark.models.provider import Models
    from benchmark.models.specification import find_models
    from benchmark.plan.prompt_check import announce, read_prompts
    from benchmark.plan.selection import load_protocol, select_method, used_models
    from benchmark.plan.unit import unit_seed
    from benchmark.store.atomic import write_bytes

    chosen = load_protocol(protocol)
    values = parse_assignments(assignments)
    for name in values.keys() - {plugin.name}:
        raise InputError(f"--set {name}.…: the method is {plugin.name}")
    selected = select_method(plugin, chosen, values.get(plugin.name, {}))
    require_weights(used_models(chosen, [selected]))
    specifications = find_models(chosen.models)
    named = [share.style.prompt for share in case.styles if share.style.prompt]
    for line in announce(read_prompts(named, specifications, methods=[selected])):
        click.echo(line, err=True)
    models = Models(specifications, choose_device(device))
    image = to_tensor(_fitted(content, size)).to(models.device)
    conditions = [
        StyleCondition(
            image=to_tensor(_fitted(share.style.image, size)).to(models.device) if share.style.image else None,
            prompt=share.style.prompt,
            weight=share.weight,
        )
        for share in case.styles
    ]
    stylizer = Stylizer({plugin.name: selected}, models)
    try:
        reason = stylizer.skip(plugin.name, case)
        if reason is not None:
            raise InputError(f"method {plugin.name} {reason}")
        result = stylizer.stylize(plugin.name, image, conditions, unit_seed(seed, case.id, plugin.name), warm_up=False)
    except (Exception, SystemExit) as error:
        if isinstance(error, BenchmarkError) and not isinstance(error, InvalidOutputError):
            raise
        raise StylizationError(f"method {plugin.name} failed: {describe_error(error)}") from error
    write_bytes(out, encode_image(result.value, out.suffix))
    click.echo(f"{out} ({result.seconds:.1f} s)")


def _fitted(path: Path, size: int) -> Image.Image:
    from benchmark.images import MINIMUM_SIDE, fit_within, open_image

    image = fit_within(open_image(path), size)
    if min(image.size) < MINIMUM_SIDE:
        raise InputError(f"image {path} is too narrow: {image.width}×{image.height} at --size {size}")
    return image


def _check_target(out: Path) -> None:
    if out.suffix.lower() not in _FORMATS:
        raise InputError(f"cannot write {out}: name a file ending in {', '.join(_FORMATS)}")
    if not out.parent.is_dir():
        raise InputError(f"cannot write {out}: there is no folder {out.parent}")


def _weighted_styles(
    styles: Sequence[Path], prompts: Sequence[str], weights: Sequence[float], *, needed: bool
) -> tuple[WeightedStyle, ...]:
    # A case has a style, even for a method that reads none.
    pairs: list[tuple[Path | None, str | None]] = list(zip_longest(styles, prompts)) or [(None, None)]
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
