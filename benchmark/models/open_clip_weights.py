"""The pretrained models of open_clip by name, ``clip-MODEL-PRETRAINED``, and where their weights come from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import urlsplit

from benchmark.errors import InputError
from benchmark.models.asset import Asset
from benchmark.models.weights_check import file_sha256
from benchmark.suggestion import suggest

_PREFIX: Final = "clip-"
_CHECKPOINTS: Final = (".pt", ".pth", ".bin", ".ckpt", ".safetensors")
_HUB: Final = "https://huggingface.co"
_OPENAI: Final = (
    "https://openaipublic.azureedge.net/clip/models/{sha256}/{file}",
    "https://openaipublic.blob.core.windows.net/clip/models/{sha256}/{file}",
    "https://huggingface.co/jinaai/clip-models/resolve/main/{file}",
)
"""OpenAI's own address, the storage behind it, and a copy on the hub: the first is reported to fail at times."""
_CLIP_PAPER: Final = "Radford et al.: Learning Transferable Visual Models From Natural Language Supervision. ICML 2021"
_OPEN_CLIP: Final = "Ilharco et al.: OpenCLIP. 2021, doi:10.5281/zenodo.5143773; see the page of the model"


@dataclass(frozen=True)
class OpenClipWeights:
    """A pair of open_clip's table.

    Attributes:
        architecture: open_clip's name of the architecture.
        tag: open_clip's name of the weights.
        asset: The file with the weights.
    """

    architecture: str
    tag: str
    asset: Asset


def openai_names() -> list[str]:
    """Returns the names of the models that are known without asking open_clip."""
    return [f"{_PREFIX}{architecture}-openai" for architecture in _OPENAI_FILES]


def find_open_clip_weights(name: str) -> OpenClipWeights | None:
    """Finds a pretrained model of open_clip.

    Three of OpenAI's are known here, with the hashes that their addresses state; for any other, open_clip is imported
    and asked.

    Args:
        name: For instance ``clip-ViT-B-32-laion2b_s34b_b79k``.

    Returns:
        The pair, or ``None`` if open_clip has no model of this name.

    Raises:
        InputError: open_clip has it, but lacks something that it needs.
    """
    if not name.startswith(_PREFIX):
        return None
    architecture = name.removeprefix(_PREFIX).removesuffix("-openai")
    if architecture in _OPENAI_FILES and name.endswith("-openai"):
        return OpenClipWeights(architecture, "openai", _openai_asset(name, *_OPENAI_FILES[architecture]))
    import open_clip

    for architecture, tag in open_clip.list_pretrained():
        if name == f"{_PREFIX}{architecture}-{tag}":
            _require_own_tokenizer(name, architecture, open_clip.get_model_config(architecture))
            return OpenClipWeights(architecture, tag, _asset(name, open_clip.get_pretrained_cfg(architecture, tag)))
    return None


def own_clip_weights(name: str) -> OpenClipWeights | None:
    """Finds a checkpoint of the user's own, whose architecture is one of open_clip's.

    Args:
        name: ``ARCHITECTURE:FILE``, for instance ``ViT-B-32:runs/epoch_5.pt``; ``clip-`` may stand before it.

    Returns:
        The pair, with the hash of the file as it is now, or ``None`` if the name is not of this form.

    Raises:
        InputError: There is no such file or architecture, or the name is that of a file alone.
    """
    architecture, colon, file = name.removeprefix(_PREFIX).partition(":")
    if not colon:
        if name.lower().endswith(_CHECKPOINTS):
            raise InputError(
                f"model {name}: say which architecture of open_clip it is: ARCHITECTURE:{name}, such as ViT-B-32:{name}"
            )
        return None
    import open_clip

    configuration = open_clip.get_model_config(architecture)
    if configuration is None:
        known = open_clip.list_models()
        raise InputError(
            f"model {name}: open_clip knows no architecture {architecture!r}{suggest(architecture, known)}"
        )
    _require_own_tokenizer(name, architecture, configuration)
    path = Path(file).expanduser()
    try:
        sha256, number = file_sha256(path), path.stat().st_size
    except OSError as error:
        raise InputError(f"model {name}: cannot read {path}: {error.strerror}") from error
    asset = Asset(
        name=name,
        file=str(path.absolute()),
        bytes=number,
        sha256=sha256,
        licence="as you know",
        citation="your own weights",
        is_own=True,
    )
    return OpenClipWeights(architecture, path.stem, asset)


