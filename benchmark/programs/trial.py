"""The trial of a program on one case: what it is given, what it leaves, and whether that fits."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmark.contracts import Condition
from benchmark.escaping import printable, shell_command
from benchmark.programs.batch_call import BatchCall, BatchRequest
from benchmark.programs.call import Call, CallResult
from benchmark.programs.error import ProgramError
from benchmark.programs.picture_call import PictureCall, PictureRequest, run_startup
from benchmark.programs.staging import scratch_folder
from benchmark.protocol.case import Case, Content, Style, WeightedStyle

if TYPE_CHECKING:
    from PIL import Image

    from benchmark.programs.program_file import ProgramFile

_SEED: Final = 1


@dataclass(frozen=True)
class TrialStyle:
    """A style of the trial: its name, its image, and itself in words."""

    name: str
    image: Image.Image
    prompt: str


@dataclass(frozen=True)
class Observation:
    """One line of a trial.

    Attributes:
        text: What was found.
        fits: Whether that is as it should be; ``None`` where it is only worth knowing.
    """

    text: str
    fits: bool | None = None


class Trial:
    """Tries a program.

    Args:
        source: The program, which is complete on this machine.
        content: The content, 8-bit RGB.
        styles: Two styles, or one where the program knows no other.
        threads: Number of threads that the program should use.
        once: Whether it is called only once.
    """

    def __init__(
        self,
        source: ProgramFile,
        content: Image.Image,
        styles: Sequence[TrialStyle],
        threads: int,
        *,
        once: bool = False,
    ) -> None:
        self._source = source
        self._content = content
        self._styles = styles
        self._threads = threads
        self._once = once
        self._settings = source.settings_type()

    def observations(self) -> Iterator[Observation]:
        """Calls the program and yields what it sees, until something does not fit."""
        if self._source.program.startup:
            yield from self._startup()
        yield from self._batch() if self._source.program.batch else self._pictures()

    def _startup(self) -> Iterator[Observation]:
        with scratch_folder() as scratch:
            result = run_startup(self._source, self._settings, self._threads, scratch)
        if result.problem:
            yield Observation(result.explained(f"startup {result.problem}"), fits=False)
        else:
            yield Observation(f"startup took {result.seconds:.2f} s", fits=True)

    def _pictures(self) -> Iterator[Observation]:
        first = yield from self._picture(self._styles[0], is_first=True)
        if first is None or self._once:
            return
        if len(self._styles) > 1:
            second = yield from self._picture(self._styles[1])
            if second is None:
                return
            if self._source.table.method.condition is not Condition.NONE:
                yield _difference(first, second)
        else:
            yield Observation(f"it has one style, {self._styles[0].name}: no other picture to compare with")
        again = yield from self._picture(self._styles[0])
        if again is None:
            return
        is_seeded = "seed" in self._source.used_placeholders
        passed = "" if is_seeded else "; the command passes no {seed}"
        if again.tobytes() == first.tobytes():
            yield Observation(f"the same call makes the same picture{passed}", fits=True)
        else:
            yield Observation(f"the same call makes another picture each time{passed}")

    def _picture(
        self, style: TrialStyle, *, is_first: bool = False
    ) -> Generator[Observation, None, Image.Image | None]:
        request = PictureRequest(
            self._content, style.image, style.prompt, style.name, _SEED, self._settings, self._threads
        )
        results: list[CallResult] = []
        with scratch_folder() as scratch:
            try:
                call = PictureCall(self._source, request, scratch)
                if is_first:
                    yield from _given(call.staged, call.call, scratch)
                image, note, _ = call.made(results.append)
            except ProgramError as error:
                yield from map(_said, results)
                yield Observation(str(error), fits=False)
                return None
        if is_first:
            yield from map(_said, results)
            yield _ended(results[0])
            done = f"; {note}" if note else ""
            yield Observation(
                f"it left one new picture of its own, {image.width}×{image.height} in the end{done}", fits=True
            )
        return image

    def _batch(self) -> Iterator[Observation]:
        styles = self._styles[:1] if self._once else self._styles
        cases = [
            Case(Content("content", Path()), (WeightedStyle(Style(style.name, Path(), style.prompt)),))
            for style in styles
        ]
        request = BatchRequest(
            cases=cases,
            contents={"content": self._content},
            styles={style.name: style.image for style in styles},
            settings=self._settings,
            seed=_SEED,
            threads=self._threads,
        )
        results: list[CallResult] = []
        with scratch_folder() as scratch:
            call = BatchCall(self._source, request, scratch)
            yield from _given(call.staged, call.call, scratch)
            made = call.pictures(lambda: False, results.append)
            yield from map(_said, results)
            if results[0].problem:
                yield Observation(results[0].explained(f"the program {results[0].problem}"), fits=False)
            else:
                yield _ended(results[0])
            images: list[Image.Image] = []
            for case in cases:
                try:
                    if case.id in made.missing:
                        raise ProgramError(made.missing[case.id])
                    found = made.read(case, made.files[case.id], self._content.size)
                except ProgramError as error:
                    yield Observation(f"{case.style_id}: {error}", fits=False)
                    continue
                images.append(found.image)
                done = f"; {found.note}" if found.note else ""
                yield Observation(f"{case.style_id}: it left a picture of its own{done}", fits=True)
            if len(images) > 1:
                yield _difference(images[0], images[1])


def _difference(first: Image.Image, second: Image.Image) -> Observation:
    if first.tobytes() == second.tobytes():
        return Observation("two styles give the same picture: does the program get its style?", fits=False)
    return Observation("two styles give two pictures", fits=True)


def _given(staged: Sequence[Path], call: Call, scratch: Path) -> Iterator[Observation]:
    names = ", ".join(path.relative_to(scratch).as_posix() for path in staged)
    yield Observation(f"it is given, in {scratch}: {names}")
    yield Observation(f"it runs in {printable(call.folder)}: {shell_command(call.command)}")


def _said(result: CallResult) -> Observation:
    lines = [line for line in result.output.splitlines() if line.strip()]
    more = f"{len(lines) - 1} more lines, then " if len(lines) > 1 else ""
    return Observation(f"it printed {more}{result.last_line}" if lines else "it printed nothing")


def _ended(result: CallResult) -> Observation:
    memory = "" if result.peak_memory_bytes is None else f", {result.peak_memory_bytes / 2**20:,.0f} MiB at most"
    left = f"; {result.note}" if result.note else ""
    return Observation(f"it ended well after {result.seconds:.2f} s{memory}{left}", fits=True)
