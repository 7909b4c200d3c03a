"""Similarity matrices as heat maps: rows are prompts, columns are images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from benchmark.analysis.networks import networks_of_run
from benchmark.analysis.scores import share_cases
from reports.tables.formatting import MINUS, NOTHING, number_of, text_of

if TYPE_CHECKING:
    from benchmark.store.records import CaseRecord, RunRecords
    from reports.html.picture_source import Picture, PictureSource
    from reports.tables.units import Unit

LEVELS: Final = 12
"""Steps of the palette; the style sheet has one class for each."""

LARGEST_MATRIX: Final = 40
"""Rows and columns beyond this are left out: they could not be read."""

THUMBNAIL_SIDE: Final = 72


@dataclass(frozen=True)
class HeatCell:
    """One similarity. ``matching``: the prompt is one that the image was made for."""

    text: str
    level: int | None
    matching: bool


@dataclass(frozen=True)
class HeatRow:
    """The similarities of one prompt."""

    prompt: str
    cells: tuple[HeatCell, ...]


@dataclass(frozen=True)
class HeatColumn:
    """An image: the method's result on a case."""

    case: str
    picture: Picture


@dataclass(frozen=True)
class HeatMap:
    """The matrix of one method.

    ``hits`` of ``judged`` images are most similar to a prompt that they were made for. ``missed`` prompts are those
    without such an image. Both count the cases that all matrices share, unless the method has too few of them to be
    compared, which ``apart`` states.
    """

    title: str
    control: bool
    columns: tuple[HeatColumn, ...]
    rows: tuple[HeatRow, ...]
    hits: int
    judged: int
    missed: tuple[str, ...]
    apart: bool = False


@dataclass(frozen=True)
class HeatMaps:
    """All matrices on one scale of colours.

    ``cut``: large matrices are shown in part only; ``uneven``: their cases differ; ``judge``: the network that computed
    the similarities.
    """

    maps: tuple[HeatMap, ...]
    low: str
    high: str
    levels: tuple[int, ...]
    cut: bool
    judge: str = ""
    uneven: bool = False


def build_heat_maps(run: RunRecords, units: Mapping[tuple[str, str], Unit], pictures: PictureSource) -> HeatMaps | None:
    """Arranges the similarity matrices of a run, or returns ``None`` if there is none."""
    matrices = {name: _Matrix.read(matrix) for name, matrix in run.similarity.items()}
    matrices = {name: matrix for name, matrix in matrices.items() if matrix.prompts and matrix.cases}
    numbers = [number for matrix in matrices.values() for number in matrix.numbers()]
    if not numbers:
        return None
    low, high = min(numbers), max(numbers)
    methods, networks = {method.name: method for method in run.methods}, networks_of_run(run)
    order = {name: index for index, name in enumerate(methods)}
    cases = {case.id: case for case in run.cases}
    compared, _ = share_cases({name: frozenset(matrix.cases) for name, matrix in matrices.items()})
    shared = frozenset.intersection(*(frozenset(matrices[name].cases) for name in compared))
    maps = []
    for name in sorted(matrices, key=lambda name: order.get(name, len(order))):
        method, matrix = methods.get(name), matrices[name]
        title = f"{(method.title or name) if method else name} {networks.method_mark(name)}".rstrip()
        columns = tuple(
            HeatColumn(case, _thumbnail(title, case, units.get((name, case)), pictures))
            for case in matrix.cases[:LARGEST_MATRIX]
        )
        wanted = [_prompts_of(cases.get(case)) for case in matrix.cases]
        apart = name not in compared
        nearest = matrix.nearest_prompts(
            [prompts if apart or case in shared else set() for case, prompts in zip(matrix.cases, wanted, strict=True)]
        )
        missed = {prompt for image in nearest for prompt in image.wanted - {image.nearest}}
        missed -= {image.nearest for image in nearest if image.is_hit}
        maps.append(
            HeatMap(
                title,
                bool(method and method.control),
                columns,
                matrix.arrange(wanted, low, high),
                hits=sum(image.is_hit for image in nearest),
                judged=len(nearest),
                missed=tuple(prompt for prompt in matrix.prompts if prompt in missed),
                apart=apart,
            )
        )
    return HeatMaps(
        maps=tuple(maps),
        low=_two_digits(low),
        high=_two_digits(high),
        levels=tuple(range(LEVELS)),
        judge=networks.judge.label if networks.judge else "",
        cut=any(max(len(matrix.prompts), len(matrix.cases)) > LARGEST_MATRIX for matrix in matrices.values()),
        uneven=len({frozenset(matrix.cases) for matrix in matrices.values()}) > 1,
    )


