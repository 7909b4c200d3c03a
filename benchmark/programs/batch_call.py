"""One call of a program for many pictures: folders of all contents and all styles in, a folder of pictures out."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.errors import describe_error
from benchmark.escaping import printable
from benchmark.file_hash import file_sha256
from benchmark.method_source import MethodOrigin, ReadPicture, Timing
from benchmark.programs.call import Call, CallResult
from benchmark.programs.error import ProgramError
from benchmark.programs.outputs import ExpectedFile, output_sha256, read_output
from benchmark.programs.picture_call import one_at_a_time, run_in
from benchmark.programs.placeholders import fill, fill_pattern
from benchmark.programs.settings import as_texts
from benchmark.programs.staging import call_environment, lay_out, plain_stem, stage_picture
from benchmark.protocol.case import Case

if TYPE_CHECKING:
    from PIL import Image

    from benchmark.contracts import Method
    from benchmark.programs.program_file import ProgramFile


@dataclass(frozen=True)
class BatchPictures:
    """The pictures that one call, or one for each repetition, has made: a source whose pictures exist.

    Attributes:
        program: The program.
        files: The file of each case that has one, by the name of the case.
        missing: Why there is none, for each other case that was asked for.
        skipped: Why a case was not asked for, by its name.
        seconds: Share of the call's duration, in seconds, by the name of the case.
        inputs: What each staged picture is, by the hash of its file.
    """

    program: ProgramFile
    files: Mapping[str, Path] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    skipped: Mapping[str, str] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Name of the method."""
        return self.program.name

    @property
    def distribution(self) -> str:
        """No distribution brings it."""
        return self.program.distribution

    @property
    def version(self) -> str:
        """So there is no version of one."""
        return self.program.version

    @property
    def origin(self) -> MethodOrigin:
        """Its kind."""
        return self.program.origin

    @property
    def timing(self) -> Timing:
        """The duration of the call is shared by its pictures."""
        return Timing.SHARED

    @property
    def description(self) -> Mapping[str, Any]:
        """What ``run.json`` says of it."""
        return self.program.description

    def load(self) -> Callable[[Any], Method[Any]]:
        """Returns the class of the method."""
        return self.program.load()

    def file(self, case: str) -> Path | None:
        """The file of a case, by the name of the case, or ``None`` where there is none."""
        return self.files.get(case)

    def sha256(self, case: str) -> str:
        """Hash of that file, or an empty string where there is none.

        Raises:
            ProgramError: It cannot be read.
        """
        path = self.files.get(case)
        return output_sha256(path) if path else ""

    def skip(self, case: Case) -> str | None:
        """Says why the program was not asked for a case.

        Raises:
            ProgramError: It was asked, and left no picture, which is a failure.
        """
        if reason := self.missing.get(case.id):
            raise ProgramError(reason)
        return self.skipped.get(case.id)

    def read(self, case: Case, file: Path, size: tuple[int, int]) -> ReadPicture:
        """Reads the picture of a case; see ``MadePictures.read``.

        Raises:
            ProgramError: It cannot be used.
        """
        image, note = read_output(file, self.program.program, size, self.inputs)
        return ReadPicture(image, output_sha256(file), note, self.seconds.get(case.id))


@dataclass(frozen=True)
class BatchRequest:
    """What is asked of a program in one call.

    Attributes:
        cases: The cases, of one repetition.
        contents: Every content, 8-bit RGB, by its name.
        styles: Every style image, by its name.
        settings: The settings of the program.
        seed: Seed of the call, in 0 … 2³¹ − 1.
        threads: Number of threads that it should use.
    """

    cases: Sequence[Case]
    contents: Mapping[str, Image.Image]
    styles: Mapping[str, Image.Image]
    settings: Any
    seed: int
    threads: int


