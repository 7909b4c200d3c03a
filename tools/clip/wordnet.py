"""WordNet's nouns: what is a kind of what. Read from the files of Debian's ``wordnet-base`` (WordNet 3.0)."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

WORDNET = Path("/usr/share/wordnet")
_PHYSICAL = "physical entity"
_KIND_OF = frozenset({"@", "@i"})


@dataclass(frozen=True)
class Sense:
    """One meaning of a word: the synset, and how often it was found in tagged text."""

    synset: str
    count: int


class WordNet:
    """The nouns of a folder of WordNet files.

    Args:
        folder: Holds ``data.noun``, ``index.noun`` and ``cntlist.rev``.

    Raises:
        FileNotFoundError: it does not; ``apt-get install wordnet-base`` brings them.
    """

    def __init__(self, folder: Path = WORDNET) -> None:
        self._words: dict[str, list[str]] = {}
        self._hypernyms: dict[str, list[str]] = {}
        self._synsets: dict[str, list[str]] = {}
        self._counts: dict[tuple[str, int], int] = {}
        for fields in _lines(folder / "data.noun"):
            words = int(fields[3], 16)
            pointers = fields[4 + 2 * words :]
            self._words[fields[0]] = [_plain(word) for word in fields[4 : 4 + 2 * words : 2]]
            self._hypernyms[fields[0]] = [
                target
                for symbol, target in zip(pointers[1::4], pointers[2::4], strict=False)
                if symbol in _KIND_OF and target.isdigit()
            ]
        for fields in _lines(folder / "index.noun"):
            self._synsets[_plain(fields[0])] = fields[-int(fields[2]) :]
        for fields in _lines(folder / "cntlist.rev"):
            word, _, key = fields[0].partition("%")
            if key.startswith("1:"):
                self._counts[_plain(word), int(fields[1])] = int(fields[2])

    def __iter__(self) -> Iterator[str]:
        """All nouns, in lower case, several words separated by spaces."""
        return iter(self._synsets)

    def senses(self, noun: str) -> list[Sense]:
        """Meanings that are physical, the commonest first; of the singular or the last word if it has none itself."""
        found = self._entry(noun.lower().strip())
        if found is None:
            return []
        numbered = enumerate(self._synsets[found], start=1)
        senses = [Sense(synset, self._counts.get((found, number), 0)) for number, synset in numbered]
        return [sense for sense in senses if self.is_kind_of(sense.synset, _PHYSICAL)]

    def words(self, synset: str) -> list[str]:
        """Nouns that have this meaning."""
        return self._words[synset]

    @functools.cache  # noqa: B019 - one instance lives as long as the training
    def ancestors(self, synset: str) -> frozenset[str]:
        """All synsets that it is a kind of, itself among them."""
        return frozenset({synset}).union(*(self.ancestors(above) for above in self._hypernyms[synset]))

    def is_kind_of(self, synset: str, name: str) -> bool:
        """Returns whether a synset, or an ancestor of it, has this first name."""
        return any(self._words[above][0] == name for above in self.ancestors(synset))

    def _entry(self, noun: str) -> str | None:
        words = noun.split()
        candidates = (
            noun,
            noun.removesuffix("s"),
            noun.removesuffix("es"),
            noun.replace(" ", ""),
            " ".join(words[-2:]),
            words[-1] if words else "",
            words[-1].removesuffix("s") if words else "",
        )
        return next((candidate for candidate in candidates if candidate in self._synsets), None)


def _lines(file: Path) -> Iterator[list[str]]:
    with file.open(encoding="latin-1") as lines:
        for line in lines:
            if not line.startswith("  "):
                yield line.partition("|")[0].split()


def _plain(word: str) -> str:
    return word.replace("_", " ").lower()
