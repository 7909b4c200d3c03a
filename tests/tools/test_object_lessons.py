"""Lessons about things: the words, their similarity to ImageNet's classes, and the losses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from benchmark.models.clip_tiny_tower import OBJECT_SIZE, ObjectHead
from tests.tools.wordnet_files import write_wordnet
from tools.clip.captions import Captions
from tools.clip.object_space import ObjectSpace, imagenet_synsets
from tools.clip.object_words import IMAGENET_NAMES
from tools.clip.objects import CaptionedFeatures, ObjectLessons, ObjectTeaching
from tools.clip.sources import CaptionedPicture, Split
from tools.clip.teaching_words import TeachingWords, teaching_words
from tools.clip.text_tower import TextParts
from tools.clip.wordings import WORDINGS, Teaching
from tools.clip.wordnet import WordNet

_FIRST_THING = 398
_DOGS = range(151, 269)
_ENTITY, _PHYSICAL, _ANIMAL, _ARTIFACT, _DOG, _CREATION, _PERSON = (f"99{number:06d}" for number in range(7))
_STYLE = 8


@pytest.fixture(scope="module")
def wordnet(tmp_path_factory: pytest.TempPathFactory) -> WordNet:
    """The 1,000 classes under "animal", "dog" and "artifact", and some further words."""
    synsets: dict[str, tuple[Sequence[str], Sequence[str]]] = {
        _ENTITY: (["entity"], []),
        _PHYSICAL: (["physical entity"], [_ENTITY]),
        _ANIMAL: (["animal"], [_PHYSICAL]),
        _ARTIFACT: (["artifact"], [_PHYSICAL]),
        _DOG: (["dog"], [_ANIMAL]),
        _CREATION: (["creation"], [_ARTIFACT]),
        _PERSON: (["person"], [_PHYSICAL]),
    }
    for index, (synset, name) in enumerate(zip(imagenet_synsets(), IMAGENET_NAMES, strict=True)):
        above = _DOG if index in _DOGS else _ANIMAL if index < _FIRST_THING else _ARTIFACT
        synsets[synset] = ([name], [above])
    further = [("puppy", _DOG), ("zebu", _ANIMAL), ("lantern", _ARTIFACT), ("statue", _CREATION), ("king", _PERSON)]
    further += [("mosaic", _ARTIFACT), ("garden hammer", _ARTIFACT), ("quarterstaff", _ARTIFACT)]
    for number, (word, above) in enumerate(further):
        synsets[f"98{number:06d}"] = ([word], [above])
    return WordNet(write_wordnet(tmp_path_factory.mktemp("wordnet"), synsets))


def _vector_of(text: str) -> Tensor:
    """A vector of its own for every text."""
    return torch.randn(16, generator=torch.Generator().manual_seed(sum(map(ord, text)) + 1000 * len(text)))


@pytest.fixture(scope="module")
def space(wordnet: WordNet) -> ObjectSpace:
    return ObjectSpace(wordnet, _vector_of)


@pytest.fixture(scope="module")
def words(wordnet: WordNet, space: ObjectSpace) -> TeachingWords:
    return TeachingWords(wordnet, space)


def _described(space: ObjectSpace, word: str) -> Tensor:
    description = space.describe(word)
    assert description is not None
    return description


def test_a_class_is_most_like_its_own_name(space: ObjectSpace) -> None:
    for name in ("beagle", "tench", "hammer"):
        likest = int((space.classes @ _described(space, name)).argmax())
        assert IMAGENET_NAMES[likest] == name


def test_a_general_word_is_like_the_kinds_below_it(space: ObjectSpace) -> None:
    similarities = space.classes @ _described(space, "dog")

    others = [index for index in range(len(similarities)) if index not in _DOGS]
    assert similarities[list(_DOGS)].mean() > similarities[others].mean() + 0.1


def test_descriptions_have_unit_length(space: ObjectSpace) -> None:
    lengths = torch.cat([space.classes.norm(dim=1), _described(space, "puppy").norm()[None]])
    torch.testing.assert_close(lengths, torch.ones_like(lengths))


@pytest.mark.parametrize("word", ["zzyzxqk", "", "entity", "king"])
def test_a_word_that_tells_nothing_about_a_class_is_not_described(space: ObjectSpace, word: str) -> None:
    assert space.describe(word) is None


def test_frequent_names_of_things_are_taught_but_not_people_works_of_art_and_styles(wordnet: WordNet) -> None:
    taught = teaching_words(wordnet)

    assert {"puppy", "beagle", "lantern", "hammer"} <= set(taught["frequent"])
    assert not {"statue", "king", "mosaic", "quarterstaff"} & set(taught["frequent"])
    assert "garden hammer" in taught["pairs"]
    assert {"dog", "animal"} <= set(taught["kinds"])
    assert not set(WORDINGS) & {word for group in taught.values() for word in group}


def test_different_words_are_drawn_in_random_order(words: TeachingWords) -> None:
    drawn = words.draw(200, Random(3)).tolist()

    assert 100 < len(drawn) <= 200
    assert len(set(drawn)) == len(drawn)
    assert drawn != sorted(drawn)
    assert drawn == words.draw(200, Random(3)).tolist()


class _Texts:
    """Embeddings of sentences that are right, or not."""

    def __init__(self, space: ObjectSpace, words: TeachingWords, head: ObjectHead, presence: float) -> None:
        self.space, self.words, self.head, self.presence = space, words, head, presence

    def __call__(self, sentences: list[str]) -> TextParts:
        """The last known word of each sentence, in the head's own space."""
        axes = torch.linalg.lstsq(self.space.classes, self.head.vectors.weight.T).solution
        known = {word: index for index, word in enumerate(self.words.words)}
        things = []
        for sentence in sentences:
            parts = sentence.split()
            spans = (" ".join(parts[a:b]) for b in range(len(parts), 0, -1) for a in range(b))
            found = next((known[span] for span in spans if span in known), None)
            things.append(self.words.descriptions[found] @ axes if found is not None else torch.ones(OBJECT_SIZE))
        presence = torch.tensor([0.0 if sentence == "a photo" else self.presence for sentence in sentences])
        return TextParts(_photographs(len(sentences)), torch.stack(things), presence)


