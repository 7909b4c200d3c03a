"""The descent of CLIPstyler, towards one prompt or several with weights and regions."""

from __future__ import annotations

import contextlib
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import torch
from torch.nn import functional
from torchvision.transforms.functional import adjust_contrast

from benchmark.errors import InputError
from benchmark.models.float32 import in_float32
from methods.clipstyler.augmentation import choose_crops, cut_crops, draw_crops, mean_in_windows
from methods.clipstyler.batched_gradient import batch_size, sum_over_batches
from methods.clipstyler.losses import content_distance, directional_distances, reject_below, total_variation
from methods.clipstyler.network import NetworkVariant, build_style_network
from methods.clipstyler.network_descent import NetworkDescent
from methods.clipstyler.place_maps import place_map, resized_map, weights_of
from methods.clipstyler.prompt_templates import embed_prompts
from methods.clipstyler.settings import BottleneckBlock, CropUse, PlaceMap, Schedule
from methods.shared.image_geometry import resize_shorter_side
from methods.shared.region_shares import region_shares

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Generator, Tensor

    from benchmark.contracts import StyleCondition
    from benchmark.models.clip import ClipModel
    from benchmark.models.vgg import VGG
    from methods.clipstyler.augmentation import Crop
    from methods.clipstyler.network import StyleNetwork
    from methods.clipstyler.settings import CLIPstylerSettings

_HALVING_INTERVAL: Final = 100
_COSINE_FLOOR: Final = 0.2
_TINY: Final = 1e-12
_CANDIDATES: Final = 4
"""Windows from which each crop is chosen where a map decides."""


