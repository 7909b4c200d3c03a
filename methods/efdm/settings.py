"""Settings of `EFDM`."""

from __future__ import annotations

from dataclasses import dataclass

from benchmark.settings import check_settings
from methods.shared.setting_types import Share


@dataclass(frozen=True)
class EFDMSettings:
    """Settings of `EFDM`.

    Attributes:
        alpha: Share of the stylized features, the rest being the content's own: 0 keeps the content, 1 is the paper's.
        preserve_color: Whether each style image first gets the content's mean and covariance of colour.
    """

    alpha: Share = 1.0
    preserve_color: bool = False

    def __post_init__(self) -> None:
        check_settings(self)
