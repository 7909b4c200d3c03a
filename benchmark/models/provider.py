"""One loaded copy of every pretrained network, shared by all methods and metrics of a run."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

import torch
from torch.utils.weak import WeakTensorKeyDictionary

from benchmark.errors import InputError
from benchmark.models.role import Role
from benchmark.models.specification import ModelSpecification

if TYPE_CHECKING:
    from benchmark.models.adain_decoder import AdaINDecoder
    from benchmark.models.clip import ClipModel
    from benchmark.models.vgg import VGG

T = TypeVar("T")


class Models:
    """The networks of a protocol by role, loaded at first use, frozen, on one device.

    Args:
        specifications: The model that plays each role; ``find_models`` finds them by name.
        device: Device of the networks.
    """

    def __init__(self, specifications: Mapping[Role, ModelSpecification], device: torch.device | str = "cpu") -> None:
        self.device = torch.device(device)
        self._specifications = specifications
        self._loaded: dict[str, Any] = {}
        self._by_image = WeakTensorKeyDictionary()
        self._by_text: dict[tuple[str, Hashable], Any] = {}

    def has(self, role: Role) -> bool:
        """Returns whether a model plays this role."""
        return role in self._specifications

    def specification(self, role: Role) -> ModelSpecification:
        """Returns the model that plays a role.

        Raises:
            InputError: No model plays it.
        """
        try:
            return self._specifications[role]
        except KeyError:
            raise InputError(f"the protocol names no model for the role {role}") from None

    def load(self, role: Role) -> Any:
        """Returns the network that plays a role, frozen, in evaluation mode; it is loaded at the first call.

        Raises:
            InputError: No model plays the role.
            MissingModelError: Its weights are not on this machine.
        """
        specification = self.specification(role)
        if specification.name not in self._loaded:
            # Metrics share it: where loading computes weights, the precision of the method at work is not theirs.
            with torch.autocast(self.device.type, enabled=False):
                loaded = specification.load()
            self._loaded[specification.name] = loaded.to(self.device).eval().requires_grad_(False)
        return self._loaded[specification.name]

    def vgg(self) -> VGG:
        """Returns the VGG whose features define content and style."""
        return cast("VGG", self.load(Role.VGG))

    def clip(self) -> ClipModel:
        """Returns the text-image model that methods may optimise."""
        return cast("ClipModel", self.load(Role.CLIP))

    def clip_judge(self) -> ClipModel:
        """Returns the text-image model that scores. Methods must not use it."""
        return cast("ClipModel", self.load(Role.CLIP_JUDGE))

    def adain_decoder(self) -> AdaINDecoder:
        """Returns the decoder of VGG-19 relu4_1 features."""
        return cast("AdaINDecoder", self.load(Role.ADAIN_DECODER))

    def remember(self, of: torch.Tensor | str, name: Hashable, compute: Callable[[], T]) -> T:
        """Returns something computed of an image or a prompt, such as its features; computed at the first call only.

        Images are told apart by identity, and what is remembered of one is dropped with it, so nothing grows: the
        caller keeps contents and styles alive for the run, and stylized images only while they are scored, the last few
        of controls a little longer. What a method computes in lower precision is remembered apart from what metrics
        compute.

        Args:
            of: The image or the prompt.
            name: Name of the result, which includes whatever else it depends on.
            compute: Computes the result.
        """
        if torch.is_autocast_enabled(self.device.type):
            name = (name, torch.get_autocast_dtype(self.device.type))
        if isinstance(of, str):
            if (of, name) not in self._by_text:
                self._by_text[of, name] = compute()
            return cast("T", self._by_text[of, name])
        known = cast("dict[Hashable, Any]", self._by_image.setdefault(of, {}))  # type: ignore[no-untyped-call]
        if name not in known:
            known[name] = compute()
        return cast("T", known[name])

    def forget(self, of: torch.Tensor) -> None:
        """Drops all results remembered of an image.

        Args:
            of: The image.
        """
        self._by_image.pop(of, None)  # type: ignore[no-untyped-call]
