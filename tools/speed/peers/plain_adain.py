"""AdaIN as the original's script runs it: every style is encoded anew."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from benchmark.contracts import StyleCondition
from benchmark.models.feature_statistics import adaptive_instance_normalization
from benchmark.models.provider import Models
from benchmark.testing.sample import sample_image
from methods.adain.method import AdaIN
from tools.speed.peers.ordinary import ordinary
from tools.speed.race import Race

CONTENTS, STYLES = 3, 4


def plain_adain(models: Models) -> Callable[[Tensor, Tensor], Tensor]:
    """Makes the script's way on the same weights, with ordinary convolutions.

    Returns:
        A function of content and style, 3×H×W in [0, 1], that returns the stylized picture.
    """
    vgg, decoder = ordinary(models.vgg()), ordinary(models.adain_decoder())

    @torch.no_grad()
    def stylize(content: Tensor, style: Tensor) -> Tensor:
        first, second = (vgg(image[None], ["relu4_1"])["relu4_1"] for image in (content, style))
        picture: Tensor = decoder(adaptive_instance_normalization(first, second))[0].clamp(0, 1)
        return picture

    return stylize


def adain_race(models: Models, side: int) -> Race:
    """Every content with every style, as a run orders them; contents and styles are new in every pair."""
    method, original = AdaIN(), plain_adain(models)
    method.prepare(models)

    def cases(pair: int) -> list[tuple[Tensor, Tensor]]:
        contents = [sample_image(side, side, seed=100 * pair + number) for number in range(CONTENTS)]
        styles = [sample_image(side, side, seed=100 * pair + 50 + number) for number in range(STYLES)]
        return [(content, style) for content in contents for style in styles]

    def ours(pair: int) -> list[Tensor]:
        return [method.stylize(content, [StyleCondition(style)], torch.Generator()) for content, style in cases(pair)]

    def theirs(pair: int) -> list[Tensor]:
        return [original(content, style) for content, style in cases(pair)]

    unit = f"a picture of {CONTENTS} contents × {STYLES} styles at {side} px"
    return Race("AdaIN", "its script's way: both pictures encoded for each", unit, CONTENTS * STYLES, ours, theirs)
