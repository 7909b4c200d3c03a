"""WordNet's files are read as they are published: meanings in order, kinds of kinds, several words in a noun."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tools.wordnet_files import write_wordnet
from tools.clip.wordnet import Sense, WordNet

_ENTITY, _PHYSICAL, _IDEA, _ANIMAL, _HEN, _BREAST, _POLAR_BEAR = (f"{number:08d}" for number in range(1, 8))


@pytest.fixture
def wordnet(tmp_path: Path) -> WordNet:
    synsets = {
        _ENTITY: (["entity"], []),
        _PHYSICAL: (["physical entity"], [_ENTITY]),
        _IDEA: (["idea", "hen"], [_ENTITY]),
        _ANIMAL: (["animal", "beast"], [_PHYSICAL]),
        _HEN: (["hen", "biddy"], [_ANIMAL]),
        _BREAST: (["hen"], [_PHYSICAL]),
        _POLAR_BEAR: (["polar bear"], [_ANIMAL]),
    }
    return WordNet(write_wordnet(tmp_path, synsets, {("hen", 2): 5}))


def test_a_kind_of_thing_is_all_that_the_kinds_above_it_are(wordnet: WordNet) -> None:
    assert wordnet.ancestors(_HEN) == {_HEN, _ANIMAL, _PHYSICAL, _ENTITY}
    assert wordnet.is_kind_of(_HEN, "animal")
    assert not wordnet.is_kind_of(_BREAST, "animal")


def test_only_the_first_name_of_a_kind_counts(wordnet: WordNet) -> None:
    assert not wordnet.is_kind_of(_HEN, "beast")


def test_meanings_come_in_order_with_their_counts_and_ideas_are_left_out(wordnet: WordNet) -> None:
    assert wordnet.senses("hen") == [Sense(_HEN, 5), Sense(_BREAST, 0)]
    assert wordnet.senses("idea") == []


@pytest.mark.parametrize(
    ("noun", "synset"),
    [
        ("Polar Bear", _POLAR_BEAR),
        ("polar bears", _POLAR_BEAR),
        ("hens", _HEN),
        ("brown hen", _HEN),
        ("a very big polar bear", _POLAR_BEAR),
    ],
)
def test_a_noun_that_is_not_listed_is_taken_for_its_singular_or_its_last_words(
    wordnet: WordNet, noun: str, synset: str
) -> None:
    assert wordnet.senses(noun)[0].synset == synset


@pytest.mark.parametrize("noun", ["", "  ", "zzyzxqk"])
def test_an_unknown_noun_has_no_meaning(wordnet: WordNet, noun: str) -> None:
    assert wordnet.senses(noun) == []


def test_the_names_of_a_meaning_have_spaces(wordnet: WordNet) -> None:
    assert wordnet.words(_POLAR_BEAR) == ["polar bear"]
    assert set(wordnet) == {"animal", "beast", "biddy", "entity", "hen", "idea", "physical entity", "polar bear"}
