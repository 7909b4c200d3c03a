"""Runs of the tiny protocol that share their controls, and one run with the methods of both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import benchmark
from tests.cli.conftest import as_if_alone
from tests.conftest import SAMPLE_PLUGINS

COSTS = ["seconds", "cpu_seconds", "disturbed", "peak_memory_bytes"]
CONTROLS = ["keeps_content", "copies_style"]


@dataclass(frozen=True)
class Runs:
    """Folders: ``first`` and ``second`` with a method each, ``whole`` with both; all with the same two controls."""

    first: Path
    second: Path
    whole: Path


@contextmanager
def installed_sample_plugins() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(SAMPLE_PLUGINS))
        yield


def run_tiny(path: Path, methods: list[str], **options: Any) -> Path:
    chosen = {"metrics": ["brightness_difference", "brightness_gap"], "report": False, "threads": 1, **options}
    benchmark.run("tiny", methods=methods, out=path, **chosen)
    as_if_alone(path)
    return path


def make_runs(folder: Path) -> Runs:
    with installed_sample_plugins():
        return Runs(
            run_tiny(folder / "first", [*CONTROLS, "blend"]),
            run_tiny(folder / "second", [*CONTROLS, "noisy"]),
            run_tiny(folder / "whole", [*CONTROLS, "blend", "noisy"]),
        )
