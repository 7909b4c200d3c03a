"""Names of a run's methods in a list that commas separate, where names of variants hold commas themselves."""

from __future__ import annotations

from collections.abc import Collection, Sequence


def join_names(parts: Sequence[str], known: Collection[str]) -> list[str]:
    """Joins what commas separated again where it is one name; of several such names, the longest.

    A part that is no name stays, with ``_`` for ``-`` unless it is of a variant.

    Args:
        parts: What stood between the commas, for instance ``["blend@share=0.5", "sizes=1+2", "noisy"]``.
        known: Names of the run's methods.

    Returns:
        Names, each once, in the order of the parts.
    """
    stripped = [part.strip() for part in parts if part.strip()]
    names: list[str] = []
    place = 0
    while place < len(stripped):
        ends = range(len(stripped), place, -1)
        end = next((end for end in ends if ",".join(stripped[place:end]) in known), None)
        if end is None:
            part = stripped[place]
            names.append(part if "@" in part else part.replace("-", "_"))
            place += 1
        else:
            names.append(",".join(stripped[place:end]))
            place = end
    return list(dict.fromkeys(names))