def anchored_checkpoint(name: str, folder: Path) -> str:
    """Returns a model's name with the path of a user's checkpoint resolved from a folder; others stay as they are.

    Args:
        name: Name of a model.
        folder: The folder that a relative path starts from.
    """
    architecture, colon, file = name.partition(":") if isinstance(name, str) else (name, "", "")
    return f"{architecture}:{(folder / Path(file).expanduser()).absolute()}" if colon else name


def _openai_asset(name: str, file: str, number: int | None, sha256: str) -> Asset:
    return Asset(
        name=name,
        file=file,
        bytes=number,
        sha256=sha256,
        addresses=tuple(address.format(sha256=sha256, file=file) for address in _OPENAI),
        licence="MIT (OpenAI CLIP)",
        citation=_CLIP_PAPER,
    )


def _asset(name: str, published: dict[str, str]) -> Asset:
    """Returns the asset of an entry of open_clip's table: at the address that states a hash, else on the hub."""
    repository = published.get("hf_hub", "")
    hub = _hub_addresses(repository) if repository else ()
    address = published.get("url", "")
    if address:
        path = PurePosixPath(urlsplit(address).path)
        # OpenAI's addresses have the hash as a folder, open_clip's own have its first eight digits before the suffix.
        stated = re.search(r"(?:^|-)([0-9a-f]{64}|[0-9a-f]{8})$", path.parent.name) or re.search(
            r"-([0-9a-f]{8})$", path.stem
        )
        if stated:
            return _open_clip_asset(name, path.name, stated[1], (address,))
    return _open_clip_asset(name, f"{name}.weights", "", (*hub, address) if address else hub)


def _open_clip_asset(name: str, file: str, sha256: str, addresses: tuple[str, ...]) -> Asset:
    return Asset(
        name=name,
        file=file,
        sha256=sha256,
        addresses=addresses,
        licence="as its authors state on the page of the model",
        citation=_OPEN_CLIP,
    )


def _hub_addresses(entry: str) -> tuple[str, ...]:
    repository, _, file = entry.rpartition("/")
    files = [file] if file else ["open_clip_model.safetensors", "open_clip_pytorch_model.bin"]
    return tuple(f"{_HUB}/{repository}/resolve/main/{file}" for file in files)


def _require_own_tokenizer(name: str, architecture: str, configuration: dict[str, dict[str, object]]) -> None:
    text = configuration["text_cfg"]
    if text.get("hf_tokenizer_name") or text.get("hf_model_name") or "siglip" in architecture.lower():
        raise InputError(f"model {name} cannot be used: its tokenizer is not part of open_clip and would be downloaded")


_OPENAI_FILES: Final[dict[str, tuple[str, int | None, str]]] = {
    "ViT-B-32": (
        "ViT-B-32.pt",
        353_976_522,
        "40d365715913c9da98579312b702a82c18be219cc2a73407c4526f58eba950af",
    ),
    "ViT-B-16": (
        "ViT-B-16.pt",
        350_837_078,
        "5806e77cd80f8b59890b7e101eabd078d9fb84e6937f9e85e4ecb61988df416f",
    ),
    "ViT-L-14": (
        "ViT-L-14.pt",
        932_768_134,
        "b8cca3fd41ae0c99ba7e8951adf17d267cdb84cd88be6f7c2e0eca1737a03836",
    ),
}
