"""What stands in the file of a protocol, a lock or a recipe: its tables, with the type and range of every key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, TypeAlias

from annotated_types import Ge, Gt, Le, MinLen, Predicate

from benchmark.allowed_values import InWords
from benchmark.file_names import stays_inside
from benchmark.prompts import is_blank
from benchmark.protocol.recipe import DatasetSource, Origin

SCHEMA_VERSION: Final = 1
IDENTIFIER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


SchemaVersion: TypeAlias = Annotated[int, Ge(SCHEMA_VERSION), Le(SCHEMA_VERSION), InWords(str(SCHEMA_VERSION))]
Identifier: TypeAlias = Annotated[str, Predicate(IDENTIFIER.fullmatch), InWords("letters, digits, _ and -")]
Digest: TypeAlias = Annotated[
    str, Predicate(re.compile(r"[0-9a-f]{64}|").fullmatch), InWords("64 digits of 0 … 9 and a … f")
]
ImagePath: TypeAlias = Annotated[
    str, Predicate(stays_inside), InWords("a path that stays in the protocol's folder (put the file there)")
]


@dataclass(frozen=True, kw_only=True)
class ContentEntry:
    """An entry of ``contents``: `Content` as the file has it. One that is kept has the hash of its pixels, no image."""

    id: Identifier
    image: ImagePath = ""
    subject: str = ""
    sha256: Digest = ""
    pixels_sha256: Digest = ""
    title: str = ""
    creator: str = ""
    licence: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        if not (self.image or self.pixels_sha256):
            raise ValueError("image is missing")


@dataclass(frozen=True, kw_only=True)
class StyleEntry:
    """An entry of ``styles``: `Style` as the file has it. One that is kept has the hash of its pixels, no image."""

    id: Identifier
    image: ImagePath = ""
    prompt: str | None = None
    sha256: Digest = ""
    pixels_sha256: Digest = ""
    title: str = ""
    artist: str = ""
    movement: str = ""
    genre: str = ""
    year: str = ""
    licence: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        if not (self.image or self.pixels_sha256) and is_blank(self.prompt):
            raise ValueError("an image or a prompt is needed")


@dataclass(frozen=True, kw_only=True)
class ShareEntry:
    """One style of a mix, with its share in proportion to those of the others."""

    style: Annotated[str, InWords("the id of a style")]
    weight: Annotated[float, Gt(0), Le(1_000_000)] = 1.0
    mask: ImagePath | None = None
    mask_sha256: Digest = ""


_Weight: TypeAlias = Annotated[float, Ge(0), Le(1_000_000)]


@dataclass(frozen=True, kw_only=True)
class MixEntry:
    """An entry of ``mixes``: one content with several styles.

    With ``weights`` it is a path: a case for each list of shares, in place of the weights of the styles.
    """

    content: Annotated[str, InWords("the id of a content")]
    styles: Annotated[
        tuple[Annotated[ShareEntry, InWords('a table such as { style = "…", weight = 0.5 }')], ...], MinLen(1)
    ]
    weights: Annotated[tuple[tuple[_Weight, ...], ...], MinLen(2)] | None = None

    def __post_init__(self) -> None:
        named = [share.style for share in self.styles]
        if self.weights is not None and len(set(named)) < len(named):
            raise ValueError("a path of weights names a style twice; give each style one share a step")
        for number, step in enumerate(self.weights or (), start=1):
            if len(step) != len(self.styles):
                raise ValueError(f"weights entry {number} has {len(step)} numbers for {len(self.styles)} styles")
            if not any(step):
                raise ValueError(f"weights entry {number} gives no style a share")
        if self.weights is not None and any(share.weight != 1 for share in self.styles):
            raise ValueError("weight of a style stands beside weights, which give all styles their shares; remove it")


@dataclass(frozen=True, kw_only=True)
class PairEntry:
    """An entry of ``pairs``: a content and the style that it is stylized in."""

    content: Annotated[str, InWords("the id of a content")]
    style: Annotated[str, InWords("the id of a style")]


@dataclass(frozen=True, kw_only=True)
class VariantEntry:
    """An entry of ``variants``: a method with other settings.

    ``settings`` make one variant, ``sweep`` one of each value in each list, ``ablate`` one of each setting.
    """

    method: Annotated[str, MinLen(1), InWords("the name of a method")]
    settings: Mapping[str, Any] = field(default_factory=dict)
    sweep: Mapping[str, Annotated[tuple[Any, ...], MinLen(1), InWords("a list of values")]] = field(
        default_factory=dict
    )
    ablate: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not (self.settings or self.sweep or self.ablate):
            raise ValueError("settings, sweep or ablate is missing: what the variant changes")


@dataclass(frozen=True, kw_only=True)
class _CommonTable:
    schema_version: SchemaVersion
    name: Identifier
    version: str
    title: str
    description: str = ""
    resolution: Annotated[int, Ge(32), Le(4096)]
    seeds: Annotated[tuple[Annotated[int, Ge(0)], ...], MinLen(1)] = (0,)
    models: Mapping[str, str]
    methods: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    metrics: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    contents: Annotated[tuple[ContentEntry, ...], MinLen(1)]
    variants: tuple[VariantEntry, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ProtocolTable(_CommonTable):
    """The file of a protocol, or a lock; ``origin`` says which rows of a data set the styles are.

    Without ``pairs`` every content meets every style.
    """

    styles: Annotated[tuple[StyleEntry, ...], MinLen(1)]
    pairs: tuple[PairEntry, ...] | None = None
    mixes: tuple[MixEntry, ...] = ()
    origin: Origin | None = None


@dataclass(frozen=True, kw_only=True)
class RecipeTable(_CommonTable):
    """The file of a recipe: a data set in place of ``styles``."""

    dataset: DatasetSource
