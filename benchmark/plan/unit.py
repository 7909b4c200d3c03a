"""Units, one method on one case each, which are scheduled, timed, journaled and resumed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from benchmark.protocol.case import Case

LONGEST_STEM: Final = 237
"""In bytes: file systems allow names of 255, minus 18 for a suffix and the additions of a temporary file."""
_DIGITS: Final = 16
_RESERVED: Final = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}
)
"""Names that Windows reserves for devices, with any suffix."""


@dataclass(frozen=True)
class Unit:
    """One method on one case.

    Attributes:
        method: Name of the method.
        case: The case.
        seed: Seed of everything random in this unit.
    """

    method: str
    case: Case
    seed: int

    @property
    def key(self) -> tuple[str, str]:
        """Names of the method and of the case, which identify the unit within its run."""
        return self.method, self.case.id

    @property
    def image(self) -> str:
        """Path of the stylized image, relative to the run's folder."""
        return image_path(self.method, self.case.id)

    @property
    def log(self) -> str:
        """Path of the method's log, relative to the run's folder."""
        return log_path(self.method)


def image_path(method: str, case: str) -> str:
    """Returns the path of the stylized image of a method and a case, relative to the run's folder."""
    return f"images/{file_stem(method)}/{file_stem(case)}.png"


def log_path(method: str) -> str:
    """Returns the path of a method's log, relative to the run's folder."""
    return f"logs/{file_stem(method)}.log"


def input_path(kind: str, name: str) -> str:
    """Returns the path of the picture of a content or a style, relative to the run's folder.

    Args:
        kind: ``contents`` or ``styles``.
        name: Name of the content or style.
    """
    return f"inputs/{kind}/{file_stem(name)}.png"


def file_stem(name: str) -> str:
    """Makes a file name without suffix from a name: the name itself, if files can have it.

    A name that is too long is cut and ends with a hash of the whole, as does one that Windows reserves for a device.
    The result depends on the name alone, so that a run that is continued finds its files.
    """
    encoded = name.encode()
    if len(encoded) <= LONGEST_STEM and name.casefold() not in _RESERVED:
        return name
    digits = hashlib.sha256(encoded).hexdigest()[:_DIGITS]
    return f"{encoded[: LONGEST_STEM - _DIGITS - 1].decode(errors='ignore')}-{digits}"


def is_file_name(name: str) -> bool:
    """Returns whether a name can be used as a file name that does not lead out of its folder."""
    return name not in ("", ".", "..") and name.isprintable() and "/" not in name and "\\" not in name


def unit_seed(run_seed: int, case: str, method: str) -> int:
    """Computes the seed of a unit, a hash of the run's seed, the case and the method, independent of the order.

    Args:
        run_seed: Seed of the run.
        case: Name of the case.
        method: Name of the method.

    Returns:
        A number in 0 … 2⁶³ − 1.
    """
    digest = hashlib.sha256(f"{run_seed}\x1f{case}\x1f{method}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1
