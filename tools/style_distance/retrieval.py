"""How well distances find what belongs together, and how sure that is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tools.style_distance.table import Entry

Numbers = NDArray[np.float64]

RESAMPLES: Final = 2000


class Relation(StrEnum):
    """What a part of a painting should be nearer to than the rest."""

    PAINTING = "painting"
    """The other parts of the painting; the rest are parts of all other paintings."""
    ARTIST = "artist"
    """Parts of the artist's other paintings; the rest are parts of other artists' paintings."""
    MOVEMENT = "movement"
    """Parts of paintings of the movement by other artists; the rest are parts of other movements' paintings."""


@dataclass(frozen=True)
class Found:
    """A mean over paintings with its interval of 95 %.

    Attributes:
        mean: The mean.
        low: Lower end.
        high: Upper end.
        paintings: Number of paintings that were looked for.
    """

    mean: float
    low: float
    high: float
    paintings: int


@dataclass(frozen=True)
class Retrieval:
    """What distances find.

    Attributes:
        precision: Mean average precision.
        area: Area under the ROC curve: the chance that what belongs is nearer than what does not.
    """

    precision: Found
    area: Found


def average_precision(distances: Numbers, relevant: NDArray[np.bool_]) -> float:
    """Computes the mean, over the relevant, of the share of relevant ones among all that are no farther."""
    no_farther = distances[None] <= distances[relevant][:, None]
    return float(((no_farther & relevant).sum(axis=1) / no_farther.sum(axis=1)).mean())


def area_under_curve(distances: Numbers, relevant: NDArray[np.bool_]) -> float:
    """Computes the chance that a relevant one is nearer than one that is not; ties count half."""
    differences = distances[~relevant][:, None] - distances[relevant][None]
    return float(((differences > 0) + 0.5 * (differences == 0)).mean())


def retrieve(distances: Numbers, paintings: Sequence[Entry], owners: Sequence[int], relation: Relation) -> Retrieval:
    """Looks for what belongs to each part.

    A painting's figure is the mean over its parts. Intervals resample the paintings that are looked for; the paintings
    that they are looked for among stay as they are.

    Args:
        distances: N×N distances of parts.
        paintings: The paintings.
        owners: Position of each part's painting.
        relation: What belongs together.
    """
    wholes = [paintings[owner] for owner in owners]
    figures: dict[int, list[tuple[float, float]]] = {}
    for position, (owner, one) in enumerate(zip(owners, wholes, strict=True)):
        belongs = np.array([_belongs(relation, one, other) for other in wholes])
        among = np.array([_is_among(relation, one, other) for other in wholes])
        among[position] = False
        relevant = belongs[among]
        if relevant.any() and not relevant.all():
            row = distances[position][among]
            figures.setdefault(owner, []).append((average_precision(row, relevant), area_under_curve(row, relevant)))
    means = np.array([np.mean(found, axis=0) for found in figures.values()]).reshape(-1, 2)
    return Retrieval(*(interval(column) for column in means.T))


def interval(values: Numbers) -> Found:
    """Returns the mean of N values with the percentile interval of the bootstrap; NaN of none."""
    if not len(values):
        return Found(float("nan"), float("nan"), float("nan"), 0)
    drawn = np.random.default_rng(0).integers(len(values), size=(RESAMPLES, len(values)))
    low, high = np.quantile(values[drawn].mean(axis=1), [0.025, 0.975])
    return Found(float(values.mean()), float(low), float(high), len(values))


_SAME: dict[Relation, Callable[[Entry], object]] = {
    Relation.PAINTING: lambda entry: entry.file,
    Relation.ARTIST: lambda entry: entry.artist,
    Relation.MOVEMENT: lambda entry: entry.movement,
}


def _belongs(relation: Relation, one: Entry, other: Entry) -> bool:
    return _SAME[relation](one) == _SAME[relation](other)


def _is_among(relation: Relation, one: Entry, other: Entry) -> bool:
    """Whether it is nearer by another relation: the same painting says nothing of its artist."""
    if relation is Relation.ARTIST:
        return one.file != other.file
    return relation is Relation.PAINTING or one.artist != other.artist
