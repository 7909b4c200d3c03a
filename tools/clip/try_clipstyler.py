"""Does clip-tiny drive CLIPstyler? Stylize held-out photographs, let the judge score them, draw a sheet.

``python -m tools.clip.try_clipstyler --pictures DIR --sheet sheet.png``
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torchvision.transforms.v2 import functional as transforms

from benchmark.models.clip import ClipModel
from benchmark.models.clip_tiny import load_clip_tiny, load_clip_tiny_judge
from benchmark.models.vgg import VGG19, load_vgg19_embedded
from tools.clip.image_operations import to_pil
from tools.clip.phrases import clip_templates
from tools.clip.pictures import centre_square, load_image
from tools.clip.views import View, sample_views, show

PROMPTS = (
    "The Starry Night by Vincent van Gogh",
    "pencil sketch",
    "The Great Wave off Kanagawa by Katsushika Hokusai",
    "watercolor painting",
    "fire",
)
PHOTOS = ("skimage_astronaut", "explore_monuments_montStMichel")


@dataclass(frozen=True)
class DriverSettings:
    """Weights of the losses, crops and schedule; see ``stylize`` for the formula."""

    side: int = 256
    steps: int = 60
    learning_rate: float = 0.015
    crops: int = 10
    crop_pool: int = 64
    patch_weight: float = 9000.0
    direction_weight: float = 500.0
    absolute_share: float = 1.5
    threshold: float = 0.2
    content_weight: float = 500.0
    content_side: int = 128
    total_variation_weight: float = 2e-3
    channels: int = 24
    pixel_noise: float = 0.0


class _Block(nn.Sequential):
    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__(
            nn.Conv2d(inputs, outputs, 3, stride, 1, padding_mode="reflect"),
            nn.InstanceNorm2d(outputs, affine=True),
            nn.LeakyReLU(0.2),
        )


class ResidualUNet(nn.Module):
    """sigmoid(logit(image) + U-Net(image)): starts near the photograph.

    Only the last block works at full resolution, and on few channels: a quarter of the usual cost.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = _Block(12, channels)
        self.second = _Block(channels, 2 * channels, 2)
        self.third = _Block(2 * channels, 4 * channels, 2)
        self.middle = _Block(4 * channels, 4 * channels)
        self.up_second = _Block(6 * channels, 2 * channels)
        self.up_first = _Block(3 * channels, channels)
        self.detail = _Block(channels + 3, 12)
        self.last = nn.Conv2d(12, 3, 1)
        with torch.no_grad():
            self.last.weight.mul_(0.3)
            self.last.bias.zero_()

    def forward(self, image: Tensor) -> Tensor:
        full = self.first(functional.pixel_unshuffle(2 * image - 1, 2))
        half = self.second(full)
        quarter = self.middle(self.third(half))
        half = self.up_second(torch.cat([_double(quarter), half], 1))
        full = self.up_first(torch.cat([_double(half), full], 1))
        detail = self.detail(torch.cat([_double(full), image], 1))
        return torch.sigmoid(torch.logit(image.clamp(0.03, 0.97)) + self.last(detail))


def stylize(clip: ClipModel, vgg: VGG19, content: Tensor, prompt: str, settings: DriverSettings) -> Tensor:
    """Optimise a residual U-Net on one 1×3×S×S photograph.

    With unit embeddings e(·) of images and t of the prompt, t₀ of "a photo" (both means over CLIP's templates), crops i
    of the result y and of the content x under the same crop and perspective, w the whole image,
    ΔT = (t − t₀)/‖·‖ and Δᵢ = (e(yᵢ) − e(xᵢ))/‖·‖::

        L = λ_patch mean_i h(1 − Δᵢ·ΔT) + λ_dir (1 − Δ_w·ΔT)
          + a [λ_patch mean_i (1 − e(yᵢ)·t) + λ_dir (1 − e(y_w)·t)]
          + λ_content mean (φ(y) − φ(x))² / mean φ(x)²  + λ_tv Σ (∂y)²

    h(v) = v where v ≥ threshold, else 0; φ is VGG-19's relu3_3 at ``content_side``.
    """
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    pool = sample_views(rng, settings.side, settings.crop_pool, augment=False)
    with torch.no_grad():
        text, neutral = _prompt(clip, prompt), _prompt(clip, "photo")
        wanted = functional.normalize(text - neutral, dim=0)
        pool_features = _embed(clip, content, pool)
        content_features = _features(vgg, content, settings)
    network = ResidualUNet(settings.channels)
    optimizer = torch.optim.Adam(network.parameters(), lr=settings.learning_rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, settings.steps, 0.2 * settings.learning_rate)
    for _ in range(settings.steps):
        result = network(content)
        chosen = [0, *(1 + rng.permutation(settings.crop_pool)[: settings.crops])]
        noisy = result + settings.pixel_noise * torch.randn_like(result)
        embedded = _embed(clip, noisy, [pool[i] for i in chosen])
        moved = functional.normalize(embedded - pool_features[chosen], dim=1)
        directional, absolute = 1 - moved @ wanted, 1 - embedded @ text
        patches = torch.where(directional[1:] < settings.threshold, 0.0, directional[1:]).mean()
        difference = (_features(vgg, result, settings) - content_features).square().mean()
        loss = settings.patch_weight * (patches + settings.absolute_share * absolute[1:].mean())
        loss = loss + settings.direction_weight * (directional[0] + settings.absolute_share * absolute[0])
        loss = loss + settings.content_weight * difference / content_features.square().mean()
        loss = loss + settings.total_variation_weight * _squared_variation(result)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    with torch.no_grad():
        return network(content)


