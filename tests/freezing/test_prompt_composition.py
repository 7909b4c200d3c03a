"""Labels of WikiArt in words, and prompts made of them."""

from __future__ import annotations

import pytest

from benchmark.freezing.freeze import _Labels, _style
from benchmark.freezing.prompt_composition import artist_words, compose_prompt, genre_words, movement_words
from benchmark.protocol.recipe import DatasetSource


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("Pointillism", "Pointillism"),
        ("Abstract_Expressionism", "Abstract Expressionism"),
        ("Action_painting", "Action painting"),
        ("Art_Nouveau", "Art Nouveau"),
        ("Art_Nouveau_Modern", "Art Nouveau"),
        ("Mannerism_Late_Renaissance", "Mannerism"),
        ("Naive_Art_Primitivism", "Naive Art"),
        ("Post_Impressionism", "Post-Impressionism"),
        ("Ukiyo_e", "Ukiyo-e"),
        ("Color Field Painting", "Color Field Painting"),
        ("", ""),
    ],
)
def test_movements(label, words):
    assert movement_words(label) == words


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("claude-monet", "Claude Monet"),
        ("vincent-van-gogh", "Vincent van Gogh"),
        ("henri-de-toulouse-lautrec", "Henri de Toulouse-Lautrec"),
        ("pierre-auguste-renoir", "Pierre-Auguste Renoir"),
        ("rembrandt", "Rembrandt"),
        ("el-greco", "El Greco"),
        ("john-singer-sargent", "John Singer Sargent"),
        ("m.c.-escher", "M.C. Escher"),
        ("albrecht-durer", "Albrecht Dürer"),
        ("van-der-weyden", "Van der Weyden"),
        ("Claude Monet", "Claude Monet"),
        ("Henri de Toulouse-Lautrec", "Henri de Toulouse-Lautrec"),
        ("", ""),
    ],
)
def test_artists(label, words):
    assert artist_words(label) == words


def test_genres():
    assert [genre_words(label) for label in ("still_life", "landscape", "")] == ["still life", "landscape", ""]


@pytest.mark.parametrize(
    ("labels", "prompt"),
    [
        (
            ("Impressionism", "landscape", "Claude Monet"),
            "a landscape painting in the style of Impressionism by Claude Monet",
        ),
        (("Cubism", "still life", ""), "a still life painting in the style of Cubism"),
        (("Minimalism", "abstract painting", ""), "an abstract painting in the style of Minimalism"),
        (
            ("Art Nouveau", "illustration", "Alphonse Mucha"),
            "an illustration in the style of Art Nouveau by Alphonse Mucha",
        ),
        (("Baroque", "portrait", "Rembrandt"), "a portrait in the style of Baroque by Rembrandt"),
        (("Realism", "sketch and study", ""), "a sketch and study in the style of Realism"),
        (("Pop Art", "", ""), "a painting in the style of Pop Art"),
        (("", "", "El Greco"), "a painting by El Greco"),
        (("", "", ""), "a painting"),
    ],
)
def test_prompts_leave_out_what_is_unknown(labels, prompt):
    assert compose_prompt(*labels) == prompt


@pytest.mark.parametrize(
    ("caption", "prompt"),
    [
        ("a boat", "a boat"),
        ("", "a marina painting by Claude Monet"),
        (" ", "a marina painting by Claude Monet"),
        ("\u200b", "a marina painting by Claude Monet"),
    ],
)
def test_a_blank_caption_is_none_and_a_prompt_is_composed(caption, prompt):
    labels = _Labels(movement=[""], artist=["claude-monet"], genre=["marina"], title=[""], year=[""], prompt=[caption])
    made = _style(DatasetSource("works", paintings=1), labels, 0, "0" * 64)
    assert made.prompt == prompt
