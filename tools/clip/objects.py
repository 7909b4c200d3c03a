"""What the models learn of things: captioned cut-outs, and the trunk's own ImageNet classifier as a teacher."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import torch
from torch import Tensor
from torch.nn import functional

from tools.clip.object_words import IMAGENET_NAMES, general_words
from tools.clip.objective import contrast
from tools.clip.pictures import CaptionedPicture

_SENTENCES = ("a photo of a {}", "a photo of a {}", "a {}", "a picture of a {}", "an image of a {}", "{}")
_LIKELIEST = 2


@dataclass(frozen=True)
class CaptionedFeatures:
    """Features P×V×F of the captioned pictures to learn from, and their captions."""

    features: Tensor
    pictures: list[CaptionedPicture]


class ObjectLessons:
    """Losses that tie words for things to the pooled features of the trunk.

    Args:
        classifier: The trunk's ImageNet classifier: weight 1000×C and bias 1000.
        captioned: Pictures to learn from; held-out ones must not be among them.
        encode: Sentences → unit vectors N×D.
        scale: Inverse temperature of the cosines.
        rng: For the choice of words.
    """

    def __init__(
        self,
        classifier: tuple[Tensor, Tensor],
        captioned: CaptionedFeatures,
        encode: Callable[[list[str]], Tensor],
        scale: float,
        rng: Random,
    ) -> None:
        if any(picture.split is not None for picture in captioned.pictures):
            raise ValueError("held-out pictures among those to learn from")
        self.weight, self.bias = classifier
        self.captioned, self.encode, self.scale, self.rng = captioned, encode, scale, rng
        directions = self.weight - self.weight.mean(0)
        self.class_directions = functional.normalize(directions, dim=1)
        self.general = list(general_words())
        self.covered = torch.zeros(len(IMAGENET_NAMES), len(self.general))
        for column, classes in enumerate(general_words().values()):
            self.covered[list(classes), column] = 1

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
        kept = torch.where(torch.rand(size, 1) < 0.4, 1.0, torch.rand(size, 1) * 0.6)
        reach = torch.where(kept < 1, 6 + 10 * torch.rand(size, 1), torch.zeros(size, 1))
        return (kept * pooled + (1 - kept) * 0.6 * typical + reach * towards).clamp(0, 6)

    def distil(self, images: Tensor, pooled: Tensor, names: int) -> Tensor:
        """Cosines to names of classes, and to general words, against the classifier's probabilities.

        Args:
            images: Unit embeddings N×D.
            pooled: The pooled features N×C that they come from.
            names: How many of the 1,000 names take part: the likeliest two of each image, then random ones.
        """
        logits = pooled @ self.weight.T + self.bias
        likeliest = logits.topk(_LIKELIEST, dim=1).indices.flatten().unique()
        others = torch.randperm(len(IMAGENET_NAMES))[: max(0, names - len(likeliest))]
        classes = torch.cat([likeliest, others]).unique()
        sentences = [self._sentence(IMAGENET_NAMES[index]) for index in classes.tolist()]
        texts = self.encode([*sentences, *(self._sentence(word) for word in self.general)])
        by_class, by_word = (self.scale * images @ texts.T).split([len(classes), len(self.general)], dim=1)
        class_loss = -(logits[:, classes].softmax(1) * by_class.log_softmax(1)).sum(1).mean()
        share = logits.softmax(1) @ self.covered
        known = share.amax(1).clamp(0, 1)
        wanted = share / share.sum(1, keepdim=True).clamp_min(1e-6)
        word_loss = -(known * (wanted * by_word.log_softmax(1)).sum(1)).sum() / known.sum().clamp_min(1.0)
        return class_loss + word_loss

    def match_captions(self, images: Tensor, pictures: list[CaptionedPicture]) -> Tensor:
        """Contrast between captioned pictures and their captions; equal subjects fit each other."""
        texts = self.encode([self._sentence(picture.subject) for picture in pictures])
        same = torch.tensor([[one.subject == other.subject for other in pictures] for one in pictures])
        return contrast(images, texts, same.float(), self.scale)

    def _sentence(self, name: str) -> str:
        return self.rng.choice(_SENTENCES).format(name)
