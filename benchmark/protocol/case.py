"""Contents, styles, and the cases made of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from benchmark.prompts import is_blank


@dataclass(frozen=True)
class Content:
    """A photograph to be stylized.

    Attributes:
        id: Short name, unique in its protocol, made of letters, digits, ``_`` and ``-``.
        image: The image file.
        subject: Subject of the photograph, in a few words that fit "a photo of …".
        sha256: Hash of the file's bytes, or an empty string where none is pinned.
        pixels_sha256: Hash of the decoded pixels (``benchmark.images.pixels_sha256``), which locks pin instead.
        title: Title for captions.
        creator: Photographer.
        licence: Licence of the photograph.
        source: Source of the photograph.
    """

    id: str
    image: Path
    subject: str = ""
    sha256: str = ""
    pixels_sha256: str = ""
    title: str = ""
    creator: str = ""
    licence: str = ""
    source: str = ""


@dataclass(frozen=True)
class Style:
    """A target of stylization: an image, a text prompt, or both.

    Attributes:
        id: Short name, unique in its protocol, made of letters, digits, ``_`` and ``-``.
        image: The style image, which image-driven methods read.
        prompt: The style in words, which text-driven methods read. A blank one becomes ``None``.
        sha256: Hash of the image file's bytes, or an empty string where none is pinned.
        pixels_sha256: Hash of the decoded pixels (``benchmark.images.pixels_sha256``), which locks pin instead.
        title: Title of the work.
        artist: Artist of the work.
        movement: Art movement, for instance "Post-Impressionism".
        genre: Genre, for instance "landscape".
        year: Year or range of years.
        licence: Licence of the image.
        source: Source of the image.
    """

    id: str
    image: Path | None = None
    prompt: str | None = None
    sha256: str = ""
    pixels_sha256: str = ""
    title: str = ""
    artist: str = ""
    movement: str = ""
    genre: str = ""
    year: str = ""
    licence: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        if is_blank(self.prompt):
            object.__setattr__(self, "prompt", None)


@dataclass(frozen=True)
class WeightedStyle:
    """One style of a case, with its share and, optionally, the region it is for.

    Attributes:
        style: The style.
        weight: Its share; the weights of a case sum to 1.
        mask: Greyscale image of the region where this style applies (white: fully), or ``None`` for everywhere.
        mask_sha256: Hash of the mask file's bytes, or an empty string where none is pinned.
    """

    style: Style
    weight: float = 1.0
    mask: Path | None = None
    mask_sha256: str = ""


@dataclass(frozen=True)
class Case:
    """One content, one or several weighted styles, one seed.

    Attributes:
        content: The photograph.
        styles: The styles; more than one make a multi-style case.
        seed: Number of the repetition of the same content and styles.
        mix: Name of the mix, for a step of a path of mixes; else empty.
    """

    content: Content
    styles: tuple[WeightedStyle, ...]
    seed: int = 0
    mix: str = ""

    @cached_property
    def style_id(self) -> str:
        """Name of the style or of the mix of styles: the second factor that cases share, beside the content."""
        return self.mix or "+".join(weighted.style.id for weighted in self.styles)

    @cached_property
    def id(self) -> str:
        """Name of the case, unique in its protocol and usable as a file name."""
        repetition = f"--{self.seed}" if self.seed else ""
        return f"{self.content.id}--{self.style_id}{repetition}"

    @property
    def files(self) -> tuple[Path, ...]:
        """The image files of the content, the styles and the masks."""
        images = (
            self.content.image,
            *(file for weighted in self.styles for file in (weighted.style.image, weighted.mask)),
        )
        return tuple(image for image in images if image is not None)

    @cached_property
    def prompt(self) -> str:
        """The prompts of all styles as one readable line."""
        return " + ".join(weighted.style.prompt for weighted in self.styles if weighted.style.prompt)
