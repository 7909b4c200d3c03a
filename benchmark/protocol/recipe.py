"""A recipe: a protocol whose styles have yet to be drawn from a data set."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeAlias

from annotated_types import Ge, Le, Predicate

from benchmark.allowed_values import InWords
from benchmark.models.role import Role
from benchmark.protocol.case import Content
from benchmark.protocol.variant import Variant

_NAME = re.compile(r"(?!.*\.\.)[\w.-]+/[\w.-]+", re.ASCII)
_REVISION = re.compile(r"[0-9a-f]{40}|")
Column: TypeAlias = Annotated[str, InWords("the name of a column")]
Row: TypeAlias = Annotated[int, Ge(0), InWords("the number of a row, from 0")]


@dataclass(frozen=True)
class Columns:
    """Names of the columns of a data set; empty for columns that it does not have.

    Attributes:
        image: The pictures.
        movement: Art movement: the strata that the styles are drawn from.
        artist: Artist of the work.
        genre: Genre.
        title: Title of the work.
        year: Year.
        prompt: The style in words; where there is no such column, a prompt is composed of movement, genre and artist.
    """

    image: Column = "image"
    movement: Column = ""
    artist: Column = ""
    genre: Column = ""
    title: Column = ""
    year: Column = ""
    prompt: Column = ""


@dataclass(frozen=True)
class DatasetSource:
    """A data set on the Hugging Face hub, and the number of its works that become styles.

    Attributes:
        name: Name on the hub, ``owner/name``.
        paintings: Number of works to draw.
        columns: Names of its columns.
        split: The split.
        configuration: The configuration, or an empty string for the default one.
        seed: Seed of the drawing.
        licence: Licence of the works.
    """

    name: Annotated[str, Predicate(_NAME.fullmatch), InWords("OWNER/NAME as on the Hugging Face hub")]
    paintings: Annotated[int, Ge(1), Le(10_000)]
    columns: Columns = field(default_factory=Columns)
    split: str = "train"
    configuration: str = ""
    seed: int = 0
    licence: str = ""


@dataclass(frozen=True)
class Origin:
    """The rows of a data set that the styles of a frozen protocol were drawn from.

    Attributes:
        dataset: The data set.
        revision: Sha of its revision, or an empty string if the works came from a local copy without one.
        rule: Version of the rule that drew them.
        rows: Row of every style, counted from 0 over all files of the split, by the style's name.
        unusable: Rows that were drawn and passed over, because their image cannot be used.
    """

    dataset: DatasetSource
    revision: Annotated[str, Predicate(_REVISION.fullmatch), InWords("the 40 digits of a commit")]
    rule: str
    rows: Mapping[str, Row]
    unusable: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Recipe:
    """A protocol whose styles have yet to be drawn: ``benchmark protocol freeze`` makes a ``Protocol`` of it.

    Attributes:
        name: Name in snake_case.
        version: Version of the protocol.
        title: Title for people.
        description: Its purpose, in a sentence or two.
        resolution: Side of the square that contents and styles are scaled and cut to, in pixels.
        contents: The photographs.
        dataset: The data set that the styles are drawn from.
        models: Name of the model that plays each role.
        method_settings: Settings that the protocol fixes, by method and setting.
        metric_settings: Settings that it fixes by metric and setting.
        seeds: Seeds of the cases.
        variants: Methods with other settings, as of a protocol.
    """

    name: str
    version: str
    title: str
    description: str
    resolution: int
    contents: tuple[Content, ...]
    dataset: DatasetSource
    models: Mapping[Role, str]
    method_settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    seeds: tuple[int, ...] = (0,)
    metric_settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    variants: tuple[Variant, ...] = ()
