"""What every candidate does on one half of the pictures."""

from __future__ import annotations

import itertools
import statistics
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np
from pydantic import TypeAdapter

from benchmark.analysis.agreement import kendall_tau
from benchmark.store.atomic import write_bytes
from tools.style_distance.candidates import ALL, FAMILIES, REFERENCES, Candidate, Description, describe
from tools.style_distance.pictures import STRENGTHS, Attack, Change, changes, make_pair, parts
from tools.style_distance.retrieval import Found, Relation, Retrieval, interval, retrieve

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from benchmark.models.provider import Models
    from tools.style_distance.table import Entry, Half

T = TypeVar("T")
Terms = dict[str, list[float]]
_TABLES: Final = TypeAdapter(dict[str, list[list[list[float]]]])
_CHANGES: Final = TypeAdapter(list[tuple[dict[Change, Terms], list[Terms]]])
_WAYS: Final = TypeAdapter(list[Terms])


@dataclass(frozen=True)
class Measures:
    """What a candidate does on one half.

    Attributes:
        retrieval: What it finds, by relation.
        order: Kendall's τ between AdaIN's strength and nearness to the painting, mean over pairs.
        kept: Distance of a changed painting from itself, as a share of the median distance to another painting: median
            over paintings, by change.
        fooled: How much of the way from the photograph (0) to the painting (1) an attack goes: mean over pairs.
        stylized: The same of AdaIN at full strength.
    """

    retrieval: dict[Relation, Retrieval]
    order: Found
    kept: dict[Change, float]
    fooled: dict[Attack, float]
    stylized: float

    @property
    def area(self) -> float:
        """Mean area under the curve of all relations."""
        return statistics.fmean(found.area.mean for found in self.retrieval.values() if found.area.paintings)

    @property
    def worst_kept(self) -> float:
        """The largest share by which a change that keeps the picture moves it."""
        return max(self.kept.values())

    @property
    def worst_fooled(self) -> float:
        """The farthest way that an attack goes, as a share of AdaIN's."""
        return max(self.fooled.values()) / self.stylized


def measure(half: Half, models: Models, folder: Path) -> dict[str, Measures]:
    """Measures every candidate, and what they are compared with, by name.

    Args:
        half: The pictures.
        models: The networks.
        folder: Where pictures and distances are kept, under names that tell pictures and tables apart.
    """
    cut = [(owner, part) for owner, painting in enumerate(half.paintings) for part in parts(painting)]
    owners = [owner for owner, _ in cut]
    tables = _kept_in(
        folder / f"{half.key}-parts.json", _TABLES, lambda: _tables([describe(models, part) for _, part in cut])
    )
    kept = _kept_in(folder / f"{half.key}-changes.json", _CHANGES, lambda: _changed(half, models))
    ways = [
        _kept_in(
            folder / f"{content.key}--{style.key}.json",
            _WAYS,
            lambda content=content, style=style: _ways(content, style, models, folder),
        )
        for style in half.styles
        for content in half.contents
    ]
    found: dict[str, Measures] = {}
    for candidate in ALL:
        distances = np.array([[candidate.total(terms) for terms in row] for row in tables[candidate.family.name]])
        own = [[candidate.total(terms[candidate.family.name]) for terms in pair] for pair in ways]
        shares = np.array([[1 - way / pair[0] for way in pair[1:]] for pair in own])
        strengths = np.array([pair[1 : 1 + len(STRENGTHS)] for pair in own])
        found[candidate.name] = Measures(
            {name: retrieve(distances, half.paintings, owners, name) for name in Relation},
            interval(kendall_tau(np.broadcast_to(-np.array(STRENGTHS), strengths.shape), strengths)),
            {change: _median_share(candidate, kept, change) for change in Change},
            {name: float(shares[:, len(STRENGTHS) + k].mean()) for k, name in enumerate(Attack)},
            float(shares[:, len(STRENGTHS) - 1].mean()),
        )
    return found


def _terms(one: Description, other: Description) -> Terms:
    return {family.name: family.terms(one, other) for family in (*FAMILIES, *REFERENCES)}


def _tables(descriptions: Sequence[Description]) -> dict[str, list[list[list[float]]]]:
    """Terms of all pairs, N×N×L by kind."""
    number = len(descriptions)
    tables: dict[str, list[list[list[float]]]] = {}
    for one in descriptions:
        for name, terms in _terms(one, one).items():
            tables.setdefault(name, []).append([[0.0] * len(terms)] * number)
    for first, second in itertools.combinations(range(number), 2):
        for name, terms in _terms(descriptions[first], descriptions[second]).items():
            tables[name][first][second] = tables[name][second][first] = terms
    return tables


def _changed(half: Half, models: Models) -> list[tuple[dict[Change, Terms], list[Terms]]]:
    """For each painting: the terms of each change, and those to every other painting."""
    made = [changes(painting) for painting in half.paintings]
    whole = [describe(models, picture) for picture, _ in made]
    return [
        (
            {name: _terms(describe(models, picture), whole[k]) for name, picture in changed.items()},
            [_terms(whole[k], other) for j, other in enumerate(whole) if j != k],
        )
        for k, (_, changed) in enumerate(made)
    ]


def _median_share(candidate: Candidate, kept: list[tuple[dict[Change, Terms], list[Terms]]], change: Change) -> float:
    name = candidate.family.name
    return statistics.median(
        candidate.total(changed[change][name]) / statistics.median(candidate.total(other[name]) for other in others)
        for changed, others in kept
    )


def _ways(content: Entry, style: Entry, models: Models, folder: Path) -> list[Terms]:
    """The terms to the painting of the photograph, of every strength, of every attack."""
    pair = make_pair(content, style, models, folder)
    wanted = describe(models, pair.style)
    pictures = (pair.content, *pair.strengths, *(pair.attacks[name] for name in Attack))
    return [_terms(describe(models, picture), wanted) for picture in pictures]


def _kept_in(file: Path, kind: TypeAdapter[T], compute: Callable[[], T]) -> T:
    """Computes something, or reads it where it was computed before."""
    if not file.is_file():
        computed = compute()
        file.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(file, kind.dump_json(computed))
        print(file.name, file=sys.stderr, flush=True)
    return kind.validate_json(file.read_bytes())
