"""Base of methods that change features of an encoder and decode them."""

from __future__ import annotations

from abc import ABC
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from benchmark.contracts import Method

if TYPE_CHECKING:
    from torch import Tensor

    from benchmark.models.adain_decoder import AdaINDecoder
    from benchmark.models.provider import Models

SettingsT = TypeVar("SettingsT")


class DecodingMethod(Method[SettingsT], ABC):
    """A method with the protocol's decoder of relu4_1 features and the encoder that belongs to it."""

    _models: Models
    _encode: Callable[[Tensor], Tensor]
    _decoder: AdaINDecoder

    def prepare(self, models: Models) -> None:
        """Loads the encoder and the decoder."""
        from methods.shared.feature_transfer import feature_encoder

        self._models = models
        self._encode = feature_encoder(models)
        self._decoder = models.adain_decoder()
