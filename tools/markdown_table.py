"""Tables of the pages that tools write."""

from __future__ import annotations

from collections.abc import Sequence


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Returns a table in Markdown.

    Args:
        head: Its heads.
        rows: Its rows, with as many cells each; what is in them is Markdown already.
    """
    return "\n".join(f"| {' | '.join(line)} |" for line in [head, ["---"] * len(head), *rows])
