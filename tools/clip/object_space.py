"""Similarities of words for things and ImageNet's classes, from which the models' knowledge of things is distilled.

A class, or a word, is described by the kinds of things it is (WordNet's hypernyms, each weighted by how much it says
about the class) and by wordllama's vector of its name. Similarities of such descriptions are those of a hierarchy
(Barz & Denzler 2019), and an image whose classes are known in probability is described by the expectation of theirs
(ConSE, Norouzi et al. 2014): a picture that may show a hen or a cock shows a chicken.
"""

from __future__ import annotations

import functools
import math
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import timm
import torch
from torch import Tensor
from torch.nn import functional

from tools.clip.object_words import IMAGENET_NAMES
from tools.clip.wordnet import WordNet


class ObjectSpace:
    """Descriptions of classes and words, unit vectors of F components.

    Args:
        wordnet: Hypernyms.
        vector_of: wordllama's vector of a text.
    """

    def __init__(self, wordnet: WordNet, vector_of: Callable[[str], Tensor]) -> None:
        self._wordnet, self._vector_of = wordnet, vector_of
        synsets = imagenet_synsets()
        covered = Counter(kind for synset in synsets for kind in wordnet.ancestors(synset))
        self._kinds = {kind: index for index, kind in enumerate(sorted(covered))}
        self._information = torch.tensor([math.log(len(synsets) / covered[kind]) for kind in self._kinds])
        names = torch.stack([vector_of(name) for name in IMAGENET_NAMES])
        self._typical_name = names.mean(0)
        kinds = torch.stack([self._kinds_of(synset) for synset in synsets])
        self.classes = functional.normalize(torch.cat([kinds, self._names(names)], dim=1), dim=1)

    def describe(self, word: str) -> Tensor | None:
        """F components, or None: no meaning of the word has anything to do with a class.

        Meanings count by how common they are, and less the later WordNet lists them.
        """
        senses = self._wordnet.senses(word)
        kinds = torch.zeros(len(self._kinds))
        for rank, sense in enumerate(senses, start=1):
            kinds += (1 + sense.count) / rank * self._kinds_of(sense.synset)
        if not kinds.any():
            return None
        name = self._names(self._vector_of(word)[None])[0]
        return functional.normalize(torch.cat([functional.normalize(kinds, dim=0), name]), dim=0)

    def _kinds_of(self, synset: str) -> Tensor:
        known = [self._kinds[kind] for kind in self._wordnet.ancestors(synset) if kind in self._kinds]
        weights = torch.zeros(len(self._kinds))
        weights[known] = self._information[known]
        return functional.normalize(weights, dim=0)

    def _names(self, vectors: Tensor) -> Tensor:
        return functional.normalize(vectors - self._typical_name, dim=1)


@functools.cache
def imagenet_synsets() -> list[str]:
    """WordNet 3.0's synset of each of the 1,000 classes, in order."""
    listed = Path(timm.__file__).parent / "data" / "_info" / "imagenet_synsets.txt"
    return [line.removeprefix("n") for line in listed.read_text(encoding="utf-8").split()]
