"""Settings of `Gatys`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, TypeAlias

from annotated_types import Ge

from benchmark.settings import check_settings
from benchmark.wording import format_count
from methods.shared.setting_types import Count, Layers, LearningRate, Weight

CoarseSide: TypeAlias = Annotated[int, Ge(16)]
"""Shorter side of a coarse pass in pixels: relu5_1 halves the image four times."""

FIRST_STEP: Final = 1e-4
"""Mean change of the pixels in grey levels by the first step of a descent.

Torch makes the first step of L-BFGS, along the gradient, so long that all changes sum to 1. On pixels in 0–255 that
is less the larger the picture is: at 1024 px most changes are below the resolution of float32, so that the picture and
its loss stay as they are, and the curvature that the next steps build on is one of rounding. Longer first steps are
felt, too, but overshoot: from a thousandth of a grey level on, some descents end in an infinite loss, because the
curvature along a long first step says little of that at the start. With ``backtracking`` they do not.
"""


@dataclass(frozen=True)
class GatysSettings:
    """Settings of `Gatys`; the defaults are the authors' implementation's.

    Attributes:
        steps: Closure evaluations (loss and gradient) of L-BFGS at the content's own size.
        coarse_sizes: Shorter sides in pixels of passes before that, each starting from the enlarged result of the one
            before; a size above the content's is lowered to it. The authors' high-resolution variant is ``512`` with
            ``coarse_steps`` 500 and ``steps`` 200 on a content of 800 px.
        coarse_steps: Closure evaluations of each coarse pass.
        learning_rate: Length of an L-BFGS step; there is no line search.
        content_weight: Weight of each content layer's loss.
        style_weight: Weight of each style layer's loss, divided by the square of the layer's number of channels.
        content_layers: VGG-19 layers whose features are kept.
        style_layers: VGG-19 layers whose Gram matrices are matched.
        average_pooling: Whether features are halved by averages, as the paper prefers, or by maxima, as the code does.
        margin: Pixels by which the content is extended on all sides, by reflection, at every size; what is painted
            there is cut off. Without a margin the zeros around the network's features show as a coloured frame.
        style_colors: Whether the descent starts from the content with the mean and covariance of the style's colours,
            as they are, instead of the content.
        first_step: Mean change of the pixels in grey levels by the first update of a pass, along the gradient.
        keep_scale: Whether a pass begins with a step as long as the curvature of the pass before says, instead of with
            ``first_step``.
        backtracking: Whether an update that raises the loss is taken back and tried again at a quarter of its length,
            which counts as a step; the last of a pass is not evaluated. Without it some descents end in an infinite
            loss.
        in_range: Whether every step of the descent keeps the pixels within [0, 1]. Otherwise only the result is
            clipped, which can raise its loss to many times the one that was reached.
    """

    steps: Count = 500
    coarse_sizes: tuple[CoarseSide, ...] = ()
    coarse_steps: tuple[Count, ...] = ()
    learning_rate: LearningRate = 1.0
    content_weight: Weight = 1.0
    style_weight: Weight = 1000.0
    content_layers: tuple[str, ...] = ("relu4_2",)
    style_layers: Layers = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
    average_pooling: bool = False
    margin: Annotated[int, Ge(0)] = 0
    style_colors: bool = False
    first_step: LearningRate = FIRST_STEP
    keep_scale: bool = False
    backtracking: bool = False
    in_range: bool = False

    def __post_init__(self) -> None:
        check_settings(self)
        if len(self.coarse_steps) != len(self.coarse_sizes):
            raise ValueError(
                f"coarse_steps must be {format_count(len(self.coarse_sizes), 'number')}, one for each of coarse_sizes,"
                f" not {self.coarse_steps!r}"
            )
