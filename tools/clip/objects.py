"""Lessons about things: words against the trunk's own ImageNet classifier, and captioned cut-outs."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import torch
from torch import Tensor
from torch.nn import functional

from benchmark.models.clip_tiny_tower import OBJECT_SHARE, ObjectHead
from tools.clip.captions import Captions
from tools.clip.object_space import ObjectSpace
from tools.clip.objective import contrast, divergence
from tools.clip.sources import CaptionedPicture
from tools.clip.teaching_words import TeachingWords
from tools.clip.text_tower import TextParts

_SENTENCES = (
    "a photo of a {}",
    "a photo of a {}",
    "a {}",
    "a picture of a {}",
    "an image of a {}",
    "{}",
    "photo of {}",
)
_MOVED_SHARE = 0.6
_SCALE = 20.0
_COSINE_WEIGHT = 20.0


@dataclass(frozen=True)
class CaptionedFeatures:
    """Features P×V×F of the captioned pictures to learn from, and their captions."""

    features: Tensor
    pictures: list[CaptionedPicture]


@dataclass(frozen=True)
class ObjectTeaching:
    """Similarities of words and classes, and the words to learn."""

    space: ObjectSpace
    words: TeachingWords


class ObjectLessons:
    """Losses that tie words for things to the classes that the trunk finds in a picture.

    Args:
        head: Turns pooled features into the object part of the embedding; its class vectors learn.
        teaching: What to learn.
        captioned: Pictures to learn from; held-out ones must not be among them.
        captions: Sentences about things in some style.
        encode: Sentences → their embeddings.
        rng: For the choice of words.
    """

    def __init__(
        self,
        head: ObjectHead,
        teaching: ObjectTeaching,
        captioned: CaptionedFeatures,
        captions: Captions,
        encode: Callable[[list[str]], TextParts],
        rng: Random,
    ) -> None:
        if any(picture.split is not None for picture in captioned.pictures):
            raise ValueError("held-out pictures among those to learn from")
        self.head, self.words, self.captioned, self.captions = head, teaching.words, captioned, captions
        self.encode, self.rng = encode, rng
        self.classes = teaching.space.classes
        with torch.no_grad():
            directions = head.classifier.weight @ head.directions.weight
        self.class_directions = functional.normalize(directions - directions.mean(0), dim=1)

    def sample(self, size: int) -> tuple[Tensor, list[CaptionedPicture]]:
        """Random views N×F of captioned pictures."""
        pictures, views, _ = self.captioned.features.shape
        chosen = torch.randint(pictures, (size,))
        features = self.captioned.features[chosen, torch.randint(views, (size,))].float()
        return features, [self.captioned.pictures[index] for index in chosen.tolist()]

    def towards_random_classes(self, pooled: Tensor, typical: Tensor) -> Tensor:
        """Three fifths of the pooled features N×C moved towards random classes, so that every class is seen."""
        size = len(pooled)
        towards = self.class_directions[torch.randint(len(self.class_directions), (size,))]
        kept = torch.where(torch.rand(size, 1) > _MOVED_SHARE, 1.0, torch.rand(size, 1) * 0.6)
        reach = torch.where(kept < 1, 6 + 10 * torch.rand(size, 1), torch.zeros(size, 1))
        return (kept * pooled + (1 - kept) * 0.6 * typical + reach * towards).clamp(0, 6)

    def distil(self, styles: Tensor, pooled: Tensor, words: int) -> dict[str, Tensor]:
        """Cosines between pictures and words against those of their descriptions.

        Args:
            styles: Style part of the pictures' embeddings, N×S, unit length.
            pooled: Their pooled features, N×C.
            words: How many take part.

        Returns:
            ``words``: how far the object parts alone are from the wanted cosines, over words and over pictures;
            ``whole``: how far the whole embeddings are, over words; ``presence``: how far the object part of the
            sentences is from being as long as their style part, and how far those that name no style are from a
            photograph in their style part.
        """
        chosen = self.words.draw(words, self.rng)
        described = self.words.descriptions[chosen]
        names = [self.words.words[index] for index in chosen.tolist()]
        plain = len(names) * 2 // 3
        sentences = [*map(self._sentence, names[:plain]), *map(self.captions.about, names[plain:])]
        texts = self.encode([*sentences, "a photo"])
        with torch.no_grad():
            probabilities = self.head.probabilities(pooled)
            wanted = functional.normalize(probabilities @ self.classes, dim=1) @ described.T
            classes = torch.randint(len(self.classes), (len(pooled),))
            wanted = torch.cat([wanted, self.classes[classes] @ described.T])
        pictures = torch.cat([self.head(pooled), self.head.vectors.weight.T[classes]])
        found = functional.normalize(pictures, dim=1) @ functional.normalize(texts.things[:-1], dim=1).T
        presence, style = texts.presence[:plain], texts.style[:plain]
        # Cosine of the whole embeddings but for the length of the picture's, the same for all texts.
        whole = (styles @ style.T + OBJECT_SHARE * presence * found[: len(pooled), :plain]) / (
            1 + presence.square()
        ).sqrt()
        whole_scale = _SCALE * math.sqrt(2) / OBJECT_SHARE
        photo = texts.style[-1].detach()
        return {
            "words": divergence(_SCALE * wanted, _SCALE * found)
            + divergence(_SCALE * wanted.T, _SCALE * found.T)
            + _COSINE_WEIGHT * functional.mse_loss(found, wanted),
            "whole": divergence(_SCALE * wanted[: len(pooled), :plain], whole_scale * whole),
            "presence": (texts.presence[:-1] - 1).square().mean()
            + texts.presence[-1].square()
            + (1 - style @ photo).mean(),
        }

    def match_captions(self, pooled: Tensor, pictures: list[CaptionedPicture]) -> Tensor:
        """Contrast between captioned pictures and their captions; equal subjects fit each other."""
        texts = self.encode([self._sentence(picture.subject) for picture in pictures])
        same = torch.tensor([[one.subject == other.subject for other in pictures] for one in pictures])
        images = functional.normalize(self.head(pooled), dim=1)
        return contrast(images, functional.normalize(texts.things, dim=1), same.float(), _SCALE)

    def _sentence(self, name: str) -> str:
        return self.rng.choice(_SENTENCES).format(name)
