"""Readable names for the labels of WikiArt, and prompts made of them."""

from __future__ import annotations

from typing import Final

_MOVEMENTS: Final = {
    "Art_Nouveau_Modern": "Art Nouveau",
    "Mannerism_Late_Renaissance": "Mannerism",
    "Naive_Art_Primitivism": "Naive Art",
    "Post_Impressionism": "Post-Impressionism",
    "Ukiyo_e": "Ukiyo-e",
}
_ARTISTS: Final = {
    "albrecht-durer": "Albrecht Dürer",
    "camille-pissarro": "Camille Pissarro",
    "eugene-delacroix": "Eugène Delacroix",
    "fernand-leger": "Fernand Léger",
    "gustave-dore": "Gustave Doré",
    "henri-de-toulouse-lautrec": "Henri de Toulouse-Lautrec",
    "joan-miro": "Joan Miró",
    "kuzma-petrov-vodkin": "Kuzma Petrov-Vodkin",
    "m-c-escher": "M. C. Escher",
    "paul-cezanne": "Paul Cézanne",
    "pierre-auguste-renoir": "Pierre-Auguste Renoir",
    "salvador-dali": "Salvador Dalí",
}
_PARTICLES: Final = frozenset(
    {"af", "d", "da", "dal", "de", "del", "della", "den", "der", "di", "do", "dos", "du", "of", "ten", "ter", "the",
     "van", "von", "y", "zu"}
)  # fmt: skip
_COMPLETE_GENRES: Final = ("painting", "illustration", "portrait", "study", "sketch", "drawing", "print", "poster")


def movement_words(label: str) -> str:
    """Returns the name of a movement: ``Ukiyo_e`` is Ukiyo-e, ``Abstract_Expressionism`` Abstract Expressionism."""
    return _MOVEMENTS.get(label, label.replace("_", " "))


def genre_words(label: str) -> str:
    """Returns the name of a genre: ``still_life`` is still life."""
    return label.replace("_", " ")


def artist_words(label: str) -> str:
    """Returns the name of an artist: ``vincent-van-gogh`` is Vincent van Gogh. Names with capitals are kept."""
    if label in _ARTISTS:
        return _ARTISTS[label]
    if label != label.lower():
        return label.replace("_", " ")
    words = label.replace("_", "-").replace("-", " ").split()
    return " ".join(word if number and word in _PARTICLES else _capitalized(word) for number, word in enumerate(words))


def _capitalized(word: str) -> str:
    return ".".join(part[:1].upper() + part[1:] for part in word.split("."))


def compose_prompt(movement: str, genre: str, artist: str) -> str:
    """Composes a prompt for a work, such as ``a landscape painting in the style of Impressionism``.

    Args:
        movement: Its movement in words, or an empty string.
        genre: Its genre in words, or an empty string.
        artist: Its artist in words, or an empty string.
    """
    kind = genre if genre.lower().endswith(_COMPLETE_GENRES) else f"{genre} painting".lstrip()
    kind = kind[:1].lower() + kind[1:]
    article = "an" if kind[0] in "aeiou" else "a"
    style = f" in the style of {movement}" if movement else ""
    return f"{article} {kind}{style}" + (f" by {artist}" if artist else "")
