"""Settings of `Gatys`."""

from __future__ import annotations

from dataclasses import dataclass

from methods.shared.setting_checks import require


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
    """

    steps: int = 500
    coarse_sizes: tuple[int, ...] = ()
    coarse_steps: tuple[int, ...] = ()
    learning_rate: float = 1.0
    content_weight: float = 1.0
    style_weight: float = 1000.0
    content_layers: tuple[str, ...] = ("relu4_2",)
    style_layers: tuple[str, ...] = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
    average_pooling: bool = False

    def __post_init__(self) -> None:
        require(self.steps >= 1, "steps", "at least 1", self.steps)
        # relu5_1 halves the image four times.
        require(all(size >= 16 for size in self.coarse_sizes), "coarse_sizes", "at least 16 each", self.coarse_sizes)
        require(
            len(self.coarse_steps) == len(self.coarse_sizes) and all(steps >= 1 for steps in self.coarse_steps),
            "coarse_steps",
            f"{len(self.coarse_sizes)} numbers, one for each of coarse_sizes, at least 1 each",
            self.coarse_steps,
        )
        require(self.learning_rate > 0, "learning_rate", "above 0", self.learning_rate)
        require(self.content_weight >= 0, "content_weight", "at least 0", self.content_weight)
        require(self.style_weight >= 0, "style_weight", "at least 0", self.style_weight)
        require(len(self.style_layers) > 0, "style_layers", "at least one layer", self.style_layers)
