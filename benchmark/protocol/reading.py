"""Reading of protocols and recipes from their files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from benchmark.errors import InputError
from benchmark.models.open_clip_weights import anchored_checkpoint
from benchmark.models.role import Role
from benchmark.models.specification import find_model
from benchmark.protocol.case import Content, Style, WeightedStyle
from benchmark.protocol.case_sequence import CaseSequence, Mix
from benchmark.protocol.crossed_cases import CrossedCases
from benchmark.protocol.data_directory import kept_image
from benchmark.protocol.method_settings import complete_settings
from benchmark.protocol.mix_path import LEAST_SHARE, step_name
from benchmark.protocol.paired_cases import PairedCases
from benchmark.protocol.protocol import Protocol
from benchmark.protocol.recipe import Origin, Recipe
from benchmark.protocol.variant import Variant
from benchmark.suggestion import suggest
from benchmark.text_files import find_file, read_json, read_toml
from benchmark.validation import read_table

if TYPE_CHECKING:
    from benchmark.protocol.schema import (
        ContentEntry,
        MixEntry,
        PairEntry,
        ProtocolTable,
        RecipeTable,
        StyleEntry,
        VariantEntry,
    )

ItemT = TypeVar("ItemT", Content, Style)


def read_protocol(path: Path) -> Protocol:
    """Reads a protocol file: TOML, or JSON as locks are.

    The cases are every content with every style, or the ``pairs`` where the file lists some, for every seed, followed
    by the ``mixes`` (multi-style cases).
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
    from benchmark.protocol.schema import ProtocolTable, RecipeTable

    table = read_json(path, "protocol") if path.suffix.lower() == ".json" else read_toml(path, "protocol")
    reader = _Reader(path)
    if isinstance(table, dict) and "dataset" in table:
        return reader.recipe(read_table(RecipeTable, table, reader.where))
    return reader.protocol(read_table(ProtocolTable, table, reader.where))


