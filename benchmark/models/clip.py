"""A text-image model of the CLIP family behind one small interface."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol, cast

import open_clip
import torch
from torch import Tensor, nn
from torchvision.transforms.v2 import functional as transforms

from benchmark.errors import InputError
from benchmark.models.float32 import at_least_float32
from benchmark.models.relevance import relevance
from benchmark.models.resizing import resize_shorter_side
from benchmark.models.tensor_file import TensorFormat, fill, read_checkpoint, read_tensors, readable, tensor_format


class _ImageTower(Protocol):
    """The part of an open_clip image tower that this module uses: its input size and normalisation."""

    image_size: int | tuple[int, int]
    image_mean: tuple[float, float, float]
    image_std: tuple[float, float, float]


class Tokenizer(Protocol):
    """The part of a tokenizer that this package uses: it turns prompts into rows of token indices, cut to a length."""

    @property
    def context_length(self) -> int:
        """Tokens per prompt, start and end included."""

    def __call__(self, prompts: list[str], context_length: int | None = None) -> Tensor:
        """Maps N prompts to token indices, N×``context_length``, by default of the length that the model reads."""


class ClipModel(nn.Module):
    """Embeds images and prompts with a frozen open_clip model.

    Embeddings are *not* scaled to unit length: prompt ensembles are averaged before normalisation
    (Kwon & Ye 2022, CLIPstyler), so scaling is the caller's business.

    Args:
        towers: an open_clip model with a ``visual`` tower.
        tokenizer: maps a list of prompts to token indices.
        embedding_size: D, the number of components of an embedding.
    """

    mean: Tensor
    standard_deviation: Tensor

    def __init__(self, towers: nn.Module, tokenizer: Tokenizer, embedding_size: int) -> None:
        super().__init__()
        self.towers = towers
        self._encode_image = cast("Callable[[Tensor], Tensor]", towers.encode_image)
        self._encode_text = cast("Callable[[Tensor], Tensor]", towers.encode_text)
        self.tokenizer = tokenizer
        self.embedding_size = embedding_size
        visual = cast("_ImageTower", towers.visual)
        self.image_size = _square_input_size(visual)
        self.register_buffer("mean", torch.tensor(visual.image_mean).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("standard_deviation", torch.tensor(visual.image_std).view(1, 3, 1, 1), persistent=False)
        self.requires_grad_(False)
        self.eval()

    def train(self, mode: bool = True) -> ClipModel:  # noqa: ARG002
        """Keeps evaluation mode: the model is frozen, and a parent's ``train()`` must not switch its dropout on."""
        return super().train(False)

    def encode_image(self, images: Tensor) -> Tensor:
        """Embeds a batch of images.

        Args:
            images: N×3×H×W, RGB in [0, 1], any size. Resized with a bicubic, antialiased filter, clamped, so
                that the shorter side has the model's input size, then centre-cropped, as in open_clip's own
                evaluation transform but for its rounding to 8 bits (`benchmark.models.resizing`); an image
                that already has the input size is taken as it is.

        Returns:
            N×D embeddings, not of unit length, differentiable with respect to ``images``.
        """
        resized = self._resize(images)
        normalised = (resized - self.mean) / self.standard_deviation
        # Cosines near 1 need more digits than bfloat16 has, whatever the layers were computed in.
        return at_least_float32(self._encode_image(normalised))

    def relevance(self, images: Tensor, texts: Tensor) -> Tensor:
        """Computes where images show what texts say, by the model's own attention (`benchmark.models.relevance`).

        Args:
            images: N×3×H×W as ``encode_image`` takes them; square ones, if the places are to be the whole image's.
            texts: N×D embeddings of any length.

        Returns:
            N×h×w, at least 0, on the image tower's own grid of places.

        Raises:
            InputError: The model shows no places.
        """
        return relevance(cast("nn.Module", self.towers.visual), self.encode_image, images, texts)

    @torch.no_grad()
    def encode_text(self, prompts: Sequence[str]) -> Tensor:
        """Embeds prompts.

        Args:
            prompts: N prompts; what exceeds the model's context length is cut off
                (`benchmark.models.prompt_reading` says what).

        Returns:
            N×D embeddings, not of unit length, without gradient.
        """
        tokens = self.tokenizer(list(prompts)).to(self.mean.device)
        return at_least_float32(self._encode_text(tokens))

    def _resize(self, images: Tensor) -> Tensor:
        height, width = images.shape[-2:]
        if height == width == self.image_size:
            return images
        resized = resize_shorter_side(images, self.image_size, transforms.InterpolationMode.BICUBIC)
        cropped: Tensor = transforms.center_crop(resized, [self.image_size, self.image_size])
        return cropped


def load_open_clip(model_name: str, weights: Path, tokenizer: Tokenizer | None = None) -> ClipModel:
    """Loads any architecture known to open_clip from a local weight file.

    Args:
        model_name: open_clip architecture, such as ``ViT-B-32-quickgelu``.
        weights: the weights in any format that open_clip or OpenAI published.
        tokenizer: replaces open_clip's own tokenizer of that architecture.

    Raises:
        InputError: open_clip knows no such architecture, or the file does not hold it.
    """
    return _load(model_name, weights, tokenizer)


