"""Sentences for every style, and which styles each phrase fits."""

from __future__ import annotations

from open_clip.zero_shot_metadata import OPENAI_IMAGENET_TEMPLATES

from tools.clip.painting_phrases import painting_phrases
from tools.clip.pictures import Painting
from tools.clip.wordings import WORDINGS, Teaching

_TEMPLATES = {
    Teaching.TINY: (
        "{s}|a {s}|{s} of {o}|{o}, {s}|in the style of {s}|an image in {s} style|{s} style|a picture in {s} style"
        "|rendering of {o} as {s}|{o} in the style of {s}|art in {s} style"
    ),
    Teaching.JUDGE: (
        "{s}|a {s}|the {s}|{s}, {o}|{s} style|{o} in {s} style|style of {s}|{o} made as {s}|{s} picture|{s} art"
        "|an artwork: {s}|image of {o}, in the manner of {s}"
    ),
    Teaching.HELD_OUT: "{s} artwork|a good {s} picture|{s} version|a scene in the style of {s}",
}


def templates(teaching: Teaching) -> list[str]:
    """Sentences with ``{s}`` for the style and, in some, ``{o}`` for an object."""
    return _TEMPLATES[teaching].split("|")


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