@dataclass(frozen=True, eq=False)
class PromptTargets:
    """Targets of P prompts, each with its share of every pixel.

    Attributes:
        directions: Text directions, P×D, of unit length.
        embeddings: The prompts, P×D, of unit length.
        source: The source prompt, 1×D, of unit length.
        shares: Share of each prompt at each pixel, P×H×W in [0, 1].
    """

    directions: Tensor
    embeddings: Tensor
    source: Tensor
    shares: Tensor

    @property
    def coverage(self) -> Tensor:
        """Sum of the shares, 1×1×H×W in [0, 1]: 0 where the picture must not change."""
        return self.shares.sum(dim=0)[None, None].clamp(0, 1)

    @property
    def prompt(self) -> Tensor:
        """The mix of the prompts over the whole picture, 1×D, of unit length."""
        return self.at(self.shares.mean(dim=(1, 2))[None])[1]

    @in_float32
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
        targets = self._targets(styles, content)
        network = self._descend(content, start, targets, generator)
        with torch.no_grad():
            result = _output(network, start[None], targets)[0]
        return adjust_contrast(result, self._settings.contrast) if self._settings.contrast != 1 else result

    def explain(
        self, content: Tensor, start: Tensor, styles: Sequence[StyleCondition], generator: Generator
    ) -> dict[str, Tensor]:
        """Computes maps of what decides where the picture changes.

        Args:
            content: As in ``run``.
            start: As in ``run``.
            styles: As in ``run``.
            generator: As in ``run``, seeded alike.

        Returns:
            By name, 1×H×W in [0, 1], each scaled by its largest value: ``prompt_attention`` and ``source_attention``,
            where the text-image model finds the prompts and the source prompt in the content; ``crop_map`` and
            ``content_map`` as they are used, if they are; and with self-attention in the network's bottleneck
            ``bottleneck_attention``: how much the optimised network attends to each place.
        """
        settings, size = self._settings, (content.shape[-2], content.shape[-1])
        targets = self._targets(styles, content)
        maps: dict[str, Tensor] = {}
        # A model whose attention cannot be read has the other maps all the same.
        with contextlib.suppress(InputError):
            for name, target in (("prompt_attention", targets.prompt), ("source_attention", targets.source)):
                places = self._attention(content, target)
                shown = place_map(places, PlaceMap.ATTENTION, size, generator)
                # Found nowhere is black, where a map of weights would be even.
                maps[name] = shown if float(places.max()) > 0 else torch.zeros_like(shown)
        crop_map, content_map = self._maps(content, targets, generator)
        if crop_map is not None:
            maps["crop_map"] = crop_map
        if content_map is not None:
            maps["content_map"] = content_map
        if settings.attention is BottleneckBlock.BOTTLENECK:
            network = self._descend(content, start, targets, generator)
            with torch.no_grad():
                maps["bottleneck_attention"] = network.attended(start[None])[0]
        return {name: (places / places.max().clamp_min(_TINY))[None] for name, places in maps.items()}

    def _descend(self, content: Tensor, start: Tensor, targets: PromptTargets, generator: Generator) -> StyleNetwork:
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
                attention=settings.attention,
            ),
        )
        descent = NetworkDescent(network, settings)
        maps = self._maps(content, targets, generator)
        own_size = min(content.shape[-2:])
        finished = 0
        coarse_patches = settings.coarse_patches or settings.patches
        for size, steps, patches in (
            (settings.coarse_size, settings.coarse_steps, coarse_patches),
            (own_size, settings.steps, settings.patches),
        ):
            if steps == 0:
                continue
            size = min(size, own_size)
            shrunk = replace(targets, shares=resize_shorter_side(targets.shares, size))
            loss = PromptLoss(
                self._vgg,
                self._clip,
                replace(settings, patches=patches),
                resize_shorter_side(content, size)[None],
                shrunk,
                size / own_size,
                *maps,
            )
            start_image = resize_shorter_side(start, size)[None]
            for _ in range(steps):
                with torch.enable_grad():
                    value = loss(_output(network, start_image, shrunk), generator)
                    # Gradients have the types of the forward pass, which automatic casting would lower again.
                    in_float32(torch.autograd.backward)(value)
                descent.step(self._decay(finished))
                finished += 1
        return network

    def _targets(self, styles: Sequence[StyleCondition], content: Tensor) -> PromptTargets:
        prompts = [style.prompt for style in styles if style.prompt]
        shares = region_shares(styles, content)[[index for index, style in enumerate(styles) if style.prompt]]
        embeddings = embed_prompts(self._clip, prompts, self._settings.templates)
        source = embed_prompts(self._clip, [self._settings.source_prompt], self._settings.templates)
        return PromptTargets(functional.normalize(embeddings - source, dim=-1), embeddings, source, shares)

    def _maps(
        self, content: Tensor, targets: PromptTargets, generator: Generator
    ) -> tuple[Tensor | None, Tensor | None]:
        """Makes the maps of the crops and of the content loss, H×W with mean 1, or none.

        Their randomness comes from the generator's seed and not from its draws: whatever the maps, all else that is
        random stays the same.
        """
        seeds = torch.randint(2**62, (2,), generator=torch.Generator().manual_seed(generator.initial_seed()))
        size = (content.shape[-2], content.shape[-1])
        crop_map, content_map = (
            None
            if kind is PlaceMap.NONE
            else place_map(self._attention(content, text), kind, size, torch.Generator().manual_seed(seed))
            for kind, text, seed in zip(
                (self._settings.crop_map, self._settings.content_map),
                (targets.prompt, targets.source),
                seeds.tolist(),
                strict=True,
            )
        )
        return crop_map, content_map

    def _attention(self, content: Tensor, text: Tensor) -> Tensor:
        """Computes where the model finds a text, 1×D, in the whole content: h×w."""
        return self._clip.relevance(_square(content[None], self._clip.image_size), text)[0]

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
        crop_map: Map of the places for the crops, of any size, with mean 1; none for all alike.
        content_map: The same for the content loss.
    """

    def __init__(
        self,
        vgg: VGG,
        clip: ClipModel,
        settings: CLIPstylerSettings,
        content: Tensor,
        targets: PromptTargets,
        scale: float,
        crop_map: Tensor | None = None,
        content_map: Tensor | None = None,
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
        strength, size = settings.map_strength, (content.shape[-2], content.shape[-1])
        self._crop_map = None if crop_map is None else weights_of(resized_map(crop_map, size), strength)[None]
        self._content_weights = (
            None
            if content_map is None
            else {
                layer: weights_of(resized_map(content_map, (target.shape[-2], target.shape[-1])), strength)
                for layer, target in self._features.items()
            }
        )

    def __call__(self, images: Tensor, generator: Generator) -> Tensor:
        """Computes the loss of an image, 1×3×H×W, on windows drawn from the generator; no term of weight 0 costs."""
        settings = self._settings
        terms = []
        if settings.patch_weight or settings.directional_weight:
            terms.append(self._text_loss(images, generator))
        if settings.content_weight:
            distance = content_distance(self._content_features(images), self._features, self._content_weights)
            terms.append(settings.content_weight * distance)
        if settings.total_variation_weight:
            terms.append(settings.total_variation_weight * total_variation(images))
        return torch.stack(terms).sum() if terms else 0 * images.sum()

    def _text_loss(self, images: Tensor, generator: Generator) -> Tensor:
        """Computes the weighted losses of the crops and of the whole image."""
        settings = self._settings
        views, sources, shares, factors, thresholds = [], [], [], [], []
        if settings.patch_weight:
            crops = self._draw_crops(images, generator)
            views.append(cut_crops(images, crops, self._clip.image_size)[:, 0])
            sources.append(self._crop_sources(crops))
            shares.append(mean_in_windows(self._targets.shares, crops))
            factors += [settings.patch_weight / len(crops) * weight for weight in self._crop_weights(crops)]
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

    def _draw_crops(self, images: Tensor, generator: Generator) -> tuple[Crop, ...]:
        count = self._settings.patches
        is_chosen = self._settings.crop_use is not CropUse.WEIGH
        height, width = images.shape[-2:]
        crops = draw_crops(height, width, _CANDIDATES * count if is_chosen else count, self._crop_sizes, generator)
        if not is_chosen:
            return crops
        assert self._crop_map is not None
        return choose_crops(crops, mean_in_windows(self._crop_map, crops)[:, 0], count, generator)

    def _crop_weights(self, crops: Sequence[Crop]) -> list[float]:
        """Returns weights of the crops with mean 1: the map's means in them, or all alike."""
        if self._crop_map is None or self._settings.crop_use is CropUse.DRAW:
            return [1.0] * len(crops)
        means = mean_in_windows(self._crop_map, crops)[:, 0]
        # A map of strength 1 may be 0 in all of them.
        weights: list[float] = (means / means.mean().clamp_min(torch.finfo(means.dtype).tiny)).tolist()
        return weights

    def _crop_sources(self, crops: Sequence[Crop]) -> Tensor:
        """Embeds the source of each crop, N×D: the same crop of the content, or the whole content as in the paper."""
        if not self._settings.paired_crops:
            return self._source.expand(len(crops), -1)
        with torch.no_grad():
            views = cut_crops(self._content, crops, self._clip.image_size)[:, 0]
            return torch.cat([self._embed(part) for part in torch.split(views, batch_size(views))])

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
