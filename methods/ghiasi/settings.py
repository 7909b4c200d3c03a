"""Settings of `Ghiasi`."""

from __future__ import annotations

from dataclasses import dataclass

from benchmark.settings import check_settings
from methods.shared.setting_types import Share


@dataclass(frozen=True)
class GhiasiSettings:
    """Settings of `Ghiasi`.

    Attributes:
        strength: Share of the styles' vector, the rest being the vector of the content itself: 0 redraws the content
            in its own style, 1 is the paper's.
    """

    strength: Share = 1.0

    def __post_init__(self) -> None:
        check_settings(self)