@dataclass(frozen=True)
class _Matrix:
    prompts: tuple[str, ...]
    cases: tuple[str, ...]
    values: tuple[tuple[float | None, ...], ...]

    @classmethod
    def read(cls, matrix: Mapping[str, Any]) -> _Matrix:
        """Reads a matrix; values missing from a damaged one are ``None``."""
        prompts = tuple(text_of(prompt) for prompt in _sequence(matrix.get("rows")))
        cases = tuple(text_of(case) for case in _sequence(matrix.get("columns")))
        rows = [_sequence(row) for row in _sequence(matrix.get("values"))]
        values = tuple(
            tuple(number_of(rows[i][j]) if i < len(rows) and j < len(rows[i]) else None for j in range(len(cases)))
            for i in range(len(prompts))
        )
        return cls(prompts, cases, values)

    def numbers(self) -> list[float]:
        return [value for row in self.values for value in row if value is not None]

    def arrange(self, wanted: Sequence[set[str]], low: float, high: float) -> tuple[HeatRow, ...]:
        """Returns the rows, given the prompts that each image was made for."""
        return tuple(
            HeatRow(
                prompt,
                tuple(
                    HeatCell(
                        NOTHING if value is None else _two_digits(value),
                        None if value is None else _level(value, low, high),
                        prompt in wanted[j],
                    )
                    for j, value in enumerate(row[:LARGEST_MATRIX])
                ),
            )
            for prompt, row in zip(self.prompts[:LARGEST_MATRIX], self.values, strict=False)
        )

    def nearest_prompts(self, wanted: Sequence[set[str]]) -> list[_NearestPrompt]:
        """Returns the prompt that each image is most similar to; images without a definite one are left out."""
        nearest = []
        for j, prompts in enumerate(wanted):
            column = [
                (value, prompt)
                for prompt, row in zip(self.prompts, self.values, strict=True)
                if (value := row[j]) is not None
            ]
            here = prompts.intersection(self.prompts)
            if column and here:
                nearest.append(_NearestPrompt(max(column)[1], frozenset(here)))
        return nearest


@dataclass(frozen=True)
class _NearestPrompt:
    """The prompt that an image is most similar to, and those that it was made for."""

    nearest: str
    wanted: frozenset[str]

    @property
    def is_hit(self) -> bool:
        return self.nearest in self.wanted


def _prompts_of(case: CaseRecord | None) -> set[str]:
    if case is None:
        return set()
    prompts = (case.prompt, *(text_of(style.get("prompt")) for style in case.styles))
    return {prompt for prompt in prompts if prompt}


def _thumbnail(title: str, case: str, unit: Unit | None, pictures: PictureSource) -> Picture:
    return pictures.load(unit.image if unit else "", f"{title} on case {case}", THUMBNAIL_SIDE)


def _level(value: float, low: float, high: float) -> int:
    share = (value - low) / (high - low) if high > low else 0.5
    return min(int(share * LEVELS), LEVELS - 1)


def _two_digits(value: float) -> str:
    return f"{value:.2f}".replace("-", MINUS)


def _sequence(value: object) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()
