"""Photographs of one thing each that no training sees, by which the models' knowledge of things is measured.

They come from gcompris-qt-data under various free licences; they are looked at, not learnt from and not shipped.
"""

from __future__ import annotations

from typing import Final

GCOMPRIS_PHOTOGRAPHS: Final = {
    "erase": (
        "alpaca bee butterfly calf camels:camel caterpillar cheetah dolphin flying_fox gibbon goat gorilla gosling"
        " heron horse kingfisher long_nosed_monkey:monkey macaque meerkats:meerkat northern_harrier:hawk"
        " nubian_ibex:ibex penguin rhinoceros spoonbills:spoonbill squirrel swans:swan toucan"
    ),
    "explore_farm_animals": "cat dog",
    "explore_world_animals": "jaguar lemur panda scarlet_macaw:macaw",
    "categorization": (
        "baseball bulb:light_bulb cathedral chair dam1:dam fish10:fish hammer1:hammer knife pillow plate plier4:pliers"
        " scissors2:scissors screwDriver1:screwdriver sickle solar1:solar_panel spoons:spoon windmill1:windmill"
        " measuringTape1:measuring_tape greatPyramid:pyramid weighingMachine:scale"
    ),
}
"""Resource file → stems of its pictures, with the subject after a colon where the stem does not say it."""

TEST_PHOTOGRAPHS: Final = {
    "skimage_astronaut": "astronaut",
    "skimage_coffee": "cup of coffee",
    "skimage_rocket": "rocket",
    "explore_monuments_colosseum": "amphitheatre",
    "explore_monuments_eiffelTower": "tower",
    "explore_monuments_montStMichel": "abbey",
    "matplotlib_grace_hopper": "woman in uniform",
}
"""Those of the test photographs that show yet other things."""


def gcompris_subjects(resource: str) -> dict[str, str]:
    """Stem → subject of the pictures of a resource file."""
    entries = GCOMPRIS_PHOTOGRAPHS.get(resource, "").split()
    pairs = (entry.partition(":") for entry in entries)
    return {stem: (subject or stem).replace("_", " ") for stem, _, subject in pairs}
