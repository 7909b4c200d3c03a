"""Random captions for labels, with the labels that each caption fits."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import torch
from torch import Tensor

from tools.clip.phrases import clip_templates, phrase_table, templates
from tools.clip.sources import Painting
from tools.clip.wordings import Teaching

_GENERAL_SUBJECTS = ("a scene", "a thing", "something", "an object", "a view", "a person", "an animal", "a building")
_CLIP_TEMPLATE_SHARE = 0.3
_BARE_SHARE = 0.25
_EXACT_SHARE = 0.6
_NAMED_SHARE = 0.6


@dataclass(frozen=True)
class DrawnCaptions:
    """N captions, which of the labels each fits (N×labels, booleans), and whether each names a thing (N, booleans)."""

    sentences: list[str]
    fits: Tensor
    names_thing: Tensor


class Captions:
    """Draws captions in the wording of one of the models.

    Args:
        teaching: Whose wording.
        labels: All styles.
        paintings: Those of them that are paintings.
        things: Words for what a picture may show.
        rng: For every choice.
    """

    def __init__(
        self, teaching: Teaching, labels: list[str], paintings: list[Painting], things: list[str], rng: Random
    ) -> None:
        table = phrase_table(paintings, teaching)
        index = {label: position for position, label in enumerate(labels)}
        self._fits = {phrase: [index[label] for label in fitting] for phrase, fitting in table.items()}
        self._phrases = [
            [phrase for phrase, fitting in self._fits.items() if position in fitting] for position in range(len(labels))
        ]
        self._exact_phrases = [
            [phrase for phrase in phrases if self._fits[phrase] == [position]]
            for position, phrases in enumerate(self._phrases)
        ]
        self._count = len(labels)
        self._templates = templates(teaching)
        self._naming_templates = [template for template in self._templates if "{o}" in template]
        self._clip_templates = clip_templates()
        self._things = things
        self._rng = rng

    def draw(self, labels: list[int]) -> DrawnCaptions:
        """One caption a label."""
        captions, named = [], []
        fits = torch.zeros(len(labels), self._count, dtype=torch.bool)
        for row, label in enumerate(labels):
            phrase = self._phrase(label)
            caption, names_thing = self._sentence(phrase)
            captions.append(caption)
            named.append(names_thing)
            fits[row, self._fits[phrase]] = True
        return DrawnCaptions(captions, fits, torch.tensor(named))

    def about(self, thing: str) -> str:
        """A caption of a picture of the thing in some style."""
        phrase = self._phrase(self._rng.randrange(self._count))
        return self._rng.choice(self._naming_templates).format(s=phrase, o=self._with_article(thing))

    def _phrase(self, label: int) -> str:
        exact = self._rng.random() < _EXACT_SHARE
        return self._rng.choice((self._exact_phrases if exact else self._phrases)[label])

    def _sentence(self, phrase: str) -> tuple[str, bool]:
        choice = self._rng.random()
        if choice < _CLIP_TEMPLATE_SHARE:
            return self._rng.choice(self._clip_templates).format(s=phrase), False
        if choice < _CLIP_TEMPLATE_SHARE + _BARE_SHARE:
            return phrase, False
        template = self._rng.choice(self._templates)
        named = template in self._naming_templates and self._rng.random() < _NAMED_SHARE
        subject = self._with_article(self._rng.choice(self._things)) if named else self._rng.choice(_GENERAL_SUBJECTS)
        return template.format(s=phrase, o=subject), named

    def _with_article(self, thing: str) -> str:
        return self._rng.choice(("{}", "a {}")).format(thing)
