"""Networks of single methods that an extra installs, and whether they are here."""

from __future__ import annotations

from benchmark.errors import MissingModelError
from benchmark.models.missing_weights import require_weights
from benchmark.models.specification import find_model


def lacking(model: str) -> str:
    """Says why a model cannot be loaded on this machine, or returns an empty string where it can."""
    try:
        require_weights([find_model(model)])
    except MissingModelError as error:
        return str(error)
    return ""
