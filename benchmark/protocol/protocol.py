"""A protocol: the fixed cases, the resolution and the networks that make scores comparable."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from benchmark.errors import InputError
from benchmark.images import PREPARATION_VERSION
from benchmark.models.role import Role
from benchmark.models.specification import find_model
from benchmark.protocol.case import Case, Content, Style


@dataclass(frozen=True)
class Protocol:
    """What is run and how it is measured.

    Attributes:
        name: Name in snake_case.
        version: Version of the protocol.
        title: Title for people.
        description: What it is for, in a sentence or two.
        resolution: Side of the square that contents and styles are scaled and cut to, in pixels.
        contents: The photographs.
        styles: The styles.
        cases: The cases, in the order they run.
        models: Name of the model that plays each role.
        method_settings: Settings that the protocol fixes, by method and setting, in place of the methods' defaults.
    """

    name: str
    version: str
    title: str
    description: str
    resolution: int
    contents: tuple[Content, ...]
    styles: tuple[Style, ...]
    cases: tuple[Case, ...]
    models: Mapping[Role, str]
    method_settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @cached_property
    def image_hashes(self) -> dict[str, str]:
        """Hash (sha256) of every image file of the protocol, by the role and name it has there.

        Raises:
            InputError: A file is missing, or is not the one that the protocol pins.
        """
        pinned: dict[str, tuple[Path, str]] = {}
        for content in self.contents:
            pinned[f"content {content.id}"] = (content.image, content.sha256)
        for style in self.styles:
            if style.image is not None:
                pinned[f"style {style.id}"] = (style.image, style.sha256)
        for case in self.cases:
            for weighted in case.styles:
                if weighted.mask is not None:
                    pinned[f"mask {case.id} {weighted.style.id}"] = (weighted.mask, weighted.mask_sha256)
        return {name: self._hash(name, path, sha256) for name, (path, sha256) in pinned.items()}

    def _hash(self, name: str, path: Path, expected: str) -> str:
        try:
            found = hashlib.sha256(path.read_bytes()).hexdigest()
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise InputError(f"protocol {self.name}: {name}: cannot read {path}: {reason}") from error
        if expected and found != expected:
            raise InputError(
                f"protocol {self.name}: {name} has changed: {path} has sha256 {found[:12]}…, pinned is {expected[:12]}…"
            )
        return found

    @cached_property
    def fingerprint(self) -> str:
        """Hash (sha256) over everything that can change a score; runs are comparable where it is equal.

        It covers the image files, prompts, cases, resolution and image preparation, the weights of every network, and
        the settings that the protocol fixes; not titles, artists and other words about them.

        Raises:
            InputError: An image is missing or has changed.
            MissingModelError: The hash of a network's weights is neither published nor recorded on this machine.
        """
        facts = {
            "name": self.name,
            "version": self.version,
            "resolution": self.resolution,
            "preparation": PREPARATION_VERSION,
            "images": self.image_hashes,
            "prompts": {style.id: style.prompt for style in self.styles},
            "cases": [
                [case.id, case.seed, [[weighted.style.id, weighted.weight] for weighted in case.styles]]
                for case in self.cases
            ],
            "models": {role: self._model_facts(role, name) for role, name in self.models.items()},
            "settings": {method: dict(settings) for method, settings in self.method_settings.items()},
        }
        canonical = json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    @staticmethod
    def _model_facts(role: Role, name: str) -> list[str]:
        model = find_model(name, role)
        return [model.name, model.version, model.fingerprint()]
