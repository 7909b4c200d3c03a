"""Inception-v3 as a feature extractor, tuned on paintings: the network of ArtFID.

Wright and Ommer, "ArtFID: Quantitative Evaluation of Neural Style Transfer", GCPR 2022 (arXiv:2207.12280).
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final, cast

import torch
from torch import Tensor, nn
from torchvision.models import Inception3

from benchmark.errors import InputError
from benchmark.models.weights_directory import weights_directory

if TYPE_CHECKING:
    from pathlib import Path

ART_INCEPTION_FILE: Final = "art_inception.pth"
ART_INCEPTION_BYTES: Final = 107_935_977
ART_INCEPTION_ADDRESS: Final = "https://huggingface.co/matthias-wright/art_inception/resolve/main/art_inception.pth"
ART_INCEPTION_SHA256: Final = "5bc1c20380401911d99d528b7b6e4430044b56edd5f7f26467222f3fb7c54e7e"

FEATURES: Final = 2048
SMALLEST_SIDE: Final = 75
"""Sides of the smallest images, in pixels: what is smaller vanishes in the last layers."""


class InceptionFeatures(nn.Module):
    """The features of Inception-v3 after its average pooling.

    As in the authors' package, images are neither resized nor normalised.

    Args:
        body: torchvision's network; its classifier is taken off.
    """

    def __init__(self, body: Inception3) -> None:
        super().__init__()
        self.body = body
        self.body.fc = nn.Identity()

    def forward(self, images: Tensor) -> Tensor:
        """Maps images to features.

        Args:
            images: N×3×H×W in [0, 1], both sides at least 75 pixels.

        Returns:
            N×2048.

        Raises:
            ValueError: The images have another shape, or are too small.
        """
        if images.ndim != 4 or images.shape[1] != 3:
            raise ValueError(f"images must be N×3×H×W, not {'×'.join(map(str, images.shape))}")
        height, width = images.shape[-2:]
        if min(height, width) < SMALLEST_SIDE:
            raise ValueError(f"images of {height}×{width} pixels are too small: both sides must have {SMALLEST_SIDE}")
        return cast("Tensor", self.body(images))


def art_inception_file() -> Path:
    """Returns the file with the weights.

    Raises:
        FileNotFoundError: It is not in the weights directory.
    """
    file = weights_directory() / ART_INCEPTION_FILE
    if not file.is_file():
        raise FileNotFoundError(
            f"{ART_INCEPTION_FILE} ({ART_INCEPTION_BYTES:,} bytes) is not in {file.parent}:"
            f" put it there from {ART_INCEPTION_ADDRESS}"
        )
    return file


def load_art_inception(file: Path | None = None, *, sha256: str = ART_INCEPTION_SHA256) -> InceptionFeatures:
    """Loads the network, frozen, in evaluation mode, on the CPU.

    Args:
        file: The weights; ``None`` takes those in the weights directory.
        sha256: What the file must hash to before it is opened, hexadecimal.

    Raises:
        FileNotFoundError: The weights are not on this machine.
        InputError: The file has another hash, or does not hold this network.
    """
    file = art_inception_file() if file is None else file
    with file.open("rb") as opened:
        found = hashlib.file_digest(opened, "sha256").hexdigest()
    if found != sha256:
        raise InputError(f"{file} is damaged or another file: its sha256 is {found}, not {sha256}; get it again")
    stored = cast("dict[str, Tensor]", torch.load(file, map_location="cpu", weights_only=True))
    with torch.random.fork_rng(devices=[]):
        network = InceptionFeatures(Inception3(aux_logits=False, transform_input=False, init_weights=False))
    # The file also holds two classifiers and their auxiliaries, which the features do not need.
    missing = network.body.load_state_dict(stored, strict=False).missing_keys
    if lacking := [name for name in missing if not name.endswith("num_batches_tracked")]:
        raise InputError(f"{file} does not hold Inception-v3: it lacks {lacking[0]} and {len(lacking) - 1} more")
    return network.requires_grad_(False).eval()
