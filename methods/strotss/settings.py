"""Settings of `STROTSS`."""

from __future__ import annotations

from dataclasses import dataclass

from benchmark.settings import check_settings
from methods.shared.setting_types import Count, Layers, LearningRate, StepsPerScale, Weight


@dataclass(frozen=True)
class STROTSSSettings:
    """Settings of `STROTSS`; the defaults are the authors' implementation's.

    Attributes:
        steps: Updates at each scale, the coarsest first; each scale is half the next, the last is the content's own
            size. Scales whose shorter side would be below 16 pixels are left out. The authors take 64 to 512 pixels
            for the longer side.
        learning_rate: RMSprop's, for the coefficients of the picture's Laplacian pyramid.
        last_learning_rate: The same at the last scale.
        content_weight: Weight of the self-similarity at the last scale is twice this, and doubles with every coarser
            one.
        samples: Positions of picture and content that are compared in a step.
        style_samples: Positions of the style they are compared with, drawn once a scale.
        layers: VGG layers of the hypercolumns, beside the colours. The defaults are those of the authors' VGG-16; they
            have the same names in VGG-19.
    """

    steps: StepsPerScale = (250, 250, 250, 250)
    learning_rate: LearningRate = 2e-3
    last_learning_rate: LearningRate = 1e-3
    content_weight: Weight = 1.0
    samples: Count = 1024
    style_samples: Count = 5000
    layers: Layers = (
        "relu1_1",
        "relu1_2",
        "relu2_1",
        "relu2_2",
        "relu3_1",
        "relu3_2",
        "relu3_3",
        "relu4_3",
        "relu5_3",
    )

    def __post_init__(self) -> None:
        check_settings(self)
