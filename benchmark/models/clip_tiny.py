"""``clip-tiny`` and ``clip-tiny-judge``: small text-image models that ship inside the package.

They stand in for CLIP where no published weights can be reached. ``clip-tiny`` may be optimised by methods; the judge
only scores. Both are ordinary open_clip models: a configuration file, a safetensors file, nothing else.
"""

from __future__ import annotations

import functools
import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import open_clip
from open_clip.tokenizer import SimpleTokenizer

from benchmark.models.clip import ClipModel, load_open_clip

# Importing it registers the image towers with timm, under the names that the configuration files use.
from benchmark.models.clip_tiny_tower import fold_normalization, pad_by_kernel

if TYPE_CHECKING:
    from torch import Tensor

CONTEXT_LENGTH = 32
_CONFIGURATIONS = Path(__file__).parent / "configs"
_MERGES = _CONFIGURATIONS / "clip-tiny-merges.json"


class ClipTinyName(StrEnum):
    """The two models, by the name of their configuration and weight files."""

    TINY = "clip-tiny"
    JUDGE = "clip-tiny-judge"


class ReducedTokenizer:
    """CLIP's byte-pair encoding with a part of its merges: a word without a merge of its own becomes smaller pieces.

    The pieces go down to single bytes, so that every text has an encoding.

    Args:
        merge_ranks: ranks of the merges to keep, counted in CLIP's own table.
        context_length: tokens per prompt, start and end included; longer prompts are cut off.
    """

    def __init__(self, merge_ranks: list[int], context_length: int = CONTEXT_LENGTH) -> None:
        self._tokenizer = SimpleTokenizer(context_length=context_length)
        complete = list(self._tokenizer.bpe_ranks)
        kept = [complete[rank] for rank in sorted(merge_ranks)]
        byte_symbols = list(self._tokenizer.byte_encoder.values())
        symbols = [*byte_symbols, *(symbol + "</w>" for symbol in byte_symbols)]
        symbols += [left + right for left, right in kept]
        symbols += ["<start_of_text>", "<end_of_text>"]
        self._tokenizer.bpe_ranks = {merge: rank for rank, merge in enumerate(kept)}
        self._tokenizer.encoder = {symbol: index for index, symbol in enumerate(symbols)}
        self._tokenizer.decoder = dict(enumerate(symbols))
        self._tokenizer.vocab_size = len(symbols)
        self._tokenizer.sot_token_id = len(symbols) - 2
        self._tokenizer.eot_token_id = len(symbols) - 1
        self._tokenizer.all_special_ids = [len(symbols) - 2, len(symbols) - 1]

    @property
    def vocabulary_size(self) -> int:
        """Number of different tokens; the end token is the last."""
        return int(self._tokenizer.vocab_size)

    @property
    def symbols(self) -> list[str]:
        """The text of every token, words marked with ``</w>`` at their end."""
        return list(self._tokenizer.encoder)

    @property
    def context_length(self) -> int:
        """Tokens per prompt, start and end included."""
        return int(self._tokenizer.context_length)

    def __call__(self, prompts: list[str], context_length: int | None = None) -> Tensor:
        """Maps N prompts to token indices, N×``context_length``, padded with zeros after the end token."""
        tokens: Tensor = self._tokenizer(prompts, context_length=context_length)
        return tokens

    def spelled_in_bytes(self, prompt: str) -> int:
        """Counts the characters that are encoded as single bytes, which no training text had.

        Args:
            prompt: The prompt, read to its end however long it is.
        """
        count, is_loose = 0, False
        for index in self._tokenizer.encode(prompt):
            symbol = self._tokenizer.decoder[index].removesuffix("</w>")
            for byte in (self._tokenizer.byte_decoder[character] for character in symbol):
                if byte & 0xC0 != 0x80:
                    is_loose = False
                if byte >= 0x80 and len(symbol) == 1 and not is_loose:
                    count, is_loose = count + 1, True
        return count


def load_clip_tiny(file: Path) -> ClipModel:
    """Loads the model that methods may optimise.

    Args:
        file: its weights.

    Raises:
        InputError: the file does not hold it.
    """
    return _load(ClipTinyName.TINY, file)


def load_clip_tiny_judge(file: Path) -> ClipModel:
    """Loads the model that scores and that no method may optimise.

    Args:
        file: its weights.

    Raises:
        InputError: the file does not hold it.
    """
    return _load(ClipTinyName.JUDGE, file)


@functools.cache
def register_configurations() -> None:
    """Makes both architectures known to open_clip, once."""
    for name in ClipTinyName:
        open_clip.add_model_config(_CONFIGURATIONS / f"{name}.json")


@functools.cache
def reduced_tokenizer() -> ReducedTokenizer:
    """Builds the tokenizer of both models: CLIP's most frequent merges, and those that spell words of art."""
    merges = json.loads(_MERGES.read_text(encoding="utf-8"))
    return ReducedTokenizer([*range(merges["first"]), *merges["further"]])


def _load(name: ClipTinyName, file: Path) -> ClipModel:
    register_configurations()
    model = load_open_clip(name.value, file, reduced_tokenizer())
    fold_normalization(model.towers)
    pad_by_kernel(model.towers)
    return model
