"""Fetching into a folder of the test from servers of this machine, with short waits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from benchmark.errors import BenchmarkError
from benchmark.models.asset import Asset
from benchmark.models.download import Patience
from benchmark.models.fetching import Fetched, Fetcher
from benchmark.models.weights_folders import WeightsFolders
from tests.models.conftest import CONTENT

QUICK = Patience(attempts=3, first_wait=0.01, timeout=5)
"""Gives up soon."""
HALF = len(CONTENT) // 2
PIECE = 1 << 16
"""Bytes that a download takes at once."""


class Watcher:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.starts: list[tuple[int, int | None]] = []
        self.reached: list[int] = []
        self.reasons: list[str] = []

    def started(self, address: str, done: int, total: int | None) -> None:
        self.starts.append((done, total))

    def advanced(self, done: int) -> None:
        self.reached.append(done)

    def waiting(self, reason: str, seconds: float) -> None:
        self.reasons.append(reason)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "weights"


@pytest.fixture
def watcher() -> Watcher:
    return Watcher()


@pytest.fixture
def fetch(folder: Path, watcher: Watcher) -> Callable[..., Fetched]:
    def run(asset: Asset, *, mirror: str = "", patience: Patience = QUICK) -> Fetched:
        return Fetcher(WeightsFolders((folder,)), watcher, mirror, patience).fetch(asset)

    return run


def visible(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def partial(folder: Path) -> Path:
    return folder / ".network.pth.part"


def refusal(fetch: Callable[..., Fetched], asset: Asset, **options: object) -> str:
    with pytest.raises(BenchmarkError) as raised:
        fetch(asset, **options)
    assert "\n" not in str(raised.value)
    return str(raised.value)
