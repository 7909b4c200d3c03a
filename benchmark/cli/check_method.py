"""``benchmark check-method``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmark.cli.help import CommandWithExamples
from benchmark.errors import ExitCode
from benchmark.escaping import one_line
from benchmark.interface.run_check import State

if TYPE_CHECKING:
    from PIL import Image

    from benchmark.programs.trial import TrialStyle


@click.command("check-method", cls=CommandWithExamples, examples=("benchmark check-method my_program.toml",))
@click.argument("file", metavar="FILE.toml", type=click.Path(path_type=Path))
@click.option("--size", type=click.IntRange(32, 1024), default=128, show_default=True, help="Side of the pictures.")
@click.option("--once", is_flag=True, help="Call the program once only: of a slow one, less is found out.")
def check_method(file: Path, size: int, once: bool) -> ExitCode:
    """Try the program that FILE.toml describes on one case, and say what fits and what does not.

    The program is called three times: with one style, with another, and with the first again. One that makes all
    pictures in one call is called once, for two styles. One whose table [styles] has a single style is given no other.
    """
    from benchmark.plan.selection import find_program

    program = find_program(file)
    program.refuse_incomplete()
    _print(State.OK, f"{file} can be read: method {program.name}, {program.info.version}")
    needs = f", and the {len(program.program.needs)} needed files are there" * bool(program.program.needs)
    _print(State.OK, f"{program.program.command[0]} is found{needs}")

    import torch

    from benchmark.programs.trial import Trial

    content, styles = _pictures(size, list(program.table.styles))
    problems = 0
    for seen in Trial(program, content, styles, torch.get_num_threads(), once=once).observations():
        _print({True: State.OK, False: State.PROBLEM, None: State.NOTE}[seen.fits], seen.text)
        problems += seen.fits is False
    click.echo(f"{problems} problem{'s' * (problems != 1)} found" if problems else f"all fits: --methods {file}")
    return ExitCode.FAILED_UNITS if problems else ExitCode.DONE


def _print(state: State, text: str) -> None:
    click.echo(f"{state:7}  {one_line(text)}")


def _pictures(size: int, known: list[str]) -> tuple[Image.Image, list[TrialStyle]]:
    """Takes a content and two styles of the default protocol, under the names of styles that the program knows.

    Of a program that knows one style alone there is one: a run skips the cases of all others.
    """
    from benchmark.images import fit_square, open_image
    from benchmark.plan.selection import load_protocol
    from benchmark.programs.trial import TrialStyle

    protocol = load_protocol("mini")
    named = known or [style.id for style in protocol.styles]
    styles = [
        TrialStyle(name, fit_square(open_image(style.image), size), style.prompt or "")
        for name, style in zip(named, protocol.styles, strict=False)
        if style.image is not None
    ]
    return fit_square(open_image(protocol.contents[0].image), size), styles[:2]
