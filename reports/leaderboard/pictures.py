"""Small copies of a run's pictures, each of which is first held against the hash in the run's journal."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmark.store.records import UnitStatus
from benchmark.store.run_files import LARGEST_FILE, find_file
from reports.html.picture_source import Picture, PictureSource
from reports.tables.formatting import field_of, text_of

if TYPE_CHECKING:
    from benchmark.store.records import CaseRecord, RunRecords
    from reports.html.linked_files import LinkedFiles

SIDE: Final = 192
"""The longer side of a copy, in pixels."""
CASES: Final = 4
"""Cases of which a run's page shows pictures."""


@dataclass(frozen=True)
class Tile:
    """A picture, or those of several styles, with the words below."""

    pictures: tuple[Picture, ...]
    caption: str


@dataclass(frozen=True)
class Strip:
    """A row of pictures, one tile for each case: those of a method, the contents, or the styles."""

    tiles: tuple[Tile, ...]


def shown_cases(cases: Sequence[CaseRecord]) -> tuple[CaseRecord, ...]:
    """Chooses cases at equal distances from the first to the last, so that all runs of a protocol show the same ones.

    Where contents are crossed with styles, both ends count, so that the cases are not all of one style.

    Args:
        cases: All cases of a run.
    """
    count = min(CASES, len(cases))
    return tuple(cases[position * (len(cases) - 1) // max(count - 1, 1)] for position in range(count))


class CheckedPictures:
    """Copies the pictures of runs. A picture that several runs have, as those of controls, is read by its hash once.

    Args:
        files: The folder for the copies.
    """

    def __init__(self, files: LinkedFiles) -> None:
        self._files = files
        self._by_hash: dict[str, Picture] = {}

    def contents(self, run: RunRecords, cases: Sequence[CaseRecord]) -> Strip:
        """Returns the contents of cases.

        Args:
            run: The run.
            cases: The cases.
        """
        contents = {text_of(content.get("id")): content for content in run.contents}
        return self._given(run, [[contents.get(case.content, {"id": case.content})] for case in cases])

    def styles(self, run: RunRecords, cases: Sequence[CaseRecord]) -> Strip:
        """Returns the styles of cases; of a style without an image, its prompt.

        Args:
            run: The run.
            cases: The cases.
        """
        return self._given(run, [case.styles for case in cases])

    def _given(self, run: RunRecords, cases: Sequence[Sequence[Mapping[str, Any]]]) -> Strip:
        source = self._source(run)
        tiles = []
        for pictures in cases:
            titles = [field_of(picture, "title", "prompt", "id") for picture in pictures]
            shown = [
                self._load(source, run, path, None, title)
                for picture, title in zip(pictures, titles, strict=True)
                if (path := field_of(picture, "thumbnail"))
            ]
            tiles.append(Tile(tuple(shown), " + ".join(titles)))
        return Strip(tuple(tiles))

    def of_methods(self, run: RunRecords, cases: Sequence[CaseRecord]) -> dict[str, Strip]:
        """Returns what each method made of cases.

        Args:
            run: The run.
            cases: The cases.
        """
        source = self._source(run)
        names = {case.id for case in cases}
        chosen = run.units[run.units["case"].isin(names)]
        columns = (chosen[name] for name in ("method", "case", "status", "image", "error"))
        units = {(method, case): rest for method, case, *rest in zip(*columns, strict=True)}
        titles = {method.name: method.title or method.name for method in run.methods}
        strips = {}
        for method, title in titles.items():
            tiles = []
            for case in cases:
                status, image, error = units.get((method, case.id), ("", "", ""))
                if status == UnitStatus.OK:
                    expected = run.image_hashes.get((method, case.id), "")
                    shown = self._load(source, run, text_of(image), expected, f"{title} on {case.id}")
                else:
                    shown = Picture(
                        f"{title} on {case.id}", problem=f"{text_of(status) or 'not run'}: {text_of(error)}"
                    )
                tiles.append(Tile((shown,), case.id))
            strips[method] = Strip(tuple(tiles))
        return strips

    def _source(self, run: RunRecords) -> PictureSource:
        return PictureSource(run.directory, self._files, file_side=SIDE)

    def _load(self, source: PictureSource, run: RunRecords, path: str, expected: str | None, alt: str) -> Picture:
        """Returns the copy of a picture, which has an expected hash unless that is ``None``."""
        found = _sha256(path, run.directory)
        if not found:
            return source.load(path, alt, SIDE)
        if expected is not None and found != expected:
            return Picture(alt, problem="is not the picture that the journal names")
        if found not in self._by_hash:
            self._by_hash[found] = source.load(path, alt, SIDE)
        return replace(self._by_hash[found], alt=alt)


def _sha256(path: str, directory: Path) -> str:
    """Returns the hash of a file of a run, or an empty string where none can be shown."""
    try:
        file = find_file(path, directory, [directory]) if path else None
        if file is None or not file.is_file() or file.stat().st_size > LARGEST_FILE:
            return ""
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except (OSError, ValueError):
        return ""
