"""The page that says which measure of style was chosen, and how it does."""

from __future__ import annotations

from collections.abc import Mapping

from tools.style_distance.candidates import ALL
from tools.style_distance.measures import Measures
from tools.style_distance.table import Half, Part


def page(chosen: str, measured: Mapping[Part, Mapping[str, Measures]], halves: Mapping[Part, Half]) -> str:
    """Writes the page as Markdown.

    Args:
        chosen: Name of the chosen candidate.
        measured: Measures by half and candidate.
        halves: The pictures.
    """
    lines = [f"# {chosen}", ""]
    for part in Part:
        lines += [f"## {part}: {len(halves[part].paintings)} paintings", ""]
        lines += [f"{candidate.name}: {measured[part][candidate.name]}" for candidate in ALL]
    return "\n".join(lines) + "\n"
