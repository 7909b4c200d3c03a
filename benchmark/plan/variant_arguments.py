"""Reading of variants of methods as a command names them: one by one, as a sweep, or as an ablation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmark.errors import InputError
from benchmark.programs.program_file import looks_like_program
from benchmark.protocol.variant import Variant

_VARIANT_FORM = "write METHOD:SETTING=VALUE,…, as in clipstyler:attention=bottleneck,steps=80"
_SWEEP_FORM = "write METHOD.SETTING=VALUE,VALUE,…, as in gatys.steps=20,40,80"


def parse_variants(
    variants: Sequence[str] = (), sweeps: Sequence[str] = (), ablations: Sequence[str] = ()
) -> tuple[Variant, ...]:
    """Reads the variants of a command.

    Args:
        variants: ``METHOD:S=V,…``, each a variant with all these changes. What has no ``=`` belongs to the value
            before it, so that values can be lists.
        sweeps: ``METHOD.S=V1,V2,…``, a variant for each value; lists as values are separated by ``;``.
        ablations: ``METHOD:S=V,…``, a variant for each change.

    Raises:
        InputError: One has another form.
    """
    found = [_variant(argument) for argument in variants]
    found += [variant for argument in sweeps for variant in _sweep(argument)]
    found += [
        Variant(method, {setting: value}) for method, changes in map(_changes, ablations) for setting, value in changes
    ]
    return tuple(found)


def make_variants(
    variants: Sequence[str | tuple[str, Mapping[str, Any]]],
    sweeps: Mapping[str, Sequence[Any]],
    ablations: Mapping[str, Mapping[str, Any]],
) -> tuple[Variant, ...]:
    """Makes the variants that a Python program names.

    Args:
        variants: A method with its changes each, or such an argument as a command has.
        sweeps: The values of each setting, by ``METHOD.SETTING``.
        ablations: The single changes of each method.

    Raises:
        InputError: A name has another form, or there is no value.
    """
    made = [
        _variant(given) if isinstance(given, str) else Variant(_method(given[0]), _changed(given[0], given[1]))
        for given in variants
    ]
    for target, values in sweeps.items():
        method, dot, setting = target.rpartition(".")
        if not (dot and method and setting) or isinstance(values, str) or not values:
            raise InputError(f"cannot read sweep {target!r}; name METHOD.SETTING and a list of values")
        made += [Variant(_method(method), {_setting(setting): value}) for value in values]
    for method, changes in ablations.items():
        made += [Variant(_method(method), {name: value}) for name, value in _changed(method, changes).items()]
    return tuple(made)


def variant_arguments(variants: Sequence[Variant]) -> Iterator[str]:
    """Yields the options of a command that name variants, for the record.

    Args:
        variants: The variants.
    """
    for variant in variants:
        yield "--variant"
        yield f"{variant.method}:{','.join(f'{name}={_written(value)}' for name, value in variant.changes.items())}"


def _written(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple | list) else str(value)


def _variant(argument: str) -> Variant:
    method, changes = _changes(argument)
    names = [name for name, _ in changes]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"variant {argument!r} sets {name} twice; --sweep makes a row of each value")
    return Variant(method, dict(changes))


def _changes(argument: str) -> tuple[str, list[tuple[str, str]]]:
    """Reads a method and its changes."""
    method, colon, text = argument.strip().partition(":")
    changes: list[tuple[str, str]] = []
    for part in text.split(","):
        name, equals, value = part.partition("=")
        if equals and name.strip():
            changes.append((_setting(name), value.strip()))
        elif changes and not equals:
            changes[-1] = changes[-1][0], f"{changes[-1][1]},{part.strip()}"
        else:
            changes = []
            break
    if not (colon and method.strip() and changes):
        raise InputError(f"cannot read variant {argument!r}; {_VARIANT_FORM}")
    return _method(method), changes


def _sweep(argument: str) -> list[Variant]:
    target, equals, text = argument.partition("=")
    # The name of a program's file has a dot, too.
    method, dot, setting = target.strip().rpartition(".")
    values = [value.strip() for value in text.split(";" if ";" in text else ",") if value.strip()]
    if not (equals and dot and method and setting and values):
        raise InputError(f"cannot read sweep {argument!r}; {_SWEEP_FORM}")
    return [Variant(_method(method), {_setting(setting): value}) for value in values]


def _changed(method: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    if not changes:
        raise InputError(f"a variant of {method} has no change; give settings by their names")
    return {_setting(name): value for name, value in changes.items()}


def _method(name: str) -> str:
    stripped = name.strip()
    return stripped if looks_like_program(stripped) else stripped.replace("-", "_")


def _setting(name: str) -> str:
    return name.strip().replace("-", "_")
