"""Everyday words for things: ImageNet's 1,000 names, and general words."""

from __future__ import annotations

from torchvision.models._meta import _IMAGENET_CATEGORIES

from tools.clip.data_files import read_words

IMAGENET_NAMES: tuple[str, ...] = tuple(name.lower() for name in _IMAGENET_CATEGORIES)


def object_words() -> frozenset[str]:
    """All of them."""
    return frozenset((*IMAGENET_NAMES, *read_words("everyday_words.txt")))
