"""The descent of CLIPstyler, towards one prompt or several with weights and regions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import torch
from torch.nn import functional
from torchvision.transforms.functional import adjust_contrast

from methods.clipstyler.augmentation import Crop, cut_crops, draw_crops
from methods.clipstyler.batched_gradient import batch_size, sum_over_batches
from methods.clipstyler.losses import content_distance, directional_distances, reject_below, total_variation
from methods.clipstyler.network import NetworkVariant, build_style_network
from methods.clipstyler.prompt_templates import embed_prompts
from methods.clipstyler.settings import Schedule
from methods.shared.image_geometry import resize_shorter_side
from methods.shared.region_shares import region_shares

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Generator, Tensor

    from benchmark.contracts import StyleCondition
    from benchmark.models.clip import ClipModel
    from benchmark.models.vgg import VGG
    from methods.clipstyler.network import StyleNetwork
    from methods.clipstyler.settings import CLIPstylerSettings

_HALVING_INTERVAL: Final = 100
_COSINE_FLOOR: Final = 0.2


@dataclass(frozen=True, eq=False)
class PromptTargets:
    """Targets of P prompts, each with its share of every pixel.

    Attributes:
        directions: Text directions, P×D, of unit length.
        embeddings: The prompts, P×D, of unit length.
        shares: Share of each prompt at each pixel, P×H×W in [0, 1].
    """

    directions: Tensor
    embeddings: Tensor
    shares: Tensor

    @property
    def coverage(self) -> Tensor:
        """Sum of the shares, 1×1×H×W in [0, 1]: 0 where the picture must not change."""
        return self.shares.sum(dim=0)[None, None].clamp(0, 1)

    def at(self, shares: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Mixes the targets of regions.

        Args:
            shares: N×P, the prompts' mean shares in N regions.

        Returns:
            Directions N×D, embeddings N×D of unit length, and weights N: how much of each region is covered.
        """
        return shares @ self.directions, functional.normalize(shares @ self.embeddings, dim=-1), shares.sum(dim=1)


