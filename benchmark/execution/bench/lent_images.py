"""Protection of images that several plugins read: a plugin that writes into one fails, and others are unaffected."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from benchmark.errors import BenchmarkError
from benchmark.models.provider import Models


class ChangedInputError(BenchmarkError):
    """A plugin wrote into an image that it was given."""


class LentImages:
    """Images that are lent to one plugin after another, as the same tensor objects, so that features are shared.

    They are compared with copies: PyTorch's version counters do not see writes through NumPy, and could not undo them.

    Args:
        models: The networks, which remember results computed of the images.
        stylized: Stylized images.
        content: Contents.
        style: Style images.
    """

    def __init__(
        self,
        models: Models,
        *,
        stylized: Sequence[Tensor] = (),
        content: Sequence[Tensor] = (),
        style: Sequence[Tensor] = (),
    ) -> None:
        self._models = models
        named = {"stylized image": stylized, "content": content, "style image": style}
        self._lent = [(name, image, image.clone()) for name, images in named.items() for image in images]

    @contextlib.contextmanager
    def lend(self) -> Iterator[None]:
        """Lends the images to a plugin for a ``with`` block, and restores them afterwards if they were changed.

        Raises:
            ChangedInputError: The plugin wrote into one, and raised nothing itself.
        """
        try:
            yield
        finally:
            changed = self.restore()
        if changed:
            raise ChangedInputError(f"changed the {changed[0]} in place; a metric must not write into what it is given")

    def restore(self) -> list[str]:
        """Restores all images if one was changed, and returns the names of those that were."""
        changed = [name for name, image, original in self._lent if _differs(image, original)]
        for _, image, original in self._lent if changed else ():
            if image.requires_grad:
                image.detach_()
            # New memory, which views that the plugin kept do not share.
            image.data = original.clone()
            # Results computed since the change may be of the changed images.
            self._models.forget(image)
        return changed


def _differs(image: Tensor, original: Tensor) -> bool:
    if image.requires_grad or image.shape != original.shape or image.dtype != original.dtype:
        return True
    return not torch.equal(image, original)
