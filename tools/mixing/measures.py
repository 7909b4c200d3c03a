"""Measures of a mix of two styles, made of the scores that each style has alone."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from benchmark.analysis.comparison import MethodComparison, compare_pairs
from benchmark.analysis.interval import Estimate, crossed_estimate
from benchmark.analysis.scores import PairedScores
from benchmark.protocol.case import Case
from benchmark.store.records import RunRecords, UnitStatus
from tools.mixing.plan import single_cases

if TYPE_CHECKING:
    import pandas as pd

UNTOUCHED: Final = "identity"
"""The control that returns the content."""


@dataclass(frozen=True)
class Measure:
    """A number of a mixed picture.

    Attributes:
        title: Title for people.
        says: What it says, in a clause.
        metric: Name of the metric whose scores it is made of.
        relate: Relates the metric's scores of the picture with each style to those of the untouched content.
        reduce: Makes one number of what comes of the two styles.
        sign: 1 where more is better, −1 where less is, 0 where neither is.
    """

    title: str
    says: str
    metric: str
    relate: Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]
    reduce: Callable[[NDArray[np.float64]], float]
    sign: int


_Scores = NDArray[np.float64]
"""Of a picture with each of its two styles, in the order of the mix."""


def _gains(scores: _Scores, untouched: _Scores) -> _Scores:
    return scores - untouched


def _left(scores: _Scores, untouched: _Scores) -> _Scores:
    return scores / untouched


def _as_they_are(scores: _Scores, _: _Scores) -> _Scores:
    return scores


def _second_minus_first(values: _Scores) -> float:
    return float(values[1] - values[0])


_TEXT, _PAINTING, _GRAM = "clip_text_similarity", "clip_style_similarity", "vgg_style_loss"

MEASURES: Final = (
    Measure("prompts", "gain of the judge's similarity to the prompts over the untouched content, mean of both",
            _TEXT, _gains, np.mean, 1),
    Measure("lesser prompt", "that of the prompt which gained less: are both there?", _TEXT, _gains, np.min, 1),
    Measure("gap of prompts", "difference of the two gains: is one much more there?", _TEXT, _gains, np.ptp, -1),
    Measure("second prompt over first", "gain of the second minus that of the first: does the order count?",
            _TEXT, _gains, _second_minus_first, 0),
    Measure("paintings", "gain of the judge's similarity to the paintings over the untouched content, mean of both",
            _PAINTING, _gains, np.mean, 1),
    Measure("Gram loss left", "share of the untouched content's Gram style loss that is left, mean of both paintings",
            _GRAM, _left, np.mean, -1),
    Measure("Gram loss left, lesser painting", "that of the painting which is less there", _GRAM, _left, np.max, -1),
    Measure("gap of Gram losses", "difference of the two shares", _GRAM, _left, np.ptp, -1),
    Measure("content lost", "learned distance to the content", "st_lpips", _as_they_are, np.mean, -1),
    Measure("structure kept", "SSIM with the content", "ssim", _as_they_are, np.mean, 1),
)  # fmt: skip

METRICS: Final = tuple(dict.fromkeys(measure.metric for measure in MEASURES))


@dataclass(frozen=True)
class Measured:
    """A measure of all mixes.

    Attributes:
        measure: The measure.
        scores: Its values, mixes × ways; only mixes that were measured in every way.
        means: Mean of each way with its interval.
        comparisons: Every two ways, paired on mixes, corrected for their number.
    """

    measure: Measure
    scores: PairedScores
    means: Mapping[str, Estimate]
    comparisons: Sequence[MethodComparison]


def measure_mixes(run: RunRecords, mixes: Sequence[Case], ways: Sequence[str]) -> list[Measured]:
    """Measures mixes that were made in several ways.

    Args:
        run: The scores of each style alone: a row for each way, and one for the untouched content.
        mixes: The mixes.
        ways: Names of the rows of the ways.
    """
    done = run.units[run.units["status"] == UnitStatus.OK]
    return [_measured(measure, done, mixes, ways) for measure in MEASURES if measure.metric in done]


def _measured(measure: Measure, done: pd.DataFrame, mixes: Sequence[Case], ways: Sequence[str]) -> Measured:
    table = done.pivot(index="case", columns="method", values=measure.metric).astype(float)
    table = table.reindex(columns=[*ways, UNTOUCHED]).dropna()
    kept = [mix for mix in mixes if all(name in table.index for name in single_cases(mix))]
    values = np.array(
        [
            [float(measure.reduce(measure.relate(found[way].to_numpy(), found[UNTOUCHED].to_numpy()))) for way in ways]
            for mix in kept
            for found in [table.loc[list(single_cases(mix))]]
        ]
    ).reshape(len(kept), len(ways))
    contents = np.array([mix.content.id for mix in kept], dtype=str)
    styles = np.array([mix.style_id for mix in kept], dtype=str)
    scores = PairedScores(tuple(mix.id for mix in kept), values, contents, styles)
    means = {way: crossed_estimate(values[:, place], contents, styles) for place, way in enumerate(ways) if kept}
    pairs = {
        (ways[one], ways[other]): PairedScores(scores.cases, values[:, [one, other]], contents, styles)
        for one, other in itertools.combinations(range(len(ways)), 2)
    }
    return Measured(measure, scores, means, compare_pairs(measure.title, pairs, measure.sign or 1))
