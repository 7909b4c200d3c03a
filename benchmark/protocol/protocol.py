"""A protocol: the fixed cases, the resolution and the networks that make scores comparable."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from benchmark.errors import InputError
from benchmark.images import PREPARATION_VERSION, holds_pixels, open_image, pixels_sha256
from benchmark.models.role import Role
from benchmark.models.specification import find_model
from benchmark.protocol.case import Case, Content, Style
from benchmark.protocol.data_directory import is_kept_image
from benchmark.protocol.recipe import Origin
from benchmark.protocol.variant import Variant


@dataclass(frozen=True)
class _PinnedImage:
    path: Path
    sha256: str
    pixels_sha256: str = ""

    @property
    def is_kept(self) -> bool:
        return bool(self.pixels_sha256) and is_kept_image(self.path, self.pixels_sha256)

    def hashes(self) -> tuple[str, str, str]:
        """Returns the kind of hash that counts, the pinned hash and the hash of the file."""
        if self.pixels_sha256:
            return "pixels with sha256", self.pixels_sha256, pixels_sha256(open_image(self.path))
        return "sha256", self.sha256, hashlib.sha256(self.path.read_bytes()).hexdigest()

    def is_known_as(self, expected: str) -> bool:
        """Returns whether the pinned hash is one of the stored pixels, as in older locks."""
        return bool(self.pixels_sha256) and holds_pixels(self.path, expected)


def _pinned(path: Path, item: Content | Style) -> _PinnedImage:
    return _PinnedImage(path, item.sha256, item.pixels_sha256)


@dataclass(frozen=True)
class Protocol:
    """The fixed cases of a benchmark, and the conditions under which they are measured.

    Attributes:
        name: Name in snake_case.
        version: Version of the protocol.
        title: Title for people.
        description: Its purpose, in a sentence or two.
        resolution: Side of the square that contents and styles are scaled and cut to, in pixels.
        contents: The photographs.
        styles: The styles.
        cases: The cases, in the order they run.
        models: Name of the model that plays each role.
        method_settings: Settings that the protocol fixes, by method and setting, in place of the methods' defaults.
        metric_settings: Settings that it fixes by metric and setting, likewise.
        origin: The rows of a data set that the styles were drawn from, or ``None`` if they are from elsewhere.
        variants: Methods with other settings, which are rows beside the methods wherever these run.
    """

    name: str
    version: str
    title: str
    description: str
    resolution: int
    contents: tuple[Content, ...]
    styles: tuple[Style, ...]
    cases: Sequence[Case]
    models: Mapping[Role, str]
    method_settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    origin: Origin | None = None
    metric_settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    variants: tuple[Variant, ...] = ()

    @cached_property
    def image_hashes(self) -> dict[str, str]:
        """Hash (sha256) of every image of the protocol, by the role and name it has there.

        It is of the decoded pixels where those are pinned, else of the file.

        Raises:
            InputError: A file is missing, or is not the one that the protocol pins.
        """
        return {name: self._hash(name, image) for name, image in self._images.items()}

    def wrong_images(self) -> dict[str, str]:
        """Returns the faults of the protocol's images, by their role and name in it; empty if there are none."""
        problems: dict[str, str] = {}
        for name, image in self._images.items():
            try:
                self._hash(name, image)
            except InputError as error:
                problems[name] = str(error)
        return problems

    @property
    def _images(self) -> dict[str, _PinnedImage]:
        images = {f"content {item.id}": _pinned(item.image, item) for item in self.contents}
        images |= {f"style {item.id}": _pinned(item.image, item) for item in self.styles if item.image is not None}
        for case in self.cases:
            for weighted in case.styles:
                if weighted.mask is not None:
                    name = f"mask {case.id} {weighted.style.id}"
                    images[name] = _PinnedImage(weighted.mask, weighted.mask_sha256)
        return images

    def _hash(self, name: str, image: _PinnedImage) -> str:
        where = f"protocol {self.name}: {name}"
        if image.is_kept and not image.path.exists():
            command = f"benchmark protocol freeze {self.name}, or --lock FILE for the lock in a file"
            raise InputError(f"{where} is not on this machine; get it: {command}")
        try:
            kind, expected, found = image.hashes()
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise InputError(f"{where}: cannot read {image.path}: {reason}") from error
        except InputError as error:
            raise InputError(f"{where}: {error}") from error
        if expected and found != expected and not image.is_known_as(expected):
            raise InputError(f"{where} has changed: {image.path} has {kind} {found[:12]}…, pinned is {expected[:12]}…")
        return found

    @cached_property
    def fingerprint(self) -> str:
        """Hash (sha256) over everything that can change a score; runs are comparable where it is equal.

        It covers the image files, prompts, cases, resolution and image preparation, the weights of every network, and
        the settings and variants that the protocol fixes; not titles, artists and other words about them.

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
            "models": {role: self._model_facts(role, name) for role, name in self.models.items()},
            "settings": {method: dict(settings) for method, settings in self.method_settings.items()},
        }
        # Protocols from before metrics had settings keep their fingerprints.
        if self.metric_settings:
            facts["metric settings"] = {metric: dict(settings) for metric, settings in self.metric_settings.items()}
        if self.variants:
            # Left out where there are none, as before there were any.
            facts["variants"] = [[variant.method, dict(variant.changes)] for variant in self.variants]
        # One JSON object with sorted keys, written piece by piece; cases come first, and none is kept in memory.
        digest = hashlib.sha256(b'{"cases":[')
        for number, case in enumerate(self.cases):
            styles = [[weighted.style.id, weighted.weight] for weighted in case.styles]
            digest.update(b"," * (number > 0) + _canonical_json([case.id, case.seed, styles]))
        digest.update(b"]," + _canonical_json(facts).removeprefix(b"{"))
        return digest.hexdigest()

    @staticmethod
    def _model_facts(role: Role, name: str) -> list[str]:
        model = find_model(name, role)
        return [model.identity, model.version, model.fingerprint()]


def _canonical_json(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
