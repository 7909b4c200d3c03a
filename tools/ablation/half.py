"""Half of the cases of a protocol, in which every content and every style keeps half of its cases."""

from __future__ import annotations

from dataclasses import replace

from benchmark.protocol.paired_cases import PairedCases
from benchmark.protocol.protocol import Protocol


def half_of(protocol: Protocol) -> Protocol:
    """Returns the protocol with every second case, like the black squares of a chessboard, and without mixes.

    Halving so costs no content and no style, by whose numbers intervals are made; halving the contents would.

    Args:
        protocol: A protocol that crosses its contents with its styles.
    """
    contents, styles = range(len(protocol.contents)), range(len(protocol.styles))
    pairs = tuple((content, style) for content in contents for style in styles if (content + style) % 2 == 0)
    return replace(
        protocol,
        name=f"{protocol.name}_half",
        title=f"{protocol.title}, half",
        description=f"Every second case of {protocol.name}: half of the styles with each content, and without mixes.",
        cases=PairedCases(protocol.contents, protocol.styles, pairs=pairs),
    )
