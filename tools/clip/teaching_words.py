"""The words for things that the models learn, and the frequency of each."""

from __future__ import annotations

from random import Random

import torch
from open_clip.tokenizer import SimpleTokenizer
from torch import Tensor

from tools.clip.object_space import ObjectSpace, imagenet_synsets
from tools.clip.object_words import IMAGENET_NAMES
from tools.clip.wordings import WORDINGS, Teaching
from tools.clip.wordnet import WordNet

_THINGS = ("animal", "artifact", "food", "plant", "fungus", "body of water", "geological formation", "natural object")
_OTHERS = ("person", "creation")
_SHARES = {"frequent": 0.45, "classes": 0.3, "kinds": 0.1, "pairs": 0.15}


class TeachingWords:
    """Words with their descriptions.

    Args:
        wordnet: Names of things.
        space: Describes them.

    Attributes:
        words: All of them.
        descriptions: W×F, unit length.
    """

    def __init__(self, wordnet: WordNet, space: ObjectSpace) -> None:
        described: dict[str, Tensor] = {}
        self._groups: list[tuple[float, list[int]]] = []
        for group, words in teaching_words(wordnet).items():
            for word in words:
                description = space.describe(word) if word not in described else None
                if description is not None:
                    described[word] = description
            positions = {word: index for index, word in enumerate(described)}
            self._groups.append((_SHARES[group], [positions[word] for word in words if word in positions]))
        self.words = list(described)
        self.descriptions = torch.stack(list(described.values()))

    def draw(self, size: int, rng: Random) -> Tensor:
        """Indices of different words, at most ``size``, in random order."""
        chosen: set[int] = set()
        for share, members in self._groups:
            chosen.update(rng.choices(members, k=round(share * size)))
        return torch.tensor(rng.sample(sorted(chosen), len(chosen)))


def teaching_words(wordnet: WordNet) -> dict[str, list[str]]:
    """Words by group: frequent ones, ImageNet's names, the kinds of things that its classes are, pairs of words.

    Frequent are those that CLIP's encoding, which was made from captions, writes as one token. Names of styles and
    works of art are left out.
    """
    styles = {phrase for wording in WORDINGS.values() for teaching in Teaching for phrase in wording.of(teaching)}
    symbols = frozenset(SimpleTokenizer().encoder)

    def is_frequent(word: str) -> bool:
        return len(word) > 2 and word + "</w>" in symbols

    nouns = [noun for noun in wordnet if noun not in styles and _is_thing(wordnet, noun)]
    above = {kind for synset in imagenet_synsets() for kind in wordnet.ancestors(synset)}
    return {
        "frequent": [noun for noun in nouns if is_frequent(noun)],
        "classes": list(IMAGENET_NAMES),
        "kinds": sorted({word for synset in above for word in wordnet.words(synset)} - styles),
        "pairs": [noun for noun in nouns if noun.count(" ") == 1 and all(map(is_frequent, noun.split()))],
    }


def _is_thing(wordnet: WordNet, noun: str) -> bool:
    senses = wordnet.senses(noun)
    if not senses:
        return False

    def is_one_of(kinds: tuple[str, ...]) -> bool:
        return any(wordnet.is_kind_of(senses[0].synset, kind) for kind in kinds)

    return is_one_of(_THINGS) and not is_one_of(_OTHERS)