class BatchCall:
    """One call of a program for many pictures.

    The pictures are staged under names made of their pixels, which no rule for names can take for another's; the log
    says which is which.

    Args:
        source: The program.
        request: What is asked of it.
        scratch: An empty folder of this call, which has to live as long as its pictures are needed.

    Attributes:
        staged: The staged pictures.
        call: The call.
    """

    def __init__(self, source: ProgramFile, request: BatchRequest, scratch: Path) -> None:
        program = source.program
        self._source, self._request, self._scratch = source, request, scratch
        self._output = scratch / "output"
        self._output.mkdir()
        self._paths: dict[tuple[str, str], Path] = {}
        for kind, pictures in (("content", request.contents), ("style", request.styles)):
            for name, image in pictures.items():
                stem = plain_stem(kind[0], image)
                path = stage_picture(image, scratch / f"{kind}s", stem, program.inputs, program.side)
                self._paths[kind, name] = path
        self.staged = tuple(self._paths.values())
        side = min(next(iter(request.contents.values())).size) if program.side is None else program.side
        self._values = {
            **as_texts(request.settings),
            "contents_dir": str(scratch / "contents"),
            "styles_dir": str(scratch / "styles"),
            "output_dir": str(self._output),
            "stage": str(scratch / "stage"),
            "seed": str(request.seed),
            "side": str(side),
            "threads": str(request.threads),
        }
        lay_out(program.stage, scratch / "stage", self._values)
        own = {name: fill(text, self._values) for name, text in program.env.items()}
        environment = call_environment(own, request.threads)
        arguments = tuple(fill(text, self._values) for text in program.command[1:])
        timeout = program.timeout * self.number
        self.call = Call((source.executable(environment), *arguments), source.folder, environment, timeout)

    @property
    def number(self) -> int:
        """Number of pictures that the program makes: of every content with every style."""
        return len(self._request.contents) * len(self._request.styles)

    def describe_names(self) -> str:
        """Says, a line each, which staged picture is which content or style."""
        return "\n".join(f"[{path.name} is {kind} {printable(name)}]" for (kind, name), path in self._paths.items())

    def pictures(self, is_unwanted: Callable[[], bool], tell: Callable[[CallResult], None]) -> BatchPictures:
        """Calls the program, and finds the pictures that it left.

        Args:
            is_unwanted: Is asked now and then whether the call is to be ended.
            tell: Is told what came of the call, before that is judged.
        """
        in_folder = self._source.leaves_in_folder
        base = self._source.folder if in_folder else self._output
        with one_at_a_time(base) if in_folder else contextlib.nullcontext():
            expected = {case.id: self._expected(case, base, in_folder) for case in self._request.cases}
            result = run_in(self.call, self._scratch, is_unwanted)
            tell(result)
            files: dict[str, Path] = {}
            missing: dict[str, str] = {}
            for case, file in expected.items():
                try:
                    # The next call writes over what lies in the program's own folder, under the same names.
                    files[case] = self._kept(file.find(), len(files)) if in_folder else file.find()
                except ProgramError as error:
                    why = f"the program {result.problem}; " if result.problem else ""
                    missing[case] = result.explained(f"{why}{error}")
        # Pictures of pairs that were not asked for, but made all the same, have their share.
        share = result.seconds / max(len(files), self.number if not result.problem else 0, 1)
        inputs = {file_sha256(path): f"{kind} {name}" for (kind, name), path in self._paths.items()}
        return BatchPictures(self._source, files, missing, {}, dict.fromkeys(files, share), inputs)

    def _kept(self, file: Path, number: int) -> Path:
        """Copies a picture to where no other call comes, and returns the copy."""
        kept = self._scratch / "kept" / str(number) / file.name
        try:
            kept.parent.mkdir(parents=True)
            shutil.copyfile(file, kept)
        except OSError as error:
            raise ProgramError(f"what the program left cannot be copied: {describe_error(error)}") from error
        return kept

    def _expected(self, case: Case, base: Path, in_folder: bool) -> ExpectedFile:
        values = dict(self._values)
        for kind, name in (("content", case.content.id), ("style", case.style_id)):
            path = self._paths[kind, name]
            suffix = path.suffix.removeprefix(".")
            values |= {f"{kind}_stem": path.stem, f"{kind}_suffix": suffix, f"{kind}_name": path.name}
        produces = self._source.program.produces
        other = None if in_folder else self._source.folder
        return ExpectedFile(base, fill_pattern(produces, values), fill(produces, values), other)
