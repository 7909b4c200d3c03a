"""Every n-th case of a protocol, in which every content and every style keeps its share of cases."""

from __future__ import annotations

from dataclasses import replace

from benchmark.errors import InputError
from benchmark.protocol.paired_cases import PairedCases
from benchmark.protocol.protocol import Protocol


def every_nth_of(protocol: Protocol, every: int) -> Protocol:
    """Returns the protocol with every n-th case, along the diagonals of contents × styles, and without mixes.

    So no content and no style is lost, by whose numbers intervals are made; leaving contents out would lose them.

    Args:
        protocol: A protocol that crosses its contents with its styles.
        every: n, at least 2.

    Raises:
        InputError: With so large an n, contents or styles would have no case.
    """
    fewest = min(len(protocol.contents), len(protocol.styles))
    if not 2 <= every <= fewest:
        raise InputError(f"every must be from 2 to {fewest}, so that no content and no style is lost, not {every}")
    contents, styles = range(len(protocol.contents)), range(len(protocol.styles))
    pairs = tuple((content, style) for content in contents for style in styles if (content + style) % every == 0)
    return replace(
        protocol,
        name=f"{protocol.name}_every_{every}",
        title=f"{protocol.title}, one case of {every}",
        description=f"One case of {every} of {protocol.name}: every content and every style, and no mixes.",
        cases=PairedCases(protocol.contents, protocol.styles, pairs=pairs),
    )
