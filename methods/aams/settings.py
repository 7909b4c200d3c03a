"""Settings of `AAMS`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, TypeAlias

from annotated_types import Ge, Gt, Le, MinLen

from benchmark.allowed_values import InWords
from benchmark.settings import check_settings
from methods.shared.setting_types import Share, Weight

StrokeSizes: TypeAlias = Annotated[
    tuple[Annotated[float, Gt(0), Le(2)], ...],
    MinLen(1),
    InWords("at least one size, each above 0 and at most 2"),
]


@dataclass(frozen=True)
class AAMSSettings:
    """Settings of `AAMS`.

    Attributes:
        patch_size: Side of the patches that are exchanged, in features, each of which is 8 pixels wide.
        stroke_sizes: Factors by which the style's features are resized, one swap each; the paper's are 1/2, 1/sqrt(2)
            and 1. The first is for the places that get least attention; those that get most keep the content's own
            features.
        sharpness: Factor of the closeness to a cluster's centre: 0 mixes all strokes everywhere, the paper's is 50.
        alpha: Share of the swapped features, the rest being the content's whitened ones; 1 is the paper's.
    """

    patch_size: Annotated[int, Ge(1)] = 5
    stroke_sizes: StrokeSizes = (0.5, 0.5**0.5, 1.0)
    sharpness: Weight = 50.0
    alpha: Share = 1.0

    def __post_init__(self) -> None:
        check_settings(self)