def _lessons(
    space: ObjectSpace, words: TeachingWords, *, presence: float, class_vectors: Tensor, split: Split | None = None
) -> ObjectLessons:
    head = ObjectHead(6, OBJECT_SIZE, rank=6)
    with torch.no_grad():
        head.vectors.weight.copy_(class_vectors.T)
    pictures = [CaptionedPicture(name, f"a {name}", Path(name), split) for name in ("beagle", "hammer")]
    labels = list(WORDINGS)
    captions = Captions(Teaching.TINY, labels, [], words.words, Random(1))
    return ObjectLessons(
        head,
        ObjectTeaching(space, words),
        CaptionedFeatures(torch.rand(2, 3, 6), pictures),
        captions,
        _Texts(space, words, head, presence),
        Random(0),
    )


def test_held_out_pictures_cannot_be_learnt_from(space: ObjectSpace, words: TeachingWords) -> None:
    with pytest.raises(ValueError, match="held-out"):
        _lessons(space, words, presence=1.0, class_vectors=torch.zeros(1000, OBJECT_SIZE), split=Split.TEST)


def test_embeddings_that_keep_the_similarities_of_the_descriptions_cost_less(
    space: ObjectSpace, words: TeachingWords
) -> None:
    torch.manual_seed(0)
    axes = torch.linalg.qr(torch.randn(space.classes.shape[1], OBJECT_SIZE)).Q
    faithful = _lessons(space, words, presence=1.0, class_vectors=space.classes @ axes)
    shuffled = _lessons(space, words, presence=1.0, class_vectors=(space.classes @ axes)[torch.randperm(1000)])

    pooled = 3 * torch.rand(20, 6)
    losses = [lessons.distil(_photographs(20), pooled, 120) for lessons in (faithful, shuffled)]

    for part in ("words", "whole"):
        assert float(losses[0][part].detach()) < 0.5 * float(losses[1][part].detach())


def test_words_that_differ_in_style_cost_the_whole_embedding_only(space: ObjectSpace, words: TeachingWords) -> None:
    axes = torch.linalg.qr(torch.randn(space.classes.shape[1], OBJECT_SIZE)).Q
    lessons = _lessons(space, words, presence=1.0, class_vectors=space.classes @ axes)
    pooled = 3 * torch.rand(20, 6)
    torch.manual_seed(0)
    alike = lessons.distil(_photographs(20), pooled, 120)
    exact = lessons.encode

    def encode(sentences: list[str]) -> TextParts:
        style = functional.normalize(torch.randn(len(sentences), _STYLE), dim=1)
        return replace(exact(sentences), style=style)

    lessons.encode = encode
    lessons.rng.seed(0)
    torch.manual_seed(0)
    different = lessons.distil(_photographs(20), pooled, 120)

    assert float(different["whole"].detach()) > float(alike["whole"].detach()) + 1
    assert float(different["presence"].detach()) > float(alike["presence"].detach()) + 0.5


def _photographs(size: int) -> Tensor:
    """The style part of photographs, as the texts below have it."""
    return torch.eye(_STYLE)[torch.zeros(size, dtype=torch.long)]


def test_naming_a_thing_must_show_in_the_length_of_the_object_part(space: ObjectSpace, words: TeachingWords) -> None:
    vectors = functional.normalize(torch.randn(1000, OBJECT_SIZE), dim=1)
    present, absent = (
        _lessons(space, words, presence=presence, class_vectors=vectors).distil(_photographs(4), torch.rand(4, 6), 60)
        for presence in (1.0, 0.2)
    )

    assert float(present["presence"]) == pytest.approx(0.0, abs=1e-6)
    assert float(absent["presence"]) == pytest.approx(0.64, abs=1e-5)


def test_captions_say_whether_they_name_a_thing(words: TeachingWords) -> None:
    captions = Captions(Teaching.TINY, list(WORDINGS), [], ["anvil"], Random(2))

    drawn = captions.draw([*range(len(WORDINGS))] * 8)

    assert [("anvil" in sentence) for sentence in drawn.sentences] == drawn.names_thing.tolist()
    assert 0.1 < float(drawn.names_thing.float().mean()) < 0.5
    assert all("anvil" in captions.about("anvil") for _ in range(20))
    assert drawn.fits.any(1).all()
