"""Settings of `CLIPstyler` and the choices among them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final, TypeAlias

from annotated_types import Ge, Lt, Not, Predicate

from benchmark.allowed_values import InWords
from benchmark.prompts import is_blank
from benchmark.settings import check_settings
from methods.shared.setting_types import Count, Layers, LearningRate, Share, Weight

SMALLEST_NETWORK_SIDE: Final = 16
"""Sides of the smallest images that the network takes, in pixels: it pads them by reflection and halves them thrice."""


def _is_side_or_none(side: int) -> bool:
    return side == 0 or side >= 16


OptionalSide: TypeAlias = Annotated[int, Predicate(_is_side_or_none), InWords("0 or at least 16")]
"""Shorter side in pixels that images are shrunk to; 0 for not at all."""

CropSide: TypeAlias = Annotated[int, Ge(8)]
"""Side of a crop in pixels."""

OptionalCount: TypeAlias = Annotated[int, Ge(0)]
"""A number of steps or channels; 0 for none."""


class Schedule(StrEnum):
    """Schedule of the learning rate."""

    HALVING = "halving"
    """Halved every 100 steps, as the authors do."""
    COSINE = "cosine"
    """From the learning rate down to a fifth of it along half a cosine."""


class NetworkOptimizer(StrEnum):
    """The rule by which the network's parameters follow their gradients."""

    ADAM = "adam"
    """Adam, as the authors do."""
    MUON = "muon"
    """Muon (Jordan et al. 2024), which evens out the update of each convolution: fewer steps to the same loss."""


class PromptTemplates(StrEnum):
    """Phrasings over which a prompt's embedding is averaged."""

    IMAGENET = "imagenet"
    """The authors' 79 of OpenAI's 80 ImageNet templates."""
    STYLE = "style"
    """Five phrasings that name a style, "in the style of …" among them."""
    PLAIN = "plain"
    """The prompt as it is."""


class Upsampling(StrEnum):
    """Interpolation by which the network's decoder enlarges its features."""

    BILINEAR = "bilinear"
    """Smoothly, as the authors do."""
    NEAREST = "nearest"
    """By repeating, which leaves hard edges, as tiles and strokes have."""


class Padding(StrEnum):
    """Padding of the convolutions in the network's residual blocks."""

    ZEROS = "zeros"
    """Zeros, as the authors do; a short descent can leave a frame."""
    REFLECT = "reflect"
    """The picture mirrored at its border."""


class BottleneckBlock(StrEnum):
    """A further block of the network, after its bottleneck."""

    NONE = "none"
    """None, as the authors do."""
    BOTTLENECK = "bottleneck"
    """Self-attention among all places."""
    CONVOLUTION = "convolution"
    """The control: convolutions of as many parameters, which see their neighbourhood only."""


class PlaceMap(StrEnum):
    """A map of how much each place of the content counts."""

    NONE = "none"
    """No map, as the authors do."""
    ATTENTION = "attention"
    """Where the text-image model itself finds the text (`benchmark.models.relevance`)."""
    UNIFORM = "uniform"
    """A control: every place alike."""
    SHUFFLED = "shuffled"
    """A control: the attention's cells in random order."""
    RANDOM_MASK = "random_mask"
    """A control: random blobs of the attention's area, at its mean levels inside and outside."""


class CropUse(StrEnum):
    """What a map does to the crops."""

    WEIGH = "weigh"
    """Crops are drawn as ever, and weighted by the map's mean in them."""
    DRAW = "draw"
    """Of four times as many windows, those are taken that the map makes likely; all weigh alike."""
    BOTH = "both"
    """Both."""


