"""Words for the paintings: artist, title, movement, and what is seen."""

from __future__ import annotations

from tools.clip.data_files import read_table
from tools.clip.sources import Painting

_WORDS = read_table("paintings.toml")


def movement_phrases() -> dict[str, str]:
    """A phrase with movement and artist for every artist, and one for photographs → key of the movement."""
    phrases = {
        f"{artist['movements'][0]} by {artist['name']}": artist.get("same_movement", key)
        for key, artist in _WORDS["artists"].items()
    }
    return {**phrases, "a photograph": "photograph"}


def painting_phrases(painting: Painting, teaching: str) -> list[str]:
    """Phrases for one painting; ``teaching`` is a value of ``Teaching``."""
    words = _WORDS["paintings"].get(painting.name, {})
    titles = words.get("titles", [painting.title])
    artist, surname = painting.artist, painting.surname
    if teaching == "held-out":
        return [
            f"{surname}'s {titles[0]}",
            f"the picture {titles[0]} painted by {surname}",
            f"artwork of {artist}",
        ]
    artist_words = _WORDS["artists"][painting.artist_key]
    phrases = [phrase for title in titles for phrase in (f"{title} by {artist}", title, f"{title} by {surname}")]
    phrases += [artist, surname, *artist_words["movements"]]
    if teaching == "clip-tiny":
        scene = artist_words["scene"]
        phrases += [f"{artist}, {titles[0]}", f"painting by {artist}", f"a {surname} painting", scene]
        return [*phrases, words.get("scene", scene)]
    phrases += [f"{surname}: {titles[0]}", f"the painting {titles[0]}", f"a work by {surname}"]
    return [*phrases, f"{titles[0]} of {artist}", f"painted by {artist}"]