class PromptDescent:
    """Optimises a network's output towards prompts.

    Args:
        vgg: The network of the content loss.
        clip: The text-image model of the directional losses.
        settings: Weights, sizes and steps.
    """

    def __init__(self, vgg: VGG, clip: ClipModel, settings: CLIPstylerSettings) -> None:
        self._vgg = vgg
        self._clip = clip
        self._settings = settings

    def run(self, content: Tensor, start: Tensor, styles: Sequence[StyleCondition], generator: Generator) -> Tensor:
        """Optimises a network from a start image.

        Args:
            content: The image to be kept, 3×H×W in [0, 1], at least 16 pixels high and wide.
            start: Input of the network, which also remains where no prompt applies: 3×H×W in [0, 1].
            styles: Those that have a prompt are optimised for; the share of the others changes nothing.
            generator: The only source of randomness.

        Returns:
            3×H×W in [0, 1].
        """
        settings = self._settings
        network = build_style_network(
            settings.channels,
            residual=settings.residual,
            generator=generator,
            device=content.device,
            variant=NetworkVariant(
                shrink=settings.network_shrink,
                residual_limit=settings.residual_limit,
                noise_channels=settings.noise_channels,
                upsampling=settings.upsampling,
                padding=settings.padding,
            ),
        )
        optimizer = torch.optim.Adam(network.parameters(), lr=settings.learning_rate)
        targets = self._targets(styles, content)
        own_size = min(content.shape[-2:])
        finished = 0
        for size, steps in ((settings.coarse_size, settings.coarse_steps), (own_size, settings.steps)):
            if steps == 0:
                continue
            size = min(size, own_size)
            shrunk = PromptTargets(targets.directions, targets.embeddings, resize_shorter_side(targets.shares, size))
            loss = PromptLoss(
                self._vgg, self._clip, settings, resize_shorter_side(content, size)[None], shrunk, size / own_size
            )
            start_image = resize_shorter_side(start, size)[None]
            for _ in range(steps):
                for group in optimizer.param_groups:
                    group["lr"] = settings.learning_rate * self._decay(finished)
                optimizer.zero_grad()
                with torch.enable_grad():
                    torch.autograd.backward(loss(_output(network, start_image, shrunk), generator))
                optimizer.step()
                finished += 1
        with torch.no_grad():
            result = _output(network, start[None], targets)[0]
        return adjust_contrast(result, settings.contrast) if settings.contrast != 1 else result

    def _targets(self, styles: Sequence[StyleCondition], content: Tensor) -> PromptTargets:
        prompts = [style.prompt for style in styles if style.prompt]
        shares = region_shares(styles, content)[[index for index, style in enumerate(styles) if style.prompt]]
        embeddings = embed_prompts(self._clip, prompts, self._settings.templates)
        source = embed_prompts(self._clip, [self._settings.source_prompt], self._settings.templates)
        return PromptTargets(functional.normalize(embeddings - source, dim=-1), embeddings, shares)

    def _decay(self, finished: int) -> float:
        """Returns the learning rate's factor; the authors step their schedule before each update, hence the + 1."""
        if self._settings.schedule is Schedule.HALVING:
            return float(0.5 ** ((finished + 1) // _HALVING_INTERVAL))
        progress = finished / (self._settings.steps + self._settings.coarse_steps)
        return _COSINE_FLOOR + (1 - _COSINE_FLOOR) * (1 + math.cos(math.pi * progress)) / 2


class PromptLoss:
    """CLIPstyler's loss of an image of one size.

    Args:
        vgg: The network of the content loss.
        clip: The text-image model of the directional losses.
        settings: Weights and crops.
        content: 1×3×H×W in [0, 1].
        targets: The prompts' targets, with shares of H×W.
        scale: H as a share of the full height: crops shrink with it.
    """

    def __init__(
        self,
        vgg: VGG,
        clip: ClipModel,
        settings: CLIPstylerSettings,
        content: Tensor,
        targets: PromptTargets,
        scale: float,
    ) -> None:
        self._vgg = vgg
        self._clip = clip
        self._settings = settings
        self._content = content
        self._targets = targets
        self._whole_shares = targets.shares.mean(dim=(1, 2))[None]
        smallest, largest = settings.crop_sizes
        self._crop_sizes = (max(8, round(scale * smallest)), max(8, round(scale * largest)))
        with torch.no_grad():
            self._source = self._embed(_square(content, clip.image_size))
            self._features = self._content_features(content) if settings.content_weight else {}

    def __call__(self, images: Tensor, generator: Generator) -> Tensor:
        """Computes the loss of an image, 1×3×H×W, on windows drawn from the generator; no term of weight 0 costs."""
        settings = self._settings
        terms = []
        if settings.patch_weight or settings.directional_weight:
            terms.append(self._text_loss(images, generator))
        if settings.content_weight:
            terms.append(settings.content_weight * content_distance(self._content_features(images), self._features))
        if settings.total_variation_weight:
            terms.append(settings.total_variation_weight * total_variation(images))
        return torch.stack(terms).sum() if terms else 0 * images.sum()

    def _text_loss(self, images: Tensor, generator: Generator) -> Tensor:
        """Computes the weighted losses of the crops and of the whole image."""
        settings = self._settings
        views, sources, shares, factors, thresholds = [], [], [], [], []
        if settings.patch_weight:
            crops = draw_crops(*images.shape[-2:], settings.patches, self._crop_sizes, generator)
            views.append(cut_crops(images, crops, self._clip.image_size)[:, 0])
            sources.append(self._crop_sources(crops))
            shares.append(self._crop_shares(crops))
            factors += [settings.patch_weight / len(crops)] * len(crops)
            thresholds += [settings.threshold] * len(crops)
        if settings.directional_weight:
            views.append(_square(images, self._clip.image_size))
            sources.append(self._source)
            shares.append(self._whole_shares)
            factors.append(settings.directional_weight)
            thresholds.append(0.0)
        directions, prompts, weights = self._targets.at(torch.cat(shares))
        weights = weights * images.new_tensor(factors)
        fixed = (torch.cat(sources), directions, prompts, weights, images.new_tensor(thresholds))

        def loss(part: Tensor, rows: slice) -> Tensor:
            source, direction, prompt, weight, threshold = (tensor[rows] for tensor in fixed)
            embeddings = self._embed(part)
            distances = reject_below(directional_distances(embeddings, source, direction), threshold)
            if settings.absolute_weight:
                distances = distances + settings.absolute_weight * (1 - (embeddings * prompt).sum(dim=-1))
            return (weight * distances).sum()

        return sum_over_batches(loss, torch.cat(views))

    def _crop_sources(self, crops: Sequence[Crop]) -> Tensor:
        """Embeds the source of each crop, N×D: the same crop of the content, or the whole content as in the paper."""
        if not self._settings.paired_crops:
            return self._source.expand(len(crops), -1)
        with torch.no_grad():
            views = cut_crops(self._content, crops, self._clip.image_size)[:, 0]
            return torch.cat([self._embed(part) for part in views.split(batch_size(views))])

    def _crop_shares(self, crops: Sequence[Crop]) -> Tensor:
        """Returns the prompts' mean shares in each window, N×P."""
        shares = self._targets.shares
        windows = (shares[:, crop.top : crop.top + crop.size, crop.left : crop.left + crop.size] for crop in crops)
        return torch.stack([window.mean(dim=(1, 2)) for window in windows])

    def _embed(self, images: Tensor) -> Tensor:
        return functional.normalize(self._clip.encode_image(images), dim=-1)

    def _content_features(self, images: Tensor) -> dict[str, Tensor]:
        size = self._settings.content_size
        if 0 < size < min(images.shape[-2:]):
            images = resize_shorter_side(images[0], size)[None]
        features: dict[str, Tensor] = self._vgg(images, self._settings.content_layers)
        return features


def _output(network: StyleNetwork, start: Tensor, targets: PromptTargets) -> Tensor:
    images: Tensor = network(start)
    return torch.lerp(start, images, targets.coverage)


def _square(images: Tensor, size: int) -> Tensor:
    """Resizes whole images, N×3×H×W, to a square without cutting any side off, as the authors do."""
    square: Tensor = functional.interpolate(
        images, size=(size, size), mode="bicubic", antialias=True, align_corners=False
    )
    return square
