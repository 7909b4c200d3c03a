"""What cases share: which of them are independent, and so how the uncertainty of their means is found."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray


class _Words(NamedTuple):
    error: str
    explanation: str
    dependence: str


class Design(StrEnum):
    """How cases share contents and styles. Several seeds of one content and style change nothing."""

    CROSSED = "crossed"
    """Some contents meet several styles, and some styles several contents."""
    BY_CONTENT = "by content"
    """Each style is used with a single content, and some contents with several styles."""
    BY_STYLE = "by style"
    """Each content is used with a single style, and some styles with several contents."""
    PAIRS = "pairs"
    """No content and no style is in two pairs."""
    SINGLE = "single"
    """There is one content or one style, from which nothing can be said about others."""

    @property
    def error(self) -> str:
        """The standard error, in words that follow ``with``."""
        return _WORDS[self].error

    @property
    def explanation(self) -> str:
        """The reason for that standard error, as a clause."""
        return _WORDS[self].explanation

    @property
    def dependence(self) -> str:
        """The answer to whether single cases are independent, in words that follow ``take cases for independent,``."""
        return _WORDS[self].dependence


_WORDS: Final = {
    Design.CROSSED: _Words(
        "the two-way standard error",
        "contents and styles are both samples, and cases that share one are not independent",
        "which crossed cases are not",
    ),
    Design.BY_CONTENT: _Words(
        "the standard error clustered by content",
        "each style is used with one content only, so contents are the sample, and cases of one are not independent",
        "which cases of one content are not",
    ),
    Design.BY_STYLE: _Words(
        "the standard error clustered by style",
        "each content is used with one style only, so styles are the sample, and cases of one are not independent",
        "which cases of one style are not",
    ),
    Design.PAIRS: _Words(
        "the standard error of independent pairs",
        "no content and no style is in two pairs, so pairs are the sample",
        "which these pairs are, but several seeds of one are not",
    ),
    Design.SINGLE: _Words(
        "the two-way standard error",
        "there is none from one content or one style, which says nothing about others",
        "which cases of one content or one style are not",
    ),
}


class Factors(NamedTuple):
    """The contents and styles of cases as numbers.

    Attributes:
        contents: Number of different contents.
        styles: Number of different styles.
        content_of: Number of the content of each case.
        style_of: Number of the style of each case.
        cell_of: Number of the cell (one content with one style) of each case.
        design: How the cases share them.
    """

    contents: int
    styles: int
    content_of: NDArray[np.intp]
    style_of: NDArray[np.intp]
    cell_of: NDArray[np.intp]
    design: Design


def factors_of(contents: ArrayLike, styles: ArrayLike) -> Factors:
    """Numbers the contents and styles of cases, and says how the cases share them.

    Args:
        contents: Name of the content of each case.
        styles: Name of the style, or of the mix of styles, of each case.
    """
    (number_of_contents, content_of), (number_of_styles, style_of) = _numbered(contents), _numbered(styles)
    cells, cell_of = np.unique(content_of * number_of_styles + style_of, return_inverse=True)
    # As many cells as there are styles: each style is in one cell only, and so with one content.
    has_own_styles, has_own_contents = len(cells) == number_of_styles, len(cells) == number_of_contents
    if min(number_of_contents, number_of_styles) < 2:
        design = Design.SINGLE
    elif has_own_styles and has_own_contents:
        design = Design.PAIRS
    elif has_own_styles:
        design = Design.BY_CONTENT
    else:
        design = Design.BY_STYLE if has_own_contents else Design.CROSSED
    return Factors(number_of_contents, number_of_styles, content_of, style_of, cell_of, design)


def design_of(contents: ArrayLike, styles: ArrayLike) -> Design:
    """Says how cases share contents and styles.

    Args:
        contents: Name of the content of each case.
        styles: Name of the style, or of the mix of styles, of each case.
    """
    return factors_of(contents, styles).design


def _numbered(names: ArrayLike) -> tuple[int, NDArray[np.intp]]:
    """Returns the number of different names, and the index of each name among them in alphabetical order."""
    import pandas as pd

    codes, found = pd.factorize(names if isinstance(names, pd.Series) else np.asarray(names, dtype=object))
    places = np.empty(len(found), dtype=np.intp)
    places[np.argsort(np.asarray(found, dtype=str))] = np.arange(len(found))
    return len(found), places[codes]
