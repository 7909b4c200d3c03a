"""Settings of StyleCLIP."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeAlias

from annotated_types import Ge, Gt, MinLen
from benchmark.settings import FilePath, check_settings

Count: TypeAlias = Annotated[int, Ge(1)]
Rate: TypeAlias = Annotated[float, Gt(0)]
Weight: TypeAlias = Annotated[float, Ge(0)]


class ClipInput(StrEnum):
    """Colours in which the generator's pictures, in [-1, 1], are shown to CLIP."""

    RELEASED = "released"
    """As they are, as the authors' program does: neither moved to [0, 1] nor normalised."""
    CORRECTED = "corrected"
    """Moved to [0, 1] and normalised by the mean and deviation that the model was trained with."""


@dataclass(frozen=True)
class StyleCLIPSettings:
    """Settings; those of the edit have the defaults of the authors' program.

    Attributes:
        generator: File with a StyleGAN2 generator in the format of rosinality/stylegan2-pytorch. Without it the method
            skips every case.
        steps: Adam steps of the edit.
        learning_rate: Adam's highest, in the edit.
        l2_weight: Weight of the summed squared change of the latent codes.
        identity_weight: Weight of the change of the face's identity; 0 leaves the term out.
        face_recognition: File with the face recognition network IR-SE50, needed where ``identity_weight`` is above 0.
        clip_input: Colours in which pictures are shown to CLIP.
        inversion_steps: Adam steps of the inversion.
        inversion_learning_rate: Adam's highest, in the inversion.
        inversion_pixel_weight: Weight of the mean squared difference of pixels in [0, 1], in the inversion.
        inversion_feature_weight: Weight of the feature distance, in the inversion.
        inversion_side: Longest side, in pixels, at which the inversion compares pictures.
        inversion_layers: VGG-19 layers that the feature distance compares.
        reachable_distance: Feature distance between a content and its inversion up to which the content counts as
            something that the generator can make. Contents beyond it are skipped.
    """

    generator: FilePath = ""
    steps: Count = 300
    learning_rate: Rate = 0.1
    l2_weight: Weight = 0.008
    identity_weight: Weight = 0.0
    face_recognition: FilePath = ""
    clip_input: ClipInput = ClipInput.RELEASED
    inversion_steps: Count = 500
    inversion_learning_rate: Rate = 0.1
    inversion_pixel_weight: Weight = 1.0
    inversion_feature_weight: Weight = 1.0
    inversion_side: Annotated[int, Ge(16)] = 256
    inversion_layers: Annotated[tuple[str, ...], MinLen(1)] = ("relu1_1", "relu2_1", "relu3_1", "relu4_1")
    reachable_distance: Rate = 0.5

    def __post_init__(self) -> None:
        check_settings(self)
        for name in ("generator", "face_recognition"):
            file = getattr(self, name)
            if file and not Path(file).expanduser().is_file():
                raise ValueError(f"{name} names a file that is not there: {file}")
        if self.identity_weight and not self.face_recognition:
            raise ValueError("identity_weight above 0 needs the network: set face_recognition to its file")
        if not (self.inversion_pixel_weight or self.inversion_feature_weight):
            raise ValueError("one of inversion_pixel_weight and inversion_feature_weight must be above 0")
