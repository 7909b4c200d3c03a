"""Everyday words for things: ImageNet's 1,000 names, and general words with the classes that they cover."""

from __future__ import annotations

import functools

from torchvision.models._meta import _IMAGENET_CATEGORIES

IMAGENET_NAMES: tuple[str, ...] = tuple(name.lower() for name in _IMAGENET_CATEGORIES)

_CLASSES_OF_WORDS = """
airplane,aeroplane: 404 726 895
ape: 365-369
apple: 948
beetle: 300-307
bear: 294-297
bicycle,bike: 444 671
bird: 10-24 80-100 127-146
boat: 472 484 554 576 625 814 914
bottle: 440 737 898 907
bowl: 659 809
bridge: 821 839 888
bug,insect: 300-326
building: 497 498 425 663 668 698
bus: 654 779 874
butterfly: 321-326
camel: 354
camera: 732 759
car: 436 511 627 656 661 717 751 817
cat,kitten: 281-285
chair: 423 559 765
chameleon: 40 47
chicken: 7 8
clock: 409 530 892
coffee,cup of coffee: 504 967
computer: 527 620
cow,bull,cattle: 345 346
crab: 118-121 125
crocodile,alligator: 49 50
cup: 504 968
deer: 351-353
dog,puppy: 151-268
duck: 97 98
eagle: 22
elephant: 101 385 386
fish: 0 1 389-397
flower: 985 986
fox: 277-280
frog: 30-32
fruit: 948-957
glass: 441 572
goat: 349 350
guitar: 402 546
hat: 439 452 515 808
hen: 8
heron: 131 132
horse,pony: 339
house: 425 449 500
jug: 899
kangaroo: 104
lamp: 619 846
lemur: 383 384
lizard: 38-48
lobster: 122 123
monkey: 370-382
monument: 649 682 873
mountain: 970 980
mug: 504
mushroom: 947 992-997
owl: 24
parrot: 87-90
penguin: 145
piano: 579 881
pig: 341 342
polar bear: 296
pumpkin: 607 941
rabbit: 330-332
raccoon,red panda: 387
rhinoceros: 306
rocket: 657 744 812
rooster,cockerel: 7
salamander: 25-29
sea,ocean,beach: 977 978
seal: 150
shark: 2-4
sheep: 348 349
ship: 403 510 628 724 780
shirt: 610 841
shoe: 514 630 770 774
snake: 52-68
spider: 72-77
squirrel: 335
stork: 127 128
swan: 100
telephone: 487 528 707
train: 466 547 820
tree: 984 988 990
trousers: 608
truck: 555 569 675 717 864 867
turtle,tortoise: 33-37
vegetable: 936-945
whale: 147 148
wild cat: 286-293
wolf: 269-272
woman in uniform: 652
"""


@functools.cache
def general_words() -> dict[str, tuple[int, ...]]:
    """General word → ImageNet classes that it covers."""
    found: dict[str, tuple[int, ...]] = {}
    for line in _CLASSES_OF_WORDS.strip().splitlines():
        words, _, classes = line.partition(": ")
        covered = tuple(number for part in classes.split() for number in _numbers(part))
        found.update(dict.fromkeys(words.split(","), covered))
    return found


@functools.cache
def object_words() -> frozenset[str]:
    """All of them."""
    return frozenset((*IMAGENET_NAMES, *general_words()))


def _numbers(part: str) -> range:
    first, _, last = part.partition("-")
    return range(int(first), int(last or first) + 1)
