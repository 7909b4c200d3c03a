"""Selection of variants: checks the settings that they change, and makes them rows of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from benchmark.errors import InputError
from benchmark.plan.configuration import SelectedMethod
from benchmark.programs.program_file import ProgramFile
from benchmark.protocol.protocol import Protocol
from benchmark.protocol.recipe import Recipe
from benchmark.protocol.variant import Variant, describe_changes, variant_name
from benchmark.registry import Plugin
from benchmark.settings import SettingOrigin, identified, make_settings

Source = Plugin | ProgramFile


@dataclass(frozen=True)
class WantedVariants:
    """The variants that a command names, and the methods that they are of.

    Attributes:
        changes: The changes of each variant, by the name of its method.
        added: Methods that are not selected otherwise, and with which their variants are compared.
    """

    changes: Mapping[str, tuple[Mapping[str, Any], ...]]
    added: tuple[Source, ...]


def find_bases(
    variants: Sequence[Variant],
    sources: Sequence[Source],
    find: Callable[[str], Source],
    pictures: Sequence[str] = (),
) -> WantedVariants:
    """Finds the methods that variants are of.

    Args:
        variants: The variants.
        sources: The methods that are selected.
        find: Finds a method by its name, or the path of its file.
        pictures: Methods whose pictures exist, as a command names them.

    Raises:
        InputError: There is no such method, or its pictures exist already.
    """
    known = {source.name: source for source in sources}
    changes: dict[str, tuple[Mapping[str, Any], ...]] = {}
    added: dict[str, Source] = {}
    for variant in variants:
        if any(argument.partition("=")[0].strip() == variant.method for argument in pictures):
            raise InputError(
                f"{variant.method} has no variants: its pictures exist already, and nothing is made with settings"
            )
        source = known.get(variant.method) or find(variant.method)
        if source.name not in known:
            known[source.name] = added[source.name] = source
        changes[source.name] = (*changes.get(source.name, ()), variant.changes)
    return WantedVariants(changes, tuple(added.values()))


def select_variants(
    base: SelectedMethod,
    protocol: Protocol | Recipe,
    wanted: Iterable[Mapping[str, Any]],
    note: Callable[[str], None],
) -> Iterator[SelectedMethod]:
    """Makes the variants of a method: those that the protocol fixes, then those that the user names.

    A protocol fixes none of a program: its settings are words of a command line, which only the user writes.

    Args:
        base: The method.
        protocol: The protocol.
        wanted: The changes of each variant that the user names.
        note: Is told of variants that change nothing, which are no rows of their own.

    Raises:
        InputError: A setting is unknown, its value cannot be used, or two variants with other settings have one name.
    """
    fixed = () if isinstance(base.source, ProgramFile) else protocol.variants
    named = [(one.changes, SettingOrigin.PROTOCOL) for one in fixed if one.method == base.source.name]
    found: dict[str, SelectedMethod] = {}
    for changes, origin in (*named, *((changes, SettingOrigin.USER) for changes in wanted)):
        row = _selected(base, changes, origin)
        if row.info is not None and row.settings == base.settings:
            note(f"no row of its own: {row.name} is {base.name} itself")
            continue
        other = found.setdefault(row.name, row)
        if (other.settings, other.changes) != (row.settings, row.changes):
            raise InputError(
                f"two variants with other settings are both called {row.name}: {dict(other.changes)} and "
                f"{dict(row.changes)}; leave one of them out"
            )
    yield from found.values()


def refuse_names_alike(rows: Iterable[str]) -> None:
    """Refuses rows that many file systems do not tell apart.

    Args:
        rows: The names of all rows of a run.

    Raises:
        InputError: The names of two rows differ in case only.
    """
    known: dict[str, str] = {}
    for row in rows:
        other = known.setdefault(row.casefold(), row)
        if other != row:
            raise InputError(
                f"rows {other} and {row} differ in case only, which many file systems do not tell apart; "
                "run one of them in a folder of its own"
            )


def _selected(base: SelectedMethod, changes: Mapping[str, Any], origin: SettingOrigin) -> SelectedMethod:
    if base.info is None:
        # What is broken has no settings to check with; its units fail with its reason.
        return replace(base, changes={name: str(value) for name, value in changes.items()})
    kept = {name: getattr(base.settings, name) for name in base.origins}
    settings = make_settings(base.name, type(base.settings), {**kept, **changes})
    values = {name: identified(settings, name) for name in changes}
    return replace(
        base,
        info=replace(
            base.info,
            name=variant_name(base.name, values),
            title=f"{base.info.title} @ {describe_changes(values)}",
        ),
        settings=settings,
        origins={**base.origins, **dict.fromkeys(changes, origin)},
        changes=values,
    )
