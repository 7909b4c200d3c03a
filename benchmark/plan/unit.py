"""Units, one method on one case each, which are scheduled, timed, journaled and resumed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from benchmark.file_names import file_stem
from benchmark.protocol.case import Case
from benchmark.protocol.mix_path import without_step
from benchmark.protocol.variant import base_of


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


def mask_path(content: str, style: str, number: int) -> str:
    """Returns the path of the mask of a style of a mix, relative to the run's folder.

    Args:
        content: Name of the content.
        style: Name of the mix.
        number: Place of the style among those of the mix, from 1.
    """
    return input_path("masks", f"{content}--{style}--{number}")


def unit_seed(run_seed: int, case: str, method: str) -> int:
    """Computes the seed of a unit, a hash of the run's seed, the case and the method, independent of the order.

    A variant has the seed of the method that it is of, so that what is drawn alike is alike in both, and their
    difference is that of the settings. For the same reason, all steps of a path of mixes have one seed.

    Args:
        run_seed: Seed of the run.
        case: Name of the case.
        method: Name of the method, or of its variant.

    Returns:
        A number in 0 … 2⁶³ − 1.
    """
    digest = hashlib.sha256(f"{run_seed}\x1f{without_step(case)}\x1f{base_of(method)}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1
