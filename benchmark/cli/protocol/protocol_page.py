"""The page that shows a protocol: its facts and its pictures, in one file without scripts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmark.analysis.networks import label_of, networks_of_roles, notes_on
from benchmark.cli.protocol.words import content_words, protocol_facts, style_words
from benchmark.errors import InputError
from benchmark.html_pages import content_security_policy, fill_page, read_sources, template_environment
from benchmark.images import data_address, fit_within, open_image
from benchmark.protocol.case import Content, Style
from benchmark.protocol.protocol import Protocol
from benchmark.protocol.recipe import Recipe

_FOLDER: Final = Path(__file__).parent
_THUMBNAIL: Final = 320


@dataclass(frozen=True)
class Card:
    """One picture of the page.

    Attributes:
        name: Its name in the protocol.
        prompt: The prompt of a style, or the subject of a content.
        words: Other facts about it.
        source: Its source.
        thumbnail: Data URI, or an empty string if there is none.
        problem: Why there is none.
    """

    name: str
    prompt: str
    words: str
    source: str
    thumbnail: str = ""
    problem: str = ""


def protocol_page(found: Protocol | Recipe) -> str:
    """Returns the page as HTML, in which all text from the protocol is escaped."""
    style = read_sources(_FOLDER, ["protocol_page.css"])
    facts = {
        "protocol": found,
        "facts": list(protocol_facts(found)),
        "contents": [_content_card(content) for content in found.contents],
        "styles": [_style_card(style) for style in found.styles] if isinstance(found, Protocol) else [],
        "models": {str(role): label_of(networks_of_roles([role], found.models)) for role in found.models},
        "network_notes": notes_on(networks_of_roles(found.models, found.models)),
        "style": style,
        "policy": content_security_policy(style),
    }
    return fill_page(template_environment(_FOLDER), "protocol_page.html.j2", facts)


def _content_card(content: Content) -> Card:
    return Card(content.id, content.subject, content_words(content), content.source, *_thumbnail(content.image))


def _style_card(style: Style) -> Card:
    return Card(style.id, style.prompt or "", style_words(style), style.source, *_thumbnail(style.image))


def _thumbnail(path: Path | None) -> tuple[str, str]:
    """Returns a picture as a data URI and an empty reason, or an empty URI and the reason why there is none."""
    if path is None:
        return "", "no image, only a prompt"
    try:
        return data_address(fit_within(open_image(path), _THUMBNAIL)), ""
    except InputError as error:
        return "", str(error)
