"""A small WordNet, written in the format of the real one's files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path


def write_wordnet(
    folder: Path,
    synsets: Mapping[str, tuple[Sequence[str], Sequence[str]]],
    counts: Mapping[tuple[str, int], int] | None = None,
) -> Path:
    """Write nouns.

    Args:
        folder: Where to.
        synsets: Eight digits → its nouns, and the synsets that it is a kind of. The meanings of a noun are numbered in
            the order in which they come.
        counts: Noun and number of the meaning → how often it was found.
    """
    folder.mkdir(parents=True, exist_ok=True)
    licence = "  1 This software and database is being provided to you\n"
    data, meanings = [licence], dict[str, list[str]]()
    for synset, (words, above) in synsets.items():
        named = " ".join(f"{word.replace(' ', '_')} 0" for word in words)
        pointers = "".join(f" @ {target} n 0000" for target in above)
        data.append(f"{synset} 03 n {len(words):02x} {named} {len(above):03d}{pointers} | a gloss with @ 00000000 n\n")
        for word in words:
            meanings.setdefault(word.lower(), []).append(synset)
    index = [
        f"{word.replace(' ', '_')} n {len(found)} 1 @ {len(found)} 0 {' '.join(found)}  \n"
        for word, found in sorted(meanings.items())
    ]
    tagged = [
        f"{word.replace(' ', '_')}%1:03:00:: {number} {count}\n" for (word, number), count in (counts or {}).items()
    ]
    (folder / "data.noun").write_text("".join(data), encoding="latin-1")
    (folder / "index.noun").write_text(licence + "".join(index), encoding="latin-1")
    (folder / "cntlist.rev").write_text("".join(tagged), encoding="latin-1")
    return folder
