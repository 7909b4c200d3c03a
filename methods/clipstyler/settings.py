"""Settings of `CLIPstyler` and the choices among them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from benchmark.prompts import is_blank
from methods.shared.setting_checks import require

SMALLEST_NETWORK_SIDE: Final = 16
"""Sides of the smallest images that the network takes, in pixels: it pads them by reflection and halves them thrice."""


class Schedule(StrEnum):
    """Schedule of the learning rate."""

    HALVING = "halving"
    """Halved every 100 steps, as the authors do."""
    COSINE = "cosine"
    """From the learning rate down to a fifth of it along half a cosine."""


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


@dataclass(frozen=True)
class CLIPstylerSettings:
    """Settings of `CLIPstyler`; the defaults are the authors' implementation's.

    Attributes:
        steps: Updates of the network at the content's own size.
        coarse_size: Shorter side in pixels of a content shrunk for updates before those; 0 for none.
        coarse_steps: Updates on the shrunk content.
        learning_rate: Adam's learning rate.
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
        source_prompt: Description of the content, where the text's direction starts.
        templates: Phrasings over which prompts are averaged.
        contrast: Factor of contrast of the result: 1 leaves it; the authors' script saves with 1.5.
    """

    steps: int = 200
    coarse_size: int = 0
    coarse_steps: int = 0
    learning_rate: float = 5e-4
    schedule: Schedule = Schedule.HALVING
    directional_weight: float = 500.0
    patch_weight: float = 9000.0
    content_weight: float = 150.0
    total_variation_weight: float = 2e-3
    absolute_weight: float = 0.0
    threshold: float = 0.7
    patches: int = 64
    crop_sizes: tuple[int, int] = (128, 128)
    paired_crops: bool = False
    content_layers: tuple[str, ...] = ("relu4_2", "relu5_2")
    content_size: int = 0
    channels: tuple[int, int, int] = (16, 32, 64)
    residual: bool = False
    residual_limit: float = 0.0
    network_shrink: int = 1
    noise_channels: int = 0
    upsampling: Upsampling = Upsampling.BILINEAR
    padding: Padding = Padding.ZEROS
    source_prompt: str = "a Photo"
    templates: PromptTemplates = PromptTemplates.IMAGENET
    contrast: float = 1.0

    def __post_init__(self) -> None:
        for name in (
            "directional_weight",
            "patch_weight",
            "content_weight",
            "total_variation_weight",
            "absolute_weight",
            "threshold",
            "contrast",
            "coarse_steps",
            "residual_limit",
            "noise_channels",
        ):
            require(getattr(self, name) >= 0, name, "at least 0", getattr(self, name))
        require(self.steps >= 1, "steps", "at least 1", self.steps)
        require(self.patches >= 1, "patches", "at least 1", self.patches)
        require(self.learning_rate > 0, "learning_rate", "above 0", self.learning_rate)
        for name in ("coarse_size", "content_size"):
            size = getattr(self, name)
            require(size == 0 or size >= 16, name, "0 or at least 16", size)
        require(
            (self.coarse_size == 0) == (self.coarse_steps == 0),
            "coarse_steps",
            "0 exactly where coarse_size is 0",
            self.coarse_steps,
        )
        require(
            len(self.crop_sizes) == 2 and 8 <= self.crop_sizes[0] <= self.crop_sizes[1],
            "crop_sizes",
            "a smallest and a largest side, the smallest at least 8",
            self.crop_sizes,
        )
        require(len(self.channels) == 3 and min(self.channels) >= 1, "channels", "three numbers above 0", self.channels)
        require(len(self.content_layers) > 0, "content_layers", "at least one layer", self.content_layers)
        require(self.network_shrink >= 1, "network_shrink", "at least 1", self.network_shrink)
        require(
            self.coarse_size == 0 or self.coarse_size >= SMALLEST_NETWORK_SIDE * self.network_shrink,
            "coarse_size",
            f"0 or at least {SMALLEST_NETWORK_SIDE} times network_shrink",
            self.coarse_size,
        )
        require(
            self.residual or self.network_shrink == 1,
            "network_shrink",
            "1 unless residual is on",
            self.network_shrink,
        )
        require(not is_blank(self.source_prompt), "source_prompt", "a prompt", self.source_prompt)
