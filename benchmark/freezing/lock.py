"""Writes locks: protocol files with the hash of every image's pixels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmark.protocol.case import Content, Style
from benchmark.protocol.protocol import Protocol
from benchmark.protocol.reading import read_protocol
from benchmark.protocol.recipe import Origin, Recipe
from benchmark.protocol.schema import SCHEMA_VERSION
from benchmark.store.atomic import write_json


def lock_table(
    facts: Recipe | Protocol,
    contents: Iterable[Content],
    styles: Iterable[Style],
    *,
    origin: Origin | None = None,
    folder: Path | None = None,
    **replaced: Any,
) -> dict[str, Any]:
    """Returns the table of a lock.

    Args:
        facts: Recipe or protocol that name, resolution, models and fixed settings are taken from.
        contents: The contents, with the hashes of their pixels.
        styles: The styles, with the hashes of their pixels.
        origin: The data set and its rows that the styles were drawn from.
        folder: Folder of the lock, for images that are not in the data directory.
        replaced: Values that replace those of the facts.
    """
    table: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "name": facts.name,
        "version": facts.version,
        "title": facts.title,
        "description": facts.description,
        "resolution": facts.resolution,
        "models": {str(role): model for role, model in facts.models.items()},
        "methods": {method: dict(settings) for method, settings in facts.method_settings.items()},
    } | replaced
    if facts.metric_settings:
        table["metrics"] = {metric: dict(settings) for metric, settings in facts.metric_settings.items()}
    if facts.variants:
        table["variants"] = [
            {"method": variant.method, "settings": dict(variant.changes)} for variant in facts.variants
        ]
    if isinstance(facts, Recipe):
        table["seeds"] = list(facts.seeds)
    for key, items in (("contents", contents), ("styles", styles)):
        table[key] = [_item(item, folder) for item in items]
    if origin is not None:
        table["origin"] = asdict(origin)
    return table


def _item(item: Content | Style, folder: Path | None) -> dict[str, str]:
    stated = {key: value for key, value in asdict(item).items() if isinstance(value, str) and value}
    stated.pop("sha256", None)
    if folder is not None and item.image is not None:
        stated["image"] = item.image.relative_to(folder).as_posix()
    return stated


def write_lock(path: Path, table: dict[str, Any]) -> Protocol:
    """Writes a lock, whole or not at all, and reads it back.

    Raises:
        InputError: It cannot be written, or is no valid protocol.
    """
    write_json(path, table)
    return read_protocol(path)