def refuse_unusable_names(protocol: Protocol) -> None:
    """Refuses names that could lead out of a run's folder; the protocol of a plugin may have them.

    Raises:
        InputError: There is one.
    """
    from benchmark.protocol.schema import IDENTIFIER

    contents, styles = ([item.id for item in items] for items in (protocol.contents, protocol.styles))
    for name in (protocol.name, *contents, *styles):
        if not IDENTIFIER.fullmatch(name):
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
    """Makes a protocol or recipe of the tables of its file: finds images and models, and what names refer to."""

    def __init__(self, path: Path) -> None:
        self.folder = path.parent
        self.where = f"protocol {path}"

    def fail(self, problem: str) -> InputError:
        return InputError(f"{self.where}: {problem}")

    def protocol(self, table: ProtocolTable) -> Protocol:
        contents = self.contents(table.contents)
        styles = self.styles(table.styles)
        mixes = tuple(
            mix
            for number, entry in enumerate(table.mixes, start=1)
            for mix in self.mixed(number, entry, contents, styles)
        )
        cases: CaseSequence = CrossedCases(contents, styles, mixes, table.seeds)
        if table.pairs is not None:
            pairs = self.pairs(table.pairs, contents, styles)
            cases = PairedCases(contents, styles, mixes, table.seeds, pairs=pairs)
            self.check_use(cases)
        if (repeated := cases.repeated()) is not None:
            raise self.fail(f"case {repeated} occurs twice")
        if table.origin is not None:
            self.check_rows(table.origin, styles)
        return Protocol(**self.facts(table), contents=contents, styles=styles, cases=cases, origin=table.origin)

    def recipe(self, table: RecipeTable) -> Recipe:
        contents = self.contents(table.contents)
        return Recipe(**self.facts(table), contents=contents, dataset=table.dataset, seeds=table.seeds)

    def facts(self, table: ProtocolTable | RecipeTable) -> dict[str, Any]:
        return {
            "name": table.name,
            "version": table.version,
            "title": table.title,
            "description": table.description,
            "resolution": table.resolution,
            "models": self.models(table.models),
            "method_settings": self.method_settings(table.methods),
            "metric_settings": {metric: dict(settings) for metric, settings in table.metrics.items() if settings},
            "variants": tuple(variant for entry in table.variants for variant in _variants(entry)),
        }

    def contents(self, entries: tuple[ContentEntry, ...]) -> tuple[Content, ...]:
        self.check_identifiers("contents", [entry.id for entry in entries])
        return tuple(Content(**{**vars(entry), "image": self.image(entry)}) for entry in entries)

    def styles(self, entries: tuple[StyleEntry, ...]) -> tuple[Style, ...]:
        self.check_identifiers("styles", [entry.id for entry in entries])
        return tuple(Style(**{**vars(entry), "image": self.image(entry)}) for entry in entries)

    def check_identifiers(self, key: str, identifiers: Iterable[str]) -> None:
        in_lower_case: dict[str, str] = {}
        for number, identifier in enumerate(identifiers, start=1):
            alike = in_lower_case.get(identifier.lower())
            if alike == identifier:
                raise self.fail(f"{key} entry {number}: id {identifier!r} is used twice")
            if alike is not None:
                raise self.fail(
                    f"{key} entry {number}: ids {alike!r} and {identifier!r} differ in case only, which many file"
                    " systems do not tell apart; rename one"
                )
            in_lower_case[identifier.lower()] = identifier

    def image(self, entry: ContentEntry | StyleEntry) -> Path | None:
        if entry.image:
            return find_file(self.folder, entry.image)
        return kept_image(entry.pixels_sha256) if entry.pixels_sha256 else None

    def mixed(
        self, number: int, entry: MixEntry, contents: tuple[Content, ...], styles: tuple[Style, ...]
    ) -> Iterator[Mix]:
        """Yields a mix, or those of all steps of a path; a style without a share in a step is not part of it."""
        where = f"mixes entry {number}"
        content = self.named(where, "content", entry.content, contents)
        places: dict[str, int] = {}
        for place, step in enumerate(entry.weights or ([share.weight for share in entry.styles],), start=1):
            weights = [weight / sum(step) for weight in step]
            name = ""
            if entry.weights:
                if any(given and weight < LEAST_SHARE for given, weight in zip(step, weights, strict=True)):
                    raise self.fail(
                        f"{where}: weights entry {place} has a share below {LEAST_SHARE:g}; "
                        "write 0 for a style without one"
                    )
                name = step_name([share.style for share in entry.styles], weights)
                if (alike := places.setdefault(name, place)) != place:
                    raise self.fail(
                        f"{where}: weights entries {alike} and {place} are both {name} in percent, rounded; remove one"
                    )
            mixed = tuple(
                WeightedStyle(
                    style=self.named(where, "style", share.style, styles),
                    weight=weight,
                    mask=None if share.mask is None else find_file(self.folder, share.mask),
                    mask_sha256=share.mask_sha256,
                )
                for share, weight in zip(entry.styles, weights, strict=True)
                if weight
            )
            yield Mix(content, mixed, name)

    def named(self, where: str, kind: str, identifier: str, items: tuple[ItemT, ...]) -> ItemT:
        for item in items:
            if item.id == identifier:
                return item
        raise self.fail(f"{where}: unknown {kind} {identifier!r}{suggest(identifier, [item.id for item in items])}")

    def pairs(
        self, entries: tuple[PairEntry, ...], contents: tuple[Content, ...], styles: tuple[Style, ...]
    ) -> tuple[tuple[int, int], ...]:
        positions = {
            "content": {content.id: position for position, content in enumerate(contents)},
            "style": {style.id: position for position, style in enumerate(styles)},
        }
        numbers: dict[tuple[int, int], int] = {}
        for number, entry in enumerate(entries, start=1):
            where = f"pairs entry {number}"
            for kind, name in (("content", entry.content), ("style", entry.style)):
                if name not in positions[kind]:
                    raise self.fail(f"{where}: unknown {kind} {name!r}{suggest(name, positions[kind])}")
            pair = positions["content"][entry.content], positions["style"][entry.style]
            if pair in numbers:
                raise self.fail(
                    f"{where}: {entry.content} with {entry.style} is entry {numbers[pair]} already; seeds repeat cases"
                )
            numbers[pair] = number
        return tuple(numbers)

    def check_use(self, cases: PairedCases) -> None:
        """Refuses pictures that no case reads: they would be fetched and published for nothing."""
        contents = {cases.contents[content].id for content, _ in cases.pairs}
        styles = {cases.styles[style].id for _, style in cases.pairs}
        for mix in cases.mixes:
            contents.add(mix.content.id)
            styles.update(share.style.id for share in mix.styles)
        names = [item.id for item in cases.contents], [item.id for item in cases.styles]
        for kind, listed, used in (("content", names[0], contents), ("style", names[1], styles)):
            if unused := [name for name in listed if name not in used]:
                more = f" and {len(unused) - 1} more" if len(unused) > 1 else ""
                raise self.fail(f"{kind} {unused[0]}{more} is in no pair and no mix; add a pair, or remove it")

    def check_rows(self, origin: Origin, styles: tuple[Style, ...]) -> None:
        if origin.rows.keys() != {style.id for style in styles}:
            raise self.fail("origin.rows must name the row of every style")
        if len(set(origin.rows.values())) < len(origin.rows):
            raise self.fail("origin.rows names a row twice")

    def models(self, table: Mapping[str, str]) -> dict[Role, str]:
        names: dict[Role, str] = {}
        for role, name in table.items():
            if role not in set(Role):
                raise self.fail(f"unknown role {role!r}{suggest(role, list(Role))}")
            try:
                names[Role(role)] = find_model(anchored_checkpoint(name, self.folder), Role(role)).name
            except InputError as error:
                raise self.fail(str(error)) from error
        if Role.CLIP in names and names[Role.CLIP] == names.get(Role.CLIP_JUDGE):
            raise self.fail("clip and clip_judge are the same model: the judge must be one that no method optimises")
        decoder = find_model(names[Role.ADAIN_DECODER]) if Role.ADAIN_DECODER in names else None
        if decoder and decoder.encoder and names.get(Role.VGG) != decoder.encoder:
            raise self.fail(f"{decoder.name} decodes the features of {decoder.encoder}: name it as vgg")
        return names

    def method_settings(self, tables: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
        try:
            return complete_settings(tables)
        except ValueError as error:
            raise self.fail(str(error)) from error


def _variants(entry: VariantEntry) -> Iterator[Variant]:
    """Yields the variants that an entry stands for."""
    if entry.settings:
        yield Variant(entry.method, dict(entry.settings))
    for setting, values in entry.sweep.items():
        yield from (Variant(entry.method, {setting: value}) for value in values)
    for setting, value in entry.ablate.items():
        yield Variant(entry.method, {setting: value})