def _embed(clip: ClipModel, image: Tensor, views: list[View]) -> Tensor:
    shown = torch.cat([show(image, view, clip.image_size) for view in views])
    return functional.normalize(clip.encode_image(shown), dim=1)


def _prompt(clip: ClipModel, prompt: str) -> Tensor:
    sentences = [prompt, f"a {prompt}", *(template.format(s=prompt) for template in clip_templates())]
    unit = functional.normalize(clip.encode_text(sentences), dim=1)
    return functional.normalize(unit[:2].mean(0) + unit[2:].mean(0), dim=0)


def _features(vgg: VGG19, image: Tensor, settings: DriverSettings) -> Tensor:
    small = transforms.resize(image, [settings.content_side] * 2, antialias=True)
    return vgg(small, ["relu3_3"])["relu3_3"]


def _squared_variation(image: Tensor) -> Tensor:
    rows, columns = image[..., 1:, :] - image[..., :-1, :], image[..., :, 1:] - image[..., :, :-1]
    return rows.square().sum() + columns.square().sum()


def _double(hidden: Tensor) -> Tensor:
    return functional.interpolate(hidden, scale_factor=2, mode="bilinear", align_corners=False)


def _judged(judge: ClipModel, image: Tensor, content: Tensor, prompt: str) -> tuple[float, float]:
    """Cosine to the prompt, and the cosine of the directions."""
    text, neutral = _prompt(judge, prompt), _prompt(judge, "photo")
    embedded = functional.normalize(judge.encode_image(torch.cat([image, content])), dim=1)
    direction = functional.cosine_similarity(embedded[0] - embedded[1], text - neutral, dim=0)
    return float(embedded[0] @ text), float(direction)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--sheet", type=Path, required=True)
    parser.add_argument("--photos", nargs="*", default=PHOTOS)
    parser.add_argument("--prompts", nargs="*", default=PROMPTS)
    parser.add_argument("--threads", type=int, default=2)
    for field in fields(DriverSettings):
        parser.add_argument(f"--{field.name.replace('_', '-')}", type=type(field.default), default=field.default)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    settings = DriverSettings(**{field.name: getattr(arguments, field.name) for field in fields(DriverSettings)})
    clip, judge, vgg = load_clip_tiny(), load_clip_tiny_judge(), load_vgg19_embedded()
    rows = []
    for name in arguments.photos:
        square = centre_square(load_image(arguments.pictures / "photos" / f"{name}.jpg"), settings.side)
        content = torch.from_numpy(square).permute(2, 0, 1)[None].contiguous()
        row = [content]
        for prompt in arguments.prompts:
            started = time.perf_counter()
            row.append(stylize(clip, vgg, content, prompt, settings))
            seconds = time.perf_counter() - started
            own, before, after = (
                _judged(model, image, content, prompt)
                for model, image in ((clip, row[-1]), (judge, content), (judge, row[-1]))
            )
            print(
                f"{name} | {prompt} | {seconds:.1f} s | clip-tiny {own[0]:.2f} dir {own[1]:.2f}"
                f" | judge {before[0]:.2f} -> {after[0]:.2f}, dir {after[1]:.2f}",
                flush=True,
            )
        rows.append(torch.cat(row, dim=3))
    to_pil(torch.cat(rows, dim=2)[0].permute(1, 2, 0).numpy()).save(arguments.sheet)


if __name__ == "__main__":
    main()
