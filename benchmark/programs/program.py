"""A program as a method: each call stages its pictures, runs the program, and reads the file that it left."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final

from benchmark.contracts import Method, StyleCondition
from benchmark.programs.call import CallResult
from benchmark.programs.error import ProgramError
from benchmark.programs.picture_call import PictureCall, PictureRequest, run_startup
from benchmark.programs.staging import scratch_folder
from benchmark.protocol.case import Case

if TYPE_CHECKING:
    from PIL import Image
    from torch import Generator, Tensor

    from benchmark.models.provider import Models
    from benchmark.programs.program_file import ProgramFile

_STARTS: Final = 3
"""How often the start-up is measured."""
_LARGEST_SEED: Final = 2**31


class ProgramMethod(Method[Any]):
    """A program. ``ProgramFile.load`` makes a subclass of it for each.

    Attributes:
        last_call: What came of the last call, or ``None`` before the first.
        startup_seconds: Seconds that starting the program takes, or ``None`` where that was not measured.
        note: What there is to say of the last picture, in a few words, or an empty string.
    """

    source: ClassVar[ProgramFile]

    def __init__(self, settings: Any = None) -> None:
        super().__init__(settings)
        self.last_call: CallResult | None = None
        self.startup_seconds: float | None = None
        self.note = ""

    def skip(self, case: Case) -> str | None:
        """Says why a case does not fit, also where the program's file has nothing for its style."""
        styles = self.source.table.styles
        if reason := super().skip(case):
            return reason
        if any(weighted.mask is not None for weighted in case.styles):
            return "reads no masks of regions"
        if styles and (unknown := [one.style.id for one in case.styles if one.style.id not in styles]):
            return f"has nothing for style {unknown[0]} in [styles]"
        return None

    def prepare(self, models: Models) -> None:  # noqa: ARG002  # it uses none of ours
        """Finds out that the program is complete on this machine.

        Raises:
            InputError: Something is missing.
        """
        self.source.refuse_incomplete()

    def warm_up(self, content: Tensor, styles: Sequence[StyleCondition], generator: Generator) -> None:
        """Measures the start-up if the program's file says how; there is nothing that a call could leave warm."""
        program = self.source.program
        if program.startup:
            seconds = list(self._starts())
            if len(seconds) == _STARTS:
                self.startup_seconds = statistics.median(seconds)
        elif program.dry_side is not None:
            try:
                self._made(content, styles, generator, program.dry_side)
            except ProgramError as error:
                _tell(f"[the dry call failed: {error}]")
            else:
                self.startup_seconds = self.last_call.seconds if self.last_call else None
        if self.startup_seconds is not None:
            _tell(f"[start-up: {self.startup_seconds:.3f} s]")

    def stylize(self, content: Tensor, styles: Sequence[StyleCondition], generator: Generator) -> Tensor:
        """Calls the program once.

        Raises:
            ProgramError: It failed, or what it left cannot be used.
        """
        from benchmark.images import to_tensor

        image, note = self._made(content, styles, generator)
        startup = "" if self.startup_seconds is None else f"start-up {self.startup_seconds:.2f} s"
        self.note = "; ".join(filter(None, (note, startup)))
        return to_tensor(image).to(content.device)

    def _made(
        self, content: Tensor, styles: Sequence[StyleCondition], generator: Generator, side: int | None = None
    ) -> tuple[Image.Image, str]:
        import torch

        style = styles[0] if styles else StyleCondition()
        request = PictureRequest(
            content=_picture(content),
            style=None if style.image is None else _picture(style.image),
            prompt=style.prompt or "",
            style_name=style.name,
            seed=int(torch.randint(_LARGEST_SEED, (1,), generator=generator)),
            settings=self.settings,
            threads=torch.get_num_threads(),
        )
        with scratch_folder() as scratch:
            image, note, _ = PictureCall(self.source, request, scratch, side).made(self._note_call)
        return image, note

    def _starts(self) -> Iterator[float]:
        """Starts the program several times and yields the seconds; a start that fails is the last."""
        import torch

        for _ in range(_STARTS):
            with scratch_folder() as scratch:
                result = run_startup(self.source, self.settings, torch.get_num_threads(), scratch)
            if result.problem:
                _tell(f"[{result.explained(f'startup {result.problem}')}]")
                return
            yield result.seconds

    def _note_call(self, result: CallResult) -> None:
        self.last_call = result
        _tell(result.output)
        if result.note:
            _tell(f"[{result.note}]")


def _picture(image: Tensor) -> Image.Image:
    from benchmark.images import decode_image, encode_png

    return decode_image(encode_png(image), "staged picture")


def _tell(text: str) -> None:
    """Writes to the log of the method, which standard error is in a worker."""
    if text:
        print(text, file=sys.stderr, flush=True)
