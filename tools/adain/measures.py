"""Measures of an AdaIN decoder on pairs of pictures that it was not trained on."""

from __future__ import annotations

import time
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import torch
from PIL import Image
from skimage.color import lab2rgb, rgb2lab
from torch.nn import functional

from benchmark.models.feature_statistics import adaptive_instance_normalization, mean_and_standard_deviation
from benchmark.models.specification import find_model
from benchmark.models.vgg import VGG19
from tools.adain.corpus import fit_square, load_folder
from tools.adain.lattice import lattice_amplitude

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

    from benchmark.models.adain_decoder import AdaINDecoder

SIZE: Final = 256
STYLE_LAYERS: Final = ("relu1_1", "relu2_1", "relu3_1", "relu4_1")
CONTENT_LAYER: Final = "relu4_1"


@dataclass(frozen=True)
class Split:
    """Names of photographs and paintings; every photograph is paired with every painting."""

    photos: tuple[str, ...]
    paintings: tuple[str, ...]

    @property
    def names(self) -> frozenset[str]:
        """Names of all pictures of the split."""
        return frozenset((*self.photos, *self.paintings))


HELD_OUT: Final = Split(
    photos=(
        "skimage_astronaut",
        "explore_monuments_montStMichel",
        "explore_farm_animals_cat",
        "explore_world_animals_jaguar",
        "explore_monuments_colosseum",
        "skimage_coffee",
    ),
    paintings=(
        "van_gogh_the_starry_night_1889",
        "hokusai_great_wave_off_kanagawa_1823-29",
        "kandinsky_composition_viii_1923",
        "cassatt_summertime_1894",
    ),
)
"""Never seen in training and never used to choose anything: for the reported measures only."""

VALIDATION: Final = Split(
    photos=(
        "explore_monuments_neuschwansteinCastle",
        "explore_world_animals_koala",
        "skimage_chelsea",
        "explore_farm_animals_owl",
    ),
    paintings=(
        "van_gogh_cafe_terrace_at_night_1888",
        "hiroshige_benzaiten_shrine_inokashira_in_snow",
        "duerer_lion_1494",
    ),
)
"""Never seen in training; for choosing between recipes and checkpoints."""


@dataclass(frozen=True)
class Pairs:
    """Contents `P x 3 x 256 x 256` and styles `Q x 3 x 256 x 256`, RGB in [0, 1]; all `P * Q` pairs count."""

    contents: Tensor
    styles: Tensor


@dataclass(frozen=True)
class Measures:
    """Measures of a decoder, averaged over pairs.

    Attributes:
        pairs: How many pairs.
        style_ratio: AdaIN style loss (squared error of channel means and deviations, averaged over the channels, summed
            over relu1_1 ... relu4_1) of the stylized picture against the style, divided by that of the content; the
            ratio of the sums over all pairs.
        style_ratio_per_layer_scaled: The same with each layer divided by its mean activation first, so that no layer
            dominates.
        content_ratio: Squared error at relu4_1 against the AdaIN target, divided by that of Reinhard's color transfer.
        reconstruction_psnr: Peak signal-to-noise ratio (decibels) of the content decoded from its own features.
        lattice: Amplitude of what repeats every eight pixels in the stylized pictures, in 255ths, mean over them.
        reconstruction_lattice: The same of the reconstructions.
        reconstruction_psnr_lowest: The lowest of these over the contents.
        seconds_per_image: Encoding both pictures, AdaIN and decoding, one pair at a time, median.
        threads: Threads that took.
    """

    pairs: int
    style_ratio: float
    style_ratio_per_layer_scaled: float
    content_ratio: float
    reconstruction_psnr: float
    reconstruction_psnr_lowest: float
    lattice: float
    reconstruction_lattice: float
    seconds_per_image: float
    threads: int


def load_pairs(folder: Path, split: Split) -> Pairs:
    """Load the pictures of a split from `photos/` and `paintings/`, as central squares."""

    def load(kind: str, names: tuple[str, ...]) -> Tensor:
        found = {picture.name: picture for picture in load_folder(folder / kind)}
        return torch.stack([fit_square(found[name], SIZE) for name in names])

    return Pairs(load("photos", split.photos), load("paintings", split.paintings))


def color_transfer(content: Tensor, style: Tensor) -> Tensor:
    """Transfer the mean and deviation of each CIE Lab channel (Reinhard et al. 2001 did so in l-alpha-beta)."""
    content_lab, style_lab = (rgb2lab(image.permute(1, 2, 0).numpy()) for image in (content, style))
    axes = (0, 1)
    moved = (content_lab - content_lab.mean(axes)) / (content_lab.std(axes) + 1e-6) * style_lab.std(axes)
    with warnings.catch_warnings():
        # Colours outside sRGB are expected here, and clipped.
        warnings.filterwarnings("ignore", message=".*negative Z values.*")
        colored = np.clip(lab2rgb(moved + style_lab.mean(axes)), 0, 1).astype(np.float32)
    return torch.from_numpy(colored).permute(2, 0, 1)


