"""Protocols' cases made of file names, as ``benchmark protocol new`` makes them, and folders of empty pictures."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from benchmark.protocol.case import Content, Style, WeightedStyle
from benchmark.protocol.case_sequence import Mix
from benchmark.protocol.crossed_cases import CrossedCases


def crossed(
    contents: Sequence[str],
    styles: Sequence[str],
    *,
    prompts: Mapping[str, str] | None = None,
    seeds: Sequence[int] = (0,),
    mixes: Sequence[Sequence[str]] = (),
) -> CrossedCases:
    """All contents with all styles, by the names of their files; mixes are of the first content."""
    made = tuple(Content(_id(name), Path("contents") / name, title=Path(name).stem) for name in contents)
    prompts = prompts or {}
    with_prompts = tuple(
        Style(_id(name), Path("styles") / name, prompts.get(name), title=Path(name).stem) for name in styles
    )
    by_name = dict(zip(styles, with_prompts, strict=True))
    mixed = tuple(
        Mix(made[0], tuple(WeightedStyle(by_name[name], 1 / len(names)) for name in names)) for names in mixes
    )
    return CrossedCases(made, with_prompts, mixed, tuple(seeds))


def _id(name: str) -> str:
    return re.sub(r"\W+", "_", Path(name).stem).strip("_").lower()


@pytest.fixture
def folder(tmp_path) -> Callable[..., Path]:
    """Makes a folder with empty files of these names, which may hold folders."""

    def make(*names: str) -> Path:
        place = tmp_path / "theirs"
        for name in names:
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).touch()
        place.mkdir(exist_ok=True)
        return place

    return make
