"""A blank prompt is no prompt, whoever asks."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from benchmark import Case, Content, Style, StyleCondition, WeightedStyle
from benchmark.errors import InputError
from benchmark.models.embedding import similarity_matrix
from benchmark.models.provider import Models
from benchmark.models.role import Role
from benchmark.prompts import is_blank
from methods.clipstyler.method import CLIPstyler
from methods.clipstyler.settings import CLIPstylerSettings
from methods.multi_style.method import MultiStyle
from metrics.clip_similarity import ClipTextSimilarity

BLANK = [
    "",
    " ",
    " \t\r\n",
    "\u00a0\u2003\u3000",
    "\u200b\u200c\u200d\u2060\ufeff",
    "\x00\x07",
    "\u3164",
    "\u2800",
    "\u0301",
]
VISIBLE = ["x", " x ", "?", "4", "🎨", "波", "\u200bink\u200b", "e\u0301", "…"]
each_blank = pytest.mark.parametrize("prompt", BLANK, ids=ascii)


@each_blank
def test_what_shows_nothing_is_blank(prompt: str) -> None:
    assert is_blank(prompt)


@pytest.mark.parametrize("prompt", VISIBLE, ids=ascii)
def test_what_shows_something_is_a_prompt_and_stays_as_it_is(prompt: str) -> None:
    assert not is_blank(prompt)
    assert Style("style", prompt=prompt).prompt == prompt
    assert StyleCondition(prompt=prompt).prompt == prompt


def test_no_prompt_is_blank() -> None:
    assert is_blank(None)


@each_blank
def test_a_style_with_a_blank_prompt_has_none(prompt: str) -> None:
    style = Style("style", Path("style.png"), prompt)
    case = Case(Content("content", Path("content.png")), (WeightedStyle(style),))

    assert style.prompt is None
    assert StyleCondition(prompt=prompt).prompt is None
    assert case.prompt == ""
    assert CLIPstyler().skip(case) == "needs a prompt, style style has none"
    assert MultiStyle().skip(case) is None


@each_blank
def test_neither_methods_nor_metrics_take_one(prompt: str) -> None:
    with pytest.raises(ValueError, match="source_prompt must be a prompt"):
        CLIPstylerSettings(source_prompt=prompt)
    with pytest.raises(
        ValueError, match="clip_text_similarity needs the prompt of each stylized image, and one is blank"
    ):
        ClipTextSimilarity().score(stylized=[torch.zeros(3, 32, 32)] * 2, prompt=["ink", prompt])
    with pytest.raises(InputError, match="is blank: there is nothing to compare images with"):
        similarity_matrix(Models({}), Role.CLIP_JUDGE, [torch.zeros(3, 32, 32)], ["ink", prompt])
