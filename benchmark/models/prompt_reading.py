"""The part of a prompt that a text-image model reads: its tokenizer silently cuts off what exceeds its context."""

from __future__ import annotations

import hashlib
import itertools
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import torch

from benchmark.models.clip_tiny import ReducedTokenizer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from torch import Tensor

    from benchmark.models.clip import Tokenizer

_LONGEST_PIECE: Final = 64
"""Characters at most that a word's tokens may be made of in another way when the word is cut within them."""


@dataclass(frozen=True)
class PromptReading:
    """The part of a prompt that a model reads.

    Attributes:
        prompt: The prompt.
        model: Name of the model.
        reader: Name of the method that gives it to the model; empty for metrics and plain comparisons.
        read: Number of its characters, from the first, that the model reads in each of the phrasings.
        phrasings: Number of texts that are made of the prompt.
        cut: Number of those texts of which something is cut off.
        spelled_in_bytes: Number of its characters that the model's vocabulary lacks and that reach it as single bytes.
        tokens: Hash of the tokens that reach the model: it cannot tell prompts apart for which this is equal.
    """

    prompt: str
    model: str
    reader: str
    read: int
    phrasings: int
    cut: int
    spelled_in_bytes: int
    tokens: str

    @property
    def unread(self) -> str:
        """The end of the prompt that the model does not read."""
        return self.prompt[self.read :].strip() if self.cut else ""

    @property
    def is_whole(self) -> bool:
        """Whether the model reads all of it, and nothing of it as single bytes."""
        return not (self.cut or self.spelled_in_bytes)

    @property
    def extent(self) -> str:
        """A few words on how far the model reads, or an empty string where it reads to the end."""
        who = f"{self.model} ({self.reader})" if self.reader else self.model
        if self.unread:
            words, read = self.prompt.split(), self.prompt[: self.read].split()
            # A word that is cut in the middle does not count as read.
            number = len(read) if self.prompt[self.read].isspace() else len(read) - 1
            share = f" ({number} of {len(words)} words)" if len(words) > 1 else ""
            where = f" in the longest of {self.phrasings} phrasings" if self.phrasings > 1 else ""
            return f"{who} reads its first {self.read} of {len(self.prompt)} characters{share}{where}"
        if self.cut:
            return f"{who} reads it, but not the ends of {self.cut} of the {self.phrasings} phrasings around it"
        return ""


def describe_readings(readings: Iterable[PromptReading]) -> dict[str, str]:
    """Says, in one line for each prompt of which something is lost, what a model does not read of it.

    Args:
        readings: Readings of any prompts by any readers.

    Returns:
        The lines by their prompts.
    """
    grouped: dict[str, list[PromptReading]] = {}
    for reading in readings:
        if not reading.is_whole:
            grouped.setdefault(reading.prompt, []).append(reading)
    return {prompt: _describe(found) for prompt, found in grouped.items()}


def _describe(readings: Sequence[PromptReading]) -> str:
    parts = [reading.extent for reading in readings if reading.extent]
    if unread := max((reading.unread for reading in readings), key=len):
        parts.append(f"not read: {shortened(unread)!r}")
    if spelled := max(reading.spelled_in_bytes for reading in readings):
        models = " and ".join(dict.fromkeys(reading.model for reading in readings if reading.spelled_in_bytes))
        who = f"{spelled} of {len(readings[0].prompt)} characters reach {models} as single bytes"
        parts.append(f"{who}: it was taught in English, and a score says next to nothing of them")
    return f"prompt {shortened(readings[0].prompt, 40)!r}: {'; '.join(parts)}"


def shortened(text: str, length: int = 120) -> str:
    """Shortens a long text to its beginning and its end, so that it fits into a line.

    Args:
        text: The text.
        length: Largest number of characters, approximately.
    """
    half = length // 2
    return text if len(text) <= length else f"{text[:half].rstrip()} … {text[-half:].lstrip()}"


def read_prompt(
    tokenizer: Tokenizer, prompt: str, model: str, *, reader: str = "", phrasings: Sequence[str] = ()
) -> PromptReading:
    """Finds out how much of a prompt a model reads.

    Args:
        tokenizer: The tokenizer of the model.
        prompt: The prompt.
        model: Name of the model.
        reader: Name of the method that gives it to the model, or empty.
        phrasings: The texts that are made of the prompt, by default the prompt as it is.
    """
    texts = list(phrasings) or [prompt]
    rows = tokenizer(texts)
    # No text of n bytes has more than n tokens between start and end.
    room = max(tokenizer.context_length, *(2 * len(text.encode("utf-8", "replace")) + 2 for text in texts))
    complete = tokenizer(texts, context_length=room)[:, : rows.shape[1]]
    read, cut = len(prompt), 0
    for text, row in itertools.compress(zip(texts, rows, strict=True), (rows != complete).any(dim=1).tolist()):
        end = _end_of_reading(tokenizer, text, row)
        if _says_nothing(text[end:]):
            continue
        cut += 1
        start = text.rfind(prompt)
        read = min(read, max(end - start, 0) if start >= 0 else 0)
    return PromptReading(
        prompt=prompt,
        model=model,
        reader=reader,
        read=len(prompt) if _says_nothing(prompt[read:]) else read,
        phrasings=len(texts),
        cut=cut,
        spelled_in_bytes=tokenizer.spelled_in_bytes(prompt) if isinstance(tokenizer, ReducedTokenizer) else 0,
        tokens=hashlib.sha256(rows.to(torch.int64).contiguous().numpy().tobytes()).hexdigest(),
    )


def merged_prompts(readings: Iterable[PromptReading]) -> Iterator[tuple[PromptReading, PromptReading]]:
    """Yields pairs of different prompts that reach a model as the same tokens, because at least one of them is cut.

    Args:
        readings: Readings of any prompts by any readers.
    """
    first: dict[tuple[str, str, str], PromptReading] = {}
    for reading in readings:
        earlier = first.setdefault((reading.reader, reading.model, reading.tokens), reading)
        if earlier.prompt != reading.prompt and (earlier.cut or reading.cut):
            yield earlier, reading


def _end_of_reading(tokenizer: Tokenizer, text: str, row: Tensor) -> int:
    """Returns the length of the shortest beginning with the same tokens: nothing after it reaches the model."""

    def reads_the_same(ends: Sequence[int]) -> list[bool]:
        same: list[bool] = (tokenizer([text[:end] for end in ends]) == row).all(dim=1).tolist()
        return same

    low, high = 0, len(text)
    while high - low > 1:
        middle = (low + high) // 2
        if reads_the_same([middle])[0]:
            high = middle
        else:
            low = middle
    # Within the word where the cut is, the tokens of a longer beginning may differ from those of a shorter one.
    shorter = range(max(1, high - _LONGEST_PIECE), high)
    return next(itertools.compress(shorter, reads_the_same(shorter)), high) if shorter else high


def _says_nothing(text: str) -> bool:
    """Returns whether a text consists of spaces, punctuation and control characters only."""
    return all(unicodedata.category(character)[0] in "ZCPM" for character in text)