@dataclass(frozen=True)
class CLIPstylerSettings:
    """Settings of `CLIPstyler`; the defaults are the authors' implementation's.

    Attributes:
        steps: Updates of the network at the content's own size.
        coarse_size: Shorter side in pixels of a content shrunk for updates before those; 0 for none.
        coarse_steps: Updates on the shrunk content.
        coarse_patches: Number of crops a step there, where few tell the direction well enough; 0 for ``patches``.
        optimizer: The rule of the updates.
        momentum: Muon's momentum; Adam does not use it.
        learning_rate: Learning rate of Adam; of Muon, which wants about ten times as much.
        schedule: Course of the learning rate over all steps.
        directional_weight: Weight of the directional loss of the whole image.
        patch_weight: Weight of the directional loss of the crops.
        content_weight: Weight of the sum of mean squared feature differences, on the scale of torchvision's VGG-19.
        total_variation_weight: Weight of the sum of the four L2 norms of pixel differences.
        absolute_weight: Adds ``1 - cos(image, prompt)`` to both directional losses, this much of it; 0 in the paper.
        threshold: Crop losses below it count as 0.
        patches: Number of crops a step.
        crop_sizes: Smallest and largest side of a crop in pixels of the content's own size (at the coarse size they
            shrink with it).
        paired_crops: Whether each crop's direction starts from the same crop of the content, instead of from the whole
            content as in the paper.
        content_layers: VGG-19 layers whose features are kept. Those of the authors' script, which calls them conv4_2
            and conv5_2 but compares them after its in-place ReLUs.
        content_size: Shorter side in pixels to which images are shrunk for these features; 0 for their own size.
        channels: Channels of the network's three levels.
        residual: Whether the network predicts a change of the content in logit space, instead of the image.
        residual_limit: Bounds that change to less than this, by tanh, so that no prompt can wipe the picture out; 0 for
            no bound.
        network_shrink: The network works on the content shrunk by this factor and its change is enlarged: coarser
            textures that need fewer steps. Above 1 only with ``residual``, which keeps the content sharp.
        noise_channels: Planes of fixed noise of grains 1, 2, 4, 8, 1, … that the network sees beside the content, from
            which it can make textures where the content is even.
        upsampling: Interpolation by which the network's decoder enlarges.
        padding: Padding of its residual blocks' convolutions.
        attention: A further block after the network's bottleneck.
        crop_map: A map by which crops are weighted or drawn: where the content resembles the prompts.
        crop_use: What ``crop_map`` does to the crops.
        content_map: A map by which the content loss is weighted: where the content is what ``source_prompt`` says.
        map_strength: How far both maps reach: weights are ``1 + map_strength * (map - 1)`` of a map with mean 1.
        source_prompt: Description of the content, where the text's direction starts.
        templates: Phrasings over which prompts are averaged.
        contrast: Factor of contrast of the result: 1 leaves it; the authors' script saves with 1.5.
    """

    steps: Count = 200
    coarse_size: OptionalSide = 0
    coarse_steps: OptionalCount = 0
    coarse_patches: OptionalCount = 0
    optimizer: NetworkOptimizer = NetworkOptimizer.ADAM
    momentum: Annotated[float, Ge(0), Lt(1)] = 0.95
    learning_rate: LearningRate = 5e-4
    schedule: Schedule = Schedule.HALVING
    directional_weight: Weight = 500.0
    patch_weight: Weight = 9000.0
    content_weight: Weight = 150.0
    total_variation_weight: Weight = 2e-3
    absolute_weight: Weight = 0.0
    threshold: Annotated[float, Ge(0)] = 0.7
    patches: Count = 64
    crop_sizes: tuple[CropSide, CropSide] = (128, 128)
    paired_crops: bool = False
    content_layers: Layers = ("relu4_2", "relu5_2")
    content_size: OptionalSide = 0
    channels: tuple[Count, Count, Count] = (16, 32, 64)
    residual: bool = False
    residual_limit: Annotated[float, Ge(0)] = 0.0
    network_shrink: Count = 1
    noise_channels: OptionalCount = 0
    upsampling: Upsampling = Upsampling.BILINEAR
    padding: Padding = Padding.ZEROS
    attention: BottleneckBlock = BottleneckBlock.NONE
    crop_map: PlaceMap = PlaceMap.NONE
    crop_use: CropUse = CropUse.WEIGH
    content_map: PlaceMap = PlaceMap.NONE
    map_strength: Share = 0.5
    source_prompt: Annotated[str, Predicate(Not(is_blank)), InWords("a prompt")] = "a Photo"
    templates: PromptTemplates = PromptTemplates.IMAGENET
    contrast: Annotated[float, Ge(0)] = 1.0

    def __post_init__(self) -> None:
        check_settings(self)
        if (self.coarse_size == 0) != (self.coarse_steps == 0):
            raise ValueError(f"coarse_steps must be 0 exactly where coarse_size is 0, not {self.coarse_steps}")
        if self.coarse_patches and not self.coarse_steps:
            raise ValueError(f"coarse_patches must be 0 where coarse_steps is 0, not {self.coarse_patches}")
        if self.crop_use is not CropUse.WEIGH and self.crop_map is PlaceMap.NONE:
            raise ValueError(f"crop_use must be weigh where crop_map is none, not {self.crop_use}")
        if self.crop_sizes[0] > self.crop_sizes[1]:
            raise ValueError(f"crop_sizes must be a smallest and a largest side, not {self.crop_sizes!r}")
        if 0 < self.coarse_size < SMALLEST_NETWORK_SIDE * self.network_shrink:
            smallest = f"{SMALLEST_NETWORK_SIDE} times network_shrink"
            raise ValueError(f"coarse_size must be 0 or at least {smallest}, not {self.coarse_size}")
        if self.network_shrink > 1 and not self.residual:
            raise ValueError(f"network_shrink must be 1 unless residual is on, not {self.network_shrink}")
