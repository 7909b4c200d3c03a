"""Random captions for labels, with the labels that each caption fits."""

from __future__ import annotations

from random import Random

import torch
from torch import Tensor

from tools.clip.phrases import clip_templates, phrase_table, templates
from tools.clip.pictures import Painting
from tools.clip.wordings import Teaching

_GENERAL_SUBJECTS = ("a scene", "a thing", "something", "an object", "a view", "a person", "an animal", "a building")
_CLIP_TEMPLATE_SHARE = 0.3
_BARE_SHARE = 0.25
_EXACT_SHARE = 0.6


class Captions:
    """Draws captions in the wording of one of the models."""

    def __init__(
        self, teaching: Teaching, labels: list[str], paintings: list[Painting], subjects: list[str], rng: Random
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
        self._clip_templates = clip_templates()
        self._subjects = [*subjects, *_GENERAL_SUBJECTS]
        self._rng = rng

    def draw(self, labels: list[int]) -> tuple[list[str], Tensor]:
        """One caption a label, and which labels each caption fits (captions×labels, booleans)."""
        captions, fits = [], torch.zeros(len(labels), self._count, dtype=torch.bool)
        for row, label in enumerate(labels):
            exact = self._rng.random() < _EXACT_SHARE
            phrase = self._rng.choice((self._exact_phrases if exact else self._phrases)[label])
            captions.append(self._sentence(phrase))
            fits[row, self._fits[phrase]] = True
        return captions, fits

    def _sentence(self, phrase: str) -> str:
        choice = self._rng.random()
        if choice < _CLIP_TEMPLATE_SHARE:
            return self._rng.choice(self._clip_templates).format(s=phrase)
        if choice < _CLIP_TEMPLATE_SHARE + _BARE_SHARE:
            return phrase
        return self._rng.choice(self._templates).format(s=phrase, o=self._rng.choice(self._subjects))
