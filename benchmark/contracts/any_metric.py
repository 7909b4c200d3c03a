"""What the contracts of metrics and of set metrics have in common."""

from __future__ import annotations

from abc import ABC
from typing import TYPE_CHECKING, Any, ClassVar

from benchmark.contracts.no_settings import NoSettings

if TYPE_CHECKING:
    from benchmark.contracts.metric import MetricInfo
    from benchmark.models.provider import Models


class AnyMetric(ABC):
    """A metric or a set metric: its facts, its settings and its networks.

    Only a protocol changes settings from their defaults, never a user: numbers of one protocol then compare.

    Args:
        settings: An instance of ``settings_type``, by default with its defaults.

    Attributes:
        info: Static facts.
        settings_type: A frozen dataclass, every field with a default.
        settings: The settings; a subclass that has some declares their type.
        models: The networks, after ``prepare``.
    """

    info: ClassVar[MetricInfo]
    settings_type: ClassVar[type[Any]] = NoSettings
    settings: Any
    models: Models

    def __init__(self, settings: Any = None) -> None:
        self.settings = self.settings_type() if settings is None else settings

    def prepare(self, models: Models) -> None:
        """Keeps the networks as ``self.models`` and loads the backbones, once, before the first image.

        Args:
            models: The networks of the protocol, by role.
        """
        self.models = models
        for role in self.info.backbones:
            models.load(role)
