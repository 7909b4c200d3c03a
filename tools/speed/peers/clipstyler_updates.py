"""CLIPstyler's update as its paper's script orders the work: crop after crop in two steps, all of them in one batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Generator, Tensor
from torch.nn import functional
from torchvision.transforms.functional import perspective, resize

from benchmark.models.provider import Models
from benchmark.testing.sample import sample_image
from methods.clipstyler.augmentation import Crop, draw_crops
from methods.clipstyler.losses import content_distance, total_variation
from methods.clipstyler.network import StyleNetwork, build_style_network
from methods.clipstyler.optimization import PromptLoss, PromptTargets
from methods.clipstyler.prompt_templates import embed_prompts
from methods.clipstyler.settings import CLIPstylerSettings
from tools.speed.peers.ordinary import ordinary
from tools.speed.race import Race

UPDATES = 2
PROMPT = "a sketch with black pencil"


def two_step_crop(image: Tensor, crop: Crop, size: int) -> Tensor:
    """Cuts a crop of a picture, 3×H×W: the perspective of the window, then its resizing."""
    window = image[:, crop.top : crop.top + crop.size, crop.left : crop.left + crop.size]
    last = crop.size - 1
    seen = perspective(window, [[0, 0], [last, 0], [last, last], [0, last]], [list(corner) for corner in crop.corners])
    return resize(seen, [size, size], antialias=True)


class PlainLoss:
    """CLIPstyler's loss with the paper's settings, term by term.

    Args:
        models: The networks.
        settings: Weights and crops.
        content: 1×3×H×W in [0, 1].
        targets: The prompt's targets.
    """

    def __init__(self, models: Models, settings: CLIPstylerSettings, content: Tensor, targets: PromptTargets) -> None:
        self._vgg, self._clip = ordinary(models.vgg()), models.clip()
        self._settings, self._direction = settings, targets.directions
        with torch.no_grad():
            self._source = self._embed(self._square(content))
            self._features = self._vgg(content, settings.content_layers)

    def __call__(self, images: Tensor, generator: Generator) -> Tensor:
        settings, (height, width) = self._settings, images.shape[-2:]
        crops = draw_crops(height, width, settings.patches, settings.crop_sizes, generator)
        views = [two_step_crop(images[0], crop, self._clip.image_size) for crop in crops]
        patches = self._distances(torch.stack(views))
        patches = torch.where(patches < settings.threshold, torch.zeros_like(patches), patches)
        whole = self._distances(self._square(images))
        features = self._vgg(images, settings.content_layers)
        loss: Tensor = (
            settings.patch_weight * patches.mean()
            + settings.directional_weight * whole.mean()
            + settings.content_weight * content_distance(features, self._features)
            + settings.total_variation_weight * total_variation(images)
        )
        return loss

    def _distances(self, images: Tensor) -> Tensor:
        moved = functional.normalize(self._embed(images) - self._source, dim=1)
        return 1 - (moved * self._direction).sum(dim=1)

    def _square(self, images: Tensor) -> Tensor:
        side = self._clip.image_size
        square: Tensor = functional.interpolate(images, size=(side, side), mode="bicubic", antialias=True)
        return square

    def _embed(self, images: Tensor) -> Tensor:
        return functional.normalize(self._clip.encode_image(images), dim=1)


def targets_of(models: Models, settings: CLIPstylerSettings, side: int) -> PromptTargets:
    """The targets of one prompt over a whole square picture."""
    clip = models.clip()
    wanted = embed_prompts(clip, [PROMPT], settings.templates)
    source = embed_prompts(clip, [settings.source_prompt], settings.templates)
    return PromptTargets(functional.normalize(wanted - source, dim=-1), wanted, source, torch.ones(1, side, side))


def clipstyler_race(models: Models, side: int) -> Race:
    """Updates of the network with the paper's settings; targets and content features are there before."""
    settings = CLIPstylerSettings()
    content = sample_image(side, side, seed=1)[None]
    targets = targets_of(models, settings, side)
    losses: Sequence[Callable[[Tensor, Generator], Tensor]] = (
        PromptLoss(models.vgg(), models.clip(), settings, content, targets, scale=1.0),
        PlainLoss(models, settings, content, targets),
    )
    ours, theirs = (
        _updates(settings, content, loss, layout)
        for loss, layout in zip(losses, (torch.channels_last, torch.contiguous_format), strict=True)
    )
    unit = f"an update with {settings.patches} crops at {side} px, `clip-tiny`"
    return Race("CLIPstyler", "its script's order of work", unit, UPDATES, ours, theirs)


def _updates(
    settings: CLIPstylerSettings,
    content: Tensor,
    loss: Callable[[Tensor, Generator], Tensor],
    layout: torch.memory_format,
) -> Callable[[int], object]:
    network: StyleNetwork = build_style_network(
        settings.channels,
        residual=settings.residual,
        generator=torch.Generator().manual_seed(0),
        device=content.device,
    ).to(memory_format=layout)
    optimizer = torch.optim.Adam(network.parameters(), lr=settings.learning_rate)

    def update(pair: int) -> None:
        generator = torch.Generator().manual_seed(pair)
        for _ in range(UPDATES):
            optimizer.zero_grad()
            torch.autograd.backward(loss(network(content), generator))
            optimizer.step()

    return update
