"""A call that makes one picture: what it is given, the call itself, and what it left."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmark.file_hash import file_sha256
from benchmark.programs.call import Call, CallResult, run_call
from benchmark.programs.error import ProgramError
from benchmark.programs.outputs import ExpectedFile, read_output
from benchmark.programs.placeholders import fill, fill_pattern, placeholders
from benchmark.programs.settings import as_texts
from benchmark.programs.staging import call_environment, lay_out, plain_stem, scaled, stage_picture

if TYPE_CHECKING:
    from PIL import Image

    from benchmark.programs.program_file import ProgramFile

_UNFIT_FOR_NAMES: Final = "/\\\n\r\0"


@dataclass(frozen=True)
class PictureRequest:
    """What is asked of a program.

    Attributes:
        content: The content, 8-bit RGB.
        style: The style image, or ``None``.
        prompt: The style in words, or an empty string.
        style_name: Name of the style in its protocol.
        seed: Seed of the call, in 0 … 2³¹ − 1.
        settings: The settings of the program.
        threads: Number of threads that it should use.
    """

    content: Image.Image
    style: Image.Image | None
    prompt: str
    style_name: str
    seed: int
    settings: Any
    threads: int


class PictureCall:
    """One call of a program for one picture.

    Args:
        source: The program.
        request: What is asked of it.
        scratch: An empty folder of this call.
        side: Shorter side of the pictures that it is given, in pixels; by default as its file says.

    Attributes:
        staged: The pictures that it is given.
        call: The call.

    Raises:
        ProgramError: The request cannot be put into words for the program.
    """

    def __init__(self, source: ProgramFile, request: PictureRequest, scratch: Path, side: int | None = None) -> None:
        program = source.program
        self._source = source
        self._size = request.content.size
        self._scratch = scratch
        side = side or program.side
        self._output = scratch / "output"
        self._output.mkdir()
        content = plain_stem("c", request.content)
        files = {"content": stage_picture(request.content, scratch / "contents", content, program.inputs, side)}
        if request.style is not None:
            style = plain_stem("s", request.style)
            files["style"] = stage_picture(request.style, scratch / "styles", style, program.inputs, side)
        self.staged = tuple(files.values())
        self._inputs = {file_sha256(path): f"the {kind}" for kind, path in files.items()}
        width, height = scaled(request.content, side).size
        values = {
            **as_texts(request.settings),
            "output": str(self._output / "output.png"),
            "output_dir": str(self._output),
            "stage": str(scratch / "stage"),
            "prompt": request.prompt,
            "prompt_json": json.dumps(request.prompt),
            "seed": str(request.seed),
            "style_value": source.table.styles.get(request.style_name, ""),
            "width": str(width),
            "height": str(height),
            "side": str(min(width, height)),
            "threads": str(request.threads),
        }
        # A style in words alone has no picture, but a name.
        for kind, path in {"style": Path(request.style_name or "style"), **files}.items():
            values |= {
                kind: str(path),
                f"{kind}_dir": str(path.parent),
                f"{kind}s_dir": str(path.parent),
                f"{kind}_stem": path.stem,
                f"{kind}_suffix": path.suffix.removeprefix("."),
                f"{kind}_name": path.name,
            }
        lay_out(program.stage, scratch / "stage", values)
        own = {name: fill(text, values) for name, text in program.env.items()}
        environment = call_environment(own, request.threads)
        arguments = tuple(fill(text, values) for text in program.command[1:])
        self.call = Call((source.executable(environment), *arguments), source.folder, environment, program.timeout)
        self._produces, self._values = program.produces or "output.png", values

    def run(self) -> CallResult:
        """Calls the program and waits for its end."""
        return run_in(self.call, self._scratch)

    def made(self, tell: Callable[[CallResult], None]) -> tuple[Image.Image, str, CallResult]:
        """Calls the program, and reads the picture that it left.

        Args:
            tell: Is told what came of the call, before that is judged.

        Returns:
            The picture, of the size of the content; what there is to say of it, or an empty string; the call's costs.

        Raises:
            ProgramError: The program failed, or what it left cannot be used.
        """
        in_folder = self._source.leaves_in_folder
        base = self._source.folder if in_folder else self._output
        pattern = fill_pattern(self._produces, self._nameable(self._values))
        with one_at_a_time(base) if in_folder else contextlib.nullcontext():
            other = None if in_folder else self._source.folder
            expected = ExpectedFile(base, pattern, fill(self._produces, self._values), other)
            result = self.run()
            tell(result)
            if result.problem:
                raise ProgramError(result.explained(f"the program {result.problem}"))
            try:
                path = expected.find()
                image, note = read_output(path, self._source.program, self._size, self._inputs)
            except ProgramError as error:
                raise ProgramError(result.explained(str(error))) from error
        return image, "; ".join(filter(None, (note, result.note))), result

    def _nameable(self, values: dict[str, str]) -> dict[str, str]:
        for name in placeholders(self._produces):
            if unfit := [character for character in _UNFIT_FOR_NAMES if character in values[name]]:
                holds = f"{values[name]!r} holds {unfit[0]!r}, which no name can"
                raise ProgramError(f"{{{name}}} is part of the file's name, and {holds}")
        return values


def run_in(call: Call, scratch: Path, is_unwanted: Callable[[], bool] = lambda: False) -> CallResult:
    """Runs a call, with what is needed to watch it in a folder of its own.

    Args:
        call: The call.
        scratch: The folder in which that folder is made.
        is_unwanted: Is asked now and then whether the call is to be ended.
    """
    folder = scratch / "call"
    folder.mkdir()
    return run_call(call, folder, is_unwanted)


def run_startup(source: ProgramFile, settings: Any, threads: int, scratch: Path) -> CallResult:
    """Runs the command that takes as long as the program takes to start.

    Args:
        source: The program, which has such a command.
        settings: The settings of the program.
        threads: Number of threads that it should use.
        scratch: An empty folder of this call.
    """
    program = source.program
    environment = call_environment(dict(program.env), threads)
    first, *arguments = (fill(text, as_texts(settings)) for text in program.startup)
    named = source.executable(environment) if first == program.command[0] else first
    return run_in(Call((named, *arguments), source.folder, environment, program.timeout), scratch)


@contextlib.contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Lets one call at a time, of all on this machine, write into a folder.

    Args:
        folder: The folder.
    """
    from filelock import FileLock

    user = os.getuid() if hasattr(os, "getuid") else 0
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    with FileLock(Path(tempfile.gettempdir()) / f"benchmark-{user}-{digest}.lock"):
        yield
