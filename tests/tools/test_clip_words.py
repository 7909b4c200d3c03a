"""The words and lists that made the shipped text-image models, which must stay what they were, in their order."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from tools.clip.data_files import read_words
from tools.clip.object_words import IMAGENET_NAMES, object_words
from tools.clip.painting_phrases import movement_phrases
from tools.clip.phrases import phrase_table, style_labels, templates
from tools.clip.sources import (
    GCOMPRIS_PHOTOGRAPHS,
    HELD_OUT_PAINTINGS,
    TEST_PHOTOGRAPHS,
    TEST_PHOTOS,
    VALIDATION_PHOTOS,
    Painting,
)
from tools.clip.wordings import Teaching

PAINTINGS = [
    Painting(name, artist, title, Path(name))
    for name, artist, title in (
        ("arcimboldo_vertumnus_1591", "Giuseppe Arcimboldo", "Vertumnus"),
        ("bellini_pesaro_altarpiece_detail_1475-85", "Giovanni Bellini", "Pesaro Altarpiece"),
        ("bruegel_the_harvesters_1565", "Pieter Bruegel", "The Harvesters"),
        ("cassatt_summertime_1894", "Mary Cassatt", "Summertime"),
        ("duerer_lion_1494", "Albrecht Dürer", "Lion"),
        ("hiroshige_benzaiten_shrine", "Utagawa Hiroshige", "Benzaiten Shrine"),
        ("hokusai_great_wave_off_kanagawa_1823-29", "Katsushika Hokusai", "The Great Wave"),
        ("kandinsky_composition_viii_1923", "Wassily Kandinsky", "Composition VIII"),
        ("leonardo_mona_lisa_1503-19", "Leonardo da Vinci", "Mona Lisa"),
        ("renoir_bal_du_moulin_de_la_galette_1876", "Pierre-Auguste Renoir", "Bal du moulin"),
        ("van_gogh_cafe_terrace_at_night_1888", "Vincent van Gogh", "Cafe Terrace at Night"),
        ("van_gogh_the_night_cafe_1888", "Vincent van Gogh", "The Night Cafe"),
        ("van_gogh_the_starry_night_1889", "Vincent van Gogh", "The Starry Night"),
    )
]


def digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False).encode()).hexdigest()[:16]


@pytest.mark.parametrize(
    ("teaching", "phrases", "sentences"),
    [
        (Teaching.TINY, "800ae7d307fd5d71", "625d2b2122ea2d8c"),
        (Teaching.JUDGE, "a9374d271b2e9022", "ef3c2bcdb63ba3a9"),
        (Teaching.HELD_OUT, "ce5cd7b2b4eed65a", "fa0252ccd877a5bc"),
    ],
)
def test_phrases_and_sentences_are_those_of_the_shipped_weights(
    teaching: Teaching, phrases: str, sentences: str
) -> None:
    table = [(phrase, sorted(labels)) for phrase, labels in phrase_table(PAINTINGS, teaching).items()]

    assert digest(table) == phrases
    assert digest(templates(teaching)) == sentences


def test_labels_movements_and_names_of_things_are_those_of_the_shipped_weights() -> None:
    assert digest(style_labels(PAINTINGS)) == "c74000930f059dc4"
    assert digest(list(movement_phrases().items())) == "e3f173f655a900c1"
    assert digest(sorted(object_words() - {*IMAGENET_NAMES})) == "da48f310f7f9db5c"
    assert digest(sorted(read_words("words_of_art.txt"))) == "786b02a8768a9213"


def test_who_may_see_which_pictures_is_as_it_was() -> None:
    assert digest([TEST_PHOTOS, VALIDATION_PHOTOS, HELD_OUT_PAINTINGS]) == "9b19d58b030c50a6"
    assert digest(list(TEST_PHOTOGRAPHS.items())) == "bcaa3bd6d457d6c1"
    photographs = [(resource, list(stems.items())) for resource, stems in GCOMPRIS_PHOTOGRAPHS.items()]
    assert digest(photographs) == "823a98038d7a0e9f"
