"""The pictures of a run that are logged: of a few cases, reduced, beside their content and style."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from benchmark.analysis.distinguishing_cases import distinguishing_cases
from benchmark.store.records import UnitStatus
from benchmark.store.run_files import UnreadablePictureError, read_picture
from reports.tables.formatting import field_of, text_of

if TYPE_CHECKING:
    from PIL import Image

    from benchmark.store.records import CaseRecord, RunRecords

CASES: Final = 16
"""Cases of which pictures are logged, for every method the same."""
SIDE: Final = 384
"""The longer side of a logged picture, in pixels."""
_GAP: Final = 4


@dataclass(frozen=True)
class LoggedCase:
    """What a method made of a case, beside what it was made of.

    Attributes:
        case: Name of the case.
        content: The content, or ``None`` where it cannot be read.
        styles: The styles that can be read.
        stylized: What the method made.
    """

    case: str
    content: Image.Image | None
    styles: tuple[Image.Image, ...]
    stylized: Image.Image

    def strip(self) -> Image.Image:
        """Puts content, styles and the stylized picture side by side, all as high as the last one."""
        from PIL import Image

        height = self.stylized.height
        before = [image for image in (self.content, *self.styles) if image is not None]
        row = [
            *(image.resize((max(1, round(image.width * height / image.height)), height)) for image in before),
            self.stylized,
        ]
        strip = Image.new("RGB", (sum(image.width for image in row) + _GAP * (len(row) - 1), height), "white")
        left = 0
        for image in row:
            strip.paste(image, (left, 0))
            left += image.width + _GAP
        return strip


class LoggedPictures:
    """The pictures of a run, of the cases that tell its methods apart best, or of the first where none does.

    Args:
        run: The run.
    """

    def __init__(self, run: RunRecords) -> None:
        self._run = run
        self._cases = distinguishing_cases(run, CASES) or run.cases[:CASES]
        contents = {text_of(content.get("id")): field_of(content, "thumbnail") for content in run.contents}
        self._inputs = {case.id: self._read_inputs(case, contents.get(case.content, "")) for case in self._cases}

    def of_method(self, name: str) -> Iterator[LoggedCase]:
        """Reads what a method made; pictures that are missing or damaged are left out.

        Args:
            name: Name of the method.
        """
        units = self._run.units
        if units.empty:
            return
        done = units[(units["method"] == name) & (units["status"] == UnitStatus.OK)]
        images = dict(zip(done["case"], done["image"], strict=True))
        for case in self._cases:
            stylized = self._read(text_of(images.get(case.id)))
            if stylized is not None:
                content, styles = self._inputs[case.id]
                yield LoggedCase(case.id, content, tuple(styles), stylized)

    def _read_inputs(self, case: CaseRecord, content: str) -> tuple[Image.Image | None, Sequence[Image.Image]]:
        styles = (self._read(field_of(style, "thumbnail")) for style in case.styles)
        return self._read(content), [style for style in styles if style is not None]

    def _read(self, path: str) -> Image.Image | None:
        try:
            image = read_picture(path, self._run.directory, self._run.folders)
        except UnreadablePictureError:
            return None
        image.thumbnail((SIDE, SIDE))
        return image
