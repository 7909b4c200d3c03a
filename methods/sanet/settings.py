"""Settings of `SANet`."""

from __future__ import annotations

from dataclasses import dataclass

from benchmark.settings import check_settings
from methods.shared.setting_types import Count


@dataclass(frozen=True)
class SANetSettings:
    """Settings of `SANet`.

    Attributes:
        passes: Times that the picture goes through the network, each time stylized further; the paper's is 1.
    """

    passes: Count = 1

    def __post_init__(self) -> None:
        check_settings(self)
