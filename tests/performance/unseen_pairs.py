"""Pairs of content and style for races: no setting of a method was chosen on them."""

from __future__ import annotations

import os
from dataclasses import dataclass

from benchmark.protocol.case import Content, Style
from benchmark.protocol.embedded import paintings

_NAMES = (
    ("colosseum", "great_wave"),
    ("chameleon", "spring"),
    ("coffee", "bal_du_moulin"),
    ("night_festival", "composition_viii"),
    ("dandelions", "lion"),
    ("cat", "starry_night"),
)


@dataclass(frozen=True)
class Pair:
    """A content and a style of `paintings`."""

    content: Content
    style: Style


def unseen_pairs() -> list[Pair]:
    """Returns the pairs, all six or the first ``PERFORMANCE_PAIRS``."""
    protocol = paintings()
    contents = {content.id: content for content in protocol.contents}
    styles = {style.id: style for style in protocol.styles}
    number = int(os.environ.get("PERFORMANCE_PAIRS", len(_NAMES)))
    return [Pair(contents[content], styles[style]) for content, style in _NAMES[:number]]
