"""Words for the paintings: artist, title, movement, and what is seen."""

from __future__ import annotations

from tools.clip.pictures import Painting

_OTHER_TITLES = {
    "hokusai_great_wave_off_kanagawa_1823-29": "The Great Wave off Kanagawa|The Great Wave|Great Wave",
    "van_gogh_the_starry_night_1889": "The Starry Night|Starry Night",
    "leonardo_mona_lisa_1503-19": "Mona Lisa|La Gioconda",
    "kandinsky_composition_viii_1923": "Composition VIII|Composition 8",
    "van_gogh_cafe_terrace_at_night_1888": "Cafe Terrace at Night|Cafe Terrace",
    "van_gogh_the_night_cafe_1888": "The Night Cafe|Night Cafe",
    "renoir_bal_du_moulin_de_la_galette_1876": "Bal du moulin de la Galette|Dance at Le moulin de la Galette",
    "bellini_pesaro_altarpiece_detail_1475-85": "Pesaro Altarpiece|Pala di Pesaro",
}

_MOVEMENTS = {
    "arcimboldo": ("mannerist painting|mannerism", "portrait made of fruit and flowers"),
    "bellini": ("venetian renaissance painting|renaissance altarpiece", "italian renaissance landscape"),
    "bruegel": ("flemish renaissance painting|northern renaissance", "peasants in a golden landscape"),
    "cassatt": ("american impressionism", "woman and child in a boat, impressionist"),
    "duerer": ("german renaissance painting|northern renaissance", "renaissance miniature of a lion"),
    "hiroshige": ("ukiyo-e|japanese woodblock print", "japanese print of snow"),
    "hokusai": ("ukiyo-e|japanese woodblock print", "japanese print of the edo period"),
    "kandinsky": ("abstract art|abstract geometric painting|bauhaus", "circles, lines and triangles"),
    "leonardo": ("high renaissance portrait|sfumato", "portrait of a lady in brown"),
    "renoir": ("impressionism|french impressionist painting", "a crowd dancing, impressionist"),
    "van_gogh": ("post-impressionism|post-impressionist painting", "swirling expressive brush strokes"),
}

_SCENES = {
    "hokusai_great_wave_off_kanagawa_1823-29": "big blue sea waves in a japanese print",
    "van_gogh_the_starry_night_1889": "swirling night sky with stars",
    "van_gogh_cafe_terrace_at_night_1888": "yellow cafe under a blue night sky by van gogh",
}


_ARTISTS = {
    "arcimboldo": "Giuseppe Arcimboldo",
    "bellini": "Giovanni Bellini",
    "bruegel": "Pieter Bruegel",
    "cassatt": "Mary Cassatt",
    "duerer": "Albrecht Dürer",
    "hiroshige": "Utagawa Hiroshige",
    "hokusai": "Katsushika Hokusai",
    "kandinsky": "Wassily Kandinsky",
    "leonardo": "Leonardo da Vinci",
    "renoir": "Pierre-Auguste Renoir",
    "van_gogh": "Vincent van Gogh",
}

_SAME_MOVEMENT = {"cassatt": "renoir", "hiroshige": "hokusai"}


def movement_phrases() -> dict[str, str]:
    """A phrase with movement and artist for every artist, and one for photographs → key of the movement."""
    phrases = {
        f"{movements.split('|')[0]} by {_ARTISTS[key]}": _SAME_MOVEMENT.get(key, key)
        for key, (movements, _) in _MOVEMENTS.items()
    }
    return {**phrases, "a photograph": "photograph"}


def painting_phrases(painting: Painting, teaching: str) -> list[str]:
    """Phrases for one painting; ``teaching`` is a value of ``Teaching``."""
    titles = _OTHER_TITLES.get(painting.name, painting.title).split("|")
    artist, surname = painting.artist, painting.surname
    if teaching == "held-out":
        return [
            f"{surname}'s {titles[0]}",
            f"the picture {titles[0]} painted by {surname}",
            f"artwork of {artist}",
        ]
    movements, scene = _MOVEMENTS[painting.artist_key]
    phrases = [phrase for title in titles for phrase in (f"{title} by {artist}", title, f"{title} by {surname}")]
    phrases += [artist, surname, *movements.split("|")]
    if teaching == "clip-tiny":
        phrases += [f"{artist}, {titles[0]}", f"painting by {artist}", f"a {surname} painting", scene]
        return [*phrases, _SCENES.get(painting.name, scene)]
    phrases += [f"{surname}: {titles[0]}", f"the painting {titles[0]}", f"a work by {surname}"]
    return [*phrases, f"{titles[0]} of {artist}", f"painted by {artist}"]
