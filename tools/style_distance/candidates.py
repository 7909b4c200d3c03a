"""Measures of style that need no more than VGG-19: the candidates, and what they are compared with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from benchmark.models.embedding import image_embedding
from benchmark.models.feature_statistics import gram_matrix
from benchmark.models.provider import Models
from benchmark.models.role import Role
from metrics.shared.sliced_wasserstein import directions, distance, projected_quantiles
from metrics.shared.vgg_statistics import STYLE_LAYERS
from metrics.vgg_losses import STYLE_SCALE

SAMPLES: Final = 24
"""Rows and columns of the positions that stand for a layer where features are compared one by one: 576 at most."""

BANDWIDTH: Final = 0.5
"""Bandwidth of contextual similarity, that of its authors."""

_SMALL: Final = 1e-5


@dataclass(frozen=True, eq=False)
class Description:
    """What is kept of a picture, of each of five layers of VGG-19.

    Attributes:
        quantiles: Of the projected features of unit length, 64×256.
        samples: Features at up to 576 positions, C×P.
        unit_samples: The same, of unit length.
        grams: Gram matrices of the features, C×C.
        unit_grams: Gram matrices of the features of unit length, C×C.
        embedding: The judge's embedding, of unit length.
    """

    quantiles: tuple[Tensor, ...]
    samples: tuple[Tensor, ...]
    unit_samples: tuple[Tensor, ...]
    grams: tuple[Tensor, ...]
    unit_grams: tuple[Tensor, ...]
    embedding: Tensor


Terms = Callable[[Description, Description], list[float]]
"""Distance of two pictures in each layer."""


@torch.no_grad()
def describe(models: Models, picture: Tensor) -> Description:
    """Describes a picture, 3×H×W in [0, 1]."""
    features = list(models.vgg()(picture[None], STYLE_LAYERS).values())
    units = [functional.normalize(layer, dim=1) for layer in features]
    samples = tuple(_sampled(layer[0]) for layer in features)
    return Description(
        quantiles=tuple(projected_quantiles(layer)[0] for layer in features),
        samples=samples,
        unit_samples=tuple(functional.normalize(layer, dim=0) for layer in samples),
        grams=tuple(gram_matrix(layer)[0] for layer in features),
        unit_grams=tuple(gram_matrix(layer)[0] for layer in units),
        embedding=image_embedding(models, Role.CLIP_JUDGE, picture),
    )


def _sampled(features: Tensor) -> Tensor:
    rows, columns = (torch.linspace(0, size - 1, min(size, SAMPLES)).round().long() for size in features.shape[-2:])
    return features[:, rows][:, :, columns].flatten(start_dim=1).contiguous()


def _sliced(one: Description, other: Description) -> list[float]:
    return [distance(*pair).item() for pair in zip(one.quantiles, other.quantiles, strict=True)]


def _sliced_standardized(one: Description, other: Description) -> list[float]:
    def term(first: Tensor, second: Tensor) -> float:
        deviation = torch.cat([first, second], dim=1).std(dim=1, keepdim=True)
        scale = 1 / (deviation + 0.01 * deviation.mean() + _SMALL)
        along = torch.from_numpy(directions(len(first)))
        found, wanted = ((along @ (features * scale)).sort(dim=1).values for features in (first, second))
        return (found - wanted).abs().mean().item()

    return [term(*pair) for pair in zip(one.samples, other.samples, strict=True)]


def _gram_unit(one: Description, other: Description) -> list[float]:
    return [torch.linalg.norm(a - b).item() for a, b in zip(one.unit_grams, other.unit_grams, strict=True)]


def _gram_cosine(one: Description, other: Description) -> list[float]:
    return [
        1 - functional.cosine_similarity(a.flatten(), b.flatten(), dim=0).item()
        for a, b in zip(one.grams, other.grams, strict=True)
    ]


def _nearest(one: Description, other: Description) -> list[float]:
    def term(first: Tensor, second: Tensor) -> float:
        cosines = first.T @ second
        return 1 - (cosines.amax(dim=0).mean() + cosines.amax(dim=1).mean()).item() / 2

    return [term(*pair) for pair in zip(one.unit_samples, other.unit_samples, strict=True)]


def _contextual(one: Description, other: Description) -> list[float]:
    def similarity(distances: Tensor) -> Tensor:
        relative = distances / (distances.amin(dim=1, keepdim=True) + _SMALL)
        shares = ((1 - relative) / BANDWIDTH).softmax(dim=1)
        return shares.amax(dim=0).mean()

    def term(first: Tensor, second: Tensor) -> float:
        mean = torch.cat([first, second], dim=1).mean(dim=1, keepdim=True)
        found, wanted = (functional.normalize(features - mean, dim=0) for features in (first, second))
        distances = (1 - found.T @ wanted).clamp_min(0)
        return -(similarity(distances).log() + similarity(distances.T).log()).item() / 2

    return [term(*pair) for pair in zip(one.samples, other.samples, strict=True)]


def _gram(one: Description, other: Description) -> list[float]:
    return [
        (STYLE_SCALE / len(a) ** 2 * (a - b).square().mean()).item()
        for a, b in zip(one.grams, other.grams, strict=True)
    ]


def _clip(one: Description, other: Description) -> list[float]:
    return [1 - (one.embedding @ other.embedding).item()]


@dataclass(frozen=True)
class Family:
    """A kind of distance.

    Attributes:
        name: Its name.
        meaning: What is compared, in a few words.
        terms: Its terms, one for each layer.
    """

    name: str
    meaning: str
    terms: Terms


FAMILIES: Final = (
    Family("sliced", "sliced Wasserstein-1 distance of features of unit length", _sliced),
    Family("gram_unit", "Frobenius distance of Gram matrices of features of unit length", _gram_unit),
    Family("gram_cosine", "1 − cosine of Gram matrices", _gram_cosine),
    Family("sliced_standardized", "sliced Wasserstein-1 distance, channels of unit deviation", _sliced_standardized),
    Family("nearest", "1 − cosine of each feature and the nearest of the other picture, both ways", _nearest),
    Family("contextual", "− log of contextual similarity, both ways", _contextual),
)
"""The candidates' kinds, the cheapest first."""

REFERENCES: Final = (
    Family("vgg_style_loss", "the Gram loss of the metric `vgg_style_loss`", _gram),
    Family("clip_style_similarity", "1 − cosine of the embedded judge's embeddings", _clip),
)
"""What candidates are compared with; not eligible."""

LAYERS: Final = {"1–5": range(5), "1–4": range(4), "2–5": range(1, 5), "3–5": range(2, 5)}
"""Sets of layers, relu1_1 … relu5_1, whose terms are averaged."""


@dataclass(frozen=True)
class Candidate:
    """A distance of two pictures.

    Attributes:
        family: Its kind.
        layers: Name of its set of layers, empty if it has none.
    """

    family: Family
    layers: str = ""

    @property
    def name(self) -> str:
        """Kind and layers."""
        return f"{self.family.name} {self.layers}".strip()

    def total(self, terms: Sequence[float]) -> float:
        """Makes one distance of the terms of all layers."""
        chosen = [terms[layer] for layer in LAYERS[self.layers]] if self.layers else list(terms)
        return sum(chosen) / len(chosen)


CANDIDATES: Final = tuple(Candidate(family, layers) for family in FAMILIES for layers in LAYERS)
ALL: Final = (*CANDIDATES, *(Candidate(family) for family in REFERENCES))
