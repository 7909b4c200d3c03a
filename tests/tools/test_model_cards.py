"""The cards of the shipped models are a page each; they and their notes name programs and files that are there."""

from __future__ import annotations

import hashlib
import importlib.util
import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
CARDS = sorted((REPOSITORY / "docs" / "models").glob("*.md"))
NOTES = sorted((REPOSITORY / "tools" / "notes").glob("*.md"))


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def test_every_shipped_model_has_a_card_and_notes() -> None:
    names = {"adain-decoder-embedded", "clip-tiny", "clip-tiny-judge", "johnson-embedded"}

    assert {card.stem for card in CARDS} == {page.stem for page in NOTES} == names


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.stem)
def test_a_card_is_one_page_with_its_parts_and_points_to_the_notes(card: Path) -> None:
    page = text(card)

    assert len(page.splitlines()) <= 72
    assert re.findall(r"^## (\w+)", page, re.M) == ["Data", "Measures", "Limits"]
    assert "| Licence |" in page
    assert f"](../../tools/notes/{card.name})" in page


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.stem)
def test_a_card_is_of_the_file_that_ships(card: Path) -> None:
    weights = REPOSITORY / "benchmark" / "models" / "weights" / f"{card.stem}.safetensors"
    content = weights.read_bytes()

    assert hashlib.sha256(content).hexdigest() in text(card)
    assert f"{len(content):,} bytes" in text(card)


@pytest.mark.parametrize("page", [*CARDS, *NOTES], ids=lambda page: f"{page.parent.name}-{page.stem}")
def test_the_commands_files_and_links_of_a_page_exist(page: Path) -> None:
    modules = re.findall(r"python -m ([\w.]+)", text(page))
    files = re.findall(r"`((?:tools|benchmark|docs)/[\w./-]+)`", text(page))
    links = [link for link in re.findall(r"\]\(([^)#]+)", text(page)) if "://" not in link]

    assert not [name for name in modules if importlib.util.find_spec(name) is None]
    assert not [name for name in files if not (REPOSITORY / name).exists()]
    assert not [link for link in links if not (page.parent / link).exists()]
    assert files
    assert modules or page in CARDS
    assert links
