"""The distance between pictures and a prompt in CLIP's space."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import torch
from torch.nn import functional

from styleclip.settings import ClipInput

if TYPE_CHECKING:
    from benchmark.models.clip import ClipModel
    from torch import Tensor

_REPETITIONS: Final = 7


class PromptDistance:
    """1 - cosine of the embeddings of a picture and a prompt.

    Pictures come to the size of the model as in the authors' program: each pixel is repeated 7×7 times, and blocks are
    averaged (32 blocks a side for every 7×7 pixels of a model that sees 224×224).

    Args:
        clip: The text-image model.
        prompt: The prompt, without templates around it.
        side: Side of the pictures in pixels.
        clip_input: Colours in which pictures are shown.
    """

    def __init__(self, clip: ClipModel, prompt: str, side: int, clip_input: ClipInput) -> None:
        self._clip = clip
        self._prompt = functional.normalize(clip.encode_text([prompt]), dim=1)
        self._shares = block_shares(side, clip.image_size).to(clip.mean)
        self._clip_input = clip_input

    def __call__(self, pictures: Tensor) -> Tensor:
        """Returns the mean distance of N×3×S×S pictures in [-1, 1]."""
        embeddings = functional.normalize(self._clip.encode_image(self.shown(pictures)), dim=1)
        return 1 - (embeddings * self._prompt).sum(1).mean()

    def shown(self, pictures: Tensor) -> Tensor:
        """Returns the pictures that the model is given, which it then normalises: of its size, unclamped."""
        pooled = self._shares @ pictures @ self._shares.T
        if self._clip_input is ClipInput.CORRECTED:
            return (pooled + 1) / 2
        # The model's own normalisation is undone before it happens, so that its first layer sees the raw colours.
        return pooled * self._clip.standard_deviation + self._clip.mean


def block_shares(side: int, size: int) -> Tensor:
    """Returns how much each pixel of a row adds to each of the averages, size × side; each row sums to 1.

    Args:
        side: Pixels of the row, each of which is repeated seven times.
        size: Number of averages.
    """
    repeated = torch.eye(side).repeat_interleave(_REPETITIONS, dim=1)
    return functional.adaptive_avg_pool1d(repeated[None], size)[0].T.contiguous()
