"""Sentences for every style, and which styles each phrase fits."""

from __future__ import annotations

from open_clip.zero_shot_metadata import OPENAI_IMAGENET_TEMPLATES

from tools.clip.data_files import read_table
from tools.clip.painting_phrases import painting_phrases
from tools.clip.sources import Painting
from tools.clip.wordings import WORDINGS, Teaching

_SENTENCES = read_table("sentences.toml")


def templates(teaching: Teaching) -> list[str]:
    """Sentences with ``{s}`` for the style and, in some, ``{o}`` for an object."""
    sentences: list[str] = _SENTENCES[teaching]
    return sentences


def clip_templates() -> list[str]:
    """The prompt templates of CLIP's authors, which CLIPstyler averages over, with ``{s}`` for the style."""
    return [template("{s}") for template in OPENAI_IMAGENET_TEMPLATES]


def style_labels(paintings: list[Painting]) -> list[str]:
    """All labels: procedural renderings first, then paintings."""
    return [*WORDINGS, *(painting.name for painting in paintings)]


def phrase_table(paintings: list[Painting], teaching: Teaching) -> dict[str, frozenset[str]]:
    """Every phrase with the labels it fits; an artist's name fits all of the artist's paintings."""
    table: dict[str, set[str]] = {}
    for label, wording in WORDINGS.items():
        for phrase in wording.of(teaching):
            table.setdefault(phrase, set()).add(label)
    for painting in paintings:
        for phrase in painting_phrases(painting, teaching.value):
            table.setdefault(phrase, set()).add(painting.name)
    return {phrase: frozenset(labels) for phrase, labels in table.items()}
