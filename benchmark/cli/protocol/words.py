"""Words of the command line for protocols."""

from __future__ import annotations

from collections.abc import Iterator

import click

from benchmark.analysis.networks import networks_of_roles, notes_on
from benchmark.errors import BenchmarkError
from benchmark.escaping import one_line
from benchmark.plan.unknown_names import notes_on_unknown_names
from benchmark.protocol.case import Content, Style
from benchmark.protocol.data_directory import is_frozen
from benchmark.protocol.frozen import frozen_protocol
from benchmark.protocol.paired_cases import PairedCases
from benchmark.protocol.protocol import Protocol
from benchmark.protocol.recipe import DatasetSource, Recipe
from benchmark.protocol.variant import describe_changes


def protocol_facts(found: Protocol | Recipe) -> Iterator[tuple[str, str]]:
    """Yields the facts about a protocol or recipe, as names and values."""
    yield "version", found.version
    if isinstance(found, Protocol):
        yield "fingerprint", fingerprint_words(found)
    yield "resolution", f"{found.resolution} px"
    if isinstance(found, Recipe):
        yield "cases", str(len(found.contents) * found.dataset.paintings * len(found.seeds))
        yield "styles", f"{found.dataset.paintings}, to be drawn from {dataset_words(found.dataset)}"
        return
    listed = isinstance(found.cases, PairedCases)
    yield "cases", f"{len(found.cases)}{', of listed pairs' if listed else ''}"
    if found.origin is not None:
        revision = found.origin.revision or "an unknown revision"
        yield "styles from", f"{dataset_words(found.origin.dataset)} at {revision}, rule {found.origin.rule}"


def fingerprint_words(protocol: Protocol) -> str:
    """Returns the fingerprint, or the reason why it cannot be told."""
    try:
        return protocol.fingerprint
    except BenchmarkError as error:
        return f"cannot be told: {error}"


def dataset_words(dataset: DatasetSource) -> str:
    """Returns the name of a data set with its configuration and its split."""
    return " ".join(filter(None, (dataset.name, dataset.configuration, f"({dataset.split})")))


def content_words(content: Content) -> str:
    """Returns title, creator and licence of a content, as far as they are known."""
    return ", ".join(filter(None, (content.title or content.subject, content.creator, content.licence)))


def style_words(style: Style) -> str:
    """Returns title, artist, year and movement of a style, as far as they are known."""
    return ", ".join(filter(None, (style.title, style.artist, style.year, style.movement)))


def as_frozen(found: Protocol | Recipe, name: str) -> Protocol | Recipe:
    """The protocol that a recipe was frozen to on this machine; whatever else is given as it is.

    Args:
        found: The protocol or recipe.
        name: The name or path that it was found by.

    Raises:
        InputError: What it was frozen to cannot be used.
    """
    return frozen_protocol(found, name) if isinstance(found, Recipe) and is_frozen(found.name) else found


def print_protocol(found: Protocol | Recipe, origin: str = "") -> None:
    """Prints everything about a protocol or recipe.

    Args:
        found: The protocol or recipe.
        origin: What installed it, if anything did.
    """
    click.echo(f"protocol {found.name}" + (f" (from {origin})" if origin else ""))
    if found.description:
        click.echo(f"  {one_line(found.description)}")
    for name, value in protocol_facts(found):
        click.echo(f"  {name}: {one_line(value)}")
    click.echo("\ncontents:")
    for content in found.contents:
        click.echo("  " + one_line(": ".join(filter(None, (content.id, content_words(content))))))
    if isinstance(found, Protocol):
        click.echo("\nstyles:")
        for style in found.styles:
            prompt = f"“{style.prompt}”" if style.prompt else "no prompt"
            words = f" ({style_words(style)})" if style_words(style) else ""
            click.echo(f"  {style.id}: {one_line(prompt + words)}")
        if isinstance(found.cases, PairedCases):
            click.echo("\npairs:")
            for paired in found.cases.pairs:
                click.echo(f"  {found.contents[paired[0]].id} with {found.styles[paired[1]].id}")
    click.echo("\nmodels:")
    for role in found.models:
        (network,) = networks_of_roles([role], found.models)
        click.echo(f"  {role}: {network.label}")
    if not found.models:
        click.echo("  none")
    for note in notes_on(networks_of_roles(found.models, found.models)):
        click.echo(f"  {note}")
    click.echo("\nsettings that it fixes:")
    fixed = [*found.method_settings.items(), *found.metric_settings.items()]
    if not any(settings for _, settings in fixed):
        click.echo("  none")
    for plugin, settings in fixed:
        for setting, value in settings.items():
            click.echo(f"  {plugin}.{setting} = {value}")
    if found.variants:
        click.echo("\nvariants, which run with their methods:")
        for variant in found.variants:
            click.echo(f"  {variant.method}: {describe_changes(variant.changes)}")
    for note in notes_on_unknown_names(found):
        click.echo(note, err=True)
