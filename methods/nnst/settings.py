"""Settings of `NNST`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge

from benchmark.settings import check_settings
from methods.shared.setting_types import Layers, LearningRate, Share, StepsPerScale


@dataclass(frozen=True)
class NNSTSettings:
    """Settings of `NNST`; the defaults are the authors' implementation's.

    Attributes:
        steps: Updates at each scale, the coarsest first; each scale is half the next, the last is the content's own
            size. Scales whose shorter side would be below 16 pixels are left out. The authors take 64 to 512 pixels
            for a longer side of 512, and a fifth scale for 1024.
        final_steps: Updates after those at the content's own size, with matches of each layer anew in every step.
        learning_rate: Adam's, for the coefficients of the picture's Laplacian pyramid.
        alpha: Share of the content, against the picture so far, in what the style is searched for.
        rotate_style: Whether the style is also searched in rotations by 90, 180 and 270 degrees.
        match_colors: Whether the result gets the content's hues, moved to the style's, under its own lightness.
        layers: VGG layers whose features are matched. The defaults are those of the authors' VGG-16 up to relu4_3; they
            have the same names in VGG-19.
        released_faults: Whether to compute what the released program does where it goes wrong without a word: features
            are centred part by part, layers whose map is 64 pixels or smaller compare features of another layer, and
            the last update of every scale is lost.
    """

    steps: StepsPerScale = (200, 200, 200, 200)
    final_steps: Annotated[int, Ge(0)] = 200
    learning_rate: LearningRate = 2e-3
    alpha: Share = 0.75
    rotate_style: bool = True
    match_colors: bool = True
    layers: Layers = (
        "relu1_1",
        "relu1_2",
        "relu2_1",
        "relu2_2",
        "relu3_1",
        "relu3_2",
        "relu3_3",
        "relu4_1",
        "relu4_2",
        "relu4_3",
    )
    released_faults: bool = False

    def __post_init__(self) -> None:
        check_settings(self)
