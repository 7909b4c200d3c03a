"""Clean text of the cells of label columns."""

from __future__ import annotations

import datetime

import datasets
import pytest

from benchmark.errors import InputError
from benchmark.freezing.labels import label_text, require_labels, slug

STYLES = datasets.ClassLabel(names=["Pointillism", "Unknown"])


@pytest.mark.parametrize(
    ("value", "feature", "text"),
    [
        (0, STYLES, "Pointillism"),
        (1, STYLES, ""),
        (-1, STYLES, ""),
        (2, STYLES, ""),
        (None, STYLES, ""),
        (1872, None, "1872"),
        (float("nan"), None, ""),
        (datetime.date(1872, 11, 13), None, "1872-11-13"),
        ("Claude Monet", None, "Claude Monet"),
        (" a boat\r\n at\x00 dawn\u2028", None, "a boat at dawn"),
        ("Unknown Artist", None, ""),
        ("unknown_genre", None, ""),
        ("Anonymous", None, ""),
        ("None", None, ""),
        ("Nonet", None, "Nonet"),
        ("Unknown woman in a field", None, "Unknown woman in a field"),
    ],
)
def test_become_one_line_of_text_or_nothing(value, feature, text):
    assert label_text(value, feature) == text


@pytest.mark.parametrize(
    "feature",
    [
        datasets.Image(),
        datasets.Value("binary"),
        datasets.Value("large_binary"),
        datasets.List(datasets.Value("string")),
    ],
)
def test_that_a_column_cannot_hold_are_refused(feature):
    with pytest.raises(InputError, match="column style holds no labels but values of type"):
        require_labels(feature, "style")


@pytest.mark.parametrize(
    "feature", [STYLES, datasets.Value("string"), datasets.Value("int64"), datasets.Value("date32")]
)
def test_that_a_column_can_hold_are_not(feature):
    require_labels(feature, "style")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Ukiyo_e", "ukiyo_e"),
        ("Édouard Manet (1880)", "edouard_manet_1880"),
        ("../../etc/passwd", "etc_passwd"),
        ("富士", ""),
        ("x" * 100, "x" * 60),
    ],
)
def test_a_slug_is_safe_as_the_name_of_a_file(text, name):
    assert slug(text) == name
