"""The published networks in full size with random weights: files of the names, formats and tensors of the real ones."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import open_clip
import torch
from torch import Tensor, nn
from torchvision.models import Inception3, alexnet, vgg16, vgg19

from benchmark.models.asset import Asset
from benchmark.models.specification import ModelSpecification, find_model

PUBLISHED = (
    "vgg19",
    "lpips-alex",
    "dists-vgg16",
    "art-inception",
    "adain-decoder",
    "sanet",
    "clip-ViT-B-32-openai",
    "clip-ViT-L-14-openai",
)
# Convolutions of naoto0804/pytorch-AdaIN: position among its layers, channels out and in.
ADAIN_ENCODER = {
    0: (3, 3), 2: (64, 3), 5: (64, 64), 9: (128, 64), 12: (128, 128), 16: (256, 128), 19: (256, 256), 22: (256, 256),
    25: (256, 256), 29: (512, 256), 32: (512, 512), 35: (512, 512), 38: (512, 512), 42: (512, 512), 45: (512, 512),
    48: (512, 512), 51: (512, 512),
}  # fmt: skip
ADAIN_DECODER = {
    1: (256, 512), 5: (256, 256), 8: (256, 256), 11: (256, 256), 14: (128, 256), 18: (128, 128), 21: (64, 128),
    25: (64, 64), 28: (3, 64),
}  # fmt: skip


# Convolutions of GlebSBrykin/SANET's transformer: name, channels out and in, side.
SANET_TRANSFORMER = {
    **{
        f"sanet{level}_1.{part}": (512, 512, 1)
        for level in (4, 5)
        for part in ("f", "g", "h", "out_conv")
    },
    "merge_conv": (512, 512, 3),
}  # fmt: skip


def write_published_weights(folder: Path) -> dict[str, Path]:
    """Writes a file for every asset that the published models fetch.

    Returns:
        The files by their published names.
    """
    writers: Mapping[str, Callable[[Path], None]] = {
        "vgg19-dcbb9e9d.pth": lambda file: write_features(vgg19(weights=None), file),
        "vgg16-397923af.pth": lambda file: write_features(vgg16(weights=None), file),
        "alexnet-owt-7be5be79.pth": lambda file: write_features(alexnet(weights=None), file),
        "art_inception.pth": _write_inception,
        "decoder_iter_500000.pth": lambda file: torch.save(convolutions(ADAIN_DECODER, seed=3), file),
        "transformer_iter_500000.pth": lambda file: torch.save(sanet_transformer(seed=4), file),
        "ViT-B-32.pt": lambda file: write_openai_archive("ViT-B-32", file),
        "ViT-L-14.pt": lambda file: write_openai_archive("ViT-L-14", file),
    }
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        for name, write in writers.items():
            write(folder / name)
    return {name: folder / name for name in writers} | write_adain_weights(folder)


def write_adain_weights(folder: Path) -> dict[str, Path]:
    """Writes the files of the published AdaIN alone; see ``write_published_weights``."""
    for name, shapes, seed in (("vgg_normalised.pth", ADAIN_ENCODER, 0), ("decoder.pth", ADAIN_DECODER, 1)):
        torch.save(convolutions(shapes, seed), folder / name)
    return {name: folder / name for name in ("vgg_normalised.pth", "decoder.pth")}


def served(asset: Asset, file: Path, address: str) -> Asset:
    """The asset, as if this file were the published one."""
    with file.open("rb") as opened:
        sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
    return replace(asset, bytes=file.stat().st_size, sha256=sha256, addresses=(address,))


def published_models(files: Mapping[str, Path], address: str) -> list[ModelSpecification]:
    """The published models with the random files in place of the real ones, found under an address."""
    return [
        replace(
            model,
            assets=tuple(
                served(asset, files[asset.file], f"{address}/{asset.file}") if asset.file in files else asset
                for asset in model.assets
            ),
        )
        for model in map(find_model, PUBLISHED)
    ]


def convolutions(shapes: Mapping[int, tuple[int, int]], seed: int) -> dict[str, Tensor]:
    """Random convolutions that keep the size of activations; the one at position 0 is 1×1, the others 3×3."""
    generator = torch.Generator().manual_seed(seed)
    weights = {}
    for position, (outputs, inputs) in shapes.items():
        side = 1 if position == 0 else 3
        scale = (2 / (inputs * side * side)) ** 0.5
        weights[f"{position}.weight"] = torch.randn(outputs, inputs, side, side, generator=generator) * scale
        weights[f"{position}.bias"] = torch.randn(outputs, generator=generator) * 0.1
    return weights


def sanet_transformer(seed: int) -> dict[str, Tensor]:
    """Random convolutions for SANet, with attention that is neither uniform nor to a single position."""
    generator = torch.Generator().manual_seed(seed)
    weights = {}
    for name, (outputs, inputs, side) in SANET_TRANSFORMER.items():
        scale = (0.25 if name[-1] in "fg" else 1) * (1 / (inputs * side * side)) ** 0.5
        weights[f"{name}.weight"] = torch.randn(outputs, inputs, side, side, generator=generator) * scale
        weights[f"{name}.bias"] = torch.randn(outputs, generator=generator) * 0.1
    return weights


def write_sanet(folder: Path) -> tuple[Path, Path, Path]:
    """Writes the three files of SANet with random weights: transformer, decoder, encoder."""
    files = folder / "transformer_iter_500000.pth", folder / "decoder_iter_500000.pth", folder / "vgg_normalised.pth"
    for file, tensors in zip(
        files, (sanet_transformer(seed=4), convolutions(ADAIN_DECODER, seed=3), convolutions(ADAIN_ENCODER, seed=0)),
        strict=True,
    ):  # fmt: skip
        torch.save(tensors, file)
    return files


def write_openai_archive(architecture: str, file: Path) -> None:
    """Writes a CLIP as OpenAI published it: a TorchScript archive in half precision, settings among its buffers."""
    towers = open_clip.CLIP(**open_clip.get_model_config(architecture), quick_gelu=True)

    class Archived(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            for name, child in towers.named_children():
                self.add_module(name, child)
            for name, parameter in towers.named_parameters(recurse=False):
                self.register_parameter(name, parameter)
            self.register_buffer("context_length", torch.tensor(77))

        def forward(self, values: Tensor) -> Tensor:
            return values + self.context_length + self.logit_scale + self.positional_embedding.sum()

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*torch.jit", category=FutureWarning)
        torch.jit.trace(Archived().half().eval(), torch.zeros(1)).save(file)


def write_features(network: nn.Module, file: Path) -> None:
    """Writes the convolutions of a network of torchvision."""
    # The classifiers, most of the published files, are never read.
    tensors = {name: tensor for name, tensor in network.state_dict().items() if name.startswith("features.")}
    torch.save(tensors, file)


def _write_inception(file: Path) -> None:
    network = Inception3(aux_logits=False, transform_input=False, init_weights=False)
    tensors = {name: tensor for name, tensor in network.state_dict().items() if not name.startswith("fc.")}
    torch.save({**tensors, "fc1.weight": torch.zeros(3, 2048)}, file)
