"""The questions that people are asked about two pictures of one case."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Question(StrEnum):
    """A question about two pictures of one case, made by two methods."""

    STYLE = "style"
    CONTENT = "content"
    PREFERENCE = "preference"
    TEXT = "text"


@dataclass(frozen=True)
class Wording:
    """A question as people read it.

    Attributes:
        title: What it asks for, as a heading.
        sentence: The question.
        hint: What is shown beside the two pictures, and what to look at.
        shows_content: Whether the content is shown.
        shows_style: Whether the style images are shown.
        shows_prompt: Whether the prompt is shown.
    """

    title: str
    sentence: str
    hint: str
    shows_content: bool = False
    shows_style: bool = False
    shows_prompt: bool = False


WORDINGS: Final = {
    Question.STYLE: Wording(
        "Style",
        "Which picture carries the style better?",
        "Look at colours, strokes and manner of the style, not at the objects in it.",
        shows_style=True,
    ),
    Question.CONTENT: Wording(
        "Content",
        "Which picture keeps the content better?",
        "Look at what is there and where: things, outlines, proportions. Colours may differ.",
        shows_content=True,
    ),
    Question.PREFERENCE: Wording(
        "Preference",
        "Which picture do you prefer?",
        "Both paint the photograph in the style that is shown. There is no right answer.",
        shows_content=True,
        shows_style=True,
    ),
    Question.TEXT: Wording(
        "Text",
        "Which picture says this better?",
        "Compare the two pictures with the words.",
        shows_content=True,
        shows_prompt=True,
    ),
}
