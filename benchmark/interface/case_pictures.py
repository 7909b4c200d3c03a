"""The pictures of a case side by side, as a notebook shows them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final

from benchmark.errors import InputError
from benchmark.escaping import printable
from benchmark.images import data_address, fit_within

if TYPE_CHECKING:
    from PIL import Image

SIDE: Final = 176
"""The longer side of a picture in pixels."""
_ROW: Final = "display: flex; flex-wrap: wrap; gap: 0.5em; align-items: flex-start"
_FIGURE: Final = f"margin: 0; width: {SIDE}px"


@dataclass(frozen=True)
class ShownPicture:
    """A picture with its caption, or the reason why there is none.

    Attributes:
        caption: What it is.
        picture: The picture, at most ``SIDE`` pixels long, or ``None``.
        reason: Why there is none; empty where there is one.
    """

    caption: str
    picture: Image.Image | None
    reason: str = ""

    @classmethod
    def of(cls, caption: str, open_picture: Callable[[], Image.Image]) -> ShownPicture:
        """Opens a picture, or finds out why it cannot be.

        Args:
            caption: What it is.
            open_picture: Opens it.
        """
        try:
            return cls(caption, fit_within(open_picture(), SIDE))
        except InputError as error:
            return cls(caption, None, str(error))


@dataclass(frozen=True, repr=False)
class CasePictures:
    """The pictures of a case. A notebook shows them in a row; ``Run.picture`` gives one in its full size.

    Attributes:
        case: Name of the case.
        prompt: Prompt of its style.
        pictures: Content, style images, methods, controls.
    """

    case: str
    prompt: str
    pictures: tuple[ShownPicture, ...]

    def __repr__(self) -> str:
        return f"<{printable(self.case)}: {', '.join(printable(shown.caption) for shown in self.pictures)}>"

    def _repr_html_(self) -> str:
        """The row for notebooks, with the pictures inside; names and reasons of plugins are escaped."""
        title = f"<p>{_text(self.case)}{f': {_text(self.prompt)}' if self.prompt else ''}</p>"
        return f'{title}<div style="{_ROW}">{"".join(map(_figure, self.pictures))}</div>'


def _figure(shown: ShownPicture) -> str:
    if shown.picture is None:
        inside = f"<em>{_text(shown.reason)}</em>"
    else:
        inside = f'<img src="{data_address(shown.picture)}" alt="{_text(shown.caption)}" style="max-width: 100%">'
    return f'<figure style="{_FIGURE}">{inside}<figcaption>{_text(shown.caption)}</figcaption></figure>'


def _text(text: str) -> str:
    return escape(printable(text))
