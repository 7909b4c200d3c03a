"""The text tower in training: token table from wordllama, and a forward pass without the padding."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from benchmark.models.clip_tiny import ReducedTokenizer
from benchmark.models.clip_tiny_tower import OBJECT_SIZE

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_TOKEN_SCALE = 0.05
_PRINCIPAL_SAMPLE = 4000


def initialise_token_table(text: nn.Module, tokenizer: ReducedTokenizer) -> None:
    """Set every token's vector to the principal components of wordllama's vector for the same text.

    A token without a counterpart takes the mean of its pieces; the two special ones stay random.
    """
    words = [symbol.replace("</w>", "") or "a" for symbol in tokenizer.symbols[:-2]]
    known = torch.stack([word_vector(word) for word in words])
    centred = known - known.mean(0)
    sample = centred[:: max(1, len(centred) // _PRINCIPAL_SAMPLE)]
    axes = torch.linalg.svd(sample, full_matrices=False)[2]
    width = text.token_embedding.weight.shape[1]
    projected = centred @ axes[:width].T
    with torch.no_grad():
        text.token_embedding.weight[:-2] = projected / projected.std() * _TOKEN_SCALE


def word_vector(text: str) -> Tensor:
    """wordllama's vector of a text: the mean of its pieces', 256."""
    vectors, tokenizer = _wordllama()
    pieces = tokenizer.encode(text, add_special_tokens=False).ids
    return vectors[pieces].mean(0) if pieces else vectors.mean(0)


@functools.cache
def _wordllama() -> tuple[Tensor, Tokenizer]:
    from tokenizers import Tokenizer  # comes with wordllama

    specification = find_spec("wordllama")
    if specification is None or specification.origin is None:
        raise ModuleNotFoundError("the package wordllama is needed for training: pip install wordllama")
    folder = Path(specification.origin).parent
    vectors = load_file(folder / "weights" / "l2_supercat_256.safetensors")["embedding.weight"].float()
    return vectors, Tokenizer.from_file(str(folder / "tokenizers" / "l2_supercat_tokenizer_config.json"))


@dataclass(frozen=True)
class TextParts:
    """Embeddings of N texts in training.

    Attributes:
        style: N×S, unit length.
        things: N×O, of any length.
        presence: N, the length of ``things`` beside that of the style part.
    """

    style: Tensor
    things: Tensor
    presence: Tensor

    @classmethod
    def of(cls, embeddings: Tensor) -> TextParts:
        """Split embeddings N×D."""
        style, things = embeddings[:, :-OBJECT_SIZE], embeddings[:, -OBJECT_SIZE:]
        return cls(functional.normalize(style, dim=1), things, things.norm(dim=1) / style.norm(dim=1))


def encode_tokens(text: nn.Module, tokens: Tensor) -> Tensor:
    """As open_clip's text tower, on the used part of the context only. N×context → N×D."""
    end = tokens.argmax(dim=1)
    length = int(end.max()) + 1
    hidden = text.token_embedding(tokens[:, :length]) + text.positional_embedding[:length]
    hidden = text.transformer(hidden, attn_mask=text.attn_mask[:length, :length])
    hidden = text.ln_final(hidden)
    return hidden[torch.arange(len(tokens)), end] @ text.text_projection
