"""The file of a program: a method that is described, not written."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmark.contracts import Condition, MethodInfo
from benchmark.errors import InputError
from benchmark.escaping import printable
from benchmark.method_source import MethodOrigin, Timing
from benchmark.programs.placeholders import (
    NAMES,
    OF_ALL,
    OF_CONTENT,
    OF_ONE,
    OF_STYLE,
    fill,
    placeholders,
    refuse_unknown,
)
from benchmark.programs.settings import settings_type
from benchmark.text_files import read_toml
from benchmark.validation import read_table

if TYPE_CHECKING:
    from benchmark.programs.program import ProgramMethod
    from benchmark.programs.schema import MethodTable, ProgramFileTable, ProgramTable

SUFFIX: Final = ".toml"
_IN_NAMES: Final = NAMES | {"prompt", "seed", "width", "height", "side"}
_PYTHONS: Final = ("python", "python3")
_WITHOUT_EFFECT: Final = frozenset({"folder", "python", "needs", "timeout", "startup", "dry_side"})
"""Keys that do not change what a program is asked to do: places on this machine, limits and measurements."""
_DIGITS: Final = 12


@dataclass(frozen=True)
class ProgramFile:
    """A program that the user named: the source of a method.

    Attributes:
        path: The file, absolute.
        sha256: Hash of the file.
        table: What it holds.
    """

    path: Path
    sha256: str
    table: ProgramFileTable

    @property
    def name(self) -> str:
        """Name of the method."""
        return self.table.method.name

    @property
    def distribution(self) -> str:
        """No distribution brings it."""
        return ""

    @property
    def version(self) -> str:
        """So there is no version of one."""
        return ""

    @property
    def origin(self) -> MethodOrigin:
        """Its kind."""
        return MethodOrigin.PROGRAM

    @property
    def timing(self) -> Timing:
        """Each call is measured, or one call for all pictures is shared by them."""
        return Timing.SHARED if self.program.batch else Timing.MEASURED

    @property
    def description(self) -> Mapping[str, Any]:
        """What ``run.json`` says of it."""
        facts, program = self.table.method, self.program
        said = {
            "file": printable(self.path),
            "sha256": self.sha256,
            "command": list(program.command),
            "folder": printable(self.folder),
            "produces": program.produces,
            "geometry": str(program.geometry),
            "side": program.side,
            "seed": "passed" if "seed" in self.used_placeholders else "not passed",
            "repository": facts.repository,
            "commit": facts.commit,
            "weights": facts.weights,
        }
        return {key: value for key, value in said.items() if value not in ("", None)}

    @property
    def program(self) -> ProgramTable:
        """How it is called."""
        return self.table.program

    @property
    def folder(self) -> Path:
        """The folder that it runs in, absolute."""
        return Path(os.path.normpath(self.path.parent / Path(self.program.folder).expanduser()))

    @property
    def info(self) -> MethodInfo:
        """Facts of the method."""
        facts: MethodTable = self.table.method
        return MethodInfo(
            name=facts.name,
            title=facts.title or facts.name.replace("_", " "),
            version=f"{facts.version}+{self._digest}",
            summary=facts.summary or f"A program, as {printable(self.path.name)} calls it.",
            condition=facts.condition,
            paper=facts.paper,
            year=facts.year,
            url=facts.url,
            licence=facts.licence,
            optimises=facts.optimises,
            minimum_side=facts.minimum_side,
            precisions=(),
        )

    @property
    def settings_type(self) -> type[Any]:
        """Type of the settings."""
        return settings_type(self.table.settings)

    @functools.cached_property
    def used_placeholders(self) -> frozenset[str]:
        """The placeholders of the command, its variables and its staged files."""
        return frozenset(name for text in self._texts for name in placeholders(text))

    @property
    def leaves_in_folder(self) -> bool:
        """Whether it leaves its file somewhere in its own folder, because nothing tells it another place."""
        return not self.used_placeholders & {"output", "output_dir"}

    def load(self) -> type[ProgramMethod]:
        """Returns the class of the method."""
        from benchmark.programs.program import ProgramMethod

        return type(
            "Program", (ProgramMethod,), {"source": self, "info": self.info, "settings_type": self.settings_type,
            "__doc__": f"The program of {printable(self.path)}.\n\n{self.table.method.summary}".strip()},
        )  # fmt: skip

    def refuse_incomplete(self) -> None:
        """Refuses a program that cannot run on this machine, before anything does.

        Raises:
            InputError: Its folder, the program itself, or a file that it needs is missing.
        """
        if os.name != "posix":
            raise self.fail("programs are run on Linux and macOS only, where all that they start can be ended")
        if not self.folder.is_dir():
            raise self.fail(f"its folder {self.folder} is not there; where is the repository?")
        path = self.program.env.get("PATH")
        if path is None:
            self.executable(os.environ)
        elif not placeholders(path):
            # What placeholders stand for is known with the call alone.
            self.executable({**os.environ, "PATH": fill(path, {})})
        for needed in self.program.needs:
            if not (self.folder / Path(needed).expanduser()).exists():
                source = self.table.method.weights
                raise self.fail(
                    f"{needed} is missing in {self.folder}; nothing runs without it"
                    + (f"; where it is to be had: {source}" if source else "")
                )

    def executable(self, environment: Mapping[str, str]) -> str:
        """Finds the program on this machine.

        Args:
            environment: The variables of the call, whose ``PATH`` is searched.

        Raises:
            InputError: There is none.
        """
        named = self.program.command[0]
        if self.program.python and named in _PYTHONS:
            # A link is left as it is: that of a virtual environment leads out of it.
            path = self.folder / Path(self.program.python).expanduser()
            if not os.access(path, os.X_OK) or path.is_dir():
                raise self.fail(f"python = {self.program.python!r}: there is no program {path}")
            return str(path)
        if os.sep in named or named.startswith("~"):
            path = self.folder / Path(named).expanduser()
            if not os.access(path, os.X_OK) or path.is_dir():
                raise self.fail(f"command: there is no program {path}, or it is not executable")
            return str(path)
        found = shutil.which(named, path=environment.get("PATH"))
        if found is None:
            hint = "; python names the one to use" if named in _PYTHONS else ""
            raise self.fail(f"command: no program {named!r} is installed{hint}")
        return found

    def fail(self, problem: str) -> InputError:
        """Says in one line what is wrong with it."""
        return InputError(f"program {self.name} of {printable(self.path)}: {printable(problem)}")

    @property
    def _texts(self) -> Iterable[str]:
        program = self.program
        return (*program.command, *program.env.values(), *program.stage.values())

    @functools.cached_property
    def _digest(self) -> str:
        """Hash of what decides what the program is asked to do; part of the method's version.

        What is left at its default is left out, so that a key that a later version adds changes nothing.
        """
        defaults = asdict(type(self.program)(command=self.program.command))
        program = {
            key: value
            for key, value in asdict(self.program).items()
            if key == "command" or (key not in _WITHOUT_EFFECT and value != defaults[key])
        }
        parts = [self.table.method.condition, program, dict(self.table.styles)]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:_DIGITS]

    def refuse_contradictions(self) -> None:
        """Refuses what no schema says of a single key.

        Raises:
            InputError: A placeholder is unknown or unusable here, or the program is not told what it needs.
        """
        try:
            self._check_placeholders()
            self._check_what_is_told()
        except ValueError as error:
            raise InputError(f"program file {printable(self.path)}: {error}") from error

    def _check_placeholders(self) -> None:
        program, settings = self.program, self.table.settings
        for name in settings:
            if not name.isidentifier() or name in OF_ONE:
                raise ValueError(f"settings: {name!r} cannot be the name of a setting")
        known = (OF_ALL if program.batch else OF_ONE) | settings.keys()
        for text in (*program.command, *program.env.values()):
            refuse_unknown(text, known)
        for text in program.startup:
            refuse_unknown(text, settings.keys())
        for text in program.stage:
            refuse_unknown(text, settings.keys() if program.batch else NAMES | settings.keys())
        in_names = (NAMES | {"seed", "side"}) if program.batch else _IN_NAMES
        for name in placeholders(program.produces):
            if name in ("content", "style", "content_dir", "style_dir"):
                stem = name.removesuffix("_dir")
                raise ValueError(f"produces: {{{name}}} is a path; the name without suffix is {{{stem}_stem}}")
        refuse_unknown(program.produces, in_names | settings.keys())
        if placeholders(program.command[0]) or (program.startup and placeholders(program.startup[0])):
            raise ValueError("command: the program itself may hold no placeholder")

    def _check_what_is_told(self) -> None:
        program, used, condition = self.program, self.used_placeholders, self.table.method.condition
        if program.stage and "stage" not in used:
            raise ValueError("stage lays out a folder that {stage} names, which nothing does")
        if "stage" in used and not program.stage:
            raise ValueError("{stage} is a folder that the table program.stage lays out; there is none")
        if "style_value" in used and not self.table.styles:
            raise ValueError("{style_value} is what the table [styles] has for a style; there is none")
        if program.batch:
            if condition is not Condition.IMAGE:
                raise ValueError("batch is for programs that read style images; with prompts, a call makes one picture")
            if not program.produces:
                raise ValueError("produces is missing: with batch it tells the pictures apart")
            told = set(placeholders(program.produces))
            if not (told & {"content_stem", "content_name"} and told & {"style_stem", "style_name"}):
                raise ValueError("produces must hold {content_stem} and {style_stem}: it tells the pictures apart")
        elif not program.produces and "output" not in used:
            raise ValueError(
                "produces is missing: the name of the file that the program leaves; or the command names {output}"
            )
        if not used & OF_CONTENT:
            raise ValueError("command passes no content: {content}, or {content_dir} for a program that reads folders")
        wanted = {
            Condition.IMAGE: OF_STYLE - {"prompt", "prompt_json"},
            Condition.TEXT: {"prompt", "prompt_json", "style_value"},
            Condition.EITHER: OF_STYLE,
            Condition.NONE: used,
        }[condition]
        if not used & wanted:
            what = "{prompt}" if condition is Condition.TEXT else "{style}"
            raise ValueError(f'command passes no style: {what}; or condition = "none"')
        if condition is Condition.TEXT and (unread := used & {"style", "style_dir", "styles_dir"}):
            raise ValueError(f'{{{min(unread)}}} is an image, and condition is "text"')


def read_program(path: Path) -> ProgramFile:
    """Reads the file of a program. Nothing is run.

    Args:
        path: The file.

    Raises:
        InputError: It cannot be read, or something in it is missing, unknown, of the wrong type or contradictory.
    """
    from benchmark.programs.schema import ProgramFileTable

    table = read_toml(path, "program file")
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise InputError(f"cannot read program file {printable(path)}: {error.strerror}") from error
    found = ProgramFile(path.absolute(), digest, read_table(ProgramFileTable, table, f"program file {printable(path)}"))
    found.refuse_contradictions()
    return found


def looks_like_program(name: str) -> bool:
    """Returns whether the name of a method is the path of a program's file."""
    return name.strip().lower().endswith(SUFFIX)