@torch.no_grad()
def measure(decoder: AdaINDecoder, pairs: Pairs) -> Measures:
    """Measure a decoder on all pairs, in float32, on stylized pictures clamped to [0, 1]."""
    encoder = find_model("vgg19-embedded").load()
    styles = [encoder(style[None], STYLE_LAYERS) for style in pairs.styles]
    totals = dict.fromkeys(("style", "style_content", "scaled", "scaled_content", "content", "content_reinhard"), 0.0)
    psnrs, seconds, lattices, plain_lattices = [], [], [], []
    for content in pairs.contents:
        encoded = encoder(content[None], STYLE_LAYERS)
        decoded = decoder(encoded[CONTENT_LAYER]).clamp(0, 1)[0]
        plain_lattices.append(lattice_amplitude(decoded))
        psnrs.append(-10 * torch.log10(functional.mse_loss(decoded, content)).item())
        for style, style_features in zip(pairs.styles, styles, strict=True):
            target = adaptive_instance_normalization(encoded[CONTENT_LAYER], style_features[CONTENT_LAYER])
            started = time.perf_counter()
            stylized = stylize(encoder, decoder, content, style)
            seconds.append(time.perf_counter() - started)
            lattices.append(lattice_amplitude(stylized))
            result = encoder(stylized[None], STYLE_LAYERS)
            reinhard = encoder(color_transfer(content, style)[None], (CONTENT_LAYER,))
            for name, features in (("", result), ("_content", encoded)):
                plain, scaled = style_losses(features, style_features)
                totals[f"style{name}"] += plain
                totals[f"scaled{name}"] += scaled
            totals["content"] += functional.mse_loss(result[CONTENT_LAYER], target).item()
            totals["content_reinhard"] += functional.mse_loss(reinhard[CONTENT_LAYER], target).item()
    return Measures(
        pairs=len(pairs.contents) * len(pairs.styles),
        style_ratio=totals["style"] / totals["style_content"],
        style_ratio_per_layer_scaled=totals["scaled"] / totals["scaled_content"],
        content_ratio=totals["content"] / totals["content_reinhard"],
        reconstruction_psnr=float(np.mean(psnrs)),
        reconstruction_psnr_lowest=min(psnrs),
        lattice=float(np.mean(lattices)),
        reconstruction_lattice=float(np.mean(plain_lattices)),
        seconds_per_image=float(np.median(seconds)),
        threads=torch.get_num_threads(),
    )


def stylize(encoder: VGG19, decoder: AdaINDecoder, content: Tensor, style: Tensor) -> Tensor:
    """Stylize one picture: both are encoded, the content's features get the style's moments and are decoded."""
    content_features, style_features = (
        encoder(image[None], (CONTENT_LAYER,))[CONTENT_LAYER] for image in (content, style)
    )
    stylized: Tensor = decoder(adaptive_instance_normalization(content_features, style_features)).clamp(0, 1)[0]
    return stylized


def style_losses(features: dict[str, Tensor], style_features: dict[str, Tensor]) -> tuple[float, float]:
    """Return the AdaIN style loss, and the same with each layer divided by the style's mean activation."""
    plain = scaled = 0.0
    for layer in STYLE_LAYERS:
        moments = zip(
            mean_and_standard_deviation(features[layer]),
            mean_and_standard_deviation(style_features[layer]),
            strict=True,
        )
        loss = sum(functional.mse_loss(one, other).item() for one, other in moments)
        plain += loss
        scaled += loss / style_features[layer].mean().item() ** 2
    return plain, scaled


@torch.no_grad()
def render_sheet(decoder: AdaINDecoder, pairs: Pairs, file: Path) -> None:
    """Write a sheet: styles above, then each content, its plain reconstruction and its stylized pictures."""
    encoder = find_model("vgg19-embedded").load()
    blank = torch.ones(3, SIZE, SIZE)
    rows = [torch.cat([blank, blank, *pairs.styles], dim=2)]
    for content in pairs.contents:
        decoded = decoder(encoder(content[None], (CONTENT_LAYER,))[CONTENT_LAYER]).clamp(0, 1)[0]
        rows.append(
            torch.cat([content, decoded, *(stylize(encoder, decoder, content, style) for style in pairs.styles)], dim=2)
        )
    values = torch.cat(rows, dim=1).permute(1, 2, 0).mul(255).round().to(torch.uint8).numpy()
    Image.fromarray(values).save(file)
