"""Programs of a few lines, and their files."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from benchmark.contracts import StyleCondition
from benchmark.programs.program_file import ProgramFile, read_program

MIX = """
    import sys
    from PIL import Image
    content, style, output = sys.argv[1:4]
    content = Image.open(content)
    made = Image.blend(content, Image.open(style).resize(content.size), 0.5)
"""
"""The beginning of a program that gets a content, a style, and the file or folder to write."""
ARGUMENTS = '"{content}", "{style}", "{output}"'


@pytest.fixture
def program(tmp_path: Path) -> Callable[..., ProgramFile]:
    """Writes a program and its file, ``[program]`` of which holds some more lines, and reads the file."""

    def write(
        script: str,
        *,
        arguments: str = ARGUMENTS,
        more: str = "",
        method: str = "",
        tables: str = "",
        name: str = "mixer",
    ) -> ProgramFile:
        folder = tmp_path / "répo with blanks"
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.py").write_text(textwrap.dedent(MIX) + textwrap.dedent(script), encoding="utf-8")
        path = tmp_path / f"{name}.toml"
        path.write_text(
            f'[method]\nname = "{name}"\n{method}\n'
            f'[program]\ncommand = ["python", "{name}.py", {arguments}]\n'
            f'folder = "répo with blanks"\npython = "{sys.executable}"\ntimeout = 30\n{more}\n{tables}\n',
            encoding="utf-8",
        )
        return read_program(path)

    return write


def stylize(
    source: ProgramFile, *, style: float = 0.9, prompt: str = "", size: tuple[int, int] = (32, 32), seed: int = 0,
    settings: object = None, name: str = "",
) -> tuple[torch.Tensor, str]:  # fmt: skip
    """Calls a program once on a content of black to white, and returns the picture and what is said of it."""
    method = source.load()(settings)
    method.prepare(None)
    width, height = size
    content = torch.linspace(0, 1, width).expand(3, height, width)
    condition = StyleCondition(torch.full((3, height, width), style), prompt, name=name)
    made = method.stylize(content, [condition], torch.Generator().manual_seed(seed))
    assert made.shape == content.shape
    return made, method.note


def stylize_twice(source: ProgramFile) -> tuple[torch.Tensor, torch.Tensor]:
    """Calls a program with a dark and a light style."""
    return stylize(source, style=0.1)[0], stylize(source, style=0.9)[0]
