"""Settings of `MultiStyle`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from methods.clipstyler.settings import CLIPstylerSettings
from methods.shared.setting_types import Share


class StyleParts(StrEnum):
    """The parts of a style that are used."""

    BOTH = "both"
    """Images, then prompts."""
    IMAGE = "image"
    """Images only."""
    TEXT = "text"
    """Prompts only."""


class StyleOrder(StrEnum):
    """The order in which several styles are applied."""

    TOGETHER = "together"
    """All at once, by their weights."""
    IN_TURN = "in_turn"
    """One after the other, each whole and to what the one before left; weights do not count."""


@dataclass(frozen=True)
class MultiStyleSettings(CLIPstylerSettings):
    """Settings of `MultiStyle`: those of CLIPstyler for the prompts, and four more.

    Attributes:
        residual: As in CLIPstyler, but on by default, so that the descent starts from the composite of the images.
        conditions: The parts of the styles that are used.
        alpha: Share of the stylized features in the composite of the images, between 0 and 1.
        preserve_color: Whether style images get the content's colours first.
        order: The order in which several styles are applied.
    """

    residual: bool = True
    conditions: StyleParts = StyleParts.BOTH
    alpha: Share = 1.0
    preserve_color: bool = False
    order: StyleOrder = StyleOrder.TOGETHER
