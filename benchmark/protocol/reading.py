"""Reading of protocols and recipes from their files."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, TypeVar

from benchmark.errors import InputError
from benchmark.models.open_clip_weights import anchored_checkpoint
from benchmark.models.role import Role
from benchmark.models.specification import find_model
from benchmark.prompts import is_blank
from benchmark.protocol.case import Content, Style, WeightedStyle
from benchmark.protocol.crossed_cases import CrossedCases, Mix
from benchmark.protocol.data_directory import kept_image
from benchmark.protocol.origin_tables import read_dataset, read_origin
from benchmark.protocol.protocol import Protocol
from benchmark.protocol.recipe import Origin, Recipe
from benchmark.suggestion import suggest
from benchmark.text_files import find_file, read_json, read_toml

SCHEMA_VERSION = 1
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_MAXIMUM_WEIGHT = 1_000_000
_SHA256 = re.compile(r"[0-9a-f]{64}")
_COMMON_KEYS = frozenset(
    {
        "schema_version",
        "name",
        "version",
        "title",
        "description",
        "resolution",
        "seeds",
        "models",
        "methods",
        "contents",
    }
)
_PROTOCOL_KEYS = _COMMON_KEYS | {"styles", "mixes", "origin"}
_RECIPE_KEYS = _COMMON_KEYS | {"dataset"}
_MIX_KEYS = frozenset({"content", "styles"})
_SHARE_KEYS = frozenset({"style", "weight", "mask", "mask_sha256"})
ItemT = TypeVar("ItemT", Content, Style)


def read_protocol(path: Path) -> Protocol:
    """Reads a protocol file: TOML, or JSON as locks are.

    The cases are every content with every style, for every seed, followed by the ``mixes`` (multi-style cases).
    Paths in the file are relative to its folder. An image without a path, but with the hash of its pixels, is
    looked for in the data directory.

    Args:
        path: The file.

    Raises:
        InputError: The file is missing, cannot be parsed, or something in it is missing, unknown or of the wrong type.
    """
    found = read_protocol_or_recipe(path)
    if isinstance(found, Recipe):
        raise InputError(f"{path} draws its styles from a data set; first: benchmark protocol freeze {path}")
    return found


def read_protocol_or_recipe(path: Path) -> Protocol | Recipe:
    """Reads a protocol file, or a recipe: one with a ``dataset`` in place of ``styles``.

    Args:
        path: The file.

    Raises:
        InputError: As for ``read_protocol``.
    """
    table = read_json(path, "protocol") if path.suffix.lower() == ".json" else read_toml(path, "protocol")
    if not isinstance(table, dict):
        raise InputError(f"protocol {path} must be a table of keys and values")
    reader = _Reader(path, table)
    return reader.recipe() if "dataset" in table else reader.protocol()


def refuse_unusable_names(protocol: Protocol) -> None:
    """Refuses names that could lead out of a run's folder; the protocol of a plugin may have them.

    Raises:
        InputError: There is one.
    """
    contents, styles = ([item.id for item in items] for items in (protocol.contents, protocol.styles))
    for name in (protocol.name, *contents, *styles):
        if not _IDENTIFIER.fullmatch(name):
            raise InputError(f"protocol {protocol.name!r} is broken: name {name!r} must be letters, digits, _ and -")


def refuse_empty_styles(protocol: Protocol) -> None:
    """Refuses styles with neither an image nor a prompt; the protocol of a plugin may have them.

    Raises:
        InputError: There is one.
    """
    for style in protocol.styles:
        if style.image is None and style.prompt is None:
            raise InputError(f"protocol {protocol.name!r} is broken: style {style.id} needs an image or a prompt")


class _Reader:
    def __init__(self, path: Path, table: dict[str, Any]) -> None:
        self.path = path
        self.table = table

    def fail(self, problem: str) -> InputError:
        return InputError(f"protocol {self.path}: {problem}")

    def value(self, key: str, kind: type[Any], default: Any = None) -> Any:
        found = self.table.get(key, default)
        if found is None:
            raise self.fail(f"{key} is missing")
        if not isinstance(found, kind) or isinstance(found, bool):
            raise self.fail(f"{key} must be {_a(kind)}, not {found!r}")
        return found

    def protocol(self) -> Protocol:
        facts = self.facts(_PROTOCOL_KEYS)
        contents = self.items("contents", Content)
        styles = self.items("styles", Style)
        return Protocol(
            **facts,
            contents=contents,
            styles=styles,
            cases=self.cases(contents, styles),
            origin=self.origin(styles) if "origin" in self.table else None,
        )

    def recipe(self) -> Recipe:
        return Recipe(
            **self.facts(_RECIPE_KEYS),
            contents=self.items("contents", Content),
            dataset=read_dataset(self.fail, "dataset", self.table["dataset"]),
            seeds=self.seeds(),
        )

    def facts(self, keys: frozenset[str]) -> dict[str, Any]:
        for key in self.table.keys() - keys:
            raise self.fail(f"unknown key {key!r}{suggest(key, keys)}")
        if self.value("schema_version", int) != SCHEMA_VERSION:
            raise self.fail(f"schema_version {self.table['schema_version']} is not supported; this is {SCHEMA_VERSION}")
        resolution = self.value("resolution", int)
        if not 32 <= resolution <= 4096:
            raise self.fail(f"resolution must be 32 … 4096 pixels, not {resolution}")
        name = self.value("name", str)
        if not _IDENTIFIER.fullmatch(name):
            raise self.fail(f"name must be letters, digits, _ and -, not {name!r}")
        return {
            "name": name,
            "version": self.value("version", str),
            "title": self.value("title", str),
            "description": self.value("description", str, ""),
            "resolution": resolution,
            "models": self.models(),
            "method_settings": self.method_settings(),
        }

    def origin(self, styles: tuple[Style, ...]) -> Origin:
        return read_origin(self.fail, self.table["origin"], [style.id for style in styles])

    def items(self, key: str, kind: type[ItemT]) -> tuple[ItemT, ...]:
        known = {field.name for field in fields(kind)}
        items: dict[str, ItemT] = {}
        in_lower_case: dict[str, str] = {}
        for number, table in enumerate(self.value(key, list), start=1):
            where = f"{key} entry {number}"
            if not isinstance(table, dict):
                raise self.fail(f"{where} must be a table, not {table!r}")
            for name, value in table.items():
                if name not in known:
                    raise self.fail(f"{where}: unknown key {name!r}{suggest(name, known)}")
                if not isinstance(value, str):
                    raise self.fail(f"{where}: {name} must be a string, not {value!r}")
            identifier = table.get("id", "")
            if not _IDENTIFIER.fullmatch(identifier):
                raise self.fail(f"{where}: id must be letters, digits, _ and -, not {identifier!r}")
            if identifier in items:
                raise self.fail(f"{where}: id {identifier!r} is used twice")
            if (alike := in_lower_case.setdefault(identifier.lower(), identifier)) != identifier:
                raise self.fail(
                    f"{where}: ids {alike!r} and {identifier!r} differ in case only, which many file systems do not"
                    " tell apart; rename one"
                )
            image = self.image(f"{where} ({identifier})", table)
            if kind is Content and image is None:
                raise self.fail(f"{where} ({identifier}): image is missing")
            if image is None and is_blank(table.get("prompt")):
                raise self.fail(f"{where} ({identifier}): an image or a prompt is needed")
            items[identifier] = kind(**{**table, "image": image})
        if not items:
            raise self.fail(f"{key} is empty")
        return tuple(items.values())

    def image(self, where: str, table: dict[str, str]) -> Path | None:
        for key in ("sha256", "pixels_sha256"):
            if table.get(key) and not _SHA256.fullmatch(table[key]):
                raise self.fail(f"{where}: {key} must be 64 digits of 0 … 9 and a … f, not {table[key]!r}")
        if table.get("image"):
            return self.inside(where, table["image"])
        return kept_image(table["pixels_sha256"]) if table.get("pixels_sha256") else None

    def inside(self, where: str, path: Any) -> Path:
        if not isinstance(path, str) or "\0" in path:
            raise self.fail(f"{where}: not a path: {path!r}")
        for pure in (PurePosixPath(path), PureWindowsPath(path)):
            if pure.anchor or ".." in pure.parts:
                raise self.fail(f"{where}: {path!r} leads out of the protocol's folder; put the file there")
        return find_file(self.path.parent, path)

    def seeds(self) -> tuple[int, ...]:
        seeds = self.value("seeds", list, [0])
        if not seeds or not all(type(seed) is int and seed >= 0 for seed in seeds):
            raise self.fail(f"seeds must be a list of numbers from 0, not {seeds!r}")
        return tuple(seeds)

    def cases(self, contents: tuple[Content, ...], styles: tuple[Style, ...]) -> CrossedCases:
        mixes = tuple(
            self.mix(number, table, contents, styles) for number, table in enumerate(self.value("mixes", list, []), 1)
        )
        cases = CrossedCases(contents, styles, mixes, self.seeds())
        if (repeated := cases.repeated()) is not None:
            raise self.fail(f"case {repeated} occurs twice")
        return cases

    def mix(self, number: int, table: Any, contents: tuple[Content, ...], styles: tuple[Style, ...]) -> Mix:
        where = f"mixes entry {number}"
        if not isinstance(table, dict) or not isinstance(table.get("styles"), list) or not table["styles"]:
            raise self.fail(f"{where} needs a content and a list of styles")
        shares: list[Any] = table["styles"]
        if (wrong := next((share for share in shares if not isinstance(share, dict)), None)) is not None:
            raise self.fail(f'{where}: a style must be a table such as {{ style = "…", weight = 0.5 }}, not {wrong!r}')
        for keys, known in ((table, _MIX_KEYS), *((share, _SHARE_KEYS) for share in shares)):
            for key in keys.keys() - known:
                raise self.fail(f"{where}: unknown key {key!r}{suggest(key, known)}")
        weights = [share.get("weight", 1.0) for share in shares]
        if not all(type(weight) in (int, float) and 0 < weight <= _MAXIMUM_WEIGHT for weight in weights):
            raise self.fail(f"{where}: weights must be positive numbers up to {_MAXIMUM_WEIGHT:,}")
        for key, value in ((key, share[key]) for share in shares for key in ("mask", "mask_sha256") if key in share):
            if not isinstance(value, str):
                raise self.fail(f"{where}: {key} must be a string, not {value!r}")
        mixed = tuple(
            WeightedStyle(
                style=self.named(where, "style", share.get("style"), styles),
                weight=weight / sum(weights),
                mask=self.inside(where, share["mask"]) if "mask" in share else None,
                mask_sha256=share.get("mask_sha256", ""),
            )
            for share, weight in zip(shares, weights, strict=True)
        )
        return Mix(self.named(where, "content", table.get("content"), contents), mixed)

    def named(self, where: str, kind: str, identifier: Any, items: tuple[ItemT, ...]) -> ItemT:
        if identifier is None:
            raise self.fail(f"{where}: {kind} is missing; name one by its id")
        for item in items:
            if item.id == identifier:
                return item
        raise self.fail(
            f"{where}: unknown {kind} {identifier!r}{suggest(str(identifier), [item.id for item in items])}"
        )

    def models(self) -> dict[Role, str]:
        names: dict[Role, str] = {}
        for role, name in self.value("models", dict).items():
            if role not in set(Role):
                raise self.fail(f"unknown role {role!r}{suggest(role, list(Role))}")
            try:
                names[Role(role)] = find_model(anchored_checkpoint(name, self.path.parent), Role(role)).name
            except InputError as error:
                raise self.fail(str(error)) from error
        if Role.CLIP in names and names[Role.CLIP] == names.get(Role.CLIP_JUDGE):
            raise self.fail("clip and clip_judge are the same model: the judge must be one that no method optimises")
        decoder = find_model(names[Role.ADAIN_DECODER]) if Role.ADAIN_DECODER in names else None
        if decoder and decoder.encoder and names.get(Role.VGG) != decoder.encoder:
            raise self.fail(f"{decoder.name} decodes the features of {decoder.encoder}: name it as vgg")
        return names

    def method_settings(self) -> dict[str, dict[str, Any]]:
        methods: dict[str, dict[str, Any]] = self.value("methods", dict, {})
        for method, settings in methods.items():
            if not isinstance(settings, dict):
                raise self.fail(f"methods.{method} must be a table of settings, not {settings!r}")
        return methods


def _a(kind: type[Any]) -> str:
    return {str: "a string", int: "a whole number", list: "a list", dict: "a table"}[kind]
