"""Everyday words for things: ImageNet's 1,000 names, and general words."""

from __future__ import annotations

from torchvision.models._meta import _IMAGENET_CATEGORIES

IMAGENET_NAMES: tuple[str, ...] = tuple(name.lower() for name in _IMAGENET_CATEGORIES)

_GENERAL_WORDS = """
aeroplane, airplane, alligator, ape, apple, beach, bear, beetle, bicycle, bike, bird, boat, bottle, bowl, bridge, bug,
building, bull, bus, butterfly, camel, camera, car, cat, cattle, chair, chameleon, chicken, clock, cockerel, coffee,
computer, cow, crab, crocodile, cup, cup of coffee, deer, dog, duck, eagle, elephant, fish, flower, fox, frog, fruit,
glass, goat, guitar, hat, hen, heron, horse, house, insect, jug, kangaroo, kitten, lamp, lemur, lizard, lobster,
monkey, monument, mountain, mug, mushroom, ocean, owl, parrot, penguin, piano, pig, polar bear, pony, pumpkin, puppy,
rabbit, raccoon, red panda, rhinoceros, rocket, rooster, salamander, sea, seal, shark, sheep, ship, shirt, shoe,
snake, spider, squirrel, stork, swan, telephone, tortoise, train, tree, trousers, truck, turtle, vegetable, whale,
wild cat, wolf, woman in uniform
"""


def object_words() -> frozenset[str]:
    """All of them."""
    return frozenset((*IMAGENET_NAMES, *(word.strip() for word in _GENERAL_WORDS.split(","))))
