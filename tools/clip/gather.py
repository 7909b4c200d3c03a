"""Gather the pictures to learn from: a folder of photographs and paintings, and what installed Debian packages carry.

``python -m tools.clip.gather --pictures DIR --out DIR`` copies ``photos/`` and ``paintings/`` with their
``SOURCES.csv`` and adds

- photographs of gcompris-qt-data whose licence field says public domain or CC0,
- ``objects/``: photographs of gcompris-qt-data for measuring only,
- ``captioned/``: tuxpaint-stamps-default (a sentence each) and openclipart-png (whose file names hold a word of
  ``object_words.object_words``), with transparency.

Every picture gets a row in the new ``SOURCES.csv``: file, description, licence, copyright, source, package.
"""

from __future__ import annotations

import argparse
import csv
import io
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, fields
from itertools import pairwise
from pathlib import Path

from debian.copyright import Copyright
from PIL import Image, UnidentifiedImageError

from tools.clip.object_words import object_words
from tools.clip.sources import GCOMPRIS_PHOTOGRAPHS
from tools.qt_resources import read_resources

_GCOMPRIS = Path("/usr/share/gcompris-qt/rcc")
_GCOMPRIS_COPYRIGHT = Path("/usr/share/doc/gcompris-qt-data/copyright")
_STAMPS = Path("/usr/share/tuxpaint/stamps")
_CLIP_ART = Path("/usr/share/openclipart/png")
_FREE = frozenset({"public-domain", "CC0-1.0"})
_STAMP_FOLDERS = ("animals", "clothes", "food", "hobbies", "household", "medical", "plants", "sports", "vehicles")
_CLIP_ART_FOLDERS = (
    "animals",
    "buildings",
    "electronics",
    "food",
    "people",
    "plants",
    "recreation",
    "tools",
    "transportation",
)
_SMALLEST_SIDE = 180
_CAPTIONED_SIDE = 224
_CLIP_ART_PER_WORD = 8


@dataclass(frozen=True)
class Source:
    """A row of ``SOURCES.csv``."""

    file: str
    description: str
    licence: str
    copyright: str = ""
    source: str = ""
    package: str = ""


def gather(pictures: Path, out: Path) -> list[Source]:
    """Fill ``out`` and list what it holds."""
    rows = []
    with (pictures / "SOURCES.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            target = out / row["file"]
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(pictures / row["file"], target)
            rows.append(Source(**{field.name: row[field.name] for field in fields(Source)}))
    return [*rows, *_photographs(out), *_stamps(out), *_clip_art(out), *_object_photographs(out)]


def _photographs(out: Path) -> Iterator[Source]:
    with _GCOMPRIS_COPYRIGHT.open(encoding="utf-8") as file:
        copyrights = Copyright(file, strict=False)
    for resource in read_resources(_GCOMPRIS / "categorization.rcc"):
        path = Path(resource.path.removeprefix("/gcompris/"))
        found = (copyrights.find_files_paragraph(str(path.with_suffix(suffix))) for suffix in (".jpg", ".png"))
        stanza = next((stanza for stanza in found if stanza and stanza.license.synopsis in _FREE), None)
        if stanza is None or path.suffix != ".webp":
            continue
        picture = Image.open(io.BytesIO(resource.content)).convert("RGB")
        if min(picture.size) < _SMALLEST_SIDE:
            continue
        subject = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", re.sub(r"\d", "", path.stem)).lower()
        name = f"photos/categorization_{path.parent.name}_{path.stem}.png"
        picture.save(out / name)
        lines = (stanza.comment or "").split()
        yield Source(
            name, subject, stanza.license.synopsis, stanza.copyright, lines[0] if lines else "", "gcompris-qt-data"
        )


def _object_photographs(out: Path) -> Iterator[Source]:
    (out / "objects").mkdir(exist_ok=True)
    for group, subjects in GCOMPRIS_PHOTOGRAPHS.items():
        for resource in read_resources(_GCOMPRIS / f"{group}.rcc"):
            path = Path(resource.path)
            if path.suffix == ".webp" and path.stem in subjects:
                name = f"objects/{group}_{path.stem}.png"
                Image.open(io.BytesIO(resource.content)).convert("RGB").save(out / name)
                yield Source(
                    name, subjects[path.stem], "free, see the package; measured only", package="gcompris-qt-data"
                )


def _stamps(out: Path) -> Iterator[Source]:
    for file in sorted(_STAMPS.rglob("*.png")):
        folder = file.relative_to(_STAMPS).parts[0]
        sentence = file.with_suffix(".txt")
        if folder not in _STAMP_FOLDERS or "cartoon" in file.parts or not sentence.is_file():
            continue
        caption = sentence.read_text(encoding="utf-8", errors="replace").splitlines()[0].strip().rstrip(".!").lower()
        name = f"captioned/stamp_{'_'.join(file.relative_to(_STAMPS).with_suffix('').parts)}.png"
        if _save_captioned(file, out / name):
            yield Source(name, caption, "GPL-2 or public domain", "", "", "tuxpaint-stamps-default")


def _clip_art(out: Path) -> Iterator[Source]:
    counts: dict[str, int] = {}
    vocabulary, seen = object_words(), set[str]()
    for file in sorted(_CLIP_ART.rglob("*.png")):
        if file.relative_to(_CLIP_ART).parts[0] not in _CLIP_ART_FOLDERS:
            continue
        pieces = re.split(r"[^a-z]+", file.stem.lower())
        words = [pair for pair in map(" ".join, pairwise(pieces)) if pair in vocabulary]
        words += [piece for piece in pieces if piece in vocabulary]
        name = f"captioned/clipart_{file.stem}.png"
        if not words or counts.get(words[0], 0) >= _CLIP_ART_PER_WORD or name in seen:
            continue
        if _save_captioned(file, out / name):
            seen.add(name)
            counts[words[0]] = counts.get(words[0], 0) + 1
            yield Source(name, words[0], "public domain", "", "", "openclipart-png")


def _save_captioned(file: Path, target: Path) -> bool:
    try:
        picture = Image.open(file).convert("RGBA")
    except (UnidentifiedImageError, OSError):
        return False
    box = picture.getchannel("A").getbbox()
    if box is None:
        return False
    picture = picture.crop(box)
    if max(picture.size) < 48 or max(picture.size) > 6 * min(picture.size):
        return False
    picture.thumbnail((_CAPTIONED_SIDE, _CAPTIONED_SIDE), Image.Resampling.LANCZOS)
    target.parent.mkdir(parents=True, exist_ok=True)
    picture.save(target)
    return True


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, required=True, help="folder with SOURCES.csv, photos/ and paintings/")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    rows = gather(arguments.pictures, arguments.out)
    with (arguments.out / "SOURCES.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Source)])
        writer.writeheader()
        writer.writerows(vars(row) for row in rows)
    kinds = [row.file.split("/")[0] for row in rows]
    print({kind: kinds.count(kind) for kind in sorted(set(kinds))})


if __name__ == "__main__":
    main()