def load_published_clip(model_name: str, tag: str, weights: Path) -> ClipModel:
    """Loads a pair of open_clip's table of pretrained models, with the activation and the colours of its training.

    Weights that were trained with the fast approximation of GELU get it, whichever way the architecture is spelled.

    Args:
        model_name: open_clip architecture, such as ``ViT-B-32``.
        tag: open_clip's name of the weights, such as ``openai``.
        weights: the weights.

    Raises:
        InputError: the file does not hold this architecture.
    """
    published = open_clip.get_pretrained_cfg(model_name, tag)
    return _load(
        model_name,
        weights,
        force_quick_gelu=published.get("quick_gelu", False),
        force_preprocess_cfg={"mean": published["mean"], "std": published["std"]},
    )


def load_own_clip(model_name: str, weights: Path) -> ClipModel:
    """Loads a checkpoint of one's own: a state dict, a training checkpoint around one, or an archive of OpenAI's kind.

    Colours are normalised as open_clip does by default; the activation is that of the architecture, so weights
    derived from OpenAI's need one that ends in ``-quickgelu`` (an archive gets it by itself).

    Args:
        model_name: open_clip architecture, such as ``ViT-B-32``.
        weights: the file.

    Raises:
        InputError: the file does not hold this architecture, or holds more than tensors and plain values.
    """
    configuration = open_clip.get_model_config(model_name)
    with torch.random.fork_rng(devices=[]):
        if tensor_format(weights) is TensorFormat.TORCHSCRIPT:
            towers = _openai_towers(model_name, weights)
        else:
            towers = open_clip.create_model(model_name, pretrained_image=False, pretrained_text=False)
            _fill_towers(towers, read_checkpoint(weights), weights, model_name)
    return ClipModel(towers, open_clip.get_tokenizer(model_name), embedding_size=configuration["embed_dim"])


def _fill_towers(towers: nn.Module, tensors: dict[str, Tensor], weights: Path, model_name: str) -> None:
    wanted = towers.state_dict()
    if "text.positional_embedding" in wanted and "positional_embedding" in tensors:
        tensors = open_clip.model.convert_to_custom_text_state_dict(tensors)
    # OpenAI's own state dicts hold these settings beside the parameters.
    settings = {"input_resolution", "context_length", "vocab_size"} - wanted.keys()
    fill(towers, {name: tensor for name, tensor in tensors.items() if name not in settings}, weights, model_name)


def published_tokenizer(model_name: str, tag: str = "") -> Tokenizer:  # noqa: ARG001
    """Loads the tokenizer of a pair of open_clip's table, which needs no weights.

    Args:
        model_name: open_clip architecture, such as ``ViT-B-32``.
        tag: open_clip's name of the weights, all of which share the architecture's tokenizer.
    """
    return cast("Tokenizer", open_clip.get_tokenizer(model_name))


def _load(model_name: str, weights: Path, tokenizer: Tokenizer | None = None, **options: Any) -> ClipModel:
    configuration = open_clip.get_model_config(model_name)
    if configuration is None:
        raise InputError(f"open_clip knows no architecture named {model_name!r}")
    stored_as = tensor_format(weights)
    with torch.random.fork_rng(devices=[]):
        towers = _towers(model_name, weights, stored_as, options)
    return ClipModel(
        towers, tokenizer or open_clip.get_tokenizer(model_name), embedding_size=configuration["embed_dim"]
    )


def _towers(model_name: str, weights: Path, stored_as: TensorFormat, options: dict[str, Any]) -> nn.Module:
    if stored_as is TensorFormat.TORCHSCRIPT:
        return _openai_towers(model_name, weights)
    with readable(weights, model_name), _named_by_format(weights, stored_as) as path:
        return cast("nn.Module", open_clip.create_model(model_name, pretrained=str(path), **options))


def _openai_towers(model_name: str, weights: Path) -> nn.Module:
    """Loads OpenAI's own networks, the only ones that are published as TorchScript archives."""
    configuration = {**open_clip.get_model_config(model_name), "quick_gelu": True}
    with readable(weights, model_name):
        towers: nn.Module = open_clip.CLIP(**configuration)
    visual = cast("_ImageTower", towers.visual)
    visual.image_mean, visual.image_std = open_clip.OPENAI_DATASET_MEAN, open_clip.OPENAI_DATASET_STD
    wanted = towers.state_dict()
    # The archive holds settings and masks beside the parameters.
    tensors = {name: tensor for name, tensor in read_tensors(weights).items() if name in wanted}
    fill(towers, tensors, weights, model_name)
    return towers


@contextmanager
def _named_by_format(path: Path, stored_as: TensorFormat) -> Iterator[Path]:
    """Yields a path to the file with the ending by which open_clip recognises its format."""
    if (stored_as is TensorFormat.SAFETENSORS) == (path.suffix == ".safetensors"):
        yield path
        return
    with TemporaryDirectory() as folder:
        link = Path(folder) / ("weights.safetensors" if stored_as is TensorFormat.SAFETENSORS else "weights.pt")
        link.symlink_to(path.absolute())
        yield link


def _square_input_size(visual: _ImageTower) -> int:
    size = visual.image_size
    height, width = (size, size) if isinstance(size, int) else size
    if height != width:
        raise ValueError(f"only square input sizes are supported, got {height}×{width}")
    return height
