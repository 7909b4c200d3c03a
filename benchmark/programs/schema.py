"""What stands in the file of a program: its tables, with the type and range of every key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Final, TypeAlias

from annotated_types import Ge, Gt, Le, MinLen, Predicate

from benchmark.allowed_values import InWords
from benchmark.contracts import Condition
from benchmark.file_names import stays_inside
from benchmark.models.role import Role
from benchmark.programs.geometry import Geometry

_NAME: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_SIDE: Final = (Ge(16), Le(4096))


Name: TypeAlias = Annotated[
    str, Predicate(_NAME.fullmatch), InWords("lower-case letters, digits and single _, beginning with a letter")
]
Text: TypeAlias = Annotated[str, Predicate(lambda text: "\0" not in text), InWords("a string without zero bytes")]
Inside: TypeAlias = Annotated[str, Predicate(stays_inside), InWords("a relative path without ..")]
Command: TypeAlias = Annotated[
    tuple[Text, ...], InWords('a list of strings, such as ["python", "test.py", "--content", "{content}"]')
]
SettingValue: TypeAlias = Annotated[bool | int | float | str, InWords("a string, a number, or true or false")]


@dataclass(frozen=True, kw_only=True)
class MethodTable:
    """``[method]``: the facts, as ``MethodInfo`` has them, and where the repository and its weights are."""

    name: Name
    title: str = ""
    version: str = "1"
    summary: str = ""
    condition: Condition = Condition.IMAGE
    paper: str = ""
    year: int | None = None
    url: str = ""
    licence: str = ""
    optimises: tuple[Role, ...] = ()
    minimum_side: Annotated[int, Ge(1), Le(4096)] = 1
    repository: str = ""
    commit: str = ""
    weights: str = ""


@dataclass(frozen=True, kw_only=True)
class ProgramTable:
    """``[program]``: how it is called, and what it leaves."""

    command: Annotated[Command, MinLen(1), InWords('a list of strings, such as ["python", "test.py", "{content}"]')]
    folder: Text = "."
    python: Text = ""
    env: Mapping[str, Text] = field(default_factory=dict)
    needs: tuple[Text, ...] = ()
    produces: Inside = ""
    stage: Mapping[str, str] = field(default_factory=dict)
    inputs: Annotated[str, Predicate({"png", "jpg", "jpeg", "bmp", "ppm", "tif"}.__contains__), InWords(
        "one of png, jpg, jpeg, bmp, ppm, tif")] = "png"  # fmt: skip
    side: Annotated[int, *_SIDE] | None = None
    geometry: Geometry = Geometry.FIT
    panel: (
        Annotated[tuple[Annotated[int, Ge(1)], Annotated[int, Ge(1)]], InWords("two numbers: [3, 3] is the third of 3")]
        | None
    ) = None
    panel_gap: Annotated[int, Ge(0), Le(64)] = 0
    timeout: Annotated[float, Gt(0), Le(1_000_000)] = 600
    batch: bool = False
    startup: Command = ()
    dry_side: Annotated[int, *_SIDE] | None = None

    def __post_init__(self) -> None:
        if not self.command or not self.command[0]:
            raise ValueError("command names no program")
        if self.panel is not None and self.panel[0] > self.panel[1]:
            raise ValueError(f"panel {list(self.panel)} counts further than there are panels")
        if self.startup and self.dry_side is not None:
            raise ValueError("startup and dry_side both measure the start-up; keep one")
        if "**" in self.produces:
            raise ValueError("produces may hold single stars only")
        for name in self.env:
            if not name or set("=\0") & set(name):
                raise ValueError(f"env: {name!r} cannot be the name of a variable")
        for place, source in self.stage.items():
            if not place or not stays_inside(place):
                raise ValueError(f"stage: {place!r} must be a relative path without ..")
            if source not in ("{content}", "{style}", "{contents_dir}", "{styles_dir}"):
                allowed = "{content}, {style}, {contents_dir} or {styles_dir}"
                raise ValueError(f"stage.{place!r} must be {allowed}, not {source!r}")


@dataclass(frozen=True, kw_only=True)
class ProgramFileTable:
    """The whole file."""

    method: Annotated[MethodTable, InWords("a table [method] with a name")]
    program: Annotated[ProgramTable, InWords("a table [program] with a command")]
    settings: Mapping[str, SettingValue] = field(default_factory=dict)
    styles: Mapping[str, Text] = field(default_factory=dict)
